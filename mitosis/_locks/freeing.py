"""The two acts that free a name: each keeps the definition, and says who did it and why."""

from __future__ import annotations

from datetime import UTC, datetime

from mitosis._locks.folder import Held
from mitosis._model import Act, Action, Lock
from mitosis._provenance import person
from mitosis._store import Store


def retire(held: Held, why: str) -> Lock:
    """Free the name of a lock in force; the next recorded trial with that name locks it anew.

    Returns:
        The lock as it is now.

    Raises:
        UnknownLockError: it is not in force any more.
        DatabaseError: the database cannot be used.
    """
    return Store(held.file).retire(held.key, _act(held, Action.RETIRED, why), meant=held.lock)


def rename(held: Held, new_name: str, why: str = "") -> Lock:
    """Give a lock in force another name; the former name is free then.

    Returns:
        The lock as it is now.

    Raises:
        UnknownLockError: it is not in force any more.
        RenameError: the new name is taken, empty, or the one it has.
        DatabaseError: the database cannot be used.
    """
    act = _act(held, Action.RENAMED, why)
    return Store(held.file).rename(held.key, new_name, act, meant=held.lock)


def _act(held: Held, action: Action, why: str) -> Act:
    return Act(action, datetime.now(UTC), person(held.file.parent), why)
