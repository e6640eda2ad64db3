"""A trial's end: what it adds to the row."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from sqlalchemy import Connection, Delete, Insert, bindparam, delete, insert, update
from sqlalchemy.sql.dml import ReturningUpdate

from mitosis._model import Finish, Status
from mitosis._store.scalars import metric_rows, number, short_columns
from mitosis._store.schema import metric, trial
from mitosis._store.trial_rows import data_column


def end(connection: Connection, finish: Finish, *only_if: Status) -> bool:
    """Write the end of a trial, perhaps only if its row has some status; tell whether."""
    row = end_row(finish) | {"wanted": finish.key}
    trial_id = connection.execute(_ended(*only_if), row).scalar()
    if trial_id is not None and (finish.metrics or finish.numbers):
        write_metrics(connection, trial_id, finish)
    return trial_id is not None


@cache  # to build a statement takes longer than to execute it
def _ended(*only_if: Status) -> ReturningUpdate[Any]:
    statement = update(trial).where(trial.c.key == bindparam("wanted"))
    if only_if:
        statement = statement.where(trial.c.status.in_([status.value for status in only_if]))
    return statement.returning(trial.c.id)


@cache
def _no_metrics() -> Delete:
    return delete(metric).where(metric.c.trial_id == bindparam("wanted"))


@cache
def _more_metrics() -> Insert:
    return insert(metric)


def write_metrics(connection: Connection, trial_id: int, finish: Finish) -> None:
    """Write what a trial measured, in the place of what was told before."""
    connection.execute(_no_metrics(), {"wanted": trial_id})
    if rows := metric_rows(trial_id, finish):
        connection.execute(_more_metrics(), rows)


def end_row(finish: Finish) -> dict[str, Any]:
    """Return the columns of a trial's row that its end fills."""
    outcome = finish.outcome
    main = outcome.main
    told = {
        "data": data_column(finish.data),
        "host": finish.host,
        "environment": finish.environment,
    }
    return (
        {name: value for name, value in told.items() if value}  # else the claim's stay
        | short_columns(finish)
        | {
            "results_digest": finish.results_digest,
            "status": outcome.status.value,
            "reason": outcome.reason or None,
            "main": _number(main),
            "main_json": _json(main),
            "ended_at": outcome.ended_at,
            "wall_seconds": outcome.usage.wall_seconds,
            "cpu_seconds": outcome.usage.cpu_seconds,
            "peak_memory_bytes": outcome.usage.peak_memory_bytes,
            "html": finish.places.html,
            "folder": finish.places.folder,
        }
    )


def _json(main: Any) -> str | None:
    if main is None:
        return None
    try:
        return json.dumps(main)
    except ValueError:  # Python refuses to write very long ints in decimal
        return json.dumps(hex(main))


def _number(main: Any) -> float | None:
    """Return what sorts as a number; SQLite itself turns NaN into NULL."""
    if main in ("inf", "-inf"):  # as reports and records write it
        return float(main)
    return None if isinstance(main, bool) else number(main)
