"""`run`: from an experiment and its parameters to a locked, recorded trial and its page.

The order is a promise: nothing is written before all checks have passed, the trial's row
exists before its kernel starts, and its folder is complete before the row says how it ended.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mitosis import _layout
from mitosis._model import Claim, CodeState, Parameter, Trial, Variant
from mitosis._provenance import (
    code_state,
    environment,
    environment_digest,
    machine,
    require_committed,
    runner,
)
from mitosis._recording import inside_trial
from mitosis._run.arguments import Arguments, bind
from mitosis._run.experiment import Experiment, describe
from mitosis._run.inputs import Inputs, prepare
from mitosis._run.locking import Lockable, lockable
from mitosis._run.options import Options
from mitosis._run.settings import default_trials_folder, find_settings
from mitosis._run.trial import Assignment, conduct
from mitosis._run.watch import Signals
from mitosis._store import Store
from mitosis.errors import MitosisError, NestedTrialError, NoRepositoryError, TrialsFolderError

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
        seed: passed to a `run` that takes one, and used for the global generators of
            `random`, numpy and torch. Where `run` takes a seed and none is given, one of 32
            bits is generated.
        group: separates the trials of one experiment's code; passed to `run` as `group`.
        trials_folder: where the database and the notebooks live. Default: the one set in
            `[tool.mitosis]` of `pyproject.toml`, else `trials` in the repository's root.
        untracked_params: parameters, or names of arguments in `params`, that are passed on
            but neither locked nor part of the trial's name.
        logfile: name of the database's file. Default: `<experiment name>.db`.
        output_extension: `"html"`, or `"ipynb"` for a notebook that Jupyter opens.
        matplotlib_dpi: resolution of inline figures, in dots per inch.
        timeout_seconds: how long the experiment may take; default: as long as it likes.

    Returns:
        The recorded trial.

    Raises:
        InvalidExperimentError: the experiment has no `name` or no `run`.
        InvalidArgumentsError: parameters are missing, unknown or doubled.
        InvalidParameterError: a name, an expression or an option cannot be used.
        CodeStateError: the repository is dirty, or there is none.
        NotCanonicalError: a value has no text that identifies it.
        NotPicklableError: a value cannot travel to the kernel.
        VariantConflictError: a locked variant was given another value.
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
    options = Options(debug, logfile, output_extension, matplotlib_dpi, timeout_seconds)
    try:
        if inside_trial():
            raise NestedTrialError(experiment=str(getattr(experiment, "name", "")))
        described = describe(experiment)
        arguments = bind(described, params, untracked_params, seed, group)
        with _messages(debug):
            return _run(described, arguments, trials_folder, options)
    except MitosisError as error:
        log.debug("where it was raised:", exc_info=True)
        raise error.with_traceback(None) from None  # the message says it all


def _run(
    experiment: Experiment,
    arguments: Arguments,
    trials_folder: Path | str | None,
    options: Options,
) -> Trial:
    place = experiment.file or Path.cwd()
    folder = _resolved(trials_folder, place)
    code = code_state(place, folder)
    if not options.debug:
        _require_committed(experiment, code)
    locking = Lockable() if options.debug else lockable(arguments.tracked)
    inputs = prepare(experiment, arguments, locking)
    database = _layout.database(folder, experiment.name, options.logfile)
    claim = _claim(experiment, arguments, inputs, locking.variants, code, database)
    store = None if options.debug else Store(database)
    _layout.make_trials_folder(folder)
    with Signals() as signals:
        claimed = store.claim(claim) if store else None
        return conduct(
            Assignment(
                experiment, arguments, inputs, claim, claimed, store, folder, options, signals
            )
        )


def _resolved(trials_folder: Path | str | None, place: Path) -> Path:
    if trials_folder is None:
        return default_trials_folder(place, find_settings(place))
    try:
        folder = Path(trials_folder).expanduser().resolve()
        str(folder).encode()
    except (RuntimeError, UnicodeEncodeError) as exc:
        raise TrialsFolderError(folder=Path(trials_folder), reason=str(exc)) from exc
    return folder


def _require_committed(experiment: Experiment, code: CodeState) -> None:
    if experiment.file is None:
        reason = (
            f"experiment {experiment.name!r} is defined in an interactive session, in no file"
        )
        raise NoRepositoryError(place=Path.cwd(), reason=reason)
    require_committed(code, experiment.file)


def _claim(
    experiment: Experiment,
    arguments: Arguments,
    inputs: Inputs,
    variants: tuple[Variant, ...],
    code: CodeState,
    database: Path,
) -> Claim:
    group = arguments.passed.get("group")
    names = [p.var_name for p in arguments.tracked]
    return Claim(
        experiment=experiment.name,
        key=_layout.new_key(),
        name_prefix="-".join([experiment.name, *([group] if group else []), *names]),
        group=group,
        variants=variants,
        values=inputs.values,
        seed=arguments.seed,
        code=code,
        machine=machine(sys.argv),
        runner=runner(),
        environment_digest=environment_digest(environment()),
        started_at=datetime.now(UTC),
        database=database.name,
        hypothesis=experiment.hypothesis,
        seed_is_generated=arguments.seed_is_generated,
    )


@contextmanager
def _messages(debug: bool) -> Iterator[None]:
    """Let mitosis's own log records be seen, unless the caller has arranged for that."""
    former = log.level
    log.setLevel(logging.DEBUG if debug else former or logging.INFO)
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("mitosis: %(message)s"))
    is_ours = not log.hasHandlers()
    if is_ours:
        log.addHandler(handler)
    try:
        yield
    finally:
        log.setLevel(former)
        if is_ours:
            log.removeHandler(handler)
