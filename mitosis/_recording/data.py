"""Input files that an experiment names while it runs: `mitosis.record_data`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from errno import ENOENT
from os import PathLike
from pathlib import Path
from typing import Any

from mitosis._model import DataFile
from mitosis._recording.lines import append_line


class DataLog:
    """The trial's `data.jsonl`: one input file a line, written when it is named.

    Args:
        path: the file, made with its first line.
        base: the repository's root, below which paths are told from there.
        known: input files that were named before the trial.
    """

    def __init__(self, path: Path, base: Path | None, known: Iterable[DataFile] = ()) -> None:
        self._path = path
        self._base = base
        self._before = tuple(known)
        self._recorded: tuple[DataFile, ...] = ()
        self._began = datetime.now(UTC)

    def add(self, place: Path) -> None:
        """Record an input file as it is now, unless it is recorded already.

        Raises:
            DataFileError: it is missing, or cannot be read.
        """
        from mitosis._datafile import Known, data_file

        found = data_file(place, self._base, Known(self._recorded, self._began))
        if (found.path, found.digest) not in {(f.path, f.digest) for f in self.files}:
            self._recorded += (found,)
            # What runs afterwards looks there again, from another working directory maybe.
            append_line(self._path, data_to_json(found) | {"place": os.path.abspath(place)})  # noqa: PTH100

    @property
    def files(self) -> tuple[DataFile, ...]:
        """All input files, those that were named before the trial first."""
        return self._before + self._recorded


_open: list[DataLog] = []


def record_in(log: DataLog | None) -> None:
    """Have `record_data` write there from now on, in this process and its forks."""
    _open[:] = [log] if log else []


def record_data(path: str | PathLike[str]) -> Path:
    """Record digest, size and time of an input file, and return its path.

    Called by an experiment for each file, or folder of files, that it reads. Trials of the same
    variants then say when their data differ. Outside of a trial nothing is recorded.

    Args:
        path: the file or folder. What the trial itself writes is no input.

    Raises:
        OSError: it is missing, or cannot be read (inside a trial a `DataFileError`).

    Example:
        >>> def run(seed):
        ...     table = np.loadtxt(mitosis.record_data("data/heights.csv"))
        ...     return {"main": table.mean()}
    """
    place = Path(path)
    if _open:
        _open[-1].add(place)
    elif not place.exists():
        raise FileNotFoundError(ENOENT, os.strerror(ENOENT), str(path))
    return place


def data_to_json(file: DataFile) -> dict[str, Any]:
    """Return an input file as JSON has it."""
    return asdict(file) | {"modified_at": file.modified_at.isoformat()}


def data_from_json(stored: Mapping[str, Any]) -> DataFile:
    """Return an input file from its JSON.

    Raises:
        KeyError, TypeError, ValueError: it lacks something, or holds something else.
    """
    return DataFile(
        path=str(stored["path"]),
        digest=str(stored["digest"]),
        size_bytes=int(stored["size_bytes"]),
        modified_at=datetime.fromisoformat(stored["modified_at"]),
        identity=str(stored.get("identity", "")),
    )
