"""Rows of a table of trials: of a CSV file, a list of dicts, or a DataFrame."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mitosis._dataclass import dataclass
from mitosis.errors import InvalidSweepError


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Attributes:
        where: how people find it, e.g. `"line 4 of trials.csv"`.
        cells: argument to what it is given.
        is_text: whether the cells are texts because the file holds nothing else.
    """

    where: str
    cells: Mapping[str, Any]
    is_text: bool = False


def read_table(table: Any) -> list[Row]:
    """Return the rows of a table.

    Args:
        table: the path of a CSV file with a line of names, dicts, or what has pandas'
            `to_dict("records")`.

    Raises:
        InvalidSweepError: names everything that is wrong with its form.
    """
    faults: list[str] = []
    if isinstance(table, str | Path):
        rows = list(_read_csv(Path(table), faults))
    else:
        records = table.to_dict("records") if hasattr(table, "to_dict") else table
        rows = list(_read_dicts(records, faults))
    columns = rows[0].cells if rows else {}
    for row in rows:
        faults += _misfits(row, columns)
    if not rows and not faults:
        faults.append("the table has no rows")
    if faults:
        raise InvalidSweepError(faults=tuple(faults))
    return rows


def _read_csv(file: Path, faults: list[str]) -> Iterator[Row]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines, skipinitialspace=True)
            names = [name.strip() for name in next(reader, [])]
            found = [(reader.line_num, cells) for cells in reader if any(cells)]
    except (OSError, ValueError, csv.Error) as exc:
        faults.append(f"{file} cannot be read: {getattr(exc, 'strerror', None) or exc}")
        return
    counted = Counter(names)
    twice = [name for name in counted if counted[name] > 1]
    faults += [f"line 1 of {file.name}: column {name!r} is there twice" for name in twice]
    if not all(names):
        faults.append(f"line 1 of {file.name}: a column has no name")
    for number, cells in found:
        where = f"line {number} of {file.name}"
        if len(cells) != len(names):
            faults.append(f"{where}: {len(cells)} cells, and {len(names)} columns in line 1")
        else:
            named = zip(names, (cell.strip() for cell in cells), strict=True)
            yield Row(where, dict(named), is_text=True)


def _read_dicts(records: Iterable[Any], faults: list[str]) -> Iterator[Row]:
    for number, record in enumerate(records):
        if isinstance(record, Mapping):
            yield Row(f"row {number}", {str(name): cell for name, cell in record.items()})
        else:
            faults.append(f"row {number} is {type(record).__name__!r}, no dict")


def _misfits(row: Row, columns: Mapping[str, Any]) -> Iterator[str]:
    for name in columns:
        if name not in row.cells:
            yield f"{row.where}: {name!r} is missing"
    for name, cell in row.cells.items():
        if name not in columns:
            yield f"{row.where}: {name!r} is in no row before it"
        if _is_empty(cell):
            yield f"{row.where}: {name!r} is empty"


def _is_empty(cell: Any) -> bool:
    """Tell whether a cell holds nothing, which a DataFrame tells by NaN."""
    return cell == "" if isinstance(cell, str) else isinstance(cell, float) and cell != cell
