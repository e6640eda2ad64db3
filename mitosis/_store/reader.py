"""What the store can be asked: trials, locks, fields, and how the file stands.

Nothing here writes, and nothing is made that is not there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, RowMapping, Select, select

from mitosis._model import Status
from mitosis._store import naming, trial_rows
from mitosis._store.connection import is_empty, reading
from mitosis._store.joining import home_of
from mitosis._store.keeping import kept_open
from mitosis._store.locks import IN_FORCE, read_locks
from mitosis._store.schema import trial, variant

if TYPE_CHECKING:  # a trial that is run asks for little of this: the rest is loaded late
    from mitosis._model import (
        Claim,
        Field,
        FieldNames,
        FormerTrial,
        Lock,
        Query,
        RunningTrial,
        SweepRow,
    )
    from mitosis._store.act_lines import Told
    from mitosis._store.adopting import Known
    from mitosis._store.naming import NamedTrial
    from mitosis._store.state import DatabaseState


class StoreReader:
    """What can be read of the database of one experiment.

    Args:
        path: the SQLite file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def kept_open(self) -> AbstractContextManager[None]:
        """Have this thread open the database's file once, for all that it does meanwhile."""
        return kept_open(self.path)

    def is_made(self) -> bool:
        """Tell whether there is a database, with or without a trial.

        Raises:
            DatabaseError: that cannot be found out.
        """
        return not is_empty(self.path)

    def is_writable(self) -> bool:
        """Tell whether this process may write to it, as far as files tell."""
        return home_of(self.path) is not None or os.access(self.path, os.W_OK)

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
        return next(iter(self._former(trial_rows.latest(), claim, 1)), None)

    def alike(self, claim: Claim, most: int = 5) -> list[FormerTrial]:
        """Return successful trials that should have had the same results, newest first.

        They ran with the same values, untracked ones included, the same seed and the same
        commit, in the same group. Without a commit there are none.

        Raises:
            DatabaseError: the file cannot be used.
        """
        if claim.code.commit is None:
            return []
        return self._former(trial_rows.alike(), claim, most)

    def repeated(self, claim: Claim, most: int = 20) -> list[FormerTrial]:
        """Return successful trials that a claim may only repeat, newest first.

        Other than with `alike`, the variants have the same names, too; the seed is any where
        that of the claim was generated; and trials that are archived do not count.

        Raises:
            DatabaseError: the file cannot be used.
        """
        if claim.code.commit is None:
            return []
        # A seed that was generated is no reason to run again.
        query = trial_rows.repeated(with_any_seed=claim.seed_is_generated)
        return self._former(query, claim, most)

    def _former(self, query: Select[Any], claim: Claim, most: int) -> list[FormerTrial]:
        if is_empty(self.path):
            return []
        with reading(self.path) as connection:
            return trial_rows.read_former(connection, query, claim, most)

    def trials(self) -> list[RowMapping]:
        """Return all trials, in the order of their claims.

        Raises:
            DatabaseError: the file cannot be used.
        """
        with reading(self.path) as connection:
            return list(connection.execute(select(trial).order_by(trial.c.id)).mappings())

    def rows(self, keys: Sequence[str]) -> list[RowMapping]:
        """Return the rows of trials, in the order of their keys; unknown keys are left out.

        Raises:
            DatabaseError: the file cannot be used.
        """
        if is_empty(self.path):
            return []
        with reading(self.path) as connection:
            return naming.rows(connection, keys)

    def keyed(self, keys: Sequence[str]) -> list[NamedTrial]:
        """Return the trials of some keys, in the order of the keys; unknown ones are left out.

        Raises:
            DatabaseError: the file cannot be used.
        """
        if is_empty(self.path):
            return []
        with reading(self.path) as connection:
            return naming.keyed(connection, keys)

    def named(self, text: str, most: int = 10) -> list[NamedTrial]:
        """Return the trials that have a key, or a name, or whose keys begin with it.

        They are sorted by how well they fit: a whole key first, then names, then beginnings
        of keys. None where there is no database.

        Args:
            text: what a trial is asked for by; an empty one fits none.
            most: how many to return of each.

        Raises:
            DatabaseError: the file cannot be used.
        """
        if is_empty(self.path):
            return []
        with reading(self.path) as connection:
            return naming.named(connection, text, most)

    def table(self, query: Query, fields: Sequence[Field]) -> list[list[Any]]:
        """Return what fields are of the trials that a query finds: a list for each field.

        The lists are in the order of the rows. A trial that has not a field has None there; a
        metric or result that is NaN is NaN. Times are aware datetimes, `variants` and
        `values` dicts, `tags` sorted tuples, `seed` an int. A value is the literal that the
        argument was given, and the variant's name where that is no scalar of JSON. All is
        empty where there is no database.

        Raises:
            ValueError: a column does not exist, or cannot be compared.
            DatabaseError: the file cannot be used.
        """
        from mitosis._store import asking

        if is_empty(self.path):
            return [[] for _ in fields]
        with reading(self.path) as connection:
            return asking.table(connection, query, fields)

    def sweep_rows(self, name: str, taken: Mapping[int, str] | None = None) -> list[SweepRow]:
        """Return the trials of a sweep, also archived ones, by point; its newest trial last.

        Args:
            name: the sweep's.
            taken: points to keys of trials that were there before, and stand for these points.

        Raises:
            DatabaseError: the file cannot be used.
        """
        from mitosis._store import sweeps

        if is_empty(self.path):
            return []
        with reading(self.path) as connection:
            earlier = sweeps.taken_rows(connection, taken or {})
            rows = [*earlier, *sweeps.sweep_rows(connection, name)]
        return sorted(rows, key=lambda row: row.point)

    def sweep_counts(self, name: str) -> dict[Status, int]:
        """Return how many points of a sweep have each status; those without a trial are out.

        A point has the status of a trial that succeeded, else of one that runs, else of its
        newest.

        Raises:
            DatabaseError: the file cannot be used.
        """
        from mitosis._store import sweeps

        if is_empty(self.path):
            return {}
        with reading(self.path) as connection:
            return sweeps.sweep_counts(connection, name)

    def experiments(self) -> tuple[str, ...]:
        """Return the names of all experiments that have trials, sorted.

        Raises:
            DatabaseError: the file cannot be used.
        """
        from mitosis._store import asking

        if is_empty(self.path):
            return ()
        with reading(self.path) as connection:
            return asking.experiments(connection)

    def field_names(self, experiment: str | None = None) -> FieldNames:
        """Return which fields trials have beside the columns.

        Args:
            experiment: whose trials; default: all in the file.

        Raises:
            DatabaseError: the file cannot be used.
        """
        from mitosis._model import FieldNames
        from mitosis._store import asking

        if is_empty(self.path):
            return FieldNames()
        with reading(self.path) as connection:
            return asking.field_names(connection, experiment)

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

    def acts(self) -> tuple[Told, ...]:
        """Return what people did to locks and trials, as the file beside the database tells it.

        It is there also when the database is not. What cannot be read of it is left out.

        Raises:
            DatabaseError: the file cannot be read.
        """
        from mitosis._store.acts_file import read_acts

        return read_acts(self.path)

    def known(self) -> Known:
        """Return which trials and numbers the file knows, also of trials that were purged.

        Raises:
            DatabaseError: the file cannot be used.
        """
        from mitosis._store.adopting import known_trials

        with reading(self.path) as connection:
            return known_trials(connection)

    def state(self) -> DatabaseState:
        """Return how the database stands, also one of another schema.

        Raises:
            DatabaseError: the file cannot be read so far.
        """
        from mitosis._store.state import read_state

        return read_state(self.path)

    def is_damaged(self) -> str | None:
        """Return the reason why the file is no sound database; None if it is, or is not there.

        Raises:
            ForeignDatabaseError: another program made it.
            DatabaseError: nothing can be said, for it is busy or may not be read.
        """
        from mitosis._store.state import find_damage

        return find_damage(self.path)
