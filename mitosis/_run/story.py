"""`run`: from an experiment and its parameters to a locked, recorded trial and its page.

The order is a promise: nothing is written before all checks have passed, the trial's row
exists before its kernel starts, and its folder is complete before the row says how it ended.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mitosis._dataclass import dataclass
from mitosis._messages import messages
from mitosis._model import (
    Parameter,
    Trial,
)
from mitosis._recording import inside_trial
from mitosis._run.arguments import bind
from mitosis._run.assignment import Assignment, Undertaking
from mitosis._run.attended import attend
from mitosis._run.claiming import Origin, Place, require_runnable
from mitosis._run.earlier import earlier_trial
from mitosis._run.experiment import Experiment, describe, require_hypothesis
from mitosis._run.here import early
from mitosis._run.options import Options
from mitosis._run.placing import IsTaken
from mitosis._run.terminal import Terminal, instead_line
from mitosis._run.watch import Signals
from mitosis._settings import Settings
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
    if_needed: bool = False,
) -> Trial:
    """Run one recorded trial of an experiment in a fresh kernel.

    On return the variants are locked, and the trial's row, folder and page are complete. An
    error before the experiment starts leaves everything on disk as it was. If the experiment
    raises, dies or takes too long, the trial is recorded so before the error reaches you.

    Args:
        experiment: a module or object with a text `name` and a function `run` that returns a
            dict with at least the key `"main"`; or the path of a notebook, whose cell tagged
            `parameters` assigns its arguments, and whose cell tagged `main`, or dict
            `results`, gives the result.
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
        if_needed: return the newest earlier trial that succeeded with the same variants (names
            and values), untracked values, group, seed, commit and input files, if there is
            one, and run nothing. Without a seed, trials whose seed was generated count. Other
            packages are said, and are no reason to run again. In debug mode this does nothing.

    Returns:
        The recorded trial.

    Raises:
        InvalidExperimentError: the experiment has no `name` or no `run`, or is no notebook.
        ExperimentNotFoundError: the notebook is not there.
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
        debug,
        logfile,
        output_extension,
        matplotlib_dpi,
        timeout_seconds,
        hypothesis,
        data,
        if_needed,
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
        name = str(getattr(experiment, "name", ""))
        refuse_inside_trial(name)
        described = describe(experiment, options.hypothesis)
        with messages(debug=options.debug), early():
            return undertake(described, request, options, settings).carry_out(_run)
    except MitosisError as error:
        log.debug("where it was raised:", exc_info=True)
        raise error.with_traceback(None) from None  # the message says it all


def refuse_inside_trial(name: str) -> None:
    """Make sure that no trial runs in this process.

    Raises:
        NestedTrialError: one does.
    """
    if inside_trial():
        raise NestedTrialError(experiment=name)


def undertake(
    experiment: Experiment, request: Request, options: Options, settings: Settings | None = None
) -> Undertaking:
    """Make sure that a trial may run as it is asked for; write nothing.

    Raises:
        MitosisError: it may not, for one of the reasons that `run` names.
    """
    arguments = bind(
        experiment, request.params, request.untracked_params, request.seed, request.group
    )
    ground = runnable(experiment, request, options, settings)
    return Undertaking(experiment, arguments, *ground)


class Ground(NamedTuple):
    """What trials of one experiment stand on, whatever their arguments are."""

    place: Place
    options: Options
    origin: Origin


def runnable(
    experiment: Experiment, request: Request, options: Options, settings: Settings | None
) -> Ground:
    """Make sure that an experiment may run as it is, in its place.

    Raises:
        MitosisError: it may not, for one of the reasons that `run` names.
    """
    place = Place.of(experiment, settings, request.trials_folder)
    completed = options.completed(place.settings)
    require_hypothesis(experiment, place.settings)
    origin = Origin.at(place, experiment.files)
    if not options.debug:
        require_runnable(experiment, origin.code, place.settings)
    return Ground(place, completed, origin)


def _run(assignment: Assignment, is_taken: IsTaken) -> Trial:
    if assignment.options.if_needed and (earlier := earlier_trial(assignment)):
        Terminal().say(instead_line(*earlier))
        return earlier.trial
    with Signals() as signals:
        return attend(assignment, signals, is_taken)
