"""Databases from the records of their trials: made anew, or completed where they stand."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mitosis import _layout
from mitosis._dataclass import dataclass
from mitosis._model import RecordedTrial
from mitosis._records.reading import recorded_trials
from mitosis._store import Store, joined_to
from mitosis._wording import counted
from mitosis.errors import MitosisError, TrialsFolderError

if TYPE_CHECKING:  # for annotations only: each trial asks here whether its database is there
    from mitosis._model import SweepPlan
    from mitosis._store import PurgedTrial, RecordedAct, Restored

log = logging.getLogger("mitosis")

_BESIDE = ("", "-journal", "-wal", "-shm")


@dataclass(frozen=True)
class DatabaseRepair:
    """What was done to one database.

    Attributes:
        was_missing: whether there was no file of that name, or an empty one.
        damage: what was wrong with the file, if it was damaged.
        aside: where a damaged file is kept now.
        added: keys of the trials that it did not hold.
        completed: keys of the trials that it did not know the end of.
        contradictions: what it and the records say differently, both sides of each.
        replayed: what people had done to its locks and was done again, in words.
    """

    file: Path
    was_missing: bool = False
    damage: str = ""
    aside: Path | None = None
    added: tuple[str, ...] = ()
    completed: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()
    replayed: tuple[str, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether all that it holds comes from the records."""
        return self.was_missing or bool(self.damage)

    def with_restored(self, restored: Restored) -> DatabaseRepair:
        """Return the repair with what another pass over the records has brought."""
        return replace(
            self,
            added=_united(self.added, restored.added),
            completed=_united(self.completed, restored.completed),
            contradictions=_united(self.contradictions, restored.contradictions),
            replayed=_united(self.replayed, restored.replayed),
        )


def examine(database: Path) -> DatabaseRepair:
    """Tell in which state a database is, and change nothing.

    Raises:
        DatabaseError: it cannot be used, but is not damaged.
    """
    if is_missing(database):
        return DatabaseRepair(database, was_missing=True)
    return DatabaseRepair(database, damage=Store(database).is_damaged() or "")


def is_missing(database: Path) -> bool:
    """Tell whether there is no database of that name, or an empty file."""
    return not Store(database).is_made()


def mend(found: DatabaseRepair, trials: Sequence[RecordedTrial]) -> DatabaseRepair:
    """Have a database hold all that the records of its trials say.

    A file is made anew under a hidden name and takes the place of a damaged one at once, so a
    runner that claims meanwhile finds one or the other. Nothing is ever overwritten: where a
    file was missing and somebody has made one meanwhile, that one is completed.

    Raises:
        DatabaseError: it cannot be used, or is another program's; it is as it was.
        OSError: a file cannot be made or moved; the database is as it was.
    """
    if not found.is_new or joined_to(found.file.parent):
        return complete(found, trials)
    with _workplace(found.file) as built:
        repair = found.with_restored(_restored(built, found.file, trials))
        if found.damage:
            repair = replace(repair, aside=_exchange(built, found.file))
        elif not _take_name(built, found.file):
            return complete(DatabaseRepair(found.file), trials)
    return repair


def restore_missing(trials_folder: Path, database: Path) -> None:
    """Make a database anew that is gone, or empty, while the folders of its trials are there.

    Else a new one would begin, free to lock every name to something else, and to number every
    trial again.

    Raises:
        DatabaseError: as `mend`.
        TrialsFolderError: the folder cannot be looked into, or no file made there.
    """
    try:
        if not trials_folder.is_dir() or not is_missing(database):
            return
        trials = _claimed_trials(trials_folder, database)
        if trials or _plans_of(database):
            mend(DatabaseRepair(database, was_missing=True), trials)
    except OSError as exc:
        if isinstance(exc, MitosisError):
            raise
        reason = exc.strerror or str(exc)
        raise TrialsFolderError(folder=trials_folder, reason=reason) from exc
    if trials:
        told = counted(len(trials), "trial")
        log.warning("%s was gone; it was made anew from the folders of %s", database.name, told)


def complete_stale(trials_folder: Path, database: Path) -> None:
    """Have a database know the trials whose folders are there: an old copy may have come back.

    Raises:
        DatabaseError: it cannot be used; it is as it was.
    """
    found = complete(DatabaseRepair(database), _claimed_trials(trials_folder, database))
    if found.added:
        told = counted(len(found.added), "trial")
        log.warning(
            "%s did not know %s whose folders are here; it does now", database.name, told
        )
    for contradiction in found.contradictions:
        log.warning("%s", contradiction)


def _claimed_trials(trials_folder: Path, database: Path) -> list[RecordedTrial]:
    """Return the trials of a database that have a visible folder: others are being claimed."""
    return [
        trial
        for trial in recorded_trials(trials_folder)[0]
        if trial.claim.database == database.name
        and (trials_folder / trial.places.folder).exists()
    ]


def complete(found: DatabaseRepair, trials: Sequence[RecordedTrial]) -> DatabaseRepair:
    """Have a database that is there and sound hold all that the records of its trials say.

    Raises:
        DatabaseError: it cannot be used; it is as it was.
    """
    return found.with_restored(_restored(found.file, found.file, trials))


@contextmanager
def rehearsed(
    found: DatabaseRepair, trials: Sequence[RecordedTrial]
) -> Iterator[tuple[DatabaseRepair, Store]]:
    """Yield what `mend` would do, and a copy of the database as it would be.

    Raises:
        DatabaseError, OSError: as `mend`.
    """
    with TemporaryDirectory(prefix="mitosis-") as folder:
        copy = Path(folder) / found.file.name
        for name in [] if found.is_new else _names(found.file):
            shutil.copy2(name, copy.with_name(name.name))
        yield found.with_restored(_restored(copy, found.file, trials)), Store(copy)


def complete_with(
    database: Path, trials: Sequence[RecordedTrial], acts: Sequence[RecordedAct | PurgedTrial]
) -> Restored:
    """Have a database hold trials, and what people did there that is not told beside it.

    Raises:
        DatabaseError: it cannot be used; it is as it was.
    """
    return Store(database).restore(trials, acts, _plans_of(database))


def _restored(file: Path, database: Path, trials: Sequence[RecordedTrial]) -> Restored:
    return Store(file).restore(trials, Store(database).acts(), _plans_of(database))


def _plans_of(database: Path) -> Sequence[SweepPlan]:
    from mitosis._records.plans import plans_of

    return plans_of(database)


@contextmanager
def _workplace(database: Path) -> Iterator[Path]:
    """Yield a path for a database that is being made, in a hidden folder beside it.

    What SQLite and the store put beside a database lies in that folder, too.
    """
    folder = _layout.unfinished(database)
    folder.mkdir()
    try:
        yield folder / database.name
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _exchange(built: Path, damaged: Path) -> Path:
    """Put a database in the place of a damaged one, and return where that is kept.

    What lies beside a damaged database has to go first: SQLite would apply its journal to the
    new one.
    """
    aside = _layout.aside(damaged)
    shutil.copymode(damaged, built)
    try:
        os.link(damaged, aside)
    except OSError:  # a file system without links: for a moment there is no database
        damaged.rename(aside)
    for name in _names(damaged):
        if name != damaged:
            name.rename(f"{aside}{name.name.removeprefix(damaged.name)}")
    built.replace(damaged)
    _layout.sync_folder(damaged.parent)
    return aside


def _take_name(built: Path, database: Path) -> bool:
    """Give a database its name, unless somebody else has made one of that name meanwhile."""
    try:
        os.link(built, database)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if database.exists():
            return False
        built.rename(database)
    _layout.sync_folder(database.parent)
    return True


def _names(database: Path) -> list[Path]:
    paths = [database.with_name(f"{database.name}{suffix}") for suffix in _BESIDE]
    return [path for path in paths if path.exists()]


def _united(*groups: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))
