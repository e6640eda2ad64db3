"""`run`: from an experiment and its parameters to a locked, recorded trial and its page.

The order is a promise: nothing is written before all checks have passed, the trial's row
exists before its kernel starts, and its folder is complete before the row says how it ended.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mitosis import _layout
from mitosis._messages import messages
from mitosis._model import (
    Parameter,
    Trial,
)
from mitosis._recording import inside_trial
from mitosis._records import complete_stale
from mitosis._run.arguments import Arguments, bind, without_secret_names
from mitosis._run.claiming import Origin, Place, claim_for, compared, require_runnable
from mitosis._run.experiment import Experiment, describe, require_hypothesis
from mitosis._run.inputs import prepare
from mitosis._run.locking import Lockable, lockable
from mitosis._run.options import Options
from mitosis._run.placing import StaleDatabaseError
from mitosis._run.secret_key import KeyTakenError, find_key
from mitosis._run.trial import Assignment, conduct
from mitosis._run.watch import Signals
from mitosis._settings import Settings
from mitosis._store import Store
from mitosis.errors import (
    MitosisError,
    NestedTrialError,
)

log = logging.getLogger("mitosis")


def run(
    experiment: Any,
    debug: bool = False,
    *,
    params: Sequence[Parameter] = (),
    seed: int | None = None,
    group: str | None = None,
    trials_folder: Path | str | None = None,
    untracked_params: Sequence[Parameter | str] = (),
    logfile: str | None = None,
    output_extension: str = "html",
    matplotlib_dpi: float = 72,
    timeout_seconds: float | None = None,
    hypothesis: str | None = None,
    data: Sequence[Path | str] = (),
) -> Trial:
    """Run one recorded trial of an experiment in a fresh kernel.

    On return the variants are locked, and the trial's row, folder and page are complete. An
    error before the experiment starts leaves everything on disk as it was. If the experiment
    raises, dies or takes too long, the trial is recorded so before the error reaches you.

    Args:
        experiment: a module or object with a text `name` and a function `run` that returns a
            dict with at least the key `"main"`.
        debug: run in whatever state the code is, without recording or locking anything. Only
            the notebook and the trial's folder are written.
        params: a variant for each argument of `run`.
        seed: for the global generators of `random`, numpy and torch, and passed to a `run`
            that takes one. Default: one of 32 bits is generated and recorded.
        group: separates the trials of one experiment's code; passed to `run` as `group`.
        trials_folder: where the database and the notebooks live. Default: the one set in
            `[tool.mitosis]` of `pyproject.toml`, else `trials` in the repository's root.
        untracked_params: parameters, or names of arguments in `params`, that are passed on
            but neither locked nor part of the trial's name.
        logfile: name of the database's file. Default: `<experiment name>.db`.
        output_extension: `"html"`, or `"ipynb"` for a notebook that Jupyter opens.
        matplotlib_dpi: resolution of inline figures, in dots per inch.
        timeout_seconds: how long the experiment may take. Default: what `[tool.mitosis]`
            says, else as long as it likes.
        hypothesis: what the experiment claims. Default: its attribute `hypothesis`, else its
            docstring.
        data: input files and folders whose digests are recorded, beside those that
            `[tool.mitosis]` names.

    Returns:
        The recorded trial.

    Raises:
        InvalidExperimentError: the experiment has no `name` or no `run`.
        NoHypothesisError: it states none, and the settings demand one.
        SettingsError: `[tool.mitosis]` holds a mistake.
        InvalidArgumentsError: parameters are missing, unknown or doubled.
        InvalidParameterError: a name, an expression or an option cannot be used.
        CodeStateError: the repository is dirty, or there is none.
        NotCanonicalError: a value has no text that identifies it.
        NotPicklableError: a value cannot travel to the kernel.
        VariantConflictError: a locked variant was given another value.
        DataFileError: an input file is missing or cannot be read.
        TrialsFolderError: the trials folder cannot be used.
        DatabaseError: the database cannot be used.
        ExperimentFailedError: the experiment raised.
        TrialKilledError: the kernel died, or the runner was told to end.
        TrialTimedOutError: the experiment took longer than `timeout_seconds`.
        KeyboardInterrupt: Ctrl-C; the trial is recorded as killed.

    Example:
        >>> trial = mitosis.run(
        ...     sine_experiment, params=[mitosis.Parameter("low", "amplitude", 4)]
        ... )                                                       # doctest: +SKIP
        >>> trial.main, trial.html                                  # doctest: +SKIP
    """
    options = Options(
        debug, logfile, output_extension, matplotlib_dpi, timeout_seconds, hypothesis, data
    )
    request = Request(params, seed, group, trials_folder, untracked_params)
    return start(experiment, request, options)


@dataclass(frozen=True)
class Request:
    """What a trial is asked to be; see `run`."""

    params: Sequence[Parameter] = ()
    seed: int | None = None
    group: str | None = None
    trials_folder: Path | str | None = None
    untracked_params: Sequence[Parameter | str] = ()


def start(
    experiment: Any, request: Request, options: Options, settings: Settings | None = None
) -> Trial:
    """Do what `run` promises, for callers that may have read the settings already."""
    try:
        if inside_trial():
            raise NestedTrialError(experiment=str(getattr(experiment, "name", "")))
        described = describe(experiment, options.hypothesis)
        arguments = bind(
            described, request.params, request.untracked_params, request.seed, request.group
        )
        place = Place.of(described, settings, request.trials_folder)
        with messages(debug=options.debug):
            return _run(described, arguments, place, options.completed(place.settings))
    except MitosisError as error:
        log.debug("where it was raised:", exc_info=True)
        raise error.with_traceback(None) from None  # the message says it all


def _run(experiment: Experiment, arguments: Arguments, place: Place, options: Options) -> Trial:
    require_hypothesis(experiment, place.settings)
    origin = Origin.at(place)
    if not options.debug:
        require_runnable(experiment, origin.code, place.settings)
    refuses_stale = not options.debug
    while True:
        assignment = _assigned(experiment, arguments, place, options, origin)
        _layout.make_trials_folder(place.trials_folder)
        try:
            with Signals() as signals:
                return conduct(assignment, signals, refuses_stale=refuses_stale)
        except StaleDatabaseError:
            complete_stale(place.trials_folder, place.database(experiment, options))
            refuses_stale = False  # what could not be taken in has been told
        except KeyTakenError:  # another process was faster: then with its key
            continue


def _assigned(
    experiment: Experiment,
    arguments: Arguments,
    place: Place,
    options: Options,
    origin: Origin,
) -> Assignment:
    """Settle all that a trial needs; nothing is written but what makes up for the dead."""
    key = find_key(place.trials_folder)
    named = without_secret_names(arguments, key.value)
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
