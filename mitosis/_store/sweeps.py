"""The trials of a sweep, by its points."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, case, func, select

from mitosis._model import Status, SweepRow
from mitosis._store.schema import Unreadable, trial
from mitosis._store.trial_rows import of_this_folder

_COLUMNS = (
    *("sweep_point", "key", "name", "status", "main_json", "seed", "started_at"),
    *("wall_seconds", "reason", "html", "folder", "commit_hash", "variants", "literals"),
)

_MOST_KEYS = 500


def sweep_rows(connection: Connection, name: str) -> Iterator[SweepRow]:
    """Yield the trials of a sweep by point, and of one point in the order of their claims.

    Of a shared store, only those of this trials folder: its plan is there, and a sweep of a
    colleague that has the same name is another one.
    """
    c = trial.c
    query = select(*(c[column] for column in _COLUMNS)).where(c.sweep == name)
    query = query.where(c.sweep_point.is_not(None), *of_this_folder(connection))
    query = query.order_by(c.sweep_point, c.id)
    yield from map(_row, connection.execute(query))


def taken_rows(connection: Connection, taken: Mapping[int, str]) -> Iterator[SweepRow]:
    """Yield the trials of these keys, each as one of the point that it stands for."""
    c = trial.c
    points = list(taken)
    for start in range(0, len(points), _MOST_KEYS):
        some = points[start : start + _MOST_KEYS]
        query = select(*(c[column] for column in _COLUMNS))
        found = connection.execute(query.where(c.key.in_({taken[point] for point in some})))
        by_key = {row.key: _row(row) for row in found}
        known = (point for point in some if taken[point] in by_key)
        yield from (replace(by_key[taken[point]], point=point) for point in known)


def _row(row: Any) -> SweepRow:
    try:
        status = Status(row.status)
        seed = None if row.seed is None else int(row.seed)
        main = None if row.main_json is None else json.loads(row.main_json)
    except ValueError as exc:
        raise Unreadable(f"a trial of a sweep cannot be read ({exc})") from None
    return SweepRow(
        point=row.sweep_point,
        key=row.key,
        name=row.name,
        status=status,
        main=main,
        seed=seed,
        started_at=row.started_at,
        wall_seconds=row.wall_seconds,
        reason=row.reason or "",
        html=row.html or "",
        folder=row.folder or "",
        commit=row.commit_hash,
        variants=row.variants,
        values=row.literals,
    )


def sweep_counts(connection: Connection, name: str) -> dict[Status, int]:
    """Return how many points have each status; points without a trial are not among them.

    The status of a point is that of the trial that counts: one that succeeded, else one that
    runs, else the newest. All of it is read from one index.
    """
    c = trial.c
    rank = case((c.status == Status.SUCCEEDED.value, 0), (c.status == Status.RUNNING.value, 1))
    newest_first = rank.asc().nulls_last(), c.id.desc()
    place = func.row_number().over(partition_by=c.sweep_point, order_by=newest_first)
    ranked = select(c.status, place.label("place")).where(
        c.sweep == name, c.sweep_point.is_not(None), *of_this_folder(connection)
    )
    one = ranked.subquery()
    query = select(one.c.status, func.count()).where(one.c.place == 1).group_by(one.c.status)
    try:
        return {Status(status): int(count) for status, count in connection.execute(query)}
    except ValueError as exc:
        raise Unreadable(str(exc)) from None
