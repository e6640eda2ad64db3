"""Trials in groups: how many, their mean, how far they spread, and what failed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mitosis._history.ordering import positions
from mitosis._history.rounding import math_text, rounded_like, spread_texts
from mitosis._history.sheet import Cell, Sheet, make_cell, make_title, mark_best
from mitosis._model import Status
from mitosis._wording import counted

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

STATISTICS = ("mean", "std", "low", "high", "min", "max")
COUNTS = ("n", "failures", "no_value", "repeats", "commits")
NEEDED = ("status", "commit", "experiment", "name", "seed")
"""Columns that grouping needs beside those that it is asked for."""

_CONFIDENCE = 0.95
_MOST_NAMED = 5


def make_groups(
    frame: pd.DataFrame, by: Sequence[str], measures: Sequence[str]
) -> pd.DataFrame:
    """Return one row for each group of trials, sorted by what they are grouped by.

    Of each measure, the trials that succeeded with a finite number count: their `mean`, `std`
    (of a sample: divided by n - 1), `min`, `max`, and `low` and `high`, the bounds of the 95 %
    interval of the mean by Student's t. A single trial has neither `std` nor interval. `n` is
    how many count, for the first measure; others that have another number get a column
    `<measure>.n`.

    `failures` are trials that ended otherwise; `no_value` those that succeeded without a
    finite number; `repeats` those that count for the first measure though another with the
    same variants and seed does; `commits` is from how many commits the successful ones come.

    Args:
        frame: trials with the columns in `by`, `measures` and `NEEDED`.
        by: what trials of a group have in common.
        measures: what to average.
    """
    import pandas as pd

    keys = [_hashable(frame[name]) for name in by]
    succeeded = frame["status"] == Status.SUCCEEDED.value
    ended = frame["status"] != Status.RUNNING.value
    found = {
        measure: _statistics(_grouped(_finite(frame[measure]).where(succeeded), keys))
        for measure in measures
    }
    n = found[measures[0]]["n"]
    counts = succeeded & _finite(frame[measures[0]]).notna()
    commits = frame["commit"].astype(object).where(frame["commit"].notna(), "")
    table: dict[str, Any] = {
        "n": n,
        "failures": _grouped(~succeeded & ended, keys).sum(),
        "no_value": _grouped(succeeded, keys).sum() - n,
        "repeats": n - _grouped(_draws(frame).where(counts), keys).nunique(),
        "commits": _grouped(commits.where(succeeded), keys).nunique(),
    }
    for measure, statistics in found.items():
        if not statistics["n"].equals(n):
            table[f"{measure}.n"] = statistics["n"]
        table |= {f"{measure}.{name}": statistics[name] for name in STATISTICS}
    groups = pd.DataFrame(table)
    groups.index.names = list(by)
    named = groups.reset_index()
    order = positions([named[name].tolist() for name in by])
    return named.iloc[order].reset_index(drop=True)


def _draws(frame: pd.DataFrame) -> pd.Series[Any]:
    """Return a text that trials share if nothing between them was drawn anew."""
    names = frame["name"].map(lambda name: name.rpartition("-")[0]).astype(object)
    return names + " " + frame["seed"].astype(str).astype(object)


def _hashable(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column that can be grouped by: what has no hash by its text."""
    has_dicts = column.map(lambda value: isinstance(value, dict | list)).any()
    return column.map(str) if has_dicts else column


def _grouped(values: Any, keys: Sequence[pd.Series[Any]]) -> Any:
    return values.groupby(list(keys), dropna=False, sort=False)


def _finite(column: pd.Series[Any]) -> pd.Series[float]:
    """Return numbers as floats, and NaN for all else."""
    import numpy as np
    import pandas as pd

    if not pd.api.types.is_numeric_dtype(column):
        column = column.map(lambda value: value if _is_float(value) else None)
    floats = column.astype("float64")
    return floats.where(np.isfinite(floats))


def _is_float(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) <= sys.float_info.max


def _statistics(grouped: Any) -> dict[str, Any]:
    import numpy as np

    found = {
        "n": grouped.count(),
        "mean": grouped.mean(),
        "std": grouped.std(ddof=1),
        "min": grouped.min(),
        "max": grouped.max(),
    }
    with np.errstate(all="ignore"):
        half = _half_width(found["n"].to_numpy(), found["std"].to_numpy())
    return found | {"low": found["mean"] - half, "high": found["mean"] + half}


def _half_width(n: np.ndarray[Any, Any], std: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return half of the 95 % interval of a mean; NaN where there is but one value."""
    import numpy as np
    from scipy.special import stdtrit

    degrees = np.where(n > 1, n - 1, np.nan)
    width: np.ndarray[Any, Any] = stdtrit(degrees, (1 + _CONFIDENCE) / 2) * std / np.sqrt(n)
    return width


def group_notes(groups: pd.DataFrame, by: Sequence[str], frame: pd.DataFrame) -> list[str]:
    """Return what a reader of groups has to know."""
    notes = []
    mixed = groups[groups["commits"] > 1]
    if len(mixed):
        notes.append(
            f"{counted(len(mixed), 'group')} with trials of several commits: "
            f"{named(mixed, by, 'commits')}"
        )
    repeating = groups[groups["repeats"] > 0]
    if len(repeating):
        notes.append(
            "Trials that repeat the variants and the seed of another count as if they were "
            f"independent: {named(repeating, by, 'repeats')}"
        )
    lacking = groups[groups["no_value"] > 0]
    if len(lacking):
        notes.append(
            "Left out are trials that succeeded without a finite number: "
            f"{named(lacking, by, 'no_value')}"
        )
    if "experiment" not in by and frame["experiment"].nunique() > 1:
        names = ", ".join(sorted(frame["experiment"].unique()))
        notes.append(f"Trials of several experiments are mixed: {names}")
    return notes


def named(groups: pd.DataFrame, by: Sequence[str], number: str) -> str:
    """Return the names of some groups, each with one of its numbers."""
    rows = groups[[*by, number]].head(_MOST_NAMED).to_dict("records")
    names = [
        ", ".join(f"{name}={make_cell(name, row[name]).text}" for name in by)
        + f" ({row[number]})"
        for row in rows
    ]
    more = len(groups) - len(names)
    return "; ".join(names) + (f"; and {more} more" if more else "")


def group_sheet(
    groups: pd.DataFrame,
    by: Sequence[str],
    notes: Sequence[str] = (),
    best: tuple[str, str] | None = None,
) -> Sheet:
    """Return a sheet of groups, with mean and standard deviation in one column.

    Args:
        groups: some columns of what `make_groups` returns.
        by: what they are grouped by.
        notes: what is to be said below.
        best: a measure, and `min` or `max`, to have its best mean stand out.
    """
    titles: list[str] = []
    columns: list[tuple[Cell, ...]] = []
    names = [str(name) for name in groups]
    for at, name in enumerate(names):
        measure, _, statistic = name.rpartition(".")
        follows = names[at + 1] if at + 1 < len(names) else ""
        before = names[at - 1] if at else ""
        if (statistic, before) in (("std", f"{measure}.mean"), ("high", f"{measure}.low")):
            continue
        title, cells = make_title(name), _plain_cells(groups, name)
        if statistic == "mean" and follows == f"{measure}.std":
            title, cells = f"{measure} ± std", _spreads(groups, measure)
        elif statistic == "low" and follows == f"{measure}.high":
            title, cells = f"{measure} (95 %)", _intervals(groups, measure)
        if best and name == f"{best[0]}.mean":
            cells = list(mark_best(cells, groups[name].tolist(), best[1]))
        titles.append(title)
        columns.append(tuple(cells))
    heads = sum(name in by for name in names)
    return Sheet(tuple(titles), tuple(zip(*columns, strict=True)), heads or 1, tuple(notes))


def _plain_cells(groups: pd.DataFrame, name: str) -> list[Cell]:
    measure, _, statistic = name.rpartition(".")
    values = groups[name].tolist()
    spread = f"{measure}.std"
    if statistic not in STATISTICS or spread not in groups:
        return [make_cell(name, value) for value in values]
    pairs = zip(values, groups[spread].tolist(), strict=True)
    texts = [rounded_like(value, std) for value, std in pairs]
    return [Cell("") if text == "nan" else Cell(text, math_text(text)) for text in texts]


def _spreads(groups: pd.DataFrame, measure: str) -> list[Cell]:
    pairs = zip(groups[f"{measure}.mean"], groups[f"{measure}.std"], strict=True)
    return [make_spread(mean, std) for mean, std in pairs]


def make_spread(mean: float, std: float) -> Cell:
    """Return a mean with its standard deviation; nothing where there is no mean."""
    return Cell("") if mean != mean else Cell(*spread_texts(mean, std))


def _intervals(groups: pd.DataFrame, measure: str) -> list[Cell]:
    std = f"{measure}.std"
    spreads = groups[std] if std in groups else [None] * len(groups)
    bounds = zip(groups[f"{measure}.low"], groups[f"{measure}.high"], spreads, strict=True)
    return [
        Cell("") if low != low else _interval(rounded_like(low, s), rounded_like(high, s))
        for low, high, s in bounds
    ]


def _interval(low: str, high: str) -> Cell:
    return Cell(f"{low} … {high}", rf"[{math_text(low)},\, {math_text(high)}]")
