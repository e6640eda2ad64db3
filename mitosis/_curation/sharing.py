"""Large values and environments that no trial refers to any more: removed, where that is safe.

A trial that starts looks whether such a file is there, and reads it a moment later. So nothing
is removed while a trial runs or arrives, and a file is only hidden until it is certain that
none has started meanwhile.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from mitosis import _layout
from mitosis._layout import TrialFolder
from mitosis._records.trial_files import shared_files


def remove_unused(trials_folder: Path, files: Iterable[Path]) -> list[Path]:
    """Remove those of some shared files that no trial of the folder needs, and return them."""
    before = _folders(trials_folder)
    if any(map(_may_run, before)):
        return []
    needed = {file for folder in before for file in shared_files(TrialFolder(folder))}
    hidden = {file: _layout.unfinished(file) for file in sorted(set(files) - needed)}
    for file, name in hidden.items():
        with suppress(OSError):
            file.rename(name)
    if set(_folders(trials_folder)) - set(before):  # of which one may need them
        _put_back(hidden.items())
        return []
    for name in hidden.values():
        name.unlink(missing_ok=True)
    return [file for file in hidden if not file.exists()]


def _folders(trials_folder: Path) -> list[Path]:
    shared = {trials_folder / name for name in _layout.SHARED_FOLDERS}
    with os.scandir(trials_folder) as entries:
        found = [Path(e.path) for e in entries if e.is_dir(follow_symlinks=False)]
    return [folder for folder in found if folder not in shared]


def _may_run(folder: Path) -> bool:
    """Tell of a folder whether it may be that of a trial that starts, runs or arrives."""
    if folder.name.startswith("."):
        return True
    record = TrialFolder(folder).record
    if not record.exists():
        return False  # a user's
    try:
        return bool(json.loads(record.read_bytes())["status"] == "running")
    except (OSError, ValueError, LookupError, TypeError):
        return True


def _put_back(hidden: Iterable[tuple[Path, Path]]) -> None:
    for file, name in hidden:
        if name.exists() and not file.exists():
            name.rename(file)
        else:
            name.unlink(missing_ok=True)
