"""Variants compared with what is locked, all at once, and locked where they are new."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, bindparam, insert, select, tuple_

from mitosis._canonical import differences
from mitosis._dataclass import dataclass
from mitosis._model import Conflict, Lock, Variant
from mitosis._store.locks import IN_FORCE, read_locks, variant_row
from mitosis._store.naming import in_parts
from mitosis._store.schema import variant
from mitosis.errors import NewerEditionError, VariantConflictError

if TYPE_CHECKING:  # for annotations only: a single trial has no plan
    from mitosis._model import SweepPlan

Locked = Mapping[tuple[str, str], Any]
"""Rows of definitions in force, by parameter and name."""


@dataclass(frozen=True)
class Wanted:
    """Variants that trials of an experiment are to run with.

    Attributes:
        database: the file that they are to be locked in, for messages.
    """

    experiment: str
    variants: Sequence[Variant]
    database: Path

    def __iter__(self) -> Iterator[tuple[tuple[str, str], Variant]]:
        """Yield parameter and name with the variant."""
        return (((given.parameter, given.name), given) for given in self.variants)


def require_same(connection: Connection, wanted: Wanted) -> Locked:
    """Return what is locked under the names of variants, after comparing it with them.

    Raises:
        NewerEditionError: names all variants whose texts only a newer mitosis can compare.
        VariantConflictError: names all variants that are locked with another value.
    """
    locked = _locked(connection, wanted)
    _refuse_newer_editions(wanted, locked)
    _refuse_conflicts(connection, wanted, locked)
    return locked


def lock(
    connection: Connection, plan: SweepPlan, database: Path, prepare: Callable[[], object]
) -> None:
    """Lock what a sweep is to run with and is not locked yet, and have its plan written."""
    wanted = Wanted(plan.experiment, list(plan.locked), database)
    locked = require_same(connection, wanted)
    new = [lock for lock in locks_of(plan) if lock.full_name[1:] not in locked]
    if new:
        connection.execute(insert(variant), list(map(variant_row, new)))
    prepare()


def locks_of(plan: SweepPlan) -> Iterator[Lock]:
    """Yield the locks that a sweep makes where there are none; a sweep has no key."""
    for given in plan.locked:
        yield Lock(plan.experiment, given, plan.created_at, plan.name, "", plan.commit)


def _locked(connection: Connection, wanted: Wanted) -> Locked:
    return {
        (row.parameter, row.name): row
        for some in in_parts([name for name, _ in wanted])
        for row in connection.execute(
            _named(), {"experiment": wanted.experiment, "names": some}
        )
    }


@cache  # to build it takes longer than to execute it
def _named() -> Select[Any]:
    c = variant.c
    query = select(c.id, c.parameter, c.name, c.text, c.canonical_version)
    named = tuple_(c.parameter, c.name).in_(bindparam("names", expanding=True))
    return query.where(IN_FORCE, c.experiment == bindparam("experiment"), named)


def _refuse_newer_editions(wanted: Wanted, locked: Locked) -> None:
    newer = [
        (given, row.canonical_version)
        for name, given in wanted
        if (row := locked.get(name)) and row.canonical_version > given.version
    ]
    if newer:
        raise NewerEditionError(
            database=wanted.database,
            variants=tuple(
                f"variant {v.name!r} of parameter {v.parameter!r}" for v, _ in newer
            ),
            found=max(version for _, version in newer),
            known=newer[0][0].version,
        )


def _refuse_conflicts(connection: Connection, wanted: Wanted, locked: Locked) -> None:
    differing = [
        row.id
        for name, given in wanted
        if (row := locked.get(name)) and row.text != given.text_under(row.canonical_version)
    ]
    if differing:
        found = (
            lock
            for some in in_parts(differing)
            for lock in read_locks(connection, variant.c.id.in_(some))
        )
        raise VariantConflictError(
            experiment=wanted.experiment,
            database=wanted.database,
            conflicts=tuple(_conflicts(wanted, found)),
        )


def _conflicts(wanted: Wanted, locks: Iterable[Lock]) -> Iterator[Conflict]:
    named = {(lock.variant.parameter, lock.variant.name): lock for lock in locks}
    for name, given in wanted:
        if found := named.get(name):
            text = given.text_under(found.variant.version)
            yield Conflict(found, given, differences(found.variant.text, text, given.parameter))
