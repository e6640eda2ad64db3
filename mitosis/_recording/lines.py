"""Files with a JSON object in each line, which are only ever appended to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def append_line(path: Path, value: object, *, after_failure: object = False) -> None:
    """Append a value as one line of JSON, in one piece where the system allows it.

    Args:
        path: the file.
        value: what JSON can hold.
        after_failure: whether a line before it may have remained without its end.

    Raises:
        OSError: it could not be written, or not all of it.
    """
    start = "\n" if after_failure else ""
    data = f"{start}{_to_json(value)}\n".encode("utf-8", "backslashreplace")
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        while data:
            data = data[os.write(file, data) :]
    finally:
        os.close(file)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
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


_to_json = json.JSONEncoder(ensure_ascii=False).encode
"""A reference of our own: an experiment may replace `json.dumps`."""
