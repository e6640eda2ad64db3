"""What processes left behind that died while they made something: found, and taken away.

Only what nobody can still be at is touched, and only files that mitosis itself has made.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from mitosis import _layout
from mitosis._layout import TrialFolder

OLD_SECONDS = 24 * 3600.0
"""After this time nobody is still making a file."""


def old_leftovers(trials_folder: Path) -> Iterator[Path]:
    """Yield files and folders that a process was making longer than a day ago.

    Among them are claims whose process died before it had written a record, in a trial's
    hidden folder.
    """
    shared = (trials_folder / name for name in _layout.SHARED_FOLDERS)
    for place in (trials_folder, _layout.plans_folder(trials_folder), *shared):
        yield from filter(_is_old, unfinished_files(place))
    for folder in _layout.trial_folders(trials_folder):
        is_hidden = folder.root.name.startswith(".")
        if not is_hidden:
            yield from filter(_is_old, unfinished_files(folder.root))
        elif _is_old(folder.root) and not folder.record.exists() and is_bare(folder):
            yield folder.root


def unfinished_files(place: Path) -> Iterator[Path]:
    """Yield what processes have begun to make in a folder, each under its hidden name."""
    if place.is_dir():
        yield from sorted(path for path in place.iterdir() if _layout.is_unfinished(path.name))


def is_bare(folder: TrialFolder) -> bool:
    """Tell whether a trial's folder holds only what is there before its kernel starts."""
    f = folder
    written_before = {f.record, f.task, f.notebook, f.experiment, f.registered, f.reserve}
    written_before |= {f.parameter("x").parent, f.log}
    return _size(f.log) == 0 and all(
        path in written_before or _layout.is_unfinished(path.name) for path in f.root.iterdir()
    )


def remove(path: Path) -> bool:
    """Remove a file or a folder, and tell whether that could be done."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()
    return not path.exists()


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.lstat().st_mtime > OLD_SECONDS
    except OSError:
        return False
