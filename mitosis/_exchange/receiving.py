"""`import` and `merge`: trials of an archive, or of another trials folder, into this one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from mitosis import _layout
from mitosis._exchange.lock_acts import acts_of_trials, by_database
from mitosis._exchange.staging import staging
from mitosis._exchange.taking import Options, Taken, Taking
from mitosis._exchange.unpacking import unpack
from mitosis._layout import TrialFolder
from mitosis._model import RecordedTrial
from mitosis._records import recorded_trials
from mitosis._records.findings import trial_name, unique
from mitosis._records.repairing import OnProgress
from mitosis._records.trial_files import is_whole, own_files, shared_files
from mitosis._store import Store
from mitosis.errors import ArchiveError, TrialsFolderError


def import_archive(
    file: Path, trials_folder: Path, options: Options, on_progress: OnProgress
) -> Taken:
    """Take over the trials of an archive that `export` wrote.

    All of it is checked first. What contradicts what is here stays out and is told; the others
    come in.

    Args:
        file: the archive.
        trials_folder: where they go; it is made if need be.
        options: how.
        on_progress: called with what is done, how much of it, and how much there is.

    Raises:
        ArchiveError: the archive is not as mitosis writes it; nothing was written.
        TrialsFolderError: the folder cannot be used.
        DatabaseError: a database cannot be used.
    """
    with _workplace(trials_folder, options) as staged:
        trials = _unpacked(file, staged, on_progress)
        taking = Taking(staged, staged, trials_folder, options)
        return _take(taking, trials)


def _unpacked(file: Path, staged: Path, on_progress: OnProgress) -> list[RecordedTrial]:
    """Return the trials of an archive, whose files lie in a hidden folder now."""
    manifest = unpack(file, staged, on_progress)
    trials, faults = recorded_trials(staged)
    told = [(t.key, t.name, t.experiment, t.database, t.folder) for t in manifest.trials]
    if faults:
        reason = f"a record in it: {faults[0].reason}"
    elif sorted(told) != sorted(map(_told, trials)):
        reason = "its records are not those of the trials that it lists"
    elif any(trial.outcome is None for trial in trials):
        reason = "a trial in it has not ended"
    else:
        return trials
    raise ArchiveError(file=file, reason=reason)


def merge(other: Path, trials_folder: Path, options: Options, on_progress: OnProgress) -> Taken:
    """Take over the trials of another trials folder, which is only read.

    Args:
        other: the other folder.
        trials_folder: where they go; it is made if need be.
        options: how.
        on_progress: called with what is done, how much of it, and how much there is.

    Raises:
        TrialsFolderError: one of the folders cannot be used, or they are the same.
        DatabaseError: a database cannot be used.
    """
    if trials_folder.exists() and other.samefile(trials_folder):
        raise TrialsFolderError(folder=other, reason="it is the one that takes the trials")
    contradictions: list[str] = []
    found, faults = recorded_trials(other)
    trials = unique(found, contradictions)
    ended = [t for t in trials if t.outcome and (other / t.places.folder).is_dir()]
    with _workplace(trials_folder, options) as staged:
        new = ended if not options.dry_run else []
        for number, trial in enumerate(_unknown(new, trials_folder)):
            on_progress("trials", number, len(ended))
            _copy(TrialFolder(other / trial.places.folder), trial.places.html, staged)
        for name, content in acts_of_trials(other, ended):
            (staged / name).write_bytes(content)
        taken = _take(Taking(other, staged, trials_folder, options), ended)
    taken.left += [f"{trial_name(t)}: it has not ended there" for t in trials if not t.outcome]
    taken.left += [*contradictions, *(f"{f.file.parent.name}: {f.reason}" for f in faults)]
    return taken


@contextmanager
def _workplace(trials_folder: Path, options: Options) -> Iterator[Path]:
    """Yield an empty folder for trials on their way; in a dry run it is elsewhere."""
    if options.dry_run:
        with TemporaryDirectory(prefix="mitosis-") as place:
            yield Path(place)
        return
    _layout.make_trials_folder(trials_folder)
    try:
        with staging(trials_folder) as staged:
            yield staged
    except OSError as exc:
        if isinstance(exc, TrialsFolderError):
            raise
        reason = exc.strerror or str(exc)
        raise TrialsFolderError(folder=trials_folder, reason=reason) from exc


def _take(taking: Taking, trials: Sequence[RecordedTrial]) -> Taken:
    for name, members in by_database(trials):
        taking.take(name, members)
    return taking.taken


def _told(trial: RecordedTrial) -> tuple[str, ...]:
    claim, claimed = trial.claim, trial.claimed
    assert claimed, "trials in debug mode are passed over"
    return claim.key, claimed.name, claim.experiment, claim.database, trial.places.folder


def _unknown(trials: Sequence[RecordedTrial], trials_folder: Path) -> Iterator[RecordedTrial]:
    """Yield the trials that are not here: of the others nothing has to be copied."""
    stores = {name: Store(trials_folder / name) for name in {t.claim.database for t in trials}}
    keys = {name: _keys(store) for name, store in stores.items()}
    yield from (trial for trial in trials if trial.claim.key not in keys[trial.claim.database])


def _keys(store: Store) -> frozenset[str]:
    return frozenset(store.known().folders) if store.is_made() else frozenset()


def _copy(folder: TrialFolder, page: str, staged: Path) -> None:
    """Copy a trial with its times, and what it shares with others where that is whole."""
    trials_folder = folder.root.parent
    pages = [trials_folder / page] if page and (trials_folder / page).is_file() else []
    shared = [file for file in shared_files(folder) if is_whole(file)]
    for path in (*own_files(folder), *pages, *shared):
        copy = staged / path.relative_to(trials_folder)
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy)
