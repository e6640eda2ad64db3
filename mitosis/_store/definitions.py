"""All definitions of a database while it is restored: which a trial of the past ran with.

Trials and acts come in the order of time. A definition is looked up as it was at a moment,
for its name may since have been freed, given to another, or changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from mitosis._dataclass import dataclass
from mitosis._model import Act, Action, Lock, LockName, Variant
from mitosis._store.locks import act_row, read_definitions, variant_row
from mitosis._store.recorded_acts import RecordedAct
from mitosis._store.schema import trial, trial_variant, variant, variant_act

BY = "mitosis repair"


@dataclass
class Definition:
    """A row of `variant`, and how its lock stands."""

    id: int
    lock: Lock

    def is_in_force(self, name: LockName) -> bool:
        """Tell whether it binds the name today."""
        return self.lock.retired_at is None and self.lock.full_name == name

    def freed_at(self, name: LockName) -> datetime | None:
        """Return when the name stopped to mean this definition; None if it still does."""
        if self.lock.full_name == name:
            return self.lock.retired_at
        renamed = [act.at for act in self.lock.acts if act.former_name == name.name]
        return max(renamed, default=None)

    def held(self, name: LockName, moment: datetime) -> bool:
        """Tell whether the name meant this definition at a moment."""
        freed_at = self.freed_at(name)
        return self.lock.locked_at <= moment and (freed_at is None or moment < freed_at)

    def means(self, given: Variant) -> bool:
        """Tell whether it is the same value, as far as two editions can be compared.

        A trial ran only if its value was the one that was locked, so what cannot be compared
        is believed.
        """
        here = self.lock.variant
        return here.text == given.text or here.version != given.version


class Definitions:
    """The definitions of a database that is held for writing.

    Args:
        acts: what people did, in the order of time, done again or not.

    Attributes:
        contradictions: a sentence for each that was found.
        replayed: a sentence for each act that was done again.
    """

    def __init__(self, connection: Connection, acts: Sequence[RecordedAct]) -> None:
        self.contradictions: list[str] = []
        self.replayed: list[str] = []
        self._connection = connection
        self._is_shared = connection.info.get("folder_place") is not None
        self._acts = acts
        self._size = 0
        self._by_name = defaultdict[LockName, list[Definition]](list)
        for id_, lock in read_definitions(connection):
            self._add(Definition(id_, lock))

    def __len__(self) -> int:
        return self._size

    def _add(self, definition: Definition) -> None:
        self._size += 1
        lock = definition.lock
        names = {act.former_name for act in lock.acts if act.former_name} | {lock.variant.name}
        for name in names:
            self._by_name[lock.full_name._replace(name=name)].append(definition)

    def take(self, lock: Lock) -> int:
        """Return the definition that a trial ran with; where there is none, lock it.

        Args:
            lock: the definition as the trial would have locked it.
        """
        name, moment = lock.full_name, lock.locked_at
        same = [d for d in self._by_name[name] if d.means(lock.variant)]
        same.sort(key=lambda d: (d.lock.variant.text != lock.variant.text, d.lock.locked_at))
        holder = self._holder(name)
        later = [d for d in same if (freed := d.freed_at(name)) is None or freed > moment]
        candidates = [d for d in same if d.held(name, moment)]
        candidates += [d for d in same if d is holder]
        candidates += later if holder is None else same[::-1]
        if candidates:
            return candidates[0].id
        return self._insert(lock) if holder is None else self._insert_beside(holder, lock)

    def _holder(self, name: LockName) -> Definition | None:
        return next((d for d in self._by_name[name] if d.is_in_force(name)), None)

    def _insert(self, lock: Lock) -> int:
        statement = insert(variant).values(variant_row(lock))
        (id_,) = self._connection.execute(statement).inserted_primary_key or (0,)
        for act in lock.acts:
            self._connection.execute(insert(variant_act).values(act_row(id_, act)))
        self._add(Definition(id_, lock))
        return int(id_)

    def _insert_beside(self, holder: Definition, lock: Lock) -> int:
        """Lock under a name that means another value today: one of the two was freed."""
        freed = self._freed(lock, holder.lock.locked_at)
        if freed:
            return self._insert(freed)
        name = lock.full_name
        loser = "one that is new to the shared store" if self._is_shared else "earlier one"
        self.contradictions.append(
            f"{name} is {_shortened(holder.lock)}, and {_shortened(lock)}; "
            f"both definitions are kept, and the {loser} is retired"
        )
        if self._is_shared or lock.locked_at <= holder.lock.locked_at:
            return self._insert(_retired(lock, holder.lock))
        retired = _retired(holder.lock, lock)
        self._do(holder, retired.acts[-1], retired_at=retired.retired_at)
        return self._insert(lock)

    def _freed(self, lock: Lock, until: datetime) -> Lock | None:
        """Return a lock as it was once its name was freed for another, if somebody did so."""
        for recorded in self._acts:
            act = recorded.act
            is_its = (recorded.lock_name, recorded.digest) == (
                lock.full_name,
                lock.variant.digest,
            )
            if not is_its or act.action is Action.IMPORTED:
                continue
            if not lock.locked_at <= act.at <= until:
                continue
            if act.action is Action.RETIRED:
                self.replayed.append(_said(recorded))
                return replace(lock, retired_at=act.at, acts=(*lock.acts, act))
            renamed = replace(lock, variant=replace(lock.variant, name=recorded.new_name))
            if self._holder(renamed.full_name) is None:
                self.replayed.append(_said(recorded))
                return replace(renamed, acts=(*lock.acts, act))
        return None

    def replay(self, recorded: RecordedAct) -> None:
        """Do again what somebody did, unless the database has it or tells otherwise."""
        if recorded.lock:
            self._import(recorded, recorded.lock)
            return
        named = self._by_name[recorded.lock_name]
        of_it = [d for d in named if d.lock.variant.digest == recorded.digest]
        if any(_has(d, recorded.act) for d in of_it):
            return
        of_it.sort(key=lambda d: d.lock.trial_key != recorded.trial_key)
        for definition in of_it:
            is_its = definition.lock.trial_key == recorded.trial_key
            if (is_its or not self._is_shared) and definition.is_in_force(recorded.lock_name):
                self._free(definition, recorded)
                return

    def _import(self, recorded: RecordedAct, lock: Lock) -> None:
        same = (d.lock.variant.text == lock.variant.text for d in self._by_name[lock.full_name])
        if any(same):
            return
        lock = replace(lock, acts=(recorded.act,))
        self.replayed.append(_said(recorded))
        holder = self._holder(lock.full_name)
        if holder is None:
            self._insert(lock)
        else:
            self._insert_beside(holder, lock)

    def _free(self, definition: Definition, recorded: RecordedAct) -> None:
        act = recorded.act
        if self._was_used_after(definition, recorded):
            return  # whoever was about to free it died before
        if act.action is Action.RETIRED:
            self._do(definition, act, retired_at=act.at)
        elif holder := self._holder(recorded.lock_name._replace(name=recorded.new_name)):
            self.contradictions.append(
                f"{recorded.lock_name} was renamed to {recorded.new_name!r} by {act.by}, but "
                f"that name is {_shortened(holder.lock)}; it keeps its former name"
            )
            return
        else:
            self._do(definition, act, name=recorded.new_name)
        self.replayed.append(_said(recorded))

    def _was_used_after(self, definition: Definition, recorded: RecordedAct) -> bool:
        name = recorded.lock_name
        query = (
            select(trial.c.variants)
            .join(trial_variant, trial_variant.c.trial_id == trial.c.id)
            .where(trial_variant.c.variant_id == definition.id)
            .where(trial.c.started_at > recorded.act.at)
        )
        rows = self._connection.execute(query)
        return any(row.variants.get(name.parameter) == name.name for row in rows)

    def _do(self, definition: Definition, act: Act, **columns: Any) -> None:
        statement = update(variant).where(variant.c.id == definition.id).values(columns)
        self._connection.execute(statement)
        self._connection.execute(insert(variant_act).values(act_row(definition.id, act)))
        lock = replace(definition.lock, acts=(*definition.lock.acts, act))
        if new_name := columns.get("name"):
            lock = replace(lock, variant=replace(lock.variant, name=new_name))
            self._by_name[lock.full_name].append(definition)
        definition.lock = replace(lock, retired_at=columns.get("retired_at", lock.retired_at))


def _has(definition: Definition, act: Act) -> bool:
    return any((a.action, a.at) == (act.action, act.at) for a in definition.lock.acts)


def _retired(lock: Lock, later: Lock) -> Lock:
    """Return a lock that was retired because another took its name."""
    moment = max(lock.locked_at, later.locked_at)
    why = f"{later.locked_by} locked the name to another value"
    act = Act(Action.RETIRED, moment, BY, why)
    return replace(lock, retired_at=moment, acts=(*lock.acts, act))


def _said(recorded: RecordedAct) -> str:
    act = recorded.act
    to = f" to {recorded.new_name!r}" if recorded.new_name else ""
    return f"{recorded.lock_name} was {act.action}{to} by {act.by} on {act.at:%Y-%m-%d}"


def _shortened(lock: Lock, most: int = 60) -> str:
    text = lock.variant.text
    shown = text if len(text) <= most else f"{text[:most]}..."
    return f"locked to {shown} by {lock.locked_by}"
