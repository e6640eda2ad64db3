"""How a person names a lock: by its variant's name, and `name@1` for a former definition."""

from __future__ import annotations

from mitosis._dataclass import dataclass
from mitosis._locks.folder import Held, Holdings
from mitosis._model import Action, Lock, LockName
from mitosis._store import unknown_lock


@dataclass(frozen=True)
class Named:
    """A definition under a name that it has or had.

    Attributes:
        name: what it was asked for by; a definition that was renamed has another now.
        number: the how-manieth definition under that name, from 1.
    """

    held: Held
    name: str
    number: int

    @property
    def label(self) -> str:
        """The name, with the definition's number where it is not the one in force."""
        return self.name if _is_in_force(self.held, self.name) else f"{self.name}@{self.number}"


def find_definitions(holdings: Holdings, wanted: LockName) -> list[Named]:
    """Find all definitions that a name has had, the one that is meant first.

    A name means the definition in force, else the last that was. `low@1` means the first
    definition that was called `low`, unless there is one that is called `low@1`.

    Raises:
        UnknownLockError: nothing is or was locked under that name.
        AmbiguousDatabaseError: see `Holdings.database`.
    """
    known = _known(holdings, wanted)
    found = _definitions(known, wanted.name)
    if found:
        return [found[-1], *found[:-1]]
    numbered = wanted.numbered
    found = _definitions(known, numbered[0].name) if numbered else []
    if not numbered or numbered[1] > len(found):
        names = [held.key for held in holdings.held]
        raise unknown_lock(wanted, names, names)
    index = numbered[1] - 1
    return [found[index], *found[:index], *found[index + 1 :]]


def find_lock(holdings: Holdings, wanted: LockName) -> Held:
    """Find the lock in force under a name.

    Raises:
        UnknownLockError: nothing is locked under that name now.
        AmbiguousDatabaseError: see `Holdings.database`.
    """
    for held in _known(holdings, wanted):
        if _is_in_force(held, wanted.name):
            return held
    meant = [held.key for held in holdings.in_force]
    raise unknown_lock(wanted, [held.key for held in holdings.held], meant)


def former_names(lock: Lock) -> list[str]:
    """Return the names that a definition had before it was renamed."""
    return [act.former_name for act in lock.acts if act.action is Action.RENAMED]


def _known(holdings: Holdings, wanted: LockName) -> list[Held]:
    return [
        held
        for held in holdings.locks(wanted.experiment)
        if held.lock.variant.parameter == wanted.parameter
    ]


def _definitions(known: list[Held], name: str) -> list[Named]:
    """Return all definitions that a name has had: the eldest first, the one in force last."""
    found = [
        held
        for held in known
        if name == held.lock.variant.name or name in former_names(held.lock)
    ]
    found.sort(key=lambda held: (_is_in_force(held, name), held.lock.locked_at))
    return [Named(held, name, number) for number, held in enumerate(found, 1)]


def _is_in_force(held: Held, name: str) -> bool:
    return held.lock.variant.name == name and held.lock.retired_at is None
