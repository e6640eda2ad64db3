"""The locks that a trials folder holds, over all databases in it.

Reading writes nothing but the end of trials whose runner is gone.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from mitosis import _layout
from mitosis._dataclass import dataclass
from mitosis._model import Lock, LockName
from mitosis._records import close_dead, read_record
from mitosis._store import Store, databases, joined_to
from mitosis.errors import (
    AmbiguousDatabaseError,
    DatabaseError,
    ForeignDatabaseError,
    RecordError,
)


@dataclass(frozen=True)
class Held:
    """A lock, and the file that holds it: a database, or a `mitosis.lock`."""

    lock: Lock
    file: Path

    @property
    def key(self) -> LockName:
        """Experiment, parameter and name: what a definition in force is known by."""
        return self.lock.full_name


@dataclass(frozen=True)
class Holdings:
    """What a trials folder holds.

    Attributes:
        databases: the files that are ours and can be read.
        held: all their locks, retired ones too, by experiment, parameter, name and age.
        faults: of files that may be ours and cannot be read.
        logfile: the one database that was asked for; None for all.
    """

    folder: Path
    databases: tuple[Path, ...]
    held: tuple[Held, ...]
    faults: tuple[DatabaseError, ...] = ()
    logfile: str | None = None

    @cached_property
    def in_force(self) -> tuple[Held, ...]:
        """The locks that bind their names."""
        return tuple(held for held in self.held if held.lock.retired_at is None)

    @cached_property
    def experiments(self) -> tuple[str, ...]:
        """The names of all experiments that have locks."""
        return tuple(sorted({held.lock.experiment for held in self.held}))

    def require_readable(self) -> None:
        """Make sure that no file was left out, which may hold the locks that are meant.

        Raises:
            DatabaseError: the first file that cannot be read.
        """
        for fault in self.faults:
            raise fault

    def database(self, experiment: str) -> Path:
        """Return the database that a trial of an experiment would write to.

        That is `<experiment>.db`, else the only one that holds locks of the experiment, else
        `<experiment>.db` although it does not exist yet.

        Raises:
            AmbiguousDatabaseError: several others hold locks of the experiment.
        """
        usual = _layout.database(self.folder, experiment, self.logfile)
        if self.logfile or usual in self.databases:
            return usual
        files = sorted({h.file for h in self.held if h.lock.experiment == experiment})
        if len(files) > 1:
            names = tuple(file.name for file in files)
            raise AmbiguousDatabaseError(
                database=self.folder, experiment=experiment, files=names
            )
        return files[0] if files else usual

    def locks(self, experiment: str) -> list[Held]:
        """Return an experiment's locks, retired ones too, of the database that counts."""
        database = self.database(experiment)
        return [
            held
            for held in self.held
            if held.lock.experiment == experiment and held.file == database
        ]


def _files(folder: Path, logfile: str | None) -> list[Path]:
    """Return the files that may be databases. What cannot be looked into is an error."""
    if joined_to(folder):
        return [file for file in databases(folder) if logfile in (None, file.name)]
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        names = [e.name for e in entries if e.is_file() and e.name.endswith(".db")]
    wanted = [logfile] if logfile else sorted(names)
    return [folder / name for name in wanted if (folder / name).is_file()]


def _gone(folder: Path, logfile: str | None) -> set[str]:
    """Return the databases that are missing while folders of their trials are there.

    Only folders that no database is likely to hold the trial of are looked into.
    """
    stems = tuple(f"{file.stem}-" for file in _files(folder, None))
    found = _layout.trial_folders(folder) if folder.is_dir() else []
    names = set()
    for trial in found:
        if not trial.root.name.startswith((*stems, ".")):
            with suppress(RecordError):
                names.add(read_record(trial).claim.database)
    wanted = names & {logfile} if logfile else names
    return {name for name in wanted if not Store(folder / name).is_made()}


def held_locks(folder: Path, logfile: str | None = None) -> Holdings:
    """Read all databases of a trials folder, or the one that is named.

    Databases of other programs are passed over. One that cannot be read is a fault and does
    not hide the rest. The folder need not exist.
    """
    databases: list[Path] = []
    held: list[Held] = []
    faults: list[DatabaseError] = []
    try:
        files = _files(folder, logfile)
    except DatabaseError as exc:
        return Holdings(folder, (), (), (exc,), logfile)
    except OSError as exc:
        fault = DatabaseError(database=folder, reason=exc.strerror or str(exc))
        return Holdings(folder, (), (), (fault,), logfile)
    for name in sorted(_gone(folder, logfile)):
        reason = "it is gone, but its trials' folders are here: `mitosis repair` makes it anew"
        faults.append(DatabaseError(database=folder / name, reason=reason))
    for file in files:
        try:
            store = Store(file)
            close_dead(folder, store)
            locks = store.variants(retired=True)
        except ForeignDatabaseError as exc:
            if logfile:
                faults.append(exc)
        except DatabaseError as exc:
            faults.append(exc)
        else:
            databases.append(file)
            held += [Held(lock, file) for lock in locks]
    return Holdings(folder, tuple(databases), tuple(held), tuple(faults), logfile)
