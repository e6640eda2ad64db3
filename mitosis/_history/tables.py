"""Tables of a page, as pandas wrote them in HTML, back into DataFrames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mitosis._history.literals import literal_or_text

if TYPE_CHECKING:
    import pandas as pd
    from bs4 import Tag

_WORDS = {"NaN": float("nan"), "nan": float("nan"), "None": None, "NaT": None, "<NA>": None}
_Grid = list[list[tuple[str, bool]]]
"""Rows of cells, each with whether it is a heading; one that spans several stands in each."""


def read_table(html: str) -> pd.DataFrame | None:
    """Return the first table in a text of HTML; None where there is none.

    What pandas left out of a long table, shown as `...`, is not there. Numbers and dates are
    as exact as they were shown.
    """
    from bs4 import BeautifulSoup

    table = BeautifulSoup(html, "html.parser").find("table")
    return None if table is None else _frame(table)


def _frame(table: Tag) -> pd.DataFrame:
    import pandas as pd

    rows = _grid(table.select("tr"))
    is_head = [bool(row.find_parent("thead")) for row in table.select("tr")]
    head = [row for row, heads in zip(rows, is_head, strict=True) if heads]
    body = [row for row, heads in zip(rows, is_head, strict=True) if not heads]
    depth = min((_headings(row) for row in body), default=1 if head else 0)
    names: Sequence[str] = ()
    if len(head) > 1 and not any(text for text, _ in head[-1][depth:]):
        names = [text for text, _ in head.pop()[:depth]]
    columns = [[text for text, _ in row[depth:]] for row in head]
    frame = pd.DataFrame([[_value(t) for t, _ in row[depth:]] for row in body])
    if columns and len(columns[0]) == frame.shape[1]:
        frame.columns = _labels(columns)
    if depth:
        index = [[row[level][0] for row in body] for level in range(depth)]
        frame.index = _labels([[_value(text) for text in level] for level in index])
        frame.index.names = [name or None for name in names] or [None] * depth
    return frame


def _labels(levels: Sequence[Sequence[Any]]) -> pd.Index:
    import pandas as pd

    named = [list(level) for level in levels]
    return pd.Index(named[0]) if len(named) == 1 else pd.MultiIndex.from_arrays(named)


def _headings(row: Sequence[tuple[str, bool]]) -> int:
    """Return how many headings a row begins with."""
    return next((n for n, (_, heads) in enumerate(row) if not heads), len(row))


def _grid(rows: Sequence[Tag]) -> _Grid:
    below: dict[int, tuple[int, tuple[str, bool]]] = {}  # column to rows to come, and the cell
    grid: _Grid = []
    for row in rows:
        made: list[tuple[str, bool]] = []
        for cell in [*row.find_all(["th", "td"]), None]:
            while below.get(len(made), (0,))[0]:
                left, held = below[len(made)]
                below[len(made)] = left - 1, held
                made.append(held)
            if cell is None:
                break
            shown = cell.get_text().strip(), cell.name == "th"
            for _ in range(_span(cell, "colspan")):
                below[len(made)] = _span(cell, "rowspan") - 1, shown
                made.append(shown)
        grid.append(made)
    return grid


def _span(cell: Tag, attribute: str) -> int:
    text = str(cell.get(attribute) or 1)
    return min(int(text), 1000) if text.isdigit() and int(text) else 1


def _value(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    value = literal_or_text(text)
    return value if isinstance(value, int | float | complex) else text
