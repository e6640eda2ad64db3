"""A table as people read it: texts with the digits that count, and what is best among them.

The terminal and the formats for papers are written from a sheet, data formats from the
DataFrame itself.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mitosis._dataclass import dataclass
from mitosis._history.frame import with_index
from mitosis._history.names import COLUMNS, TIMES
from mitosis._history.ordering import is_missing
from mitosis._history.rounding import math_text, number_text
from mitosis._wording import shown

if TYPE_CHECKING:
    import pandas as pd

_ALWAYS = ("key", "name", "status", "main")
_IF_ANY = ("group", "tags", "note")
_MOST_CHARACTERS = 60
_MOST_INTEGER = 10**40
_SHORT_COMMIT = 10


@dataclass(frozen=True)
class Cell:
    """One text of a sheet.

    Attributes:
        latex: the same for LaTeX's math mode; empty where it is no number.
        is_best: whether it is to stand out.
        count: what stands behind it in parentheses, if anything.
    """

    text: str
    latex: str = ""
    is_best: bool = False
    count: str = ""

    @property
    def behind(self) -> str:
        """What follows the text."""
        return f" ({self.count})" if self.count else ""


@dataclass(frozen=True)
class Sheet:
    """A table as people read it.

    Attributes:
        rows: each as long as `titles`.
        heads: how many of the first columns say what a row is.
        notes: sentences to stand below it.
    """

    titles: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    heads: int = 1
    notes: tuple[str, ...] = ()

    def is_number(self, column: int) -> bool:
        """Tell whether a column holds numbers only, and so is set to the right."""
        cells = [row[column] for row in self.rows if row[column].text]
        return bool(cells) and all(cell.latex for cell in cells)

    def without(self, titles: Iterable[str]) -> Sheet:
        """Return the sheet with fewer columns."""
        gone = set(titles)
        kept = [i for i, title in enumerate(self.titles) if title not in gone]
        return replace(
            self,
            titles=tuple(self.titles[i] for i in kept),
            rows=tuple(tuple(row[i] for i in kept) for row in self.rows),
        )


def frame_sheet(frame: pd.DataFrame, best: str | None = None) -> Sheet:
    """Return a sheet of trials.

    Args:
        frame: as `history` returns it.
        best: `min` or `max`, to have the best `main` stand out.
    """
    table = with_index(frame)
    return trials_sheet({str(name): table[name].tolist() for name in table}, best)


def trials_sheet(columns: Mapping[str, Sequence[Any]], best: str | None = None) -> Sheet:
    """Return a sheet of trials.

    Args:
        columns: name to values, as databases have them; numbers of one column are of one kind.
        best: as for `frame_sheet`.
    """
    uniform = {name: _uniform(values) for name, values in columns.items()}
    cells = {
        name: tuple(make_cell(name, value) for value in values)
        for name, values in uniform.items()
    }
    if best and "main" in cells:
        cells["main"] = mark_best(cells["main"], uniform["main"], best)
    return Sheet(tuple(map(make_title, cells)), tuple(zip(*cells.values(), strict=True)))


def telling(columns: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """Return the columns that tell trials apart."""
    own = [name for name in columns if name not in COLUMNS and not name.endswith(".variant")]
    varying = [name for name in own if _differs(columns[name])]
    given = [name for name in _IF_ANY if any(v for v in columns[name] if not is_missing(v))]
    return {name: columns[name] for name in (*_ALWAYS, *varying, *given, "started_at")}


def _differs(values: Sequence[Any]) -> bool:
    texts = {"" if is_missing(value) else str(value) for value in _uniform(values)}
    return len(values) < 2 or len(texts) > 1


def _uniform(values: Sequence[Any]) -> Sequence[Any]:
    """Return values of which all numbers are floats if any is, as in a column of pandas."""
    present = [value for value in values if not is_missing(value)]
    kinds = set(map(type, present))
    if kinds != {int, float}:
        return values
    try:
        return [None if is_missing(value) else float(value) for value in values]
    except OverflowError:  # integers may have any size
        return values


def make_title(name: str) -> str:
    """Return what stands above a column."""
    return f"{shown(name)} (UTC)" if name in TIMES else shown(name)


def make_cell(name: str, value: Any) -> Cell:
    """Return a value of a column as people read it."""
    if value is None or (not isinstance(value, tuple | dict | list) and is_missing(value)):
        return Cell("")
    if isinstance(value, bool):
        return Cell(str(value))
    if isinstance(value, int) and abs(value) >= _MOST_INTEGER:
        return Cell(_cut(str(value)))
    if isinstance(value, int | float):
        text = str(value) if isinstance(value, int) else number_text(value)
        return Cell(text, math_text(text))
    if isinstance(value, datetime):
        return Cell(f"{value:%Y-%m-%d %H:%M}")
    if isinstance(value, tuple | list):
        return Cell(_cut(", ".join(map(str, value))))
    if isinstance(value, dict):
        return Cell(_cut(json.dumps(value, default=str)))
    return Cell(str(value)[:_SHORT_COMMIT] if name == "commit" else _cut(str(value)))


def _cut(text: str) -> str:
    line = shown(" ".join(text.split()))
    return line if len(line) <= _MOST_CHARACTERS else f"{line[: _MOST_CHARACTERS - 4]} ..."


def mark_best(cells: Sequence[Cell], values: Sequence[Any], best: str) -> tuple[Cell, ...]:
    """Return cells of which the one with the least or largest value stands out, or several."""
    numbers = [value if _is_finite(value) else None for value in values]
    known = [number for number in numbers if number is not None]
    if not known:
        return tuple(cells)
    top = min(known) if best == "min" else max(known)
    return tuple(
        replace(cell, is_best=number is not None and number == top)
        for cell, number in zip(cells, numbers, strict=True)
    )


def _is_finite(value: Any) -> bool:
    # An integer may be too large for `math.isfinite`.
    return isinstance(value, int | float) and -math.inf < value < math.inf
