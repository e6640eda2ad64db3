"""The short-lived folder of a kernel, with its sockets: one each, in the temporary directory.

A runner that is killed leaves its own behind. Whoever makes one next removes those, and knows
them by a lock: the system holds it for as long as the runner lives, in whatever container.
"""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree

_MOST_SOCKET_PATH = 80  # the system allows about 100 characters, and names are appended
_PREFIX = "mitosis-"
_NAME = re.compile(r"mitosis-\w{8}")
_LOCK = "runner.lock"
_YOUNG_SECONDS = 60.0

_next_sweep: dict[Path, float] = {}
"""When this process is to sweep a directory again; of these it knows one, or two."""


@contextmanager
def kernel_home() -> Iterator[Path]:
    """Make a folder that only its user can open, and remove it when the block is left."""
    home = Path(tempfile.mkdtemp(prefix=_PREFIX))
    if len(str(home)) > _MOST_SOCKET_PATH:
        home.rmdir()
        home = Path(tempfile.mkdtemp(prefix=_PREFIX, dir="/tmp"))
    try:
        with (home / _LOCK).open("wb") as lock:
            with suppress(OSError):  # a file system without locks: nothing is swept there
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield home
    finally:
        rmtree(home, ignore_errors=True)


def sweep_now_and_then(place: Path) -> None:
    """Do as `sweep`, if this process has not done so for a while.

    What is to be removed is at least as old, and a temporary directory can be large.
    """
    now = time.monotonic()
    if now >= _next_sweep.get(place, now):
        _next_sweep[place] = now + _YOUNG_SECONDS
        sweep(place)


def sweep(place: Path) -> None:
    """Remove the folders beside which runners that are gone have left in `place`.

    A folder without our lock file is somebody else's, whatever its name, and stays. So does
    one that is so young that its runner may not have taken the lock yet.
    """
    with suppress(OSError):
        for entry in os.scandir(place):
            if _NAME.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                _remove_if_left(Path(entry.path))


def _remove_if_left(home: Path) -> None:
    with suppress(OSError):
        facts = home.stat()
        if facts.st_uid != os.getuid() or time.time() - facts.st_mtime < _YOUNG_SECONDS:
            return
        descriptor = os.open(home / _LOCK, os.O_WRONLY | os.O_NOFOLLOW)  # never made here
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            rmtree(home, ignore_errors=True)
        finally:
            os.close(descriptor)
