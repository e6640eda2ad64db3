"""The files of a trial that was purged: taken away so that no half of one is ever seen.

Whoever purges has marked the folder and told the database before, so from then on this has to
be done: by the same process, by the next purge, or by `mitosis repair`. The page goes first,
since the folder says whose it is; the folder gets a hidden name before anything in it goes. A
folder without a mark is not that of a purge that died: somebody has brought it back.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from mitosis import _layout
from mitosis._layout import TrialFolder
from mitosis._records.page import is_page_of
from mitosis._records.turn import turn

_PATIENCE_SECONDS = 5.0


def mark(folder: TrialFolder, key: str) -> None:
    """Say in a trial's folder that it is about to be purged.

    Raises:
        OSError: the folder cannot be written, and so not be removed either.
    """
    _marker(folder, key).touch()
    _layout.sync_folder(folder.root)


def unmark(folder: TrialFolder, key: str) -> None:
    """Take the mark away, for the trial stays."""
    with suppress(OSError):
        _marker(folder, key).unlink(missing_ok=True)


def is_marked(folder: TrialFolder, key: str) -> bool:
    """Tell whether somebody was about to purge a trial."""
    return _marker(folder, key).exists()


def _marker(folder: TrialFolder, key: str) -> Path:
    """Return a path that looks like that of an unfinished file, and is cleared up like one."""
    return folder.root / f".purge.{key}"


def remove_purged(folder: TrialFolder, page: Path, key: str) -> bool:
    """Remove a purged trial's page and folder, and tell whether both are gone.

    Args:
        folder: the trial's, there or not.
        page: stays where another trial has it.
        key: the trial's.
    """
    with turn(folder, patience_seconds=_PATIENCE_SECONDS), suppress(OSError):
        if page.is_file() and is_page_of(page, key):
            page.unlink()
        if folder.root.exists():
            hidden = _layout.unfinished(folder.root)
            folder.root.rename(hidden)
            shutil.rmtree(hidden, ignore_errors=True)
            return not hidden.exists()
    return not folder.root.exists()
