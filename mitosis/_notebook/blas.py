"""OpenBLAS in a process that forks: without threads there, with its usual ones in a child.

It starts its threads as soon as it is loaded, and a process with threads must not be forked.
Other libraries of the kind start theirs when they first need them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

_OWN = "OPENBLAS_NUM_THREADS"
_READS = (_OWN, "GOTO_NUM_THREADS", "OMP_NUM_THREADS")
_SET_ON_IMPORT = "KMP_DUPLICATE_LIB_OK"
"""An environment variable that threadpoolctl sets."""


@contextmanager
def loaded_without_threads() -> Iterator[None]:
    """Have an OpenBLAS that is loaded inside the block start no threads."""
    former = os.environ.get(_OWN)
    os.environ[_OWN] = "1"
    try:
        yield
    finally:
        _put_back(_OWN, former)


def openblas() -> list[Any]:
    """Return each OpenBLAS of this process, for `use_threads`."""
    if "numpy" not in sys.modules:
        return []
    former = os.environ.get(_SET_ON_IMPORT)
    from threadpoolctl import ThreadpoolController

    _put_back(_SET_ON_IMPORT, former)
    return list(ThreadpoolController().select(internal_api="openblas").lib_controllers)


def use_threads(libraries: Iterable[Any]) -> None:
    """Give libraries the threads that they would have had."""
    for library in libraries:
        library.set_num_threads(_usual_threads())


def _usual_threads() -> int:
    for name in _READS:
        with suppress(KeyError, ValueError):
            if (number := int(os.environ[name])) > 0:
                return number
    return len(os.sched_getaffinity(0))


def _put_back(name: str, former: str | None) -> None:
    if former is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = former
