"""Trials that are on their way into a trials folder: in a hidden folder of it, as they will be.

They get their places by being renamed, each complete, so whoever looks sees all of a trial or
none of it; what a process leaves here that died is removed by `mitosis repair`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import field, replace
from pathlib import Path

from mitosis import _layout
from mitosis._dataclass import dataclass
from mitosis._layout import TrialFolder
from mitosis._model import Claimed, RecordedTrial
from mitosis._records import read_record
from mitosis._records.reading import read_text
from mitosis._records.record import amend_record
from mitosis._records.trial_files import shared_files


@contextmanager
def staging(trials_folder: Path) -> Iterator[Path]:
    """Yield an empty hidden folder inside the trials folder, removed in the end."""
    place = _layout.unfinished(trials_folder / "import")
    place.mkdir()
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@dataclass
class Arrivals:
    """Moves staged trials into a trials folder, and back if it comes to nothing.

    Args:
        staged: the hidden folder that holds them.
        trials_folder: where they go.

    Attributes:
        placed: the trials that have their place, as they are there.
    """

    staged: Path
    trials_folder: Path
    placed: list[RecordedTrial] = field(default_factory=list)
    _moves: list[tuple[Path, Path]] = field(default_factory=list)

    def place(self, trial: RecordedTrial) -> RecordedTrial:
        """Give a trial its place: what it shares with others, its folder, and its page last.

        Raises:
            OSError: something could not be moved.
        """
        folder = TrialFolder(self.staged / trial.places.folder)
        for file in sorted(shared_files(folder)):
            self._move_shared(file)
        page = self.staged / trial.places.html
        free = self._free_page(trial) if page.is_file() else trial.places.html
        if free != trial.places.html:
            amend_record(folder, read_text(folder), Path(free))
            trial = replace(trial, places=replace(trial.places, html=free))
        self._move(folder.root, self.trials_folder / trial.places.folder)
        if page.is_file():
            self._move(page, self.trials_folder / free)
        self.placed.append(trial)
        return trial

    def take_back(self) -> None:
        """Move everything back but for shared files, which others may refer to by now."""
        for here, there in reversed(self._moves):
            with suppress(OSError):
                there.rename(here)
        self._moves.clear()

    def _free_page(self, trial: RecordedTrial) -> str:
        wanted = self.trials_folder / trial.places.html
        if not os.path.lexists(wanted):
            return wanted.name
        assert trial.claimed, "only recorded trials are staged"
        stem, extension = _layout.file_stem(trial.claimed.name), wanted.suffix.removeprefix(".")
        return _layout.free_page(self.trials_folder, stem, trial.claim.key, extension).name

    def _move_shared(self, file: Path) -> None:
        here = self.trials_folder / file.relative_to(self.staged)
        if file.exists() and not here.exists():
            here.parent.mkdir(exist_ok=True)
            file.rename(here)

    def _move(self, here: Path, there: Path) -> None:
        if os.path.lexists(there):
            raise FileExistsError(f"{there.name} is there already")
        here.rename(there)
        self._moves.append((here, there))


def renumber(staged: Path, trial: RecordedTrial, number: int) -> RecordedTrial:
    """Give a staged trial another number, and have its record say what it was called before.

    Its page says the former name still: it has to be written again.
    """
    assert trial.claimed, "only recorded trials are staged"
    claimed = Claimed(f"{trial.claim.name_prefix}-{number}", number)
    folder = TrialFolder(staged / trial.places.folder)
    record = read_text(folder)
    former = record.get("former_name") or trial.claimed.name
    stem = _layout.file_stem(claimed.name)
    page = f"trial_{stem}{Path(trial.places.html).suffix or '.html'}"
    with suppress(OSError):
        (staged / trial.places.html).unlink()
    named = {"name": claimed.name, "iteration": number, "former_name": former}
    amend_record(folder, {**record, **named}, Path(page))
    renamed = TrialFolder(folder.root.rename(staged / f"{stem}_{trial.claim.key}"))
    return read_record(renamed)
