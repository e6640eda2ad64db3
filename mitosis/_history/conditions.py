"""What a field may be compared with, and what that means.

Used for expressions and for filters that are given as keyword arguments alike. Everything that
could only be a mistake is refused here, so that no comparison silently fits nothing.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from mitosis._history.names import TIMES
from mitosis._model import Status
from mitosis._model.queries import Comparison, Condition, Either, Every, Field, Kind, Opposite
from mitosis._suggestion import near

ORDERING = ("<", "<=", ">", ">=")
_NUMBERS = (
    *("iteration", "seed", "wall_seconds", "cpu_seconds", "peak_memory_bytes"),
    "sweep_point",
)
_NO_VALUES = ("variants", "values")
_MAIN = Field(Kind.COLUMN, "main")
_COMMIT_LENGTH = 40
_DAY = timedelta(days=1)
_LAST_DAY = datetime.max.replace(tzinfo=UTC) - _DAY


def compare(field: Field, operator: str, value: Any) -> Condition:
    """Return the condition that a field stands so to a value.

    Args:
        field: of a trial.
        operator: as in `Comparison`.
        value: a text, number, truth, None, date or datetime; for `in` and `not in` any
            number of these.

    Raises:
        ValueError: they cannot be compared; the text says why.
    """
    if operator == "not in":
        return Opposite(compare(field, "in", value))
    if operator == "in":
        return _any_of(field, value)
    plain = _plain(value)
    _refuse_nonsense(field, operator, plain)
    if plain is None:
        return Comparison(field, operator, None)
    if field.kind is Kind.COLUMN and field.name in TIMES:
        return _at_time(field, operator, plain)
    if field == Field(Kind.COLUMN, "commit") and operator in ("==", "!="):
        return _commit(field, operator, plain)
    return Comparison(field, operator, plain)


def _any_of(field: Field, values: Iterable[Any]) -> Condition:
    plain: list[Any] = []
    others: list[Condition] = []
    for single in [compare(field, "==", value) for value in values]:
        if isinstance(single, Comparison) and field != _MAIN and single.value is not None:
            plain.append(single.value)
        else:
            others.append(single)
    return Either((Comparison(field, "in", tuple(plain)), *others))


def _plain(value: Any) -> Any:
    """Return a value as the store takes it: numbers of numpy and members of enums as theirs."""
    if isinstance(value, str):
        return str(value)
    if not isinstance(value, bool | int | float | date | None) and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool | int | float | date | None):
        return value
    raise ValueError(f"{type(value).__name__} is nothing to compare with")


def _refuse_nonsense(field: Field, operator: str, value: Any) -> None:
    if field.kind is Kind.COLUMN and field.name in _NO_VALUES:
        raise ValueError(f"compare an argument by its own name, not all {field.name}")
    if isinstance(value, float) and math.isnan(value):
        raise ValueError("NaN equals nothing: compare with None to find what is missing")
    if operator in ORDERING and (value is None or isinstance(value, bool)):
        raise ValueError(f"{value} is neither less nor more than anything")
    if field == _MAIN and operator in ORDERING and isinstance(value, str):
        raise ValueError(f"main is compared with numbers, and {value!r} is none")
    if field == Field(Kind.COLUMN, "tags") and operator in ORDERING:
        raise ValueError('tags have no order: write "name" in tags')
    if value is not None:
        _refuse_other_type(field, value)


def _refuse_other_type(field: Field, value: Any) -> None:
    """Refuse to compare a field with what it never holds."""
    if field.kind in (Kind.VALUE, Kind.COLUMN) and (
        field.kind is Kind.VALUE or field.name in (_MAIN.name, *TIMES)
    ):
        return
    is_number = field.kind in (Kind.RESULT, Kind.METRIC) or field.name in _NUMBERS
    if is_number and not isinstance(value, int | float):
        raise ValueError(f"{field.name!r} is a number, and {value!r} is none")
    if not is_number and not isinstance(value, str):
        raise ValueError(f"{field.name!r} is a text, and {value!r} is none: put it in quotes")
    statuses = [status.value for status in Status]
    if field == Field(Kind.COLUMN, "status") and value not in statuses:
        raise ValueError(f"no trial has status {value!r}{near(value, statuses)}")


def _commit(field: Field, operator: str, start: str) -> Condition:
    """Let the beginning of a commit stand for it, as tables show it."""
    if not 4 <= len(start) < _COMMIT_LENGTH:
        return Comparison(field, operator, start)
    same = Every((Comparison(field, ">=", start), Comparison(field, "<", f"{start}g")))
    return same if operator == "==" else Opposite(same)


def _at_time(field: Field, operator: str, value: Any) -> Condition:
    """Compare a moment; a date stands for the whole day, in UTC."""
    moment, is_day = _moment(value)
    if not is_day:
        return Comparison(field, operator, moment)
    if moment > _LAST_DAY:
        raise ValueError(f"{value!r} is beyond all time")
    start, end = Comparison(field, ">=", moment), Comparison(field, "<", moment + _DAY)
    of_that_day: dict[str, Condition] = {
        "==": Every((start, end)),
        "!=": Opposite(Every((start, end))),
        "<": Comparison(field, "<", moment),
        "<=": end,
        ">": Comparison(field, ">=", moment + _DAY),
        ">=": start,
    }
    return of_that_day[operator]


def _moment(value: Any) -> tuple[datetime, bool]:
    """Return a moment, and whether it is a day. What names no zone is UTC."""
    if isinstance(value, str):
        value = _read(value)
    if isinstance(value, datetime):
        try:
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC), False
        except OverflowError:
            raise ValueError(f"{str(value)!r} is beyond all time") from None
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC), True
    raise ValueError(f'{value!r} is no time: write "2026-11-01" or "2026-11-01 18:00"')


def _read(text: str) -> date:
    for kind in (date, datetime):
        try:
            return kind.fromisoformat(text.strip())
        except ValueError:
            continue
    raise ValueError(f'{text!r} is no time: write "2026-11-01" or "2026-11-01 18:00"')


def all_of(conditions: Collection[Condition]) -> Condition | None:
    """Return the condition that all hold; None if there are none."""
    return Every(tuple(conditions)) if conditions else None
