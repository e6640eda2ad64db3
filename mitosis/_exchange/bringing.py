"""A database of before, taken into the server that its trials folder is joined to.

The trials stay where they are. What their records and the database's acts tell is added to the
server in one transaction; nothing that is there changes. The file is kept under another name.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mitosis import _layout
from mitosis._exchange.choosing import name_of
from mitosis._exchange.taking import Taken
from mitosis._model import Lock, RecordedTrial
from mitosis._records import recorded_trials
from mitosis._records.database_repair import complete_with
from mitosis._store import PurgedTrial, RecordedAct, Store, joined_to, told_with
from mitosis.errors import DatabaseError, StillRunningError

if TYPE_CHECKING:
    from collections.abc import Iterator

Acts = Sequence[RecordedAct | PurgedTrial]


def bring_in(database: Path, *, dry_run: bool = False) -> Taken:
    """Take a database in a joined trials folder into the server.

    Args:
        database: the file, which is put aside as `<name>.merged-<number>`.
        dry_run: whether to find out and change nothing.

    Raises:
        DatabaseError: the folder is not joined to a server, or one of both cannot be used.
        StillRunningError: trials of the file run.
    """
    if not (joined := joined_to(database.parent)):
        reason = "its trials folder is not joined to a server: set store in [tool.mitosis]"
        raise DatabaseError(database=database, reason=reason)
    if database not in joined.unmerged:
        raise DatabaseError(database=database, reason="it is no database of mitosis")
    trials = _trials(database)
    with _copied(database) as local:
        _refuse_running(database, local)
        locks, keys = local.variants(retired=True), {row["key"] for row in local.trials()}
    taken = Taken(locks=len(locks))
    gone = keys - {trial.claim.key for trial in trials}
    if gone:
        count = f"{len(gone)} of its trials have no folder"
        taken.left.append(f"{database.name}: {count}; they stay in the file")
    if dry_run:
        taken.added += [name_of(trial) for trial in trials]
    else:
        told = {trial.claim.key for trial in trials}
        untold = [lock for lock in locks if lock.acts or lock.trial_key not in told]
        _give(database, trials, _acts(database, untold), taken)
    return taken


def _trials(database: Path) -> list[RecordedTrial]:
    found, _ = recorded_trials(database.parent)
    return [
        trial
        for trial in found
        if trial.claimed
        and trial.claim.database == database.name
        and (database.parent / trial.places.folder).is_dir()
    ]


@contextmanager
def _copied(database: Path) -> Iterator[Store]:
    """Yield a copy that lies in no joined folder."""
    with TemporaryDirectory(prefix="mitosis-") as folder:
        for file in database.parent.glob(f"{database.name}*"):
            if file.name.removeprefix(database.name) in ("", "-journal", "-wal", "-shm"):
                shutil.copy2(file, folder)
        yield Store(Path(folder) / database.name)


def _refuse_running(database: Path, local: Store) -> None:
    running = tuple(f"{trial.key}  {trial.name}" for trial in local.running())
    if running:
        raise StillRunningError(folder=database.parent, trials=running)


def _acts(database: Path, locks: Sequence[Lock]) -> Acts:
    """Return what people did to locks, as the database tells it, and what they purged."""
    purged = [act for act in Store(database).acts() if isinstance(act, PurgedTrial)]
    return [*(act for lock in locks for act in told_with(lock)), *purged]


def _give(database: Path, trials: Sequence[RecordedTrial], acts: Acts, taken: Taken) -> None:
    aside = _layout.aside(database, "merged")
    database.rename(aside)
    try:
        known = Store(database).known().folders if Store(database).is_made() else {}
        restored = complete_with(database, trials, acts)
    except BaseException:
        aside.rename(database)
        raise
    names = {trial.claim.key: name_of(trial) for trial in trials}
    taken.added += [names[key] for key in restored.added]
    taken.here += [name for key, name in names.items() if key in known]
    taken.left += restored.contradictions
