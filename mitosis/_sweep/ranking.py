"""The trials of a search, the best first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mitosis._history.sheet import Sheet, make_cell
from mitosis._model import Status, SweepRow
from mitosis._sweep.overview import Overview
from mitosis._wording import counted, main_text, shown

_MOST = 10
MAXIMIZE = "maximize"


def is_settled(row: SweepRow) -> bool:
    """Tell whether a trial counts; one that was killed or got lost is run again."""
    return row.is_pruned or row.status not in (Status.KILLED, Status.LOST)


def ranked(overview: Overview) -> list[SweepRow]:
    """Return the trials with a number, the best first; of equals, the first."""
    best_is_high = overview.plan.options["direction"] == MAXIMIZE
    return sorted(overview.numbered, key=lambda row: -row.main if best_is_high else row.main)


def searched(overview: Overview, row: SweepRow) -> dict[str, Any]:
    """Return what a trial was given of what was searched: numbers, or names of variants."""
    named: Mapping[str, str] = row.variants
    return {
        name: named[name] if "choices" in each["attributes"] else row.values[name]
        for name, each in overview.plan.options["space"].items()
    }


def best_sheet(overview: Overview) -> Sheet:
    """Return a table of the best trials."""
    rows = ranked(overview)
    names = list(overview.plan.options["space"])
    body = []
    for row in rows[:_MOST]:
        told = (row.variants[name] for name in names)
        cells = (*map(shown, told), main_text(row.main), shown(row.name))
        body.append(tuple(make_cell("", cell) for cell in cells))
    left_out = len(rows) - len(body)
    notes = (f"{counted(left_out, 'worse trial')}, on the page.",) if left_out else ()
    return Sheet((*map(shown, names), "main", "trial"), tuple(body), len(names), notes)
