"""Which trial is meant: by key, beginning of a key, name, folder, page or object.

All databases of a trials folder are asked, and the folders of trials themselves, since a
database may be gone or damaged. Dead trials are closed on the way, as every reader does.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from shlex import quote

from mitosis import _layout
from mitosis._dataclass import dataclass
from mitosis._layout import TrialFolder
from mitosis._model import RecordedTrial, Trial
from mitosis._records import close_dead, read_record
from mitosis._settings import default_trials_folder, find_settings
from mitosis._store import NamedTrial, Store, databases, join
from mitosis._suggestion import near
from mitosis._wording import shown
from mitosis.errors import (
    AmbiguousTrialError,
    DatabaseError,
    MitosisError,
    RecordError,
    TrialElsewhereError,
    TrialsFolderError,
    UnknownTrialError,
)

Reference = str | Path | Trial
"""What a trial may be named by."""

_KEYED = re.compile(rf"\.?(.+)_([0-9a-f]{{{_layout.KEY_LENGTH}}})")
_MOST = 20
_PAGE = re.compile(r"trial_(.+)\.(?:html|ipynb)")


@dataclass(frozen=True)
class Found:
    """A trial that was asked for.

    Attributes:
        store: the database that has its row, or would have.
        folder: where everything else lies; it may be gone.
        html: its page; it may be gone, too.
        is_debug: whether it ran in debug mode, so that no database knows it.
        elsewhere: the trials folder of a colleague that has its folder; empty for this one.
    """

    store: Store
    key: str
    name: str
    folder: TrialFolder
    html: Path
    started_at: datetime
    is_debug: bool = False
    elsewhere: str = ""

    @property
    def trials_folder(self) -> Path:
        """Where it lies."""
        return self.store.path.parent


def find(reference: Reference, trials_folder: Path | str | None = None) -> Found:
    """Return the trial that is meant.

    Args:
        reference: a key, the beginning of a key, a trial's name, the path of its folder or
            page, or a `Trial`.
        trials_folder: where to look; default: as for `mitosis.run` in the working directory.

    Raises:
        UnknownTrialError: there is none.
        AmbiguousTrialError: it fits several.
        TrialsFolderError: the trials folder cannot be read.
    """
    return find_all([reference], trials_folder)[0]


def find_all(
    references: Iterable[Reference], trials_folder: Path | str | None = None
) -> list[Found]:
    """Return the trials that are meant, in the order of the references.

    Raises:
        UnknownTrialError: names all that are not there.
        TrialElsewhereError: names all whose folders a colleague has.
        AmbiguousTrialError: one fits several.
        TrialsFolderError: the trials folder cannot be read.
    """
    lookup = _Lookup(trials_folder)
    candidates = [(reference, lookup.candidates(reference)) for reference in references]
    unknown = [_text(reference) for reference, found in candidates if not found]
    if unknown:
        raise UnknownTrialError(folder=lookup.folder, faults=lookup.faults(unknown))
    for reference, found in candidates:
        if len(found) > 1:
            raise AmbiguousTrialError(
                folder=lookup.folder,
                reference=_text(reference),
                candidates=tuple(map(_line, sorted(found, key=lambda f: f.started_at))),
            )
    return require_here([found[0] for _, found in candidates])


def require_here(trials: list[Found]) -> list[Found]:
    """Return trials if their folders are in this trials folder.

    Raises:
        TrialElsewhereError: names all whose folders are in one that shares the server.
    """
    gone = [trial for trial in trials if trial.elsewhere and not trial.folder.root.exists()]
    if gone:
        raise TrialElsewhereError(
            folder=gone[0].trials_folder,
            faults=tuple(f"{shown(t.name)} (key {t.key}): {shown(t.elsewhere)}" for t in gone),
        )
    return trials


def default_folder(trials_folder: Path | str | None) -> Path:
    """Return the trials folder that is meant; by default that of the working directory."""
    if trials_folder is not None:
        return Path(trials_folder)
    here = Path.cwd()
    settings = find_settings(here)
    folder = default_trials_folder(here, settings)
    join(folder, settings.store)
    return folder


def own_stores(trials_folder: Path) -> list[Store]:
    """Return the databases of a trials folder, with their dead trials closed.

    Raises:
        TrialsFolderError: it is not there, or cannot be read.
    """
    try:
        stores = [Store(file) for file in databases(trials_folder)]
    except OSError as exc:
        if isinstance(exc, MitosisError):
            raise
        reason = exc.strerror or str(exc)
        raise TrialsFolderError(folder=trials_folder, reason=reason) from exc
    for store in stores:
        close_dead(trials_folder, store)
    return stores


class _Lookup:
    """One look into a trials folder, for any number of trials."""

    def __init__(self, trials_folder: Path | str | None) -> None:
        self._given = trials_folder
        self._stores: list[Store] | None = None

    @property
    def folder(self) -> Path:
        return default_folder(self._given)

    def candidates(self, reference: Reference) -> list[Found]:
        if isinstance(reference, Trial):
            path = reference.folder
            return _at(path) or _Lookup(path.parent).candidates(reference.key)
        named = self._path(reference)
        found = _at(named) if named else self._by_name(str(reference))
        if not found:
            self._require_readable(named, str(reference))
        return found

    def faults(self, unknown: Iterable[str]) -> tuple[str, ...]:
        """Say of names that no trial has what they may have been meant for."""
        names = self._trial_names()
        experiments = {name for store in self._own() for name in _experiments(store)}
        return tuple(
            f"{text!r} is an experiment: `mitosis history {quote(text)}` lists its trials"
            if text in experiments
            else f"{text!r}{near(text, names, or_all=False)}"
            for text in unknown
        )

    def _trial_names(self) -> list[str]:
        found = [shown(name) for store in self._own() for name in _names(store)]
        return found or [stem for stem, _, _ in self._folders()]

    def _path(self, reference: str | Path) -> Path | None:
        """Return the path that a reference is, or that it is in the trials folder."""
        for path in (Path(reference), self.folder / reference):
            with suppress(OSError, ValueError):
                is_page = _PAGE.fullmatch(path.name) and path.is_file()
                if is_page or TrialFolder(path).record.is_file():
                    return path.absolute()
        return None

    def _by_name(self, text: str) -> list[Found]:
        found = [f for store in self._own() for f in _named(store, text)]
        known = {f.key for f in found}
        found += [f for f in self._in_folders(text) if f.key not in known]
        exact = [f for f in found if f.key == text] or [f for f in found if f.name == text]
        return exact or found

    def _require_readable(self, named: Path | None, text: str) -> None:
        """Say so where a trial was not found because its record cannot be read.

        Raises:
            RecordError: the first that fits and cannot.
        """
        for folder in [TrialFolder(named)] if named else self._fitting(text):
            if folder.record.exists():
                read_record(folder)

    def _own(self) -> list[Store]:
        if self._stores is None:
            self._stores = own_stores(self.folder)
        return self._stores

    def _in_folders(self, text: str) -> Iterator[Found]:
        """Yield trials whose folders fit; a database that knows them may be gone."""
        for folder in self._fitting(text):
            yield from _at(folder.root)

    def _fitting(self, text: str) -> Iterator[TrialFolder]:
        stem = _layout.file_stem(text) if text else ""
        for folder_stem, key, folder in self._folders():
            if stem == folder_stem.removesuffix("_debug") or (text and key.startswith(text)):
                yield TrialFolder(folder)

    def _folders(self) -> list[tuple[str, str, Path]]:
        names = (_KEYED.fullmatch(name) for name in _entries(self.folder))
        return [(m[1], m[2], self.folder / m[0]) for m in names if m]


def _named(store: Store, text: str) -> list[Found]:
    try:
        return [found_row(store, row) for row in store.named(text, most=_MOST)]
    except DatabaseError:  # its trials are found by their folders
        return []


def _names(store: Store) -> list[str]:
    try:
        return [row["name"] for row in store.trials()]
    except DatabaseError:
        return []


def _experiments(store: Store) -> tuple[str, ...]:
    try:
        return store.experiments()
    except DatabaseError:
        return ()


def found_row(store: Store, row: NamedTrial) -> Found:
    """Return a trial of a database."""
    beside = store.path.parent
    # Rows that were written before 0.7 was out name no folder.
    folder = row.folder or f"{_layout.file_stem(row.name)}_{row.key}"
    return Found(
        store=store,
        key=row.key,
        name=row.name,
        folder=_existing(TrialFolder(beside / folder)),
        html=beside / row.html,
        started_at=row.started_at,
        elsewhere=row.elsewhere,
    )


def _existing(folder: TrialFolder) -> TrialFolder:
    """Return a trial's folder under the name that it has, visible or hidden yet."""
    hidden = _layout.hidden(folder)
    return hidden if not folder.root.exists() and hidden.root.exists() else folder


def _at(path: Path) -> list[Found]:
    """Return the trial that a path is the folder or the page of."""
    found = _PAGE.fullmatch(path.name)
    if not found:
        with suppress(RecordError):
            return [_from_record(TrialFolder(path), read_record(TrialFolder(path)))]
        return []
    stems = {found[1], _KEYED.sub(r"\1", found[1])}
    names = sorted(name for name in _entries(path.parent) if _KEYED.fullmatch(name))
    near_by = [n for n in names if {n, _KEYED.sub(r"\1", n)} & stems]
    trials = [f for name in near_by for f in _at(path.parent / name)]
    return [trial for trial in trials if trial.html.name == path.name]


def _from_record(folder: TrialFolder, trial: RecordedTrial) -> Found:
    beside, claim = folder.root.parent, trial.claim
    return Found(
        store=Store(beside / claim.database),
        key=claim.key,
        name=trial.claimed.name if trial.claimed else claim.name_prefix,
        folder=folder,
        html=beside / trial.places.html,
        started_at=claim.started_at,
        is_debug=trial.claimed is None,
    )


def _entries(folder: Path) -> list[str]:
    """Return the names in a folder; paths of a hundred thousand would take too long."""
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries]


def _text(reference: Reference) -> str:
    return reference.name if isinstance(reference, Trial) else str(reference)


def _line(found: Found) -> str:
    return f"{found.key}  {found.started_at:%Y-%m-%d %H:%M}  {shown(found.name)}"
