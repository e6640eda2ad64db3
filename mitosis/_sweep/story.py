"""`sweep`: from a grid of variants and seeds to a stored plan, and a trial for each point.

The order is a promise: all variants are resolved, canonical and locked, and the plan is on the
disk, before the first trial starts. Where the sweep stands is told by its trials' rows, so that
it may be killed at any moment.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mitosis._messages import messages
from mitosis._model import Parameter
from mitosis._run.options import Options
from mitosis._run.story import Request, refuse_inside_trial
from mitosis._sweep.conduct import Conduct, conduct
from mitosis._sweep.plan import Asked
from mitosis._sweep.preparing import Call, prepare, prepare_again
from mitosis._sweep.result import Sweep
from mitosis.errors import InvalidSweepError, MitosisError

if TYPE_CHECKING:
    from collections.abc import Iterable

log = logging.getLogger("mitosis")


def sweep(
    experiment: Any,
    grid: Mapping[str, Any] | None = None,
    *,
    seeds: Iterable[int] | str | None = None,
    table: Any = None,
    zip: bool = False,  # noqa: A002 - it is the word for it, on the command line too
    name: str | None = None,
    executor: Executor | None = None,
    jobs: int | None = None,
    max_failures: int | None = None,
    resume: bool = False,
    retry: Sequence[str] | None = None,
    despite_changes: bool = False,
    if_needed: bool = False,
    group: str | None = None,
    trials_folder: Path | str | None = None,
    untracked_params: Sequence[Parameter | str] = (),
    logfile: str | None = None,
    output_extension: str = "html",
    matplotlib_dpi: float = 72,
    timeout_seconds: float | None = None,
    hypothesis: str | None = None,
    data: Sequence[Path | str] = (),
) -> Sweep:
    """Run recorded trials of an experiment for all combinations of variants and seeds.

    All variants are resolved, made canonical and locked, and the plan is stored under a name,
    before the first trial starts; one conflict stops the sweep with all of them shown, and
    nothing written. Each trial is one as `mitosis.run` makes it, in a process of its own. If
    this process is killed at any moment, `resume=True` runs what is missing.

    Trials that do not succeed raise nothing here: see `Sweep.failures`.

    Args:
        experiment: what `mitosis.run` takes.
        grid: argument to a list of what it is to be: a name of a variant, which is looked up
            in the dict of the argument's name in the experiment's module or the packages around
            it; a `Parameter`; or a value that is no text, whose literal is the variant's name.
            In the place of the list, a text of names with commas between them, or `"*"` for
            all variants of that dict.
        seeds: each combination is run with each of them: whole numbers, or a text like
            `"0-9,12"`. Default: one trial each, with a generated seed.
        table: a DataFrame, a list of dicts, or the path of a CSV file: a column an argument
            (and `seed`), a row a trial. What `grid` holds is combined with each row.
        zip: take the first of each argument together, then the second and so on, instead of
            every combination; what has one value has it at all points.
        name: what the sweep is called. Default: the experiment's name and the date.
        executor: any `concurrent.futures.Executor`, or a Dask client, which is left open.
            Default: processes of this machine.
        jobs: how many trials run at a time. Default: half as many as this process may use
            processors, at least one; on a Dask cluster all threads of its workers.
        max_failures: start no further trial once so many have not succeeded. Default: run all.
        resume: go on with the sweep `name`: run the points without a trial, and those whose
            trial did not succeed. `grid` and what else was asked for may be left out.
        retry: when resuming, which trials are run again: some of `"failed"`, `"killed"`,
            `"timed_out"` and `"lost"`. Default: all of these.
        despite_changes: resume the stored plan although grid, code or packages have changed.
        if_needed: run nothing where an earlier trial will do, as `mitosis.run` says.
        group: as for `mitosis.run`, and so is all that follows.
        trials_folder: where trials, databases and plans live.
        untracked_params: names of arguments that are not tracked, or parameters that all
            trials are given untracked.
        logfile: name of the database's file.
        output_extension: `"html"` or `"ipynb"`.
        matplotlib_dpi: resolution of inline figures, in dots per inch.
        timeout_seconds: how long each trial may take.
        hypothesis: what the experiment claims.
        data: input files and folders whose digests are recorded.

    Returns:
        The sweep, whose `table()` has a row for each combination of variants.

    Raises:
        InvalidSweepError: what was asked for makes no points; all faults at once.
        SweepExistsError: a sweep of that name is there.
        UnknownSweepError: there is none to resume.
        SweepChangedError: it is not what it was when it was planned; says what changed.
        SweepRunningError: another process runs it.
        VariantConflictError: locked variants were given other values; all of them are named.
        ClusterError: the Dask cluster cannot be used any more.
        MitosisError: whatever else `mitosis.run` refuses.
        BrokenExecutor: the executor that was passed does not work any more.
        KeyboardInterrupt: Ctrl-C or SIGTERM; the trials that ran are recorded as killed.

    Example:
        >>> sweep = mitosis.sweep(
        ...     sine_experiment, {"amplitude": ["low", "high"]}, seeds=range(10), jobs=2
        ... )                                                       # doctest: +SKIP
        >>> sweep.table()                                           # doctest: +SKIP
    """
    asked = Asked(grid or {}, table, zip, seeds, untracked_params)
    options = Options(
        False,
        logfile,
        output_extension,
        matplotlib_dpi,
        timeout_seconds,
        hypothesis,
        data,
        if_needed,
    )
    request = Request(group=group, trials_folder=trials_folder)
    is_asked = bool(grid) or table is not None or seeds is not None
    call = Call(experiment, asked if is_asked or not resume else None, request, options)
    manner = Conduct(executor, jobs, max_failures)
    if resume:
        if name is None:
            fault = "resume=True goes on with a sweep: name= says with which"
            raise InvalidSweepError(faults=(fault,))
        return go_on(call, name, manner, retry, despite_changes=despite_changes)
    return start(call, name, manner)


def start(call: Call, name: str | None, manner: Conduct) -> Sweep:
    """Do what `sweep` promises of a new one."""
    try:
        refuse_inside_trial(str(getattr(call.experiment, "name", "")))
        with messages():
            return conduct(prepare(call, name).recorded(), manner)
    except MitosisError as error:
        log.debug("where it was raised:", exc_info=True)
        raise error.with_traceback(None) from None  # the message says it all


def go_on(
    call: Call,
    name: str,
    manner: Conduct,
    retry: Sequence[str] | None = None,
    *,
    despite_changes: bool = False,
) -> Sweep:
    """Do what `sweep` promises of one that is resumed."""
    try:
        refuse_inside_trial(str(getattr(call.experiment, "name", "")))
        with messages():
            prepared = prepare_again(call, name, retry, despite_changes=despite_changes)
            return conduct(prepared.recorded(), manner)
    except MitosisError as error:
        log.debug("where it was raised:", exc_info=True)
        raise error.with_traceback(None) from None
