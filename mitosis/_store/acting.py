"""What people do to locks: rename one, retire one, import those of another database.

A text never changes by it, and each deed is a row of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from mitosis._canonical import differences
from mitosis._model import Act, Action, Conflict, Lock, LockName
from mitosis._store.locks import IN_FORCE, act_row, find_id, is_named, read_locks, variant_row
from mitosis._store.schema import variant, variant_act
from mitosis.errors import LockImportConflictError, RenameError, UnknownLockError


def refuse_another(connection: Connection, name: LockName, meant: Lock | None) -> None:
    """Make sure that the definition in force is the one that a person was shown.

    Raises:
        UnknownLockError: somebody has freed the name meanwhile, and it was locked anew.
    """
    if meant is None:
        return
    (here,) = read_locks(connection, variant.c.id == find_id(connection, name))
    if (here.trial_key, here.variant.text) != (meant.trial_key, meant.variant.text):
        raise UnknownLockError(wanted=f"{name} as it was shown: it was locked anew meanwhile")


def rename(connection: Connection, name: LockName, new_name: str, act: Act) -> Lock:
    """Give a definition another name; its text and its trials stay.

    Raises:
        UnknownLockError: there is no such lock in force.
        RenameError: the new name is empty, the same, or in force.
    """
    variant_id = find_id(connection, name)
    _refuse_name(connection, name, new_name)
    _change(connection, variant_id, name=new_name)
    act = replace(act, action=Action.RENAMED, former_name=name.name)
    return _note(connection, variant_id, act)


def _refuse_name(connection: Connection, name: LockName, new_name: str) -> None:
    if name._replace(name=new_name).numbered:
        reason = "a name that ends so means a former definition"
        raise RenameError(lock=str(name), new_name=new_name, reason=reason)
    if not new_name or new_name == name.name:
        reason = "that is its name already" if new_name else "a name cannot be empty"
        raise RenameError(lock=str(name), new_name=new_name, reason=reason)
    taken = read_locks(connection, IN_FORCE, *is_named(name._replace(name=new_name)))
    if taken:
        value, origin = _shortened(taken[0].variant.text), taken[0].origin
        reason = f"that name is locked to {value}\n    {origin}"
        raise RenameError(lock=str(name), new_name=new_name, reason=reason)


def _shortened(text: str, most: int = 200) -> str:
    return text if len(text) <= most else f"{text[:most]}..."


def retire(connection: Connection, name: LockName, act: Act) -> Lock:
    """Free a name; the definition and its trials stay.

    Raises:
        UnknownLockError: there is no such lock in force.
    """
    variant_id = find_id(connection, name)
    _change(connection, variant_id, retired_at=act.at)
    return _note(connection, variant_id, replace(act, action=Action.RETIRED))


def _change(connection: Connection, variant_id: int, **columns: object) -> None:
    connection.execute(update(variant).where(variant.c.id == variant_id).values(columns))


def _note(connection: Connection, variant_id: int, act: Act) -> Lock:
    connection.execute(insert(variant_act).values(act_row(variant_id, act)))
    (lock,) = read_locks(connection, variant.c.id == variant_id)
    return lock


def import_locks(
    connection: Connection, database: Path, given: Sequence[Lock], act: Act
) -> tuple[Lock, ...]:
    """Take over the locks that are new here, unless any contradicts what is locked.

    Raises:
        LockImportConflictError: names all that do.
    """
    of_these = variant.c.experiment.in_({lock.experiment for lock in given})
    everything = read_locks(connection, of_these)
    new, conflicts = sort_out([lock for lock in everything if not lock.retired_at], given)
    retired = {(lock.full_name, lock.variant.text) for lock in everything if lock.retired_at}
    new = [lock for lock in new if (lock.full_name, lock.variant.text) not in retired]
    if conflicts:
        raise LockImportConflictError(database=database, conflicts=tuple(conflicts))
    return _insert(connection, new, replace(act, action=Action.IMPORTED)) if new else ()


def sort_out(known: Iterable[Lock], given: Iterable[Lock]) -> tuple[list[Lock], list[Conflict]]:
    """Tell which locks are new beside those in force, and which contradict them or each other.

    Args:
        known: the locks in force.
        given: what is to be imported.
    """
    held = {lock.full_name: lock for lock in known}
    new: list[Lock] = []
    conflicts: list[Conflict] = []
    for lock in given:
        here = held.get(lock.full_name)
        if here is None:
            held[lock.full_name] = lock
            new.append(lock)
        elif found := _differences(here, lock):
            conflicts.append(Conflict(here, lock.variant, found))
    return new, conflicts


def _differences(here: Lock, given: Lock) -> tuple[tuple[str, str, str], ...]:
    """Return what two locks differ in.

    No edition gives a text to another value than an earlier one, so equal texts are one value;
    of different texts, two editions may have written one.
    """
    versions = here.variant.version, given.variant.version
    if here.variant.text == given.variant.text or versions[0] == versions[1]:
        parameter = here.variant.parameter
        return differences(here.variant.text, given.variant.text, parameter)
    editions = f"edition {versions[0]}", f"edition {versions[1]}"
    return (("canonical text, which only one edition can compare", *editions),)


def _insert(connection: Connection, locks: Sequence[Lock], act: Act) -> tuple[Lock, ...]:
    c = variant.c
    connection.execute(insert(variant), [variant_row(lock) for lock in locks])
    names = {lock.full_name for lock in locks}
    named = select(c.id, c.experiment, c.parameter, c.name).where(IN_FORCE)
    ids = [id_ for id_, *name in connection.execute(named) if LockName(*name) in names]
    connection.execute(insert(variant_act), [act_row(id_, act) for id_ in ids])
    found = {lock.full_name: lock for lock in read_locks(connection, IN_FORCE)}
    return tuple(found[lock.full_name] for lock in locks)
