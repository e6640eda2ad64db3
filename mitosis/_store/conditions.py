"""Conditions on trials, as SQL.

A condition can *drive* a query: then it is written so that SQLite goes through the index that
finds what fits, and looks up the trials. Otherwise it is written so that it is only checked
for each trial that something else has found. Values are bound, and nothing that a user wrote
becomes SQL.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from operator import eq, ge, gt, le, lt
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    or_,
    select,
    true,
    type_coerce,
)

from mitosis._model import Comparison, Condition, Either, Every, Field, Kind, Opposite
from mitosis._store.columns import REAL
from mitosis._store.dialects import Digits, Unindexed
from mitosis._store.fields import DICTS, INDEXED, NUMBERS, TEXTS, TIMES, is_of, of_trial
from mitosis._store.scalars import as_text, number, storable
from mitosis._store.schema import Unreadable, metric, read_time, trial, trial_tag, trial_value

_NEGATIVE = {"!=": "==", "not in": "in"}
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": eq, "<": lt, "<=": le, ">": gt, ">=": ge,
}  # fmt: skip

Columns = tuple[ColumnElement[Any] | None, ColumnElement[Any] | None]
"""Where a field holds numbers, and where texts."""


def fits(condition: Condition, *, drives: bool) -> ColumnElement[bool]:
    """Return what a trial has to fit; true or false, and never NULL where it is not driving.

    Raises:
        ValueError: a field cannot be compared.
    """
    match condition:
        case Every(conditions):
            return and_(true(), *(fits(part, drives=drives) for part in conditions))
        case Either(conditions):
            return or_(false(), *(fits(part, drives=drives) for part in conditions))
        case Opposite(opposed):
            return fits(opposed, drives=False).is_not(true())
    positive = _positive(condition)
    if positive is not condition:
        return fits(positive, drives=False).is_not(true())
    if drives and can_drive(condition):
        return trial.c.id.in_(ids(condition).correlate(None))
    if _stands_in_trial(condition.field):
        return _of_column(condition, is_indexed=False)
    found = ids(condition)
    return exists(found.where(of_trial(_table(condition.field))).correlate(trial))


def can_drive(condition: Condition) -> bool:
    """Tell whether an index finds what fits."""
    match condition:
        case Every(conditions):
            return any(map(can_drive, conditions))
        case Either(conditions):
            return all(map(can_drive, conditions))
        case Opposite():
            return False
    is_indexed = not _stands_in_trial(condition.field) or condition.field.name in INDEXED
    return is_indexed and _positive(condition) is condition


def ids(condition: Comparison) -> Select[Any]:
    """Return the query for the trials that fit a positive comparison, by an index."""
    field, table = condition.field, _table(condition.field)
    if table is trial:
        return select(trial.c.id).where(_of_column(condition, is_indexed=True))
    of_field = () if table is trial_tag else is_of(field)
    columns = _columns(field)
    if not _is_presence(condition):
        fitting = _compared(columns, condition)
    elif field.kind is Kind.VALUE:  # an argument that is None is as good as none
        fitting = trial_value.c.json != "null"
    else:
        fitting = true()
    return select(table.c.trial_id).where(*of_field, fitting)


def _positive(condition: Comparison) -> Comparison:
    """Return a comparison that a trial without the field does not fit, or itself.

    It says the opposite if it is another one.
    """
    field, operator, value = condition.field, condition.operator, condition.value
    if value is None and operator == "==":
        return Comparison(field, "!=", None)
    if value is not None and operator in _NEGATIVE:
        return Comparison(field, _NEGATIVE[operator], value)
    return condition


def _is_presence(condition: Comparison) -> bool:
    return condition.value is None


def _stands_in_trial(field: Field) -> bool:
    return _table(field) is trial


def _table(field: Field) -> Any:
    if field.kind is Kind.COLUMN:
        return trial_tag if field.name == "tags" else trial
    return metric if field.kind in (Kind.METRIC, Kind.RESULT) else trial_value


def _columns(field: Field) -> Columns:
    if field.kind in (Kind.METRIC, Kind.RESULT):
        return metric.c[field.part], None
    if field.kind is Kind.VALUE:
        return trial_value.c.number, trial_value.c.text
    return None, trial_value.c.variant if field.kind is Kind.VARIANT else trial_tag.c.tag


def _of_column(condition: Comparison, *, is_indexed: bool) -> ColumnElement[bool]:
    field = condition.field
    columns = _trial_columns(field)
    if not is_indexed:
        columns = _unindexed(columns[0]), _unindexed(columns[1])
    if _is_presence(condition):
        column = columns[0] if columns[1] is None else columns[1]
        assert column is not None
        return column != "" if field.name == "group" else column.is_not(None)
    if field.name in TIMES:
        return _compared_time(columns[1], condition)
    if field.name == "main" and isinstance(condition.value, str | bool):
        return trial.c.main_json == json.dumps(condition.value)
    return _compared(columns, condition)


def _trial_columns(field: Field) -> Columns:
    name = field.name
    if name == "seed":
        return Digits(trial.c.seed), None
    if name in DICTS or name not in {*NUMBERS, *TEXTS, *TIMES}:
        msg = f"trials cannot be compared by {name!r}"
        raise ValueError(msg)
    return NUMBERS.get(name), TEXTS.get(name, TIMES.get(name))


def _unindexed(column: ColumnElement[Any] | None) -> ColumnElement[Any] | None:
    return None if column is None else Unindexed(column)


def _compared(columns: Columns, condition: Comparison) -> ColumnElement[bool]:
    if condition.operator == "in":
        each = (Comparison(condition.field, "==", value) for value in condition.value)
        return or_(false(), *(_compared(columns, one) for one in each))
    numbers, texts = columns
    value, compare = condition.value, _OPERATORS[condition.operator]
    if isinstance(value, str) and texts is not None:
        fitting: ColumnElement[bool] = compare(texts, storable(value))
        return fitting if numbers is None else and_(fitting, numbers.is_(None))
    if number(value) is not None and numbers is not None:
        fitting = compare(type_coerce(numbers, REAL()), number(value))
        digits = as_text(value)
        if condition.operator == "==" and texts is not None and digits:
            return and_(fitting, texts == digits)
        return fitting
    return false()


def _compared_time(
    column: ColumnElement[Any] | None, condition: Comparison
) -> ColumnElement[bool]:
    if condition.operator == "in":
        each = (Comparison(condition.field, "==", value) for value in condition.value)
        return or_(false(), *(_compared_time(column, one) for one in each))
    value = condition.value
    if isinstance(value, str):
        try:
            value = read_time(value)
        except Unreadable:
            return false()
    is_time = isinstance(value, datetime)
    return _OPERATORS[condition.operator](column, value) if is_time else false()
