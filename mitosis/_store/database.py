"""What the store can do: claim and finish trials, read them, and keep their locks.

Each verb is one transaction: it is done as a whole, or the file is as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import ColumnElement, RowMapping, Select, select

from mitosis._model import (
    Act,
    Claim,
    Claimed,
    Finish,
    FormerTrial,
    Lock,
    LockName,
    Places,
    RecordedTrial,
    RunningTrial,
    Status,
)
from mitosis._store import acting, claiming, trial_rows
from mitosis._store import acts_file as journal
from mitosis._store.acts_file import RecordedAct
from mitosis._store.connection import is_empty, reading, transaction
from mitosis._store.ending import end
from mitosis._store.locks import IN_FORCE, read_locks
from mitosis._store.restoring import Restored, restore
from mitosis._store.schema import trial, variant
from mitosis._store.state import DatabaseState, find_damage, read_state
from mitosis.errors import DatabaseError


def _no_places(_claimed: Claimed) -> Places:
    return Places()


class Store:
    """The database of one experiment.

    Args:
        path: the SQLite file. It is made by the first claim, import or repair.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

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

    def running(self) -> list[RunningTrial]:
        """Return the trials whose rows say that they run; none where there is no database.

        Raises:
            DatabaseError: the file cannot be used.
        """
        return self.running_and_lost()[0]

    def running_and_lost(self) -> tuple[list[RunningTrial], list[RunningTrial]]:
        """Return what `running` does, and the trials whose rows say that they are lost.

        Raises:
            DatabaseError: the file cannot be used.
        """
        if is_empty(self.path):
            return [], []
        with reading(self.path) as connection:
            running = trial_rows.read_standing(connection, Status.RUNNING)
            return running, trial_rows.read_standing(connection, Status.LOST)

    def latest(self, claim: Claim) -> FormerTrial | None:
        """Return the last trial of the same variants that was claimed and has ended.

        The variants are the same by name and by definition. None where there is no such
        trial, or no database.

        Raises:
            DatabaseError: the file cannot be used.
        """
        return next(iter(self._former(trial_rows.latest(claim))), None)

    def alike(self, claim: Claim, most: int = 5) -> list[FormerTrial]:
        """Return successful trials that should have had the same results, newest first.

        They ran with the same values, untracked ones included, the same seed and the same
        commit, in the same group. Without a commit there are none.

        Raises:
            DatabaseError: the file cannot be used.
        """
        if claim.code.commit is None:
            return []
        return self._former(trial_rows.alike(claim, most))

    def _former(self, query: Select[tuple[object, ...]]) -> list[FormerTrial]:
        if is_empty(self.path):
            return []
        with reading(self.path) as connection:
            return trial_rows.read_former(connection, query)

    def trials(self) -> list[RowMapping]:
        """Return all trials, in the order of their claims.

        Raises:
            DatabaseError: the file cannot be used.
        """
        with reading(self.path) as connection:
            return list(connection.execute(select(trial).order_by(trial.c.id)).mappings())

    def variants(self, experiment: str | None = None, *, retired: bool = False) -> list[Lock]:
        """Return locks, sorted by experiment, parameter, name and when they were locked.

        Args:
            experiment: whose; default: of all experiments that share the file.
            retired: whether to return also those whose name was freed.

        Raises:
            DatabaseError: the file cannot be used.
        """
        conditions: list[ColumnElement[bool]] = [] if retired else [IN_FORCE]
        if experiment is not None:
            conditions.append(variant.c.experiment == experiment)
        with reading(self.path) as connection:
            return read_locks(connection, *conditions)

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
        with journal.acting(self.path, create=False) as (connection, changed):
            acting.refuse_another(connection, lock_name, meant)
            lock = acting.rename(connection, lock_name, new_name, act)
            changed.append(lock)
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
        with journal.acting(self.path, create=False) as (connection, changed):
            acting.refuse_another(connection, lock_name, meant)
            lock = acting.retire(connection, lock_name, act)
            changed.append(lock)
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
        given = [lock for lock in locks if lock.retired_at is None]
        if not given:
            return ()
        with journal.acting(self.path, create=True) as (connection, changed):
            imported = acting.import_locks(connection, self.path, given, act)
            changed.extend(imported)
        return imported

    def acts(self) -> tuple[RecordedAct, ...]:
        """Return what people did to the locks, as the file beside the database tells it.

        It is there also when the database is not. What cannot be read of it is left out.

        Raises:
            DatabaseError: the file cannot be read.
        """
        return journal.read_acts(self.path)

    def restore(
        self, trials: Sequence[RecordedTrial], acts: Sequence[RecordedAct] = ()
    ) -> Restored:
        """Take in what trials' own folders tell, and what people did; make the file if need be.

        Trials that are missing are added, in the order of time, with their locks; rows that
        still say running or lost get the end that the record knows. A finished row is never
        changed, a row without a folder stays, and what contradicts is told. All of it is one
        transaction, and doing it again changes nothing.

        Args:
            trials: records; those of debug mode are passed over.
            acts: done again where the database does not have them.

        Raises:
            DatabaseError: the file cannot be used.
        """
        with transaction(self.path, create=True) as connection:
            return restore(connection, trials, acts)

    def state(self) -> DatabaseState:
        """Return how the database stands, also one of another schema.

        Raises:
            DatabaseError: the file cannot be read so far.
        """
        return read_state(self.path)

    def is_damaged(self) -> str | None:
        """Return the reason why the file is no sound database; None if it is, or is not there.

        Raises:
            ForeignDatabaseError: another program made it.
            DatabaseError: nothing can be said, for it is busy or may not be read.
        """
        return find_damage(self.path)
