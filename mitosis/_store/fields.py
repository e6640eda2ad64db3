"""How each field of a trial is read and sorted by, in SQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, case, func, select, type_coerce

from mitosis._dataclass import dataclass
from mitosis._model import Field, Kind
from mitosis._store.dialects import Digits, NumberThenText, OrNan, TextList
from mitosis._store.scalars import storable
from mitosis._store.schema import Unreadable, metric, read_time, trial, trial_tag, trial_value

c = trial.c

TEXTS = {
    "experiment": c.experiment,
    "name": c.name,
    "key": c.key,
    "group": c.run_group,
    "status": c.status,
    "reason": c.reason,
    "commit": c.commit_hash,
    "branch": c.branch,
    "host": c.host,
    "hypothesis": c.hypothesis,
    "environment": c.environment,
    "html": c.html,
    "folder": c.folder,
    "note": c.note,
    "results_digest": c.results_digest,
    "sweep": c.sweep,
}
NUMBERS = {
    "main": c.main,
    "iteration": c.iteration,
    "wall_seconds": c.wall_seconds,
    "cpu_seconds": c.cpu_seconds,
    "peak_memory_bytes": c.peak_memory_bytes,
    "sweep_point": c.sweep_point,
}
TIMES = {
    "started_at": c.started_at,
    "ended_at": c.ended_at,
    "archived_at": c.archived_at,
}
DICTS = {"variants": c.variants, "values": c.literals}
INDEXED = {"experiment", "name", "key", "status", "main", "started_at", "sweep"}
"""The columns by which an index finds trials."""

_SPECIAL = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}

Decode = Callable[[Sequence[Any]], list[Any]]


@dataclass(frozen=True)
class Reading:
    """What to select for a field, and how all that was selected becomes Python values."""

    selected: ColumnElement[Any]
    decode: Decode = list


def reading(field: Field) -> Reading:
    """Return how a field is read.

    Raises:
        ValueError: there is no such column.
    """
    if field.kind is Kind.VALUE:
        return Reading(func.coalesce(_sole(trial_value.c.json, field), "null"), _documents)
    if field.kind is Kind.VARIANT:
        return Reading(_sole(trial_value.c.variant, field))
    if field.kind in (Kind.METRIC, Kind.RESULT):
        column = metric.c[field.part]
        value = column if field.part == "points" else OrNan(column)
        return Reading(_sole(case((metric.c.points > 0, value)), field), _floats)
    return _column(field.name)


def _column(name: str) -> Reading:
    if name == "main":  # as JSON, which keeps integers
        return Reading(func.coalesce(c.main_json, "null"), _results)
    if name == "group":
        return Reading(func.nullif(c.run_group, ""))
    if name == "seed":
        return Reading(c.seed, _integers)
    if name == "tags":
        tags = select(TextList(trial_tag.c.tag)).where(of_trial(trial_tag))
        return Reading(tags.scalar_subquery(), _tags)
    if name in TIMES:
        return Reading(type_coerce(TIMES[name], Text), _times)
    if name in DICTS:
        return Reading(type_coerce(DICTS[name], Text), _documents)
    found = TEXTS.get(name, NUMBERS.get(name))
    if found is None:
        msg = f"trials have no column {name!r}"
        raise ValueError(msg)
    return Reading(found)


def sorting(field: Field) -> ColumnElement[Any]:
    """Return what to sort by; it is NULL where a trial has not the field, or NaN."""
    if field.kind is Kind.VALUE:
        return _sole(NumberThenText(trial_value.c.number, trial_value.c.text), field)
    if field.kind in (Kind.METRIC, Kind.RESULT):
        return _sole(metric.c[field.part], field)
    if field.kind is Kind.COLUMN and field.name == "seed":
        return Digits(c.seed)
    if field.kind is Kind.COLUMN and field.name == "main":
        return c.main
    if field.kind is Kind.COLUMN and field.name == "tags":
        return select(func.min(trial_tag.c.tag)).where(of_trial(trial_tag)).scalar_subquery()
    return reading(field).selected


def is_of(field: Field) -> tuple[ColumnElement[bool], ...]:
    """Return what tells the rows of a field in the table that it stands in."""
    if field.kind in (Kind.METRIC, Kind.RESULT):
        return metric.c.source == field.kind.value, metric.c.name == storable(field.name)
    return (trial_value.c.argument == storable(field.name),)


def of_trial(table: Any) -> ColumnElement[bool]:
    """Return what tells the rows of a trial in a table."""
    is_its: ColumnElement[bool] = table.c.trial_id == trial.c.id
    return is_its


def _sole(column: ColumnElement[Any], field: Field) -> ColumnElement[Any]:
    table = metric if field.kind in (Kind.METRIC, Kind.RESULT) else trial_value
    query: Select[Any] = select(column).where(of_trial(table), *is_of(field))
    return query.correlate(trial).scalar_subquery()


def _documents(texts: Sequence[Any]) -> list[Any]:
    """Read many JSON documents at once."""
    try:
        return list(json.loads(f"[{','.join(texts)}]"))
    except ValueError as exc:
        raise Unreadable(f"a value is no JSON ({exc})") from None


def _results(texts: Sequence[Any]) -> list[Any]:
    found = _documents(texts)
    return [_SPECIAL.get(value, value) if type(value) is str else value for value in found]


def _floats(values: Sequence[Any]) -> list[Any]:
    return [_SPECIAL["nan"] if value == "nan" else value for value in values]


def _integers(texts: Sequence[Any]) -> list[Any]:
    try:
        return [None if text is None else int(text) for text in texts]
    except ValueError as exc:
        raise Unreadable(f"a seed is no number ({exc})") from None


def _times(texts: Sequence[Any]) -> list[Any]:
    try:
        found = [text and datetime.fromisoformat(text) for text in texts]
    except ValueError as exc:
        raise Unreadable(f"a time is none ({exc})") from None
    return [read_time(str(at)) if at and at.tzinfo is None else at for at in found]


def _tags(texts: Sequence[Any]) -> list[Any]:
    return [tuple(sorted(tags)) for tags in _documents(texts)]
