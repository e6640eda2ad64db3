"""What the store can do: claim and finish trials, keep their locks, and what is said of them.

Each verb is one transaction: it is done as a whole, or the file is as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mitosis._model import Places, Status
from mitosis._store import claiming, locking
from mitosis._store.connection import transaction
from mitosis._store.ending import end
from mitosis._store.reader import StoreReader
from mitosis.errors import DatabaseError

if TYPE_CHECKING:  # a trial that is run needs little of this: the rest is loaded late
    from mitosis._model import (
        Act,
        Annotation,
        Claim,
        Claimed,
        Finish,
        Lock,
        LockName,
        RecordedTrial,
        SweepPlan,
    )
    from mitosis._store.act_lines import Told
    from mitosis._store.adopting import Known
    from mitosis._store.recorded_acts import PurgedTrial, RecordedAct
    from mitosis._store.restoring import Restored


def _no_places(_claimed: Claimed) -> Places:
    return Places()


def _nothing() -> None:
    return None


class Store(StoreReader):
    """The database of one experiment.

    Args:
        path: the SQLite file. It is made by the first claim, import or repair.
    """

    def claim(self, claim: Claim, prepare: claiming.Prepare = _no_places) -> Claimed:
        """Lock all variants of a trial and record the trial as running, or do nothing.

        On return the row exists and its iteration is nobody else's; on any error the file is
        as it was.

        Args:
            claim: what to lock, and what the row tells.
            prepare: called with name and number before anybody can see the row; it returns
                the names of the trial's files. What it raises undoes the claim and reaches
                the caller as it is. What it made is the caller's to remove if the claim fails.

        Raises:
            VariantConflictError: names all variants that are locked with another value.
            NewerEditionError: names all that only a newer mitosis can compare.
            DatabaseError: the file cannot be used.
        """
        with transaction(self.path, create=True) as connection:
            return claiming.grant(connection, claim, self.path, prepare)

    def lock(self, plan: SweepPlan, prepare: Callable[[], object] = _nothing) -> None:
        """Lock all variants of a sweep that are new, or do nothing.

        They are locked by the sweep, not by a trial. What is locked to the same value already
        stays as it is, so a sweep may be locked again.

        Args:
            plan: what to lock, by whom and when.
            prepare: called before the locks can be seen by others, to write the plan; what it
                raises undoes them and reaches the caller as it is. What it made is the
                caller's to remove if locking fails.

        Raises:
            VariantConflictError: names all variants that are locked with another value.
            NewerEditionError: names all that only a newer mitosis can compare.
            DatabaseError: the file cannot be used.
        """
        with transaction(self.path, create=True) as connection:
            locking.lock(connection, plan, self.path, prepare)

    def finish(self, finish: Finish) -> None:
        """Write how a claimed trial ended, whatever its row says so far.

        Raises:
            DatabaseError: the file cannot be used, or does not hold the trial.
        """
        with transaction(self.path, create=False) as connection:
            if not end(connection, finish):
                reason = f"it does not hold the trial with key {finish.key}"
                raise DatabaseError(database=self.path, reason=reason)

    def close_lost(self, finish: Finish) -> bool:
        """Write the end of a trial whose runner is gone, if its row still says that it runs.

        Returns:
            Whether it did. If not, somebody else has ended it meanwhile.

        Raises:
            DatabaseError: the file cannot be used.
        """
        with transaction(self.path, create=False) as connection:
            return end(connection, finish, Status.RUNNING)

    def annotate(self, key: str, annotation: Annotation) -> None:
        """Have a trial's row follow what somebody said of the trial; twice is as good as once.

        Raises:
            DatabaseError: the file cannot be used, or does not hold the trial.
        """
        from mitosis._store import annotating

        with transaction(self.path, create=False) as connection:
            if not annotating.annotate(connection, key, annotation):
                reason = f"it does not hold the trial with key {key}"
                raise DatabaseError(database=self.path, reason=reason)

    def purge(self, keys: Sequence[str], act: Act) -> tuple[PurgedTrial, ...]:
        """Delete trials' rows for good, all of them or none.

        Their locks stay, and so do their numbers, which no trial ever gets again. The file of
        acts tells it too, so that a database made anew knows it.

        Args:
            keys: the trials'.
            act: when, by whom and why.

        Returns:
            What stays of each, in the order of the keys.

        Raises:
            StillRunningError: names all whose rows say that they run.
            DatabaseError: names all that are not there; or the file cannot be used.
        """
        from mitosis._store import acts_file, purging

        with acts_file.telling(self.path, create=False) as (connection, told):
            purged = purging.purge(connection, self.path, keys, act)
            told.extend(purged)
        return tuple(purged)

    def rename(
        self, lock_name: LockName, new_name: str, act: Act, *, meant: Lock | None = None
    ) -> Lock:
        """Give a locked variant another name, and return it as it is then.

        Its text stays, and the trials that ran with it count as its own. They keep the name
        that they ran under, so the first trial under the new name is iteration 1.

        Args:
            lock_name: the lock in force.
            new_name: what it is to be called.
            act: when, by whom and why; the former name is filled in.
            meant: the definition that a person was shown; default: whatever is in force.

        Raises:
            UnknownLockError: no such lock is in force.
            RenameError: the new name is empty, the same, or in force.
            DatabaseError: the file cannot be used.
        """
        from mitosis._store import acting, acts_file, recorded_acts

        with acts_file.telling(self.path, create=False) as (connection, told):
            acting.refuse_another(connection, lock_name, meant)
            lock = acting.rename(connection, lock_name, new_name, act)
            told.append(recorded_acts.acts_of(lock)[-1])
        return lock

    def retire(self, lock_name: LockName, act: Act, *, meant: Lock | None = None) -> Lock:
        """Free a variant's name, and return the definition, which stays with its trials.

        Args:
            lock_name: the lock in force.
            act: when, by whom and why.
            meant: the definition that a person was shown; default: whatever is in force.

        Raises:
            UnknownLockError: no such lock is in force, or another one than was meant.
            DatabaseError: the file cannot be used.
        """
        from mitosis._store import acting, acts_file, recorded_acts

        with acts_file.telling(self.path, create=False) as (connection, told):
            acting.refuse_another(connection, lock_name, meant)
            lock = acting.retire(connection, lock_name, act)
            told.append(recorded_acts.acts_of(lock)[-1])
        return lock

    def import_locks(self, locks: Sequence[Lock], act: Act) -> tuple[Lock, ...]:
        """Take over locks of another database, and return those that are new here.

        A lock that is in force here with the same text is passed over, and so is one that
        was retired, here or there: what somebody freed stays free. The others keep the
        moment, trial and commit that they name.

        Args:
            locks: what to import.
            act: when, by whom and why.

        Raises:
            LockImportConflictError: some contradict what is in force; nothing is imported.
            DatabaseError: the file cannot be used.
        """
        from mitosis._store import acting, acts_file, recorded_acts

        given = [lock for lock in locks if lock.retired_at is None]
        if not given:
            return ()
        with acts_file.telling(self.path, create=True) as (connection, told):
            imported = acting.import_locks(connection, self.path, given, act)
            told.extend(recorded_acts.acts_of(lock)[-1] for lock in imported)
        return imported

    def restore(
        self,
        trials: Sequence[RecordedTrial],
        acts: Sequence[Told] = (),
        plans: Sequence[SweepPlan] = (),
    ) -> Restored:
        """Take in what trials' own folders tell, and what people did; make the file if need be.

        Trials that are missing are added, in the order of time, with their locks; rows that
        still say running or lost get the end that the record knows. A finished row is never
        changed, a row without a folder stays, and what contradicts is told. What people said
        of a trial stands as its folder tells it, if that tells anything. A trial that was
        purged is not added again. All of it is one transaction, and doing it again changes
        nothing.

        Args:
            trials: records; those of debug mode are passed over.
            acts: done again where the database does not have them.
            plans: of sweeps, which locked variants that no trial may have run with yet.

        Raises:
            DatabaseError: the file cannot be used.
        """
        from mitosis._store.restoring import restore

        with transaction(self.path, create=True) as connection:
            return restore(connection, trials, acts, plans)

    def adopt(
        self,
        place: Callable[[Known], Sequence[RecordedTrial]],
        acts: Sequence[RecordedAct] = (),
    ) -> Restored:
        """Take in trials of another folder, and what people there did to their locks.

        Args:
            place: called with what the file knows, while nobody else can write it; it gives
                the trials that it returns their folders. What it raises undoes the rest.
            acts: of definitions that are not here yet; the file of acts tells them, too.

        Raises:
            DatabaseError: the file cannot be used.
        """
        from mitosis._store import acts_file
        from mitosis._store.adopting import known_trials
        from mitosis._store.restoring import restore

        with acts_file.telling(self.path, create=True) as (connection, told):
            told.extend(acts)
            return restore(connection, place(known_trials(connection)), acts)
