"""Which of the files that git names were made by mitosis itself."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from mitosis import _layout


def own_files(root: Path, trials_folder: Path) -> Callable[[bytes], bool]:
    """Return the test whether mitosis made a file, for paths below `root` as git writes them.

    Whoever does not ignore the trials folder has git name every file of every trial, so a
    trial's folder is judged once, by its record, and not once for each file in it.
    """
    try:
        below = os.fsencode(trials_folder.relative_to(root) / "_").removesuffix(b"_")
    except ValueError:  # the trials folder is somewhere else
        return lambda _: False

    @cache
    def is_own(place: bytes) -> bool:
        return _layout.is_own(trials_folder / os.fsdecode(place), trials_folder)

    def is_own_file(path: bytes) -> bool:
        if not path.startswith(below):
            return False
        place = path.removeprefix(below)
        first, deeper, _ = place.partition(b"/")
        is_trial = deeper and not first.startswith(b".")
        return is_own(first + b"/record.json" if is_trial else place)

    return is_own_file


def own_output(root: Path) -> Callable[[bytes], bool]:
    """Return the test whether this very run prints to a file, as in `... &> exp.log`."""
    outputs = _own_outputs()
    return lambda path: bool(outputs) and _identity(root / os.fsdecode(path)) in outputs


def _own_outputs() -> set[tuple[int, int]]:
    found = set()
    for descriptor in (1, 2):
        with suppress(OSError):
            status = os.fstat(descriptor)
            if stat.S_ISREG(status.st_mode):
                found.add((status.st_dev, status.st_ino))
    return found


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.lstat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
