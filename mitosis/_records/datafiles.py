"""Input files in a record: those that were named before a trial, and those that it named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from mitosis._datafile import changed_data
from mitosis._layout import TrialFolder
from mitosis._model import Claim, DataFile
from mitosis._recording import read_lines
from mitosis._recording.data import data_from_json


def input_files(folder: TrialFolder, named: Iterable[DataFile] = ()) -> tuple[DataFile, ...]:
    """Return all input files of a trial: what was named before, then what it named itself.

    A file that it named again stands there as it was then. A line that was cut off when the
    machine stopped is passed over.
    """
    named_itself = (file for _, file in recorded_places(folder))
    files = {file.path: file for file in (*named, *named_itself)}
    return tuple(files.values())


def named_before(folder: TrialFolder, files: Iterable[DataFile]) -> tuple[DataFile, ...]:
    """Return those of a trial's input files that it did not name itself."""
    named_itself = {file.path for _, file in recorded_places(folder)}
    return tuple(file for file in files if file.path not in named_itself)


def changed_inputs(folder: TrialFolder, claim: Claim) -> tuple[str, ...]:
    """Return the paths of input files that hold something else now than when they were read."""
    base = claim.code.repository or Path()
    files = {file.path: (base / file.path, file) for file in claim.data}
    files |= {file.path: (place, file) for place, file in recorded_places(folder)}
    return tuple(file.path for file in changed_data(files.values()))


def recorded_places(folder: TrialFolder) -> Iterator[tuple[Path, DataFile]]:
    """Yield the input files that a trial named itself, with where each of them was."""
    for part in read_lines(folder.data):
        try:
            file = data_from_json(part)
            yield Path(part.get("place", file.path)), file
        except (KeyError, TypeError, ValueError):
            continue
