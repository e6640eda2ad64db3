"""Trials that are deleted: their rows go; their numbers and locks stay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, RowMapping, delete, insert, select

from mitosis._model import Act, Action, Lock, Status
from mitosis._store.act_lines import lock_from_json, lock_to_json
from mitosis._store.locks import read_definitions
from mitosis._store.naming import in_parts, rows
from mitosis._store.recorded_acts import PurgedTrial, bare
from mitosis._store.schema import (
    Unreadable,
    metric,
    purged,
    trial,
    trial_tag,
    trial_value,
    trial_variant,
    variant,
)
from mitosis.errors import DatabaseError, StillRunningError

_TOLD_OF_TRIALS = (trial_variant, trial_value, metric, trial_tag)


def purge(
    connection: Connection, database: Path, keys: Sequence[str], act: Act
) -> list[PurgedTrial]:
    """Delete the rows of trials, and return what stays of them.

    Raises:
        StillRunningError: the rows of some say that they run.
        DatabaseError: some are not there; all these are named.
    """
    keys = list(dict.fromkeys(keys))
    found = rows(connection, keys)
    _refuse(database, keys, found)
    definitions = _definitions(connection, [row["id"] for row in found])
    delete_rows(connection, [row["id"] for row in found])
    locks = _orphans(connection, definitions)
    purged_now = replace(act, action=Action.PURGED)
    told = [_told(row, purged_now, _bare(row, locks[row["id"]])) for row in found]
    for one in told:
        keep(connection, one)
    return told


def _refuse(database: Path, keys: Sequence[str], found: Sequence[RowMapping]) -> None:
    missing = sorted(set(keys) - {row["key"] for row in found})
    if missing:
        reason = f"it does not hold the trials with the keys {', '.join(missing)}"
        raise DatabaseError(database=database, reason=reason)
    running = [row for row in found if row["status"] == Status.RUNNING.value]
    if running:
        names = tuple(f"{row['key']}  {row['name']}" for row in running)
        raise StillRunningError(folder=database.parent, trials=names)


def _definitions(connection: Connection, ids: Sequence[int]) -> list[tuple[int, int]]:
    """Return pairs of trial and definition."""
    c = trial_variant.c
    return [
        (row.trial_id, row.variant_id)
        for some in in_parts(ids)
        for row in connection.execute(select(trial_variant).where(c.trial_id.in_(some)))
    ]


def delete_rows(connection: Connection, ids: Sequence[int]) -> None:
    """Delete all that the tables tell of trials."""
    for some in in_parts(ids):
        for table in _TOLD_OF_TRIALS:
            connection.execute(delete(table).where(table.c.trial_id.in_(some)))
        connection.execute(delete(trial).where(trial.c.id.in_(some)))


def _orphans(
    connection: Connection, definitions: Sequence[tuple[int, int]]
) -> Mapping[int, list[Lock]]:
    """Return the definitions that no other trial's folder tells, each with one trial."""
    trials = {variant_id: trial_id for trial_id, variant_id in reversed(definitions)}
    found = defaultdict[int, list[Lock]](list)
    for some in in_parts(sorted(trials)):
        for variant_id, lock in read_definitions(connection, variant.c.id.in_(some)):
            if not lock.used_by:
                found[trials[variant_id]].append(lock)
    return found


def _bare(row: RowMapping, locks: Sequence[Lock]) -> Iterator[Lock]:
    """Yield locks under the names that the trial ran with, and nothing of other trials."""
    for lock in locks:
        yield bare(lock, row["variants"][lock.variant.parameter])


def _told(row: RowMapping, act: Act, locks: Iterable[Lock]) -> PurgedTrial:
    return PurgedTrial(
        key=row["key"],
        experiment=row["experiment"],
        group=row["run_group"],
        variants=row["variants"],
        iteration=row["iteration"],
        name=row["name"],
        started_at=row["started_at"],
        act=act,
        locks=tuple(locks),
    )


def keep(connection: Connection, told: PurgedTrial) -> None:
    """Write down what stays of a trial."""
    row = {
        "key": told.key,
        "experiment": told.experiment,
        "run_group": told.group,
        "variants": dict(told.variants),
        "iteration": told.iteration,
        "name": told.name,
        "started_at": told.started_at,
        "locks": [lock_to_json(lock) for lock in told.locks],
        "at": told.act.at,
        "by_whom": told.act.by,
        "why": told.act.why,
    }
    connection.execute(insert(purged), row)


def read_purged(connection: Connection) -> Iterator[PurgedTrial]:
    """Yield what stays of all trials that were ever purged, in the order of that."""
    query = select(purged).order_by(purged.c.at, purged.c.key)
    for row in connection.execute(query).mappings():
        yield _from_row(row)


def _from_row(row: RowMapping) -> PurgedTrial:
    try:
        locks = tuple(lock_from_json(row["experiment"], lock) for lock in row["locks"])
    except (LookupError, TypeError) as exc:
        raise Unreadable(f"a lock of the purged trial {row['key']} lacks {exc}") from None
    return _told(row, Act(Action.PURGED, row["at"], row["by_whom"], row["why"]), locks)
