"""From a call that has been checked to a trial that is to be claimed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from mitosis import _layout
from mitosis._model import Claim, Environment
from mitosis._records import complete_stale
from mitosis._run.arguments import Arguments, without_secret_names
from mitosis._run.claiming import Origin, Place, claim_for, compared
from mitosis._run.experiment import Experiment
from mitosis._run.inputs import Inputs, prepare
from mitosis._run.locking import Lockable, lockable
from mitosis._run.options import Options
from mitosis._run.placing import StaleDatabaseError
from mitosis._run.secret_key import KeyTakenError, SecretKey, find_key
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
    trials_folder: Path
    options: Options
    new_key: SecretKey | None


@dataclass(frozen=True)
class Undertaking:
    """A call whose experiment, arguments and code may run."""

    experiment: Experiment
    arguments: Arguments
    place: Place
    options: Options
    origin: Origin

    def carry_out(self, act: Callable[[Assignment, bool], _Made]) -> _Made:
        """Have a trial claimed, as often as it takes, and return what `act` returns.

        Args:
            act: claims what is assigned to it, given whether to refuse a stale database.
        """
        refuses_stale = not self.options.debug
        while True:
            assignment = self.assignment()
            _layout.make_trials_folder(self.place.trials_folder)
            try:
                return act(assignment, refuses_stale)
            except StaleDatabaseError:
                database = self.place.database(self.experiment, self.options)
                complete_stale(self.place.trials_folder, database)
                refuses_stale = False  # what could not be taken in has been told
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
        store = None if options.debug else Store(place.database(experiment, options))
        return Assignment(
            experiment=experiment,
            arguments=named,
            inputs=inputs,
            claim=compared(claim, store, origin, place, options),
            environment=origin.environment,
            store=store,
            trials_folder=place.trials_folder,
            options=options,
            new_key=key if locking.secret else None,
        )
