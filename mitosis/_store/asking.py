"""Answers to questions about trials, found on indexes where there are some.

Of conditions that all have to be met, the one that fewest trials fit finds them, and the
others are checked. Where only the first few of an order are wanted, and no condition is that
rare, the index of that order is walked instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    exists,
    func,
    literal,
    select,
)

from mitosis._dataclass import dataclass
from mitosis._model import (
    Comparison,
    Condition,
    Either,
    Every,
    Field,
    FieldNames,
    Kind,
    Order,
    Query,
)
from mitosis._store.conditions import can_drive, fits, ids
from mitosis._store.fields import is_of, reading, sorting
from mitosis._store.schema import metric, trial, trial_value

RARE = 2000
"""So many trials are looked up and sorted rather than met on the way through an index."""

_EXPERIMENT = Field(Kind.COLUMN, "experiment")
_All = tuple[ColumnElement[bool], ...]
_WALKED = {"main", "started_at", "name"}


def table(connection: Connection, query: Query, fields: Sequence[Field]) -> list[list[Any]]:
    """Return a list of values for each field, in the order of the rows."""
    readings = [reading(field) for field in fields]
    selected = [one.selected for one in readings] or [literal(1)]
    rows = _rows(connection, query, selected)
    columns = zip(*rows, strict=True) if rows else [()] * len(selected)
    return [one.decode(column) for one, column in zip(readings, columns, strict=False)]


def _rows(
    connection: Connection, query: Query, selected: Sequence[ColumnElement[Any]]
) -> list[Any]:
    if query.limit is not None and query.limit <= 0:
        return []
    plan = _plan(connection, query)
    if plan.walks:
        rows = _fetch(connection, plan.walk(selected))
        if len(rows) == query.limit:
            return rows
    return _fetch(connection, plan.sort(selected))


def _fetch(connection: Connection, statement: Select[Any]) -> list[Any]:
    """Return plain tuples: 100,000 rows are not made into rows of SQLAlchemy."""
    cursor = connection.execute(statement).cursor
    assert cursor is not None, "rows were asked for"
    return list(cursor.fetchall())


@dataclass(frozen=True)
class _Plan:
    """How a query is answered.

    Attributes:
        driver: the condition whose index finds the trials, if any does.
        checked: what is checked of each trial.
        walks: whether the index of the order is walked first.
    """

    query: Query
    driver: Condition | None
    checked: tuple[Condition, ...]
    walks: bool = False

    def walk(self, selected: Sequence[ColumnElement[Any]]) -> Select[Any]:
        """Return the query for trials that have the field they are sorted by."""
        order = self.query.order[0]
        column, found = _walked(order.field)
        by = column.desc() if order.descending else column.asc()
        statement = select(*selected).where(*found, column.is_not(None), *self._conditions)
        return statement.order_by(by, trial.c.id).limit(self.query.limit)

    def sort(self, selected: Sequence[ColumnElement[Any]]) -> Select[Any]:
        """Return the query for all trials."""
        statement = select(*selected).select_from(trial).where(*self._conditions)
        by = [_sorted(order) for order in self.query.order]
        return statement.order_by(*by, trial.c.id).limit(self.query.limit)

    @property
    def _conditions(self) -> Iterator[ColumnElement[bool]]:
        if self.driver:
            yield fits(self.driver, drives=True)
        for condition in self.checked:
            yield fits(condition, drives=False)
        if not self.query.with_archived:
            yield trial.c.archived_at.is_(None)


def _plan(connection: Connection, query: Query) -> _Plan:
    conditions = list(_conditions(query))
    counted = [(_count(connection, one), one) for one in conditions if can_drive(one)]
    fewest, driver = min(counted, key=lambda pair: pair[0], default=(0, None))
    is_rare = fewest <= RARE
    walks = query.limit is not None and len(query.order) == 1 and _can_walk(query.order[0])
    is_first = query.limit is not None and not query.order
    if not is_rare and (walks or is_first or driver == _of_experiment(query)):
        driver = None
    checked = tuple(one for one in conditions if one is not driver)
    return _Plan(query, driver, checked, walks and driver is None)


def _conditions(query: Query) -> Iterator[Condition]:
    """Yield what has all to be met, the experiment last: mostly all trials are of it."""
    if query.where is not None:
        yield from _parts(query.where)
    if query.experiment is not None:
        yield _of_experiment(query)


def _of_experiment(query: Query) -> Comparison:
    return Comparison(_EXPERIMENT, "==", query.experiment)


def _parts(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, Every):
        for part in condition.conditions:
            yield from _parts(part)
    else:
        yield condition


def _count(connection: Connection, condition: Condition) -> int:
    """Return how many trials fit, as far as it matters."""
    if isinstance(condition, Either):
        return sum(_count(connection, part) for part in condition.conditions)
    if isinstance(condition, Every):
        parts = filter(can_drive, condition.conditions)
        return min(_count(connection, part) for part in parts)
    assert isinstance(condition, Comparison)
    found = ids(condition).limit(RARE + 1).subquery()
    return int(connection.execute(select(func.count()).select_from(found)).scalar_one())


def _can_walk(order: Order) -> bool:
    field = order.field
    if field.kind is Kind.COLUMN:
        return field.name in _WALKED
    return field.kind in (Kind.METRIC, Kind.RESULT) and field.part == "last"


def _walked(field: Field) -> tuple[ColumnElement[Any], _All]:
    if field.kind is Kind.COLUMN:
        return trial.c[field.name], ()
    return metric.c.last, (metric.c.trial_id == trial.c.id, *is_of(field))


def _sorted(order: Order) -> ColumnElement[Any]:
    by = sorting(order.field)
    return (by.desc() if order.descending else by.asc()).nulls_last()


def experiments(connection: Connection) -> tuple[str, ...]:
    """Return the names of all experiments that have trials."""
    return _names(connection, trial.c.experiment)


def field_names(connection: Connection, experiment: str | None) -> FieldNames:
    """Return what the trials of an experiment, or of all, can be asked for."""
    if experiment is not None and _is_only(connection, experiment):
        experiment = None
    return FieldNames(
        parameters=_names(connection, trial_value.c.argument, experiment=experiment),
        results=_names(connection, metric.c.name, Kind.RESULT, experiment),
        metrics=_names(connection, metric.c.name, Kind.METRIC, experiment),
    )


def _is_only(connection: Connection, experiment: str) -> bool:
    c = trial.c.experiment
    ends = select(select(func.min(c)).scalar_subquery(), select(func.max(c)).scalar_subquery())
    return set(connection.execute(ends).one()) <= {experiment, None}


def _names(
    connection: Connection,
    column: Any,
    source: Kind | None = None,
    experiment: str | None = None,
) -> tuple[str, ...]:
    of_it = {} if experiment is None else {"experiment": experiment}
    query = _names_query(column, source, is_of_one=bool(of_it))
    return tuple(connection.execute(query, of_it).scalars())


@cache
def _names_query(column: Any, source: Kind | None, *, is_of_one: bool) -> Select[Any]:
    """Return the query for the values of a column, each found by one step into its index."""
    among = [] if source is None else [metric.c.source == source.value]
    first = select(func.min(column).label("name")).where(*among).cte(recursive=True)
    following = select(func.min(column)).where(column > first.c.name, *among)
    names = first.union_all(
        select(following.scalar_subquery()).where(first.c.name.is_not(None))
    )
    query = select(names.c.name).where(names.c.name.is_not(None))
    if not is_of_one:
        return query
    of_it = trial.c.experiment == bindparam("experiment")
    is_its = exists().where(column == names.c.name, *among, of_it)
    return query.where(is_its.where(column.table.c.trial_id == trial.c.id))
