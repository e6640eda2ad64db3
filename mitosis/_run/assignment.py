"""From a call that has been checked to a trial that is claimed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from mitosis import _layout
from mitosis._dataclass import dataclass
from mitosis._model import Claim, Environment
from mitosis._recording import Task
from mitosis._records import close_dead, complete_stale, restore_missing
from mitosis._run.arguments import Arguments, without_secret_names
from mitosis._run.claiming import Origin, Place, claim_for, compared
from mitosis._run.experiment import Experiment
from mitosis._run.inputs import Inputs, prepare
from mitosis._run.locking import Lockable, lockable
from mitosis._run.options import Options
from mitosis._run.placing import IsTaken, Placing, StaleDatabaseError
from mitosis._run.plan import plan
from mitosis._run.secret_key import KeyTakenError, SecretKey, find_key
from mitosis._run.work import Start, Work
from mitosis._store import Store

_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Assignment:
    """Everything that is settled before the first file is written.

    Attributes:
        store: None in debug mode.
        new_key: what secrets in the claim are digested with, for the trials folder to keep.
    """

    experiment: Experiment
    arguments: Arguments
    inputs: Inputs
    claim: Claim
    environment: Environment
    store: Store | None
    place: Place
    options: Options
    new_key: SecretKey | None

    @property
    def trials_folder(self) -> Path:
        """Where the trial goes."""
        return self.place.trials_folder

    def claimed(self, is_taken: IsTaken) -> Work:
        """Have the trial claimed; see `Placing.claim` for what that raises.

        Args:
            is_taken: as `Placing` takes it.
        """
        return Placing(self._work(), self.store, self.new_key, is_taken).claim()

    def _work(self) -> Work:
        claim, inputs = self.claim, self.inputs
        return Work(
            claim=claim,
            plan=plan(self.experiment, self.arguments, claim, inputs.code),
            task=Task(
                experiment=self.experiment.name,
                log_level="DEBUG" if self.options.debug else "INFO",
                parameters={},  # filled in where their files are written
                locked={v.parameter: v.text for v in claim.variants},
                script=dict(inputs.script),
                seed=claim.seed,
                data=claim.data,
            ),
            inputs=inputs,
            environment=self.environment,
            trials_folder=self.trials_folder,
            options=self.options,
            variants={p.arg_name: p.var_name for p in self.arguments.tracked},
            start=Start(
                directory=Path.cwd(),
                path=(
                    *map(str, self.experiment.import_folders),
                    *(entry for entry in sys.path if isinstance(entry, str)),
                ),
                argv=tuple(map(str, sys.argv)),
                prefix=sys.prefix,
            ),
            ignored=tuple(self.place.settings.ignore_changes),
        )


@dataclass(frozen=True)
class Undertaking:
    """A call whose experiment, arguments and code may run.

    Attributes:
        is_taken: tells which names of folders other trials have. Default: whether one has,
            is looked for at each claim, and so is what dead trials have left undone.
    """

    experiment: Experiment
    arguments: Arguments
    place: Place
    options: Options
    origin: Origin
    is_taken: IsTaken | None = None

    @property
    def database(self) -> Path:
        """The database that the trial is claimed in."""
        return self.place.database(self.experiment, self.options)

    def carry_out(self, act: Callable[[Assignment, IsTaken], _Made]) -> _Made:
        """Have a trial claimed, as often as it takes, and return what `act` returns.

        Args:
            act: claims what is assigned to it, given what `Placing` asks.
        """
        is_taken = self.is_taken or partial(_layout.is_taken, self.place.trials_folder)
        if self.options.debug:
            is_taken = _is_free
        while True:
            assignment = self.assignment()
            _layout.make_trials_folder(self.place.trials_folder)
            try:
                return act(assignment, is_taken)
            except StaleDatabaseError:
                complete_stale(self.place.trials_folder, self.database)
                is_taken = _is_free  # what could not be taken in has been told
            except KeyTakenError:  # another process was faster: then with its key
                continue

    def assignment(self) -> Assignment:
        """Settle all that a trial needs; nothing is written but what makes up for the dead."""
        experiment, place, options, origin = (
            self.experiment,
            self.place,
            self.options,
            self.origin,
        )
        key = find_key(place.trials_folder)
        named = without_secret_names(self.arguments, key.value)
        locking = Lockable() if options.debug else lockable(named.tracked, key.value)
        if locking.secret:
            key.require()
        inputs = prepare(experiment, named, locking)
        claim = claim_for(experiment, named, inputs, locking.variants, origin)
        store = None if options.debug else Store(self.database)
        if store and self.is_taken is None:
            make_up(place, store)
        return Assignment(
            experiment=experiment,
            arguments=named,
            inputs=inputs,
            claim=compared(claim, store, origin, place, options),
            environment=origin.environment,
            store=store,
            place=place,
            options=options,
            new_key=key if locking.secret else None,
        )


def make_up(place: Place, store: Store) -> None:
    """Write what the dead have left undone, for a trial may be compared with the last of them.

    Raises:
        DatabaseError: the database cannot be read.
        TrialsFolderError: the folder cannot be looked into.
    """
    restore_missing(place.trials_folder, store.path)
    close_dead(place.trials_folder, store)


def _is_free(_stem: str, _key: str) -> bool:
    return False
