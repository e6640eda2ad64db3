"""Taking locks out of a trials folder for others, and over from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from mitosis import _layout
from mitosis._dataclass import dataclass
from mitosis._locks.folder import Held, Holdings
from mitosis._locks.naming import former_names
from mitosis._model import Act, Action, Conflict, Lock
from mitosis._provenance import person
from mitosis._store import Store, sort_out
from mitosis.errors import LockImportConflictError


@dataclass(frozen=True)
class Imported:
    """What an import did.

    Attributes:
        new: locks that were taken over, and the databases that hold them now.
        known: how many were there already, with the same text.
        retired: how many were left out, for they were retired here.
    """

    new: tuple[Held, ...]
    known: int
    retired: int


def shared_locks(holdings: Holdings, experiments: Iterable[str] = ()) -> list[Lock]:
    """Return the locks in force, of all experiments or of some, each from the one database.

    Raises:
        AmbiguousDatabaseError: see `Holdings.database`.
        DatabaseError: a database cannot be read, so locks of it would be missing.
    """
    holdings.require_readable()
    wanted = list(experiments) or holdings.experiments
    found = [held.lock for experiment in wanted for held in holdings.locks(experiment)]
    return [lock for lock in found if lock.retired_at is None]


def unknown_locks(holdings: Holdings, locks: Iterable[Lock]) -> list[Lock]:
    """Return those locks of which the trials folder knows nothing.

    What was retired or renamed here is known, by the names it had. What was never imported is
    not.
    """
    known = {
        (held.key._replace(name=name), held.lock.variant.text)
        for held in holdings.held
        for name in (held.lock.variant.name, *former_names(held.lock))
    }
    return [lock for lock in locks if (lock.full_name, lock.variant.text) not in known]


def import_locks(holdings: Holdings, locks: Sequence[Lock], why: str) -> Imported:
    """Take over the locks that are new here; of locks that are here already, change nothing.

    All locks are compared before the first is written, over all databases. A database that
    does not exist is made.

    Args:
        holdings: of the folder that takes the locks.
        locks: in force, of each experiment, parameter and name at most one.
        why: kept in the history of each new lock.

    Raises:
        LockImportConflictError: names all locks that contradict what is locked here.
        AmbiguousDatabaseError: see `Holdings.database`.
        DatabaseError: a database cannot be used.
        TrialsFolderError: the trials folder cannot be used.
    """
    holdings.require_readable()
    by_database: dict[Path, list[Lock]] = {}
    for lock in locks:
        by_database.setdefault(holdings.database(lock.experiment), []).append(lock)
    _refuse_contradictions(holdings, by_database)
    if locks:
        _layout.make_trials_folder(holdings.folder)
    act = Act(Action.IMPORTED, datetime.now(UTC), person(holdings.folder), why)
    new = [
        Held(lock, database)
        for database, given in by_database.items()
        for lock in Store(database).import_locks(given, act)
    ]
    in_force = {held.key for held in (*holdings.in_force, *new)}
    retired = sum(lock.full_name not in in_force for lock in locks)
    return Imported(tuple(new), len(locks) - len(new) - retired, retired)


def _refuse_contradictions(holdings: Holdings, by_database: dict[Path, list[Lock]]) -> None:
    found: dict[Path, list[Conflict]] = {}
    for database, locks in by_database.items():
        known = [held.lock for held in holdings.in_force if held.file == database]
        _, contradictions = sort_out(known, locks)
        if contradictions:
            found[database] = contradictions
    if found:
        # One error for all; where it is several files, what they share is the folder.
        place = next(iter(found)) if len(found) == 1 else holdings.folder
        conflicts = tuple(conflict for group in found.values() for conflict in group)
        raise LockImportConflictError(database=place, conflicts=conflicts)
