"""The store's three verbs: lock and claim before a trial, finish it, and read it back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, tuple_, update

from mitosis._canonical import differences
from mitosis._model import Claim, Claimed, Conflict, Finish, Lock, Status, Variant
from mitosis._store.connection import reading, transaction
from mitosis._store.schema import trial, variant
from mitosis.errors import DatabaseError, VariantConflictError


class Store:
    """The database of one experiment.

    Args:
        path: the SQLite file. It is made by the first claim.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def claim(self, claim: Claim) -> Claimed:
        """Lock all variants of a trial and record the trial as running, or do nothing.

        One transaction: on return the row exists and its iteration is nobody else's; on any
        error the file is as it was.

        Raises:
            VariantConflictError: names all variants that are locked with another value.
            DatabaseError: the file cannot be used.
        """
        with transaction(self.path, create=True) as connection:
            locks = _locks_in_force(connection, claim.experiment, _names(claim).items())
            self._refuse_conflicts(claim, locks)
            iteration = _next_iteration(connection, claim)
            name = f"{claim.name_prefix}-{iteration}"
            row = _trial_row(claim) | {"name": name, "iteration": iteration}
            inserted = connection.execute(insert(trial).values(row))
            _lock_new(connection, claim, locks, inserted.inserted_primary_key)
            return Claimed(name=name, iteration=iteration)

    def finish(self, finish: Finish) -> None:
        """Write how a claimed trial ended.

        Raises:
            DatabaseError: the file cannot be used, or does not hold the trial.
        """
        with transaction(self.path, create=False) as connection:
            statement = update(trial).where(trial.c.key == finish.key)
            if connection.execute(statement.values(_finish_row(finish))).rowcount != 1:
                reason = f"it does not hold the trial with key {finish.key}"
                raise DatabaseError(database=self.path, reason=reason)

    def trials(self) -> list[RowMapping]:
        """Return all trials, in the order of their claims."""
        with reading(self.path) as connection:
            return list(connection.execute(select(trial).order_by(trial.c.id)).mappings())

    def locks(self, experiment: str) -> dict[tuple[str, str], Lock]:
        """Return an experiment's definitions in force by parameter and variant name."""
        with reading(self.path) as connection:
            return _locks_in_force(connection, experiment)

    def _refuse_conflicts(self, claim: Claim, locks: dict[tuple[str, str], Lock]) -> None:
        conflicts = tuple(
            Conflict(lock, given, differences(lock.variant.text, given.text))
            for given in claim.variants
            if (lock := locks.get((given.parameter, given.name)))
            and lock.variant.text != given.text
        )
        if conflicts:
            raise VariantConflictError(
                experiment=claim.experiment, database=self.path, conflicts=conflicts
            )


def _locks_in_force(
    connection: Connection, experiment: str, names: Iterable[tuple[str, str]] | None = None
) -> dict[tuple[str, str], Lock]:
    query = (
        select(variant, trial.c.name.label("trial_name"), trial.c.key, trial.c.commit_hash)
        .join(trial, variant.c.trial_id == trial.c.id)
        .where(variant.c.experiment == experiment, variant.c.retired_at.is_(None))
    )
    if names is not None:
        query = query.where(tuple_(variant.c.parameter, variant.c.name).in_(list(names)))
    return {(row.parameter, row.name): _lock(row) for row in connection.execute(query)}


def _lock(row: Any) -> Lock:
    return Lock(
        variant=Variant(row.parameter, row.name, row.text, row.digest, row.canonical_version),
        locked_at=row.locked_at,
        trial_name=row.trial_name,
        trial_key=row.key,
        commit=row.commit_hash,
    )


def _next_iteration(connection: Connection, claim: Claim) -> int:
    last = select(func.max(trial.c.iteration)).where(
        trial.c.experiment == claim.experiment,
        trial.c.run_group == (claim.group or ""),
        trial.c.variants == _names(claim),
    )
    return (connection.execute(last).scalar() or 0) + 1


def _names(claim: Claim) -> dict[str, str]:
    return {v.parameter: v.name for v in claim.variants}


def _lock_new(
    connection: Connection,
    claim: Claim,
    locks: dict[tuple[str, str], Lock],
    trial_key: Sequence[Any] | None,
) -> None:
    (trial_id,) = trial_key or (None,)
    rows = [
        {
            "experiment": claim.experiment,
            "parameter": v.parameter,
            "name": v.name,
            "text": v.text,
            "digest": v.digest,
            "canonical_version": v.version,
            "locked_at": claim.started_at,
            "trial_id": trial_id,
        }
        for v in claim.variants
        if (v.parameter, v.name) not in locks
    ]
    if rows:
        connection.execute(insert(variant), rows)


def _trial_row(claim: Claim) -> dict[str, Any]:
    return {
        "experiment": claim.experiment,
        "key": claim.key,
        "run_group": claim.group or "",
        "variants": _names(claim),
        "digests": {v.parameter: v.digest for v in claim.variants},
        "literals": dict(claim.values),
        "seed": None if claim.seed is None else str(claim.seed),
        "status": Status.RUNNING.value,
        "commit_hash": claim.code.commit,
        "branch": claim.code.branch,
        "remote": claim.code.remote,
        "started_at": claim.started_at,
        "host": claim.machine.host,
        "pid": claim.machine.pid,
        "process_started": claim.machine.process_started,
        "boot_id": claim.machine.boot_id,
        "environment": claim.environment_digest,
    }


def _finish_row(finish: Finish) -> dict[str, Any]:
    outcome = finish.outcome
    main = outcome.main
    return {
        "status": outcome.status.value,
        "reason": outcome.reason or None,
        "main": _number(main),
        "main_json": _json(main),
        "ended_at": outcome.ended_at,
        "wall_seconds": outcome.usage.wall_seconds,
        "cpu_seconds": outcome.usage.cpu_seconds,
        "peak_memory_bytes": outcome.usage.peak_memory_bytes,
        "html": finish.html,
        "folder": finish.folder,
    }


def _json(main: Any) -> str | None:
    if main is None:
        return None
    try:
        return json.dumps(main)
    except ValueError:  # Python refuses to write very long ints in decimal
        return json.dumps(hex(main))


def _number(main: Any) -> float | None:
    """Return what sorts as a number; SQLite itself turns NaN into NULL."""
    if isinstance(main, bool) or not isinstance(main, int | float):
        return None
    try:
        return float(main)
    except OverflowError:
        return None
