"""Locks as rows: how they are read, found by name, and written."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from mitosis._model import Act, Action, Lock, LockName, Variant
from mitosis._store.schema import Unreadable, trial_variant, variant, variant_act
from mitosis.errors import UnknownLockError

IN_FORCE = variant.c.retired_at.is_(None)


def read_locks(connection: Connection, *conditions: ColumnElement[bool]) -> list[Lock]:
    """Return the locks that meet the conditions, with their acts and numbers of trials.

    They are sorted by experiment, parameter, name and the moment they were locked.
    """
    return [lock for _, lock in read_definitions(connection, *conditions)]


def read_definitions(
    connection: Connection, *conditions: ColumnElement[bool]
) -> list[tuple[int, Lock]]:
    """Return what `read_locks` does, each with the id of its row."""
    used_by = select(func.count()).where(trial_variant.c.variant_id == variant.c.id)
    c = variant.c
    query = (
        select(variant, used_by.scalar_subquery().label("used_by"))
        .where(*conditions)
        .order_by(c.experiment, c.parameter, c.name, c.locked_at, c.id)
    )
    acts = _read_acts(connection, conditions)
    return [(row.id, _lock(row, tuple(acts[row.id]))) for row in connection.execute(query)]


def _read_acts(
    connection: Connection, conditions: Iterable[ColumnElement[bool]]
) -> dict[int, list[Act]]:
    query = select(variant_act).join(variant).where(*conditions).order_by(variant_act.c.id)
    acts = defaultdict[int, list[Act]](list)
    for row in connection.execute(query):
        act = Act(_action(row.action), row.at, row.by_whom, row.why, row.former_name)
        acts[row.variant_id].append(act)
    return acts


def _action(text: str) -> Action:
    try:
        return Action(text)
    except ValueError:
        raise Unreadable(f"{text[:60]!r} is nothing that people do to a lock") from None


def act_row(variant_id: int, act: Act) -> dict[str, Any]:
    """Return the row of what somebody did to a definition."""
    return {
        "variant_id": variant_id,
        "action": act.action.value,
        "at": act.at,
        "by_whom": act.by,
        "why": act.why,
        "former_name": act.former_name,
    }


def _lock(row: Any, acts: tuple[Act, ...]) -> Lock:
    return Lock(
        experiment=row.experiment,
        variant=Variant(row.parameter, row.name, row.text, row.digest, row.canonical_version),
        locked_at=row.locked_at,
        trial_name=row.trial_name,
        trial_key=row.trial_key,
        commit=row.commit_hash,
        used_by=row.used_by,
        retired_at=row.retired_at,
        acts=acts,
        place=row.folder_place or "",
    )


def find_id(connection: Connection, name: LockName) -> int:
    """Return the id of the definition that is in force under a name.

    Raises:
        UnknownLockError: there is none.
    """
    query = select(variant.c.id).where(IN_FORCE, *is_named(name))
    found: int | None = connection.execute(query).scalar_one_or_none()
    if found is None:
        raise _unknown(connection, name)
    return found


def is_named(name: LockName) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for definitions of that name, in force or retired."""
    c = variant.c
    return c.experiment == name.experiment, c.parameter == name.parameter, c.name == name.name


def _unknown(connection: Connection, wanted: LockName) -> UnknownLockError:
    c = variant.c
    rows = connection.execute(select(c.experiment, c.parameter, c.name, IN_FORCE)).all()
    known = [(LockName(*name), is_in_force) for *name, is_in_force in rows]
    return unknown_lock(
        wanted, [name for name, _ in known], [name for name, is_meant in known if is_meant]
    )


def unknown_lock(
    wanted: LockName, known: Iterable[LockName], near: Iterable[LockName]
) -> UnknownLockError:
    """Say which part of a name nothing has, and what has one like it.

    Args:
        wanted: what nothing was found under.
        known: the names of all definitions there are.
        near: of these, the names that could be meant.
    """
    for place, sought in enumerate(wanted):
        like = sorted({name[place] for name in near})
        known = [name for name in known if name[place] == sought]
        near = [name for name in near if name[place] == sought]
        if not known:
            break
    found = tuple(difflib.get_close_matches(sought, like, 3, 0.5))
    return UnknownLockError(wanted=wanted.parts[place], near=found)


def variant_row(lock: Lock) -> dict[str, Any]:
    """Return the row of a definition."""
    return {
        "experiment": lock.experiment,
        "parameter": lock.variant.parameter,
        "name": lock.variant.name,
        "text": lock.variant.text,
        "digest": lock.variant.digest,
        "canonical_version": lock.variant.version,
        "locked_at": lock.locked_at,
        "trial_name": lock.trial_name,
        "trial_key": lock.trial_key,
        "commit_hash": lock.commit,
        "retired_at": lock.retired_at,
    }
