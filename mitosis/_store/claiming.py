"""A claim: compare what is locked, lock what is new, number the trial and make its row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, tuple_, update

from mitosis._canonical import differences
from mitosis._model import Claim, Claimed, Conflict, Lock, Places, Variant
from mitosis._store.locks import IN_FORCE, read_locks, variant_row
from mitosis._store.scalars import value_rows
from mitosis._store.schema import purged, trial, trial_value, trial_variant, variant
from mitosis._store.trial_rows import claim_row, variant_names
from mitosis.errors import NewerEditionError, VariantConflictError

Locked = Mapping[tuple[str, str], Any]
"""Rows of definitions in force, by parameter and name."""

Prepare = Callable[[Claimed], Places]
"""What a runner does once its trial has a number, before the row can be seen by others."""


def grant(connection: Connection, claim: Claim, database: Path, prepare: Prepare) -> Claimed:
    """Lock a trial's variants, make its row, and have its folder prepared.

    Raises:
        VariantConflictError: names all variants that are locked with another value.
        NewerEditionError: names all variants whose texts only a newer mitosis can compare.
    """
    locked = _locked(connection, claim)
    _refuse_newer_editions(claim, locked, database)
    _refuse_conflicts(connection, claim, locked, database)
    iteration = _next_iteration(connection, claim)
    claimed = Claimed(name=f"{claim.name_prefix}-{iteration}", iteration=iteration)
    trial_id = _insert(connection, trial, claim_row(claim, claimed))
    definitions = [
        row.id if row else _lock(connection, claim, claimed, given)
        for given in claim.variants
        for row in [locked.get((given.parameter, given.name))]
    ]
    if links := [{"trial_id": trial_id, "variant_id": id_} for id_ in definitions]:
        connection.execute(insert(trial_variant), links)
    if values := value_rows(trial_id, claim):
        connection.execute(insert(trial_value), values)
    places = prepare(claimed)
    where = {"folder": places.folder or None, "html": places.html or None}
    connection.execute(update(trial).where(trial.c.id == trial_id).values(where))
    return claimed


def _locked(connection: Connection, claim: Claim) -> Locked:
    c = variant.c
    query = select(c.id, c.parameter, c.name, c.text, c.canonical_version).where(
        IN_FORCE,
        c.experiment == claim.experiment,
        tuple_(c.parameter, c.name).in_(list(variant_names(claim).items())),
    )
    return {(row.parameter, row.name): row for row in connection.execute(query)}


def _refuse_newer_editions(claim: Claim, locked: Locked, database: Path) -> None:
    newer = [
        (given, row.canonical_version)
        for given in claim.variants
        if (row := locked.get((given.parameter, given.name)))
        and row.canonical_version > given.version
    ]
    if newer:
        raise NewerEditionError(
            database=database,
            variants=tuple(
                f"variant {v.name!r} of parameter {v.parameter!r}" for v, _ in newer
            ),
            found=max(version for _, version in newer),
            known=newer[0][0].version,
        )


def _refuse_conflicts(
    connection: Connection, claim: Claim, locked: Locked, database: Path
) -> None:
    differing = [
        row.id
        for given in claim.variants
        if (row := locked.get((given.parameter, given.name)))
        and row.text != given.text_under(row.canonical_version)
    ]
    if differing:
        locks = read_locks(connection, variant.c.id.in_(differing))
        raise VariantConflictError(
            experiment=claim.experiment,
            database=database,
            conflicts=tuple(_conflicts(claim, locks)),
        )


def _conflicts(claim: Claim, locks: Sequence[Lock]) -> Iterator[Conflict]:
    named = {(lock.variant.parameter, lock.variant.name): lock for lock in locks}
    for given in claim.variants:
        if lock := named.get((given.parameter, given.name)):
            text = given.text_under(lock.variant.version)
            yield Conflict(lock, given, differences(lock.variant.text, text, given.parameter))


def _next_iteration(connection: Connection, claim: Claim) -> int:
    """Return the number after all that were ever given, also to trials that are gone."""
    last = (
        select(func.max(table.c.iteration))
        .where(table.c.experiment == claim.experiment)
        .where(table.c.run_group == (claim.group or ""))
        .where(table.c.variants == variant_names(claim))
        .scalar_subquery()
        for table in (trial, purged)
    )
    return max(number or 0 for number in connection.execute(select(*last)).one()) + 1


def _lock(connection: Connection, claim: Claim, claimed: Claimed, given: Variant) -> int:
    lock = Lock(
        experiment=claim.experiment,
        variant=given,
        locked_at=claim.started_at,
        trial_name=claimed.name,
        trial_key=claim.key,
        commit=claim.code.commit,
    )
    return _insert(connection, variant, variant_row(lock))


def _insert(connection: Connection, table: Table, row: Mapping[str, Any]) -> int:
    (row_id,) = connection.execute(insert(table).values(row)).inserted_primary_key or (0,)
    return int(row_id)
