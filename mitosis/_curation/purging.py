"""`purge`: trials are deleted; their locks stay, and their numbers are never used again.

Their folders are marked, then the database is told, with an act beside it, then the files go.
Killed before the act, nothing has happened. Killed after it, the trials are purged and some of
their files are still there; the next purge of them or `mitosis repair` takes these away, and
nothing brings the trials back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path

from mitosis._curation.sharing import remove_unused
from mitosis._curation.weighing import Weighed
from mitosis._dataclass import dataclass
from mitosis._history.lookup import Found
from mitosis._model import Act, Action
from mitosis._provenance import is_gone, person
from mitosis._records import complete_stale, read_record, restore_missing
from mitosis._records.purged import mark, remove_purged, unmark
from mitosis._records.repairing import OnProgress
from mitosis._records.trial_files import shared_files
from mitosis._store import Store
from mitosis._wording import shown
from mitosis.errors import RecordError, StillRunningError, TrialsFolderError


@dataclass
class Purged:
    """What a purge did.

    Attributes:
        names: of the trials that are gone.
        size_bytes: that their own files had.
        shared: values and environments that no other trial needed, gone too.
        shared_bytes: that these had.
        kept: how many of those stayed, since others refer to them, or may soon.
        faults: what could not be removed, in words.
    """

    names: list[str] = field(default_factory=list)
    size_bytes: int = 0
    shared: list[Path] = field(default_factory=list)
    shared_bytes: int = 0
    kept: int = 0
    faults: list[str] = field(default_factory=list)


def refuse_running(trials: Sequence[Found]) -> None:
    """Make sure that all trials have ended.

    Raises:
        StillRunningError: names all that have not, or of which one cannot tell from here.
        DatabaseError: a database cannot be read.
    """
    stores = {trial.store.path: trial.store for trial in trials if not trial.is_debug}
    running = {t.key for store in stores.values() for t in store.running()}
    found = [t for t in trials if t.key in running or _is_running(t)]
    if found:
        names = tuple(f"{trial.key}  {shown(trial.name)}" for trial in found)
        raise StillRunningError(folder=found[0].trials_folder, trials=names)


def _is_running(trial: Found) -> bool:
    try:
        record = read_record(trial.folder)
    except RecordError:
        return False  # its row says how it ended, or nothing does
    return record.outcome is None and not is_gone(record.claim.runner)


def purge(trials: Sequence[Weighed], why: str, on_progress: OnProgress) -> Purged:
    """Delete trials of one trials folder: folder, page and row.

    Args:
        trials: what is to go.
        why: in a person's words; may be empty.
        on_progress: called with what is done, how much of it, and how much there is.

    Raises:
        StillRunningError: names all that run; nothing is deleted.
        DatabaseError: a database cannot be used; its trials are as they were.
        TrialsFolderError: the trials folder cannot be read.
    """
    found = [weight.trial for weight in trials]
    refuse_running(found)
    purged = Purged()
    shared = {file for trial in found for file in shared_files(trial.folder)}
    for of_one in _by_database(trials):
        _tell_database([weight.trial for weight in of_one], why)
        for weight in of_one:
            on_progress("trials", len(purged.names), len(trials))
            _remove(weight, purged)
    sizes = {file: file.stat().st_size for file in shared if file.exists()}
    if sizes:
        purged.shared = remove_unused(found[0].trials_folder, sizes)
        purged.shared_bytes = sum(sizes[file] for file in purged.shared)
        purged.kept = len(sizes) - len(purged.shared)
    return purged


def _by_database(trials: Sequence[Weighed]) -> list[list[Weighed]]:
    groups = defaultdict[tuple[Path, bool], list[Weighed]](list)
    for weight in trials:
        groups[weight.trial.store.path, weight.trial.is_debug].append(weight)
    return list(groups.values())


def _remove(weight: Weighed, purged: Purged) -> None:
    trial = weight.trial
    if remove_purged(trial.folder, trial.html, trial.key):
        purged.names.append(trial.name)
        purged.size_bytes += weight.size_bytes
    else:
        left = "it is purged, but not all of its files could be removed"
        purged.faults.append(f"{shown(trial.name)}: {left}; mitosis repair tries again")


def _tell_database(trials: Sequence[Found], why: str) -> None:
    """Have a database forget its trials but for their numbers and locks.

    It does not know trials in debug mode, nor any more what was purged already.
    """
    file, folder = trials[0].store.path, trials[0].trials_folder
    with _marked(trials):
        if trials[0].is_debug:
            return
        restore_missing(folder, file)
        known = Store(file).known()
        if {trial.key for trial in trials} - known.folders.keys() - known.purged:
            complete_stale(folder, file)
        act = Act(Action.PURGED, datetime.now(UTC), person(folder), why)
        keys = [trial.key for trial in trials if trial.key not in known.purged]
        if keys:
            Store(file).purge(keys, act)


@contextmanager
def _marked(trials: Sequence[Found]) -> Iterator[None]:
    """Have the folders say that they are to go, unless that comes to nothing."""
    try:
        for trial in trials:
            _mark(trial)
        yield
    except BaseException:
        for trial in trials:
            unmark(trial.folder, trial.key)
        raise


def _mark(trial: Found) -> None:
    try:
        if trial.folder.root.exists():
            mark(trial.folder, trial.key)
    except OSError as exc:
        reason = f"{trial.folder.root.name}: {exc.strerror or exc}"
        raise TrialsFolderError(folder=trial.trials_folder, reason=reason) from exc
