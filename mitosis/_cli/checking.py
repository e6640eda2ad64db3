"""From names on a command line to all that is wrong, new or unused."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import field
from pathlib import Path

from mitosis._canonical import secrets_under
from mitosis._cli.definitions import Definitions, define
from mitosis._cli.experiments import Found
from mitosis._cli.survey import survey
from mitosis._dataclass import dataclass
from mitosis._locks import (
    Comparison,
    Definition,
    Held,
    Holdings,
    compare,
    held_locks,
    read_lock_file,
)
from mitosis._model import LockName
from mitosis._run.experiment import Experiment, describe
from mitosis._run.secret_key import find_key
from mitosis._settings import (
    Settings,
    default_lock_file,
    default_trials_folder,
    find_settings,
)
from mitosis.errors import LockFileError, MitosisError


@dataclass(frozen=True)
class Checked:
    """What came out for all experiments together.

    Attributes:
        faults: values that cannot be locked, with the experiment each belongs to.
        problems: messages on what could not be checked.
        unseen: experiments that have locks where these were looked for, and no code here.
    """

    comparison: Comparison
    faults: tuple[tuple[str, str], ...]
    problems: tuple[str, ...]
    unseen: tuple[str, ...] = ()

    @property
    def exit_status(self) -> int:
        """1 if anything is wrong, else 2 if anything could not be checked, else 0."""
        wrong = self.comparison.conflicts or self.comparison.unknown or self.faults
        return 1 if wrong else 2 if self.problems else 0


@dataclass
class Places:
    """Where locks are held; each place is read once.

    Attributes:
        folder: the trials folder, None for each experiment's own.
        logfile: the one database that counts, None for all.
        problems: messages on what could not be read.
    """

    folder: Path | None = None
    logfile: str | None = None
    problems: list[str] = field(default_factory=list)
    _folders: dict[Path, Holdings] = field(default_factory=dict)
    _files: dict[Path, list[Held]] = field(default_factory=dict)

    def locks(self, experiment: Experiment) -> list[Held]:
        """Return an experiment's locks in force: of its database, then of its `mitosis.lock`.

        Raises:
            AmbiguousDatabaseError: several databases hold locks of it.
            SettingsError: `[tool.mitosis]` beside the experiment holds a mistake.
        """
        place = experiment.file or Path.cwd()
        held = [
            held
            for held in self._holdings(self.trials_folder(place)).locks(experiment.name)
            if held.lock.retired_at is None
        ]
        shared = self._shared(default_lock_file(place))
        return held + [h for h in shared if h.lock.experiment == experiment.name]

    def trials_folder(self, place: Path) -> Path:
        """Return the folder where an experiment that lies at `place` keeps its trials."""
        return self.folder or default_trials_folder(place, find_settings(place))

    def unseen(self, names: Collection[str]) -> tuple[str, ...]:
        """Return the experiments that have locks in the places read so far, but for some."""
        here = {e for holdings in self._folders.values() for e in holdings.experiments}
        here |= {held.lock.experiment for shared in self._files.values() for held in shared}
        return tuple(sorted(here - {*names}))

    def _holdings(self, folder: Path) -> Holdings:
        if folder not in self._folders:
            holdings = self._folders[folder] = held_locks(folder, self.logfile)
            self.problems += [fault.message for fault in holdings.faults]
        return self._folders[folder]

    def _shared(self, file: Path) -> list[Held]:
        if file not in self._files:
            self._files[file] = []
            try:
                locks = read_lock_file(file) if file.exists() else []
            except LockFileError as exc:
                self.problems.append(exc.message)
            else:
                self._files[file] = [Held(lock, file) for lock in locks]
        return self._files[file]


def check(names: Iterable[str], settings: Settings, places: Places) -> Checked:
    """Import experiments, make their variants canonical and compare them with the locks.

    Whatever cannot be imported, read or locked is told and does not hide the rest.
    """
    surveyed = survey(names, settings)
    problems = [fault.message for fault in surveyed.faults]
    definitions: list[Definition] = []
    locks: list[Held] = []
    faults: list[tuple[str, str]] = []
    unsound: list[LockName] = []
    seen: set[str] = set()
    for found in surveyed.found:
        try:
            experiment, held, defined = _one(found, places)
        except MitosisError as exc:
            problems.append(exc.message)
            continue
        seen.add(experiment.name)
        definitions += defined.sound
        locks += held
        faults += [(experiment.name, fault) for fault in defined.faults]
        unsound += defined.unsound
    return Checked(
        compare(definitions, locks, unsound),
        tuple(dict.fromkeys(faults)),
        tuple(dict.fromkeys(problems + places.problems)),
        places.unseen(seen),
    )


def _one(found: Found, places: Places) -> tuple[Experiment, list[Held], Definitions]:
    experiment = describe(found.experiment)
    held = places.locks(experiment)
    locked = {h.lock.variant.parameter for h in held}
    key = find_key(places.trials_folder(experiment.file or Path.cwd()))
    with secrets_under(key.value):
        return experiment, held, define(found, experiment, locked)
