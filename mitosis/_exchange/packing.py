"""`export`: whole trials into one file, which is there complete or not at all."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from pathlib import Path

from blake3 import blake3

from mitosis import _layout
from mitosis._dataclass import dataclass
from mitosis._exchange.choosing import name_of
from mitosis._exchange.lock_acts import acts_of_trials, has_secrets
from mitosis._exchange.manifest import (
    MANIFEST,
    ListedFile,
    ListedTrial,
    Manifest,
    is_database_name,
)
from mitosis._layout import TrialFolder
from mitosis._model import RecordedTrial
from mitosis._records import read_record
from mitosis._records.findings import trial_name
from mitosis._records.repairing import OnProgress
from mitosis._records.trial_files import is_whole, own_files, shared_files
from mitosis._wording import is_unicode, shown
from mitosis.errors import ArchiveError, RecordError, StillRunningError

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can tell: no clock gets in
_MODE = 0o100644 << 16
_CHUNK = 1 << 20
_ELSEWHERE = "Name another file, in a folder that you may write to."


@dataclass(frozen=True)
class Exported:
    """What an export wrote.

    Attributes:
        trials: how many.
        size_bytes: of the archive.
        left: files that could not be taken along, in words.
        with_secrets: names of the trials that locked a secret.
    """

    file: Path
    trials: int
    size_bytes: int
    left: tuple[str, ...]
    with_secrets: tuple[str, ...]


def export(
    folders: Sequence[TrialFolder], file: Path, written_by: str, on_progress: OnProgress
) -> Exported:
    """Write trials of one trials folder into an archive, with all that they refer to.

    The same trials make the same bytes. The trials folder's secret key is not among them.

    Args:
        folders: of the trials, visible ones.
        file: the archive; nothing may be there.
        written_by: the version of mitosis, for who finds that it cannot be read.
        on_progress: called with what is done, how much of it, and how much there is.

    Raises:
        ArchiveError: the file is there already, or cannot be written.
        RecordError: a trial cannot be read.
        StillRunningError: names all that have not ended.
    """
    if file.exists():
        raise ArchiveError(file=file, reason="it is there already", advice=_ELSEWHERE)
    trials = [(folder, read_record(folder)) for folder in sorted(folders, key=lambda f: f.root)]
    _refuse_running(trials)
    partial = _layout.unfinished(file)
    try:
        with zipfile.ZipFile(partial, "x", zipfile.ZIP_DEFLATED) as archive:
            packing = _Packing(archive)
            for number, (folder, trial) in enumerate(trials):
                on_progress("trials", number, len(trials))
                packing.add(folder, trial)
            packing.finish(written_by)
        _give_name(partial, file)
    except OSError as exc:
        reason = exc.strerror or str(exc)
        raise ArchiveError(file=file, reason=reason, advice=_ELSEWHERE) from exc
    finally:
        partial.unlink(missing_ok=True)
    return Exported(
        file=file,
        trials=len(trials),
        size_bytes=file.stat().st_size,
        left=tuple(dict.fromkeys(packing.left)),
        with_secrets=tuple(name_of(t) for _, t in trials if has_secrets(t)),
    )


def _refuse_running(trials: Iterable[tuple[TrialFolder, RecordedTrial]]) -> None:
    running = [(f, t) for f, t in trials if t.outcome is None]
    if running:
        names = tuple(f"{t.claim.key}  {trial_name(t)}" for _, t in running)
        raise StillRunningError(folder=running[0][0].root.parent, trials=names)


def _give_name(partial: Path, file: Path) -> None:
    """Give an archive its name, unless somebody else has made a file of that name."""
    try:
        file.hardlink_to(partial)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        partial.rename(file)


@dataclass
class _Packing:
    """An archive that is being written; the list of its files comes last."""

    archive: zipfile.ZipFile
    left: list[str] = field(default_factory=list)
    _files: dict[str, ListedFile] = field(default_factory=dict)
    _trials: list[tuple[ListedTrial, RecordedTrial]] = field(default_factory=list)
    _trials_folder: Path = Path()

    def add(self, folder: TrialFolder, trial: RecordedTrial) -> None:
        self._trials_folder = folder.root.parent
        page = self._trials_folder / trial.places.html
        listed = _listed(folder, trial, page.name if page.is_file() else "")
        self._trials.append((listed, trial))
        pages = [page] if listed.page else []
        for path in (*own_files(folder), *pages):
            self._add_file(path)
        for path in sorted(shared_files(folder)):
            if path.exists() and not is_whole(path):
                name = path.relative_to(self._trials_folder)
                self.left.append(f"{name}: it does not hold what its name says")
            else:
                self._add_file(path)

    def finish(self, written_by: str) -> None:
        """Add what is told of all trials: what was done to their locks, and the list."""
        recorded = [trial for _, trial in self._trials]
        for name, content in acts_of_trials(self._trials_folder, recorded):
            self._write(name, iter([content]))
        manifest = Manifest(
            written_by=written_by,
            trials=tuple(listed for listed, _ in self._trials),
            files=tuple(self._files[path] for path in sorted(self._files)),
        )
        with self.archive.open(_entry(MANIFEST), "w", force_zip64=True) as out:
            out.write(manifest.to_json())

    def _add_file(self, path: Path) -> None:
        name = path.relative_to(self._trials_folder).as_posix()
        if name in self._files:
            return
        if not is_unicode(name):
            self.left.append(f"{shown(name)}: its name is no Unicode")
        elif not path.exists():
            self.left.append(f"{name}: it is not there")
        else:
            self._write(name, _chunks(path))

    def _write(self, name: str, chunks: Iterator[bytes]) -> None:
        digest, size = blake3(), 0
        with self.archive.open(_entry(name), "w", force_zip64=True) as out:
            for chunk in chunks:
                out.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        self._files[name] = ListedFile(name, size, digest.hexdigest())


def _listed(folder: TrialFolder, trial: RecordedTrial, page: str) -> ListedTrial:
    claim = trial.claim
    if not trial.claimed:
        reason = "it ran in debug mode; only recorded trials are exported"
        raise RecordError(file=folder.record, reason=reason)
    if folder.root.name.startswith(".") or not is_database_name(claim.database):
        reason = f"it names {claim.database!r} as its database"
        raise RecordError(file=folder.record, reason=reason)
    return ListedTrial(
        key=claim.key,
        name=trial.claimed.name,
        experiment=claim.experiment,
        database=claim.database,
        folder=folder.root.name,
        page=page,
    )


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = _MODE
    return entry


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
