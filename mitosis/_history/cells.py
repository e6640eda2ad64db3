"""The cells of a notebook file, as plain data: Jupyter is not needed to read one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mitosis._dataclass import dataclass


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        outputs: as nbformat has them, without what is none.
    """

    source: str
    tags: tuple[str, ...]
    is_code: bool
    outputs: Sequence[Mapping[str, Any]] = ()


def read_cells(file: Path) -> list[Cell]:
    """Return the cells of a notebook; none where there is no file, or it is no notebook."""
    try:
        cells = json.loads(file.read_bytes())["cells"]
        return [_cell(cell) for cell in cells if isinstance(cell, dict)]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return []


def joined(text: Any) -> str:
    """Return a text that nbformat may keep as a list of lines."""
    return "".join(map(str, text)) if isinstance(text, list) else str(text)


def _cell(cell: Mapping[str, Any]) -> Cell:
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    outputs = cell.get("outputs")
    return Cell(
        source=joined(cell.get("source", "")),
        tags=tuple(map(str, tags)) if isinstance(tags, list) else (),
        is_code=cell.get("cell_type") == "code",
        outputs=[o for o in outputs if isinstance(o, dict)]
        if isinstance(outputs, list)
        else [],
    )
