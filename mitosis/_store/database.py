"""What the store can do: claim and finish trials, read them, and keep their locks.

Each verb is one transaction: it is done as a whole, or the file is as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import ColumnElement, RowMapping, select, update

from mitosis._model import Act, Claim, Claimed, Finish, Lock, LockName
from mitosis._store import acting, claiming
from mitosis._store.connection import reading, transaction
from mitosis._store.ending import end_row
from mitosis._store.locks import IN_FORCE, read_locks
from mitosis._store.schema import trial, variant
from mitosis.errors import DatabaseError


class Store:
    """The database of one experiment.

    Args:
        path: the SQLite file. It is made by the first claim or import.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def claim(self, claim: Claim) -> Claimed:
        """Lock all variants of a trial and record the trial as running, or do nothing.

        On return the row exists and its iteration is nobody else's; on any error the file is
        as it was.

        Raises:
            VariantConflictError: names all variants that are locked with another value.
            NewerEditionError: names all that only a newer mitosis can compare.
            DatabaseError: the file cannot be used.
        """
        with transaction(self.path, create=True) as connection:
            return claiming.grant(connection, claim, self.path)

    def finish(self, finish: Finish) -> None:
        """Write how a claimed trial ended.

        Raises:
            DatabaseError: the file cannot be used, or does not hold the trial.
        """
        with transaction(self.path, create=False) as connection:
            statement = update(trial).where(trial.c.key == finish.key)
            if connection.execute(statement.values(end_row(finish))).rowcount != 1:
                reason = f"it does not hold the trial with key {finish.key}"
                raise DatabaseError(database=self.path, reason=reason)

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
        with transaction(self.path, create=False) as connection:
            acting.refuse_another(connection, lock_name, meant)
            return acting.rename(connection, lock_name, new_name, act)

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
        with transaction(self.path, create=False) as connection:
            acting.refuse_another(connection, lock_name, meant)
            return acting.retire(connection, lock_name, act)

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
        with transaction(self.path, create=True) as connection:
            return acting.import_locks(connection, self.path, given, act)
