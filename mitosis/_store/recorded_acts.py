"""What people did, with what is needed to do it again in a database made anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from mitosis._dataclass import dataclass
from mitosis._model import Act, Action, Lock, LockName


@dataclass(frozen=True)
class RecordedAct:
    """What somebody did to a lock, with what is needed to do it again.

    Attributes:
        lock_name: the lock as it was called before.
        digest: of its text.
        trial_key: of the trial that locked it.
        new_name: what it was renamed to; else empty.
        lock: what was imported, as it was then; else None.
    """

    lock_name: LockName
    digest: str
    trial_key: str
    act: Act
    new_name: str = ""
    lock: Lock | None = None


@dataclass(frozen=True)
class PurgedTrial:
    """A trial that somebody deleted, with what has to outlast it.

    Attributes:
        variants: argument to the variant's name.
        locks: the definitions that it ran with and no trial that is left did, under the
            names that it ran with.
    """

    key: str
    experiment: str
    group: str
    variants: Mapping[str, str]
    iteration: int
    name: str
    started_at: datetime
    act: Act
    locks: tuple[Lock, ...] = ()


def acts_of(lock: Lock) -> list[RecordedAct]:
    """Return what people did to a lock, in order, each with the name it had before."""
    acts: list[RecordedAct] = []
    name = lock.variant.name
    for act in reversed(lock.acts):
        is_renamed = act.action is Action.RENAMED
        new_name = name if is_renamed else ""
        name = act.former_name if is_renamed else name
        acts.append(
            RecordedAct(
                lock_name=lock.full_name._replace(name=name),
                digest=lock.variant.digest,
                trial_key=lock.trial_key,
                act=act,
                new_name=new_name,
                lock=bare(lock, name) if act.action is Action.IMPORTED else None,
            )
        )
    return acts[::-1]


def told_with(lock: Lock) -> list[RecordedAct]:
    """Return what another folder has to be told of a lock, beside the trials that ran with it.

    Of one that was never renamed and is in force, that is where it comes from; of every other,
    what people did to it.
    """
    if lock.retired_at or any(act.former_name for act in lock.acts):
        return acts_of(lock)
    act = Act(Action.IMPORTED, lock.locked_at, "mitosis export", "")
    origin = bare(lock, lock.variant.name)
    return [RecordedAct(lock.full_name, lock.variant.digest, lock.trial_key, act, lock=origin)]


def bare(lock: Lock, name: str) -> Lock:
    """Return a lock under another name, as if nobody had used it or done anything to it."""
    variant = replace(lock.variant, name=name)
    return replace(lock, variant=variant, used_by=0, retired_at=None, acts=())
