"""What `mitosis history` lists: trials, groups of trials, or the table of a paper.

The order is Meticulous's: filter, group, sort, choose columns, cut to the last ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from mitosis._history.export import Export
from mitosis._history.frame import known_names, make_frame
from mitosis._history.groups import (
    COUNTS,
    NEEDED,
    STATISTICS,
    group_notes,
    group_sheet,
    make_groups,
)
from mitosis._history.history import Place, Question, answer, ask
from mitosis._history.names import Names
from mitosis._history.ordering import positions
from mitosis._history.pivot import make_pivot
from mitosis._history.sheet import telling, trials_sheet
from mitosis._suggestion import near
from mitosis.errors import UnknownFieldError

if TYPE_CHECKING:
    import pandas as pd


def list_trials(place: Place, question: Question, best: str | None = None) -> Export:
    """Return one row a trial.

    Where no columns are asked for, the sheet has those that tell trials apart.

    Args:
        place: where the trials are.
        question: which of them, what of them, and in which order.
        best: `min` or `max`, to have the best `main` stand out.
    """
    titles, values = answer(place, question)
    key, *others = zip(titles, values, strict=True)
    columns = dict(others if "key" in titles[1:] else [key, *others])
    shown = columns if question.columns is not None else telling(columns)
    return Export(partial(make_frame, titles, values), trials_sheet(shown, best))


def list_groups(
    place: Place, question: Question, by: Sequence[str], best: str | None = None
) -> Export:
    """Return one row a group.

    The columns are those that trials are grouped by, `n` and the other counts, and of each
    measure its statistics, as `main.mean`; a measure's own name stands for mean and standard
    deviation.

    Args:
        place: where the trials are.
        question: which of them; sorting, columns and `tail` are of the groups.
        by: what trials of a group have in common.
        best: `min` or `max`, to have the best mean of the first measure stand out.
    """
    by = _distinct(place, by)
    asked = [*(question.columns or ()), *question.sort]
    measures = list(_measures(asked, by)) or ["main"]
    frame = _read(place, question, [*by, *measures])
    groups = make_groups(frame, by, measures)
    wanted = _expanded(question.columns or _usual(by, measures), measures)
    order = [f"{name}.mean" if name in measures else name for name in question.sort]
    _refuse_unknown([*wanted, *order], groups)
    notes = group_notes(groups, by, frame)
    groups = _cut(groups, order, question)
    chosen = groups[[*dict.fromkeys(wanted)]]
    sheet = group_sheet(chosen, by, notes, (measures[0], best) if best else None)
    silent = [] if question.columns else _silent(groups)
    return Export(lambda: chosen, sheet.without(silent))


def _measures(names: Iterable[str], by: Sequence[str]) -> dict[str, None]:
    """Return what is to be averaged so that the columns named are there."""
    measures = [_measure(name) for name in names if name not in (*by, *COUNTS)]
    return dict.fromkeys(measures)


def _measure(name: str) -> str:
    start, _, end = name.rpartition(".")
    return start if start and end in (*STATISTICS, "n") else name


def _usual(by: Sequence[str], measures: Sequence[str]) -> list[str]:
    of_measures = [f"{measure}.{name}" for measure in measures for name in STATISTICS]
    return [*by, *COUNTS, *of_measures]


def _silent(groups: pd.DataFrame) -> list[str]:
    """Return the columns that say nothing: no failures, one commit in each group."""
    silent = [name for name in ("failures", "no_value", "repeats") if not groups[name].any()]
    return silent + ([] if (groups["commits"] > 1).any() else ["commits"])


def _expanded(names: Iterable[str], measures: Sequence[str]) -> list[str]:
    """Put mean and standard deviation in the place of a measure's own name."""
    found: list[str] = []
    for name in names:
        found += [f"{name}.mean", f"{name}.std"] if name in measures else [name]
    return found


def _refuse_unknown(names: Iterable[str], groups: pd.DataFrame) -> None:
    known = list(map(str, groups))
    unknown = [name for name in dict.fromkeys(names) if name not in known]
    if unknown:
        faults = tuple(f"{name!r}{near(name, known)}" for name in unknown)
        raise UnknownFieldError(faults=faults)


def _cut(groups: pd.DataFrame, order: Sequence[str], question: Question) -> pd.DataFrame:
    if order:
        rows = positions(
            [groups[name].tolist() for name in order],
            reverse=question.reverse,
            missing_first=question.tail is not None,
        )
        groups = groups.iloc[rows].reset_index(drop=True)
    return groups if question.tail is None else groups.tail(question.tail)


def list_pivot(
    place: Place,
    question: Question,
    fields: tuple[str, str, str],
    best: str | None = None,
) -> Export:
    """Return the table of a paper.

    Args:
        place: where the trials are.
        question: which of them.
        fields: what stands in the rows, what in the columns, and what is averaged.
        best: `min` or `max`, to have the best mean of each column stand out.
    """
    row, column = _distinct(place, fields[:2])
    frame = _read(place, question, [row, column, fields[2]])
    pivot = make_pivot(frame, row, column, fields[2])
    notes = group_notes(pivot.groups, (row, column), frame)
    return Export(pivot.frame, pivot.sheet(best, notes))


def _distinct(place: Place, by: Sequence[str]) -> list[str]:
    """Return what trials are grouped by, each once.

    A field that is called as a count is, such as an argument `n`, gets its prefix.
    """
    by = list(dict.fromkeys(by))
    if not {*by} & {*COUNTS}:
        return by
    fields = Names(known_names(place.sources())).fields(by)
    named = zip(by, fields, strict=True)
    return [f"{f.kind.value}.{f.name}" if name in COUNTS else name for name, f in named]


def _read(place: Place, question: Question, names: Sequence[str]) -> pd.DataFrame:
    wanted = list(dict.fromkeys([*names, *NEEDED]))
    return ask(place, replace(question, columns=wanted, sort=(), reverse=False, tail=None))
