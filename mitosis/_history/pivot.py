"""The table of a paper: one field downwards, one across, mean ± standard deviation inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mitosis._dataclass import dataclass
from mitosis._history.groups import make_groups, make_spread, named
from mitosis._history.ordering import is_missing, positions
from mitosis._history.sheet import Cell, Sheet, make_cell, mark_best
from mitosis._wording import shown

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Pivot:
    """Groups of trials by two fields.

    Attributes:
        row: the field whose values are the rows.
        column: the field whose values are the columns.
        value: what is averaged.
        groups: as `make_groups` returns them, by row and column.
    """

    row: str
    column: str
    value: str
    groups: pd.DataFrame

    def frame(self) -> pd.DataFrame:
        """Return the table with all digits: of each column mean, std, n and failures."""
        import pandas as pd

        cells = self._cells()
        parts = {"mean": f"{self.value}.mean", "std": f"{self.value}.std"}
        parts |= {"n": "n", "failures": "failures"}
        rows, columns = self._values(self.row), self._values(self.column)
        data: dict[str, Sequence[Any]] = {self.row: rows}
        for column, title in zip(columns, _titles(columns), strict=True):
            for part, name in parts.items():
                found = [cells.get((_same(row), _same(column)), {}).get(name) for row in rows]
                data[f"{title}.{part}"] = found
        return pd.DataFrame(data)

    def sheet(self, best: str | None = None, notes: Sequence[str] = ()) -> Sheet:
        """Return the table as people read it.

        Args:
            best: `min` or `max`, to have the best mean of each column stand out.
            notes: what else is to be said below.
        """
        cells = self._cells()
        rows, columns = self._values(self.row), self._values(self.column)
        counts = sorted({int(cell["n"]) for cell in cells.values() if cell["n"]})
        body = []
        for column in columns:
            found = [cells.get((_same(row), _same(column))) for row in rows]
            shown_ = [self._cell(cell, with_n=len(counts) > 1) for cell in found]
            if best:
                means = [cell and cell[f"{self.value}.mean"] for cell in found]
                shown_ = list(mark_best(shown_, means, best))
            body.append(shown_)
        heads = [replace(make_cell(self.row, row), latex="") for row in rows]
        return Sheet(
            (f"{self.row} \\ {self.column}", *_titles(columns)),
            tuple(zip(heads, *body, strict=True)),
            notes=(*self._notes(counts), *notes),
        )

    def _cells(self) -> dict[tuple[Any, Any], dict[str, Any]]:
        records = self.groups.to_dict("records")
        return {
            (_same(record[self.row]), _same(record[self.column])): {
                str(name): value for name, value in record.items()
            }
            for record in records
        }

    def _values(self, name: str) -> list[Any]:
        values = list({_same(value): value for value in self.groups[name].tolist()}.values())
        return [values[at] for at in positions([values])]

    def _cell(self, cell: dict[str, Any] | None, *, with_n: bool) -> Cell:
        if cell is None:
            return Cell("")
        spread = make_spread(cell[f"{self.value}.mean"], cell[f"{self.value}.std"])
        if not spread.text:
            return Cell("-", "-")
        return replace(spread, count=str(cell["n"]) if with_n else "")

    def _notes(self, counts: Sequence[int]) -> list[str]:
        number = f"n = {counts[0]}" if len(counts) == 1 else "n in parentheses"
        notes = [
            f"{self.value}, mean ± standard deviation of the trials that succeeded, {number}"
            if counts
            else f"{self.value}: no trial succeeded with a number"
        ]
        failed = self.groups[self.groups["failures"] > 0]
        if len(failed):
            notes.append(f"Failed: {named(failed, (self.row, self.column), 'failures')}")
        return notes


def make_pivot(frame: pd.DataFrame, row: str, column: str, value: str) -> Pivot:
    """Return the table of a paper.

    Args:
        frame: trials with these columns, and those that `groups.NEEDED` names.
        row: whose values are the rows.
        column: whose values are the columns.
        value: what to average.
    """
    return Pivot(row, column, value, make_groups(frame, [row, column], [value]))


def _same(value: Any) -> Any:
    """Return what is equal for equal values, also for what is missing."""
    return None if is_missing(value) else value


def _titles(values: Sequence[Any]) -> list[str]:
    """Return a title for each value; in full where two would have the same."""
    texts = list(map(_text, values))
    pairs = zip(values, texts, strict=True)
    return [text if texts.count(text) == 1 else repr(value) for value, text in pairs]


def _text(value: Any) -> str:
    return make_cell("", value).text or shown("none")
