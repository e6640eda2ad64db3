"""The nursery of a command that runs trials, forked before the command has loaded anything.

While the command reads its options, imports the experiment, looks at its code and claims the
trial, the nursery imports on another processor what the trial will need. If no trial comes of
it, it vanishes.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from mitosis._notebook.forked import pair, unsafe
from mitosis._notebook.nursery import Nursery
from mitosis._notebook.order import Order

log = logging.getLogger("mitosis")

_begun: list[tuple[Nursery, socket.socket]] = []
"""The nursery that does not know yet for which experiment it is, and where to tell it."""


def begin() -> str:
    """Fork a nursery, if that is safe; say why not if it is not."""
    if reason := unsafe():
        return reason
    ours, theirs = pair()
    with theirs:
        _begun.append((Nursery.forked(partial(_order, theirs), theirs), ours))
    return ""


def throw_away() -> None:
    """End the nursery that has begun: no trial will run here."""
    while _begun:
        nursery, details = _begun.pop()
        details.close()
        nursery.leave()


@contextmanager
def nursery_at_hand(
    names: Sequence[str], config: Path | None, *, for_many: bool = False
) -> Iterator[Nursery | None]:
    """Have a nursery for trials that are run inside the block, where one can be forked.

    Args:
        names: of the experiment's steps, as the command got them.
        config: the file with the settings, if one was named.
        for_many: whether there will be many trials.
    """
    if not _begun and (reason := begin()):
        log.debug("no nursery is forked: %s", reason)
        yield None
        return
    nursery, details = _begun.pop()
    with details, suppress(OSError):  # it is gone: whoever wants a trial will see that
        told = [list(names), str(config) if config else None, for_many]
        details.sendall(json.dumps(told).encode())
    try:
        yield nursery
    finally:
        nursery.leave()


def _order(details: socket.socket) -> Order:
    with details, details.makefile("rb") as file:
        told = file.read()
    if not told:
        os._exit(0)
    names, config, for_many = json.loads(told)

    from mitosis._run.here import order

    libraries = _imports(names, Path(config) if config else None)
    return order(libraries, for_many=for_many)


def _imports(names: Sequence[str], config: Path | None) -> list[str]:
    from mitosis._notebook.preloading import installed_imports, module_file

    path = [str(Path.cwd()), *sys.path]
    files = [
        Path(module) if module.endswith(".py") else module_file(module, path)
        for module in _modules(names, config)
    ]
    return installed_imports([file for file in files if file], path)


def _modules(names: Sequence[str], config: Path | None) -> Iterator[str]:
    """Yield the names, or files, of the modules in which the steps' code stands."""
    steps: Mapping[str, tuple[str, ...]] = {}
    with suppress(Exception):  # the command says what is wrong with its settings
        from mitosis._settings import find_settings

        steps = find_settings(Path.cwd(), config).steps
    for name in names:
        for place in steps.get(name, (name,)):
            yield place.partition(":")[0]
