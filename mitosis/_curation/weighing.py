"""What trials take up on the disk."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from mitosis._dataclass import dataclass
from mitosis._history.lookup import Found
from mitosis._records.page import is_page_of
from mitosis._records.trial_files import own_files


@dataclass(frozen=True)
class Weighed:
    """A trial with the room that its own files take."""

    trial: Found
    files: int
    size_bytes: int


def weighed(trials: Iterable[Found]) -> list[Weighed]:
    """Return trials with what would go with them, in their order."""
    return [_weighed(trial) for trial in trials]


def _weighed(trial: Found) -> Weighed:
    files = [*own_files(trial.folder), *own_page(trial)]
    return Weighed(trial, len(files), sum(map(_size, files)))


def own_page(trial: Found) -> list[Path]:
    """Return a trial's page, unless there is none or another trial has the name."""
    with suppress(OSError):
        if trial.html.is_file() and is_page_of(trial.html, trial.key):
            return [trial.html]
    return []


def _size(file: Path) -> int:
    try:
        return file.lstat().st_size
    except OSError:
        return 0
