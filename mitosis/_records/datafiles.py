"""Input files in a record: those that were named before a trial, and those that it named."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from mitosis._layout import TrialFolder
from mitosis._model import DataFile


def input_files(folder: TrialFolder, named: Iterable[DataFile] = ()) -> tuple[DataFile, ...]:
    """Return all input files of a trial: what was named before, then what it named itself.

    A file that it named again stands there as it was then. A line that was cut off when the
    machine stopped is passed over.
    """
    files = {file.path: file for file in (*named, *_recorded(folder))}
    return tuple(files.values())


def _recorded(folder: TrialFolder) -> Iterator[DataFile]:
    for part in json_lines(folder.data):
        try:
            yield to_data_file(part)
        except (KeyError, TypeError, ValueError):
            continue


def json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects in a file that has one in each line, as far as they are whole."""
    try:
        with path.open("rb") as lines:
            yield from filter(None, map(_object, lines))
    except OSError:
        return


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def to_part(file: DataFile) -> dict[str, Any]:
    """Return what JSON holds of an input file."""
    return asdict(file) | {"modified_at": file.modified_at.isoformat()}


def to_data_file(part: Mapping[str, Any]) -> DataFile:
    """Return the input file that JSON tells of.

    Raises:
        KeyError, TypeError, ValueError: it lacks something, or holds something else.
    """
    return DataFile(
        path=str(part["path"]),
        digest=str(part["digest"]),
        size_bytes=int(part["size_bytes"]),
        modified_at=datetime.fromisoformat(part["modified_at"]),
    )
