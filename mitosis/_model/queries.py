"""Questions to ask of recorded trials; the store answers them in SQL."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from mitosis._dataclass import dataclass


class Kind(StrEnum):
    """Where a field of a trial stands."""

    COLUMN = "column"
    VARIANT = "variant"
    VALUE = "value"
    RESULT = "result"
    METRIC = "metric"


@dataclass(frozen=True)
class Field:
    """One thing that can be asked of every trial.

    Attributes:
        kind: where it stands.
        name: of the column, argument, result or metric.
        part: of a metric: `last`, `minimum`, `maximum`, `mean`, `points` or `last_step`.
    """

    kind: Kind
    name: str
    part: str = "last"


@dataclass(frozen=True)
class Comparison:
    """A field compared with a value; a trial without the field fits no comparison but `!=`.

    Attributes:
        operator: `==`, `!=`, `<`, `<=`, `>`, `>=`, `in` or `not in`.
        value: a text, number, truth or aware datetime; a tuple of these for the last two; None
            (with `==` and `!=` only) stands for a field that is not there.
    """

    field: Field
    operator: str
    value: Any


@dataclass(frozen=True)
class Every:
    """All of some conditions."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Either:
    """At least one of some conditions."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Opposite:
    """What a condition does not fit."""

    condition: Condition


Condition = Comparison | Every | Either | Opposite


@dataclass(frozen=True)
class Order:
    """What to sort by; trials without the field come last."""

    field: Field
    descending: bool = False


@dataclass(frozen=True)
class Query:
    """Which trials, in which order.

    Attributes:
        experiment: whose; None for all in the file.
        where: what they have to fit; None for all.
        order: what to sort by; the order of their claims settles what is left.
        limit: how many at most, from the start of that order.
        with_archived: whether those that are out of sight count too.
    """

    experiment: str | None = None
    where: Condition | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    with_archived: bool = False


@dataclass(frozen=True)
class FieldNames:
    """Which fields the trials of a file have beside the columns; each sorted."""

    parameters: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
