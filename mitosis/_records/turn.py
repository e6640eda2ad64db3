"""Whose turn it is to write the end of a trial: its runner's, or of one who finds it dead."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from mitosis import _layout
from mitosis._layout import TrialFolder

_PAUSE_SECONDS = 0.05


@contextmanager
def turn(folder: TrialFolder, *, patience_seconds: float = 0.0) -> Iterator[bool]:
    """Hold a trial's folder while its end is written; yield whether nobody else does.

    Two that write the end at once would mix record, page and row of two outcomes. The lock is
    the folder's own (`flock`), so that a process that dies cannot leave it behind. Where there
    is no folder, or its file system has no such lock, it yields True: then only the time
    between reading a record and replacing it is unprotected.

    Args:
        folder: the trial's, under its hidden or its visible name.
        patience_seconds: how long to wait for another to end.
    """
    descriptor = _opened(folder)
    if descriptor is None:
        yield True
        return
    try:
        yield _locked(descriptor, time.monotonic() + patience_seconds)
    finally:
        os.close(descriptor)


def _opened(folder: TrialFolder) -> int | None:
    for name in (_layout.visible(folder), _layout.hidden(folder)):
        try:
            return os.open(name.root, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            continue
    return None


def _locked(descriptor: int, until: float) -> bool:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(_PAUSE_SECONDS)
        except OSError:
            return True
        else:
            return True
