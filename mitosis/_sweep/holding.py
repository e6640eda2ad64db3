"""One process at a time runs a sweep."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mitosis import _layout
from mitosis.errors import SweepRunningError


@contextmanager
def held(trials_folder: Path, name: str) -> Iterator[None]:
    """Have no other process run a sweep meanwhile.

    The lock is one of `lockf` on a file that nothing else opens: it ends with this process, and
    no process that this one forks keeps it. Where a file system has no such locks, nobody is
    held off.

    Raises:
        SweepRunningError: another process runs it.
    """
    file = _layout.plan_file(trials_folder, name).with_suffix(".lock")
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            raise SweepRunningError(folder=trials_folder, name=name) from None
        except OSError:
            pass  # no locks there
        yield
    finally:
        os.close(descriptor)
