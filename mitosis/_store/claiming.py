"""A claim: compare what is locked, lock what is new, number the trial and make its row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    func,
    insert,
    select,
    update,
)

from mitosis._model import Claim, Claimed, Lock, Places, Variant
from mitosis._store.locking import Wanted, require_same
from mitosis._store.locks import variant_row
from mitosis._store.scalars import value_rows
from mitosis._store.schema import purged, trial, trial_value, trial_variant, variant
from mitosis._store.trial_rows import claim_row, variant_names

Prepare = Callable[[Claimed], Places]
"""What a runner does once its trial has a number, before the row can be seen by others."""

_NUMBERED = ("experiment", "run_group", "variants")
"""Trials that agree in these are numbered together."""


def grant(connection: Connection, claim: Claim, database: Path, prepare: Prepare) -> Claimed:
    """Lock a trial's variants, make its row, and have its folder prepared.

    Raises:
        VariantConflictError: names all variants that are locked with another value.
        NewerEditionError: names all variants whose texts only a newer mitosis can compare.
    """
    locked = require_same(connection, Wanted(claim.experiment, claim.variants, database))
    iteration = _next_iteration(connection, claim)
    claimed = Claimed(name=f"{claim.name_prefix}-{iteration}", iteration=iteration)
    trial_id = _insert(connection, trial, claim_row(claim, claimed))
    definitions = [
        row.id if row else _lock(connection, claim, claimed, given)
        for given in claim.variants
        for row in [locked.get((given.parameter, given.name))]
    ]
    if links := [{"trial_id": trial_id, "variant_id": id_} for id_ in definitions]:
        connection.execute(_inserted(trial_variant), links)
    if values := value_rows(trial_id, claim):
        connection.execute(_inserted(trial_value), values)
    places = prepare(claimed)
    where = {"folder": places.folder or None, "html": places.html or None}
    connection.execute(_placed(), {"wanted": trial_id, **where})
    return claimed


def _next_iteration(connection: Connection, claim: Claim) -> int:
    """Return the number after all that were ever given, also to trials that are gone."""
    named = {
        "experiment": claim.experiment,
        "run_group": claim.group or "",
        "variants": variant_names(claim),
    }
    return max(number or 0 for number in connection.execute(_last(), named).one()) + 1


# To build a statement takes longer than SQLite takes to execute it.


@cache
def _last() -> Select[Any]:
    last = (
        select(func.max(table.c.iteration))
        .where(*(table.c[name] == bindparam(name) for name in _NUMBERED))
        .scalar_subquery()
        for table in (trial, purged)
    )
    return select(*last)


@cache
def _inserted(table: Table) -> Insert:
    return insert(table)


@cache
def _placed() -> Update:
    places = update(trial).values(folder=bindparam("folder"), html=bindparam("html"))
    return places.where(trial.c.id == bindparam("wanted"))


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
    (row_id,) = connection.execute(_inserted(table), dict(row)).inserted_primary_key or (0,)
    return int(row_id)
