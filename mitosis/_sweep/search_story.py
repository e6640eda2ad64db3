"""`optimize`: trials whose parameters Optuna suggests, from what came out of those before.

A search is a sweep whose points are found while it runs. All that it knows stands in its plan
and in its trials' rows, so it may be killed at any moment.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mitosis._messages import messages
from mitosis._model import Parameter
from mitosis._run.options import Options
from mitosis._run.story import Request, refuse_inside_trial
from mitosis._sweep.conduct import Conduct, conduct
from mitosis._sweep.preparing import Call, Prepared
from mitosis._sweep.preparing_search import (
    PreparedSearch,
    Wanted,
    prepare_search,
    prepare_search_again,
)
from mitosis._sweep.progress import Progress
from mitosis._sweep.scheduler import Desk
from mitosis._sweep.search import Search
from mitosis._sweep.search_desk import Inquiry, SearchDesk
from mitosis._sweep.space import quiet
from mitosis._sweep.study import Method, make_study
from mitosis.errors import InvalidSweepError, MitosisError

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler

log = logging.getLogger("mitosis")


def optimize(
    experiment: Any,
    space: Mapping[str, Any],
    n_trials: int,
    direction: Literal["minimize", "maximize"] = "minimize",
    *,
    params: Sequence[Parameter] = (),
    seed: int | None = None,
    name: str | None = None,
    sampler: BaseSampler | None = None,
    pruner: BasePruner | None = None,
    prune_by: str | None = None,
    executor: Executor | None = None,
    jobs: int | None = None,
    max_failures: int | None = None,
    resume: bool = False,
    despite_changes: bool = False,
    group: str | None = None,
    trials_folder: Path | str | None = None,
    untracked_params: Sequence[Parameter | str] = (),
    logfile: str | None = None,
    output_extension: str = "html",
    matplotlib_dpi: float = 72,
    timeout_seconds: float | None = None,
    hypothesis: str | None = None,
    data: Sequence[Path | str] = (),
) -> Search:
    """Search for the parameters for which an experiment's `main` is the best.

    Optuna suggests each trial's parameters from what the trials before have reported. Each
    suggestion is a recorded trial as `mitosis.run` makes it, in a process of its own; its
    variants are named by the texts of their values, e.g. `0.1`, and are locked. Optuna keeps
    nothing: if this process is killed at any moment, the same call with `name` and
    `resume=True` knows all that was known, and runs what is missing to `n_trials`.

    A trial that fails, or whose `main` is no finite number, counts, and has failed for Optuna.
    One that was killed, but not by the search itself, or got lost is run again on resuming.

    Takes `pip install "mitosis[optuna]"`.

    Args:
        experiment: what `mitosis.run` takes.
        space: argument to what it may be: `(low, high)`, both included, which are two `int`
            for whole numbers; a list of choices, which are values that can be locked, or a
            `Parameter` each; or a distribution of Optuna's, e.g.
            `optuna.distributions.FloatDistribution(1e-5, 1, log=True)`.
        n_trials: how many trials the search has in all, with those before it was resumed. It
            may be another number when it is resumed.
        direction: what is to become of `main`.
        params: arguments that are the same for all trials.
        seed: of all trials. Default: a generated one each.
        name: what the search is called. Default: the experiment's name and the date.
        sampler: one of Optuna's, which is told to start from another seed when the search is
            resumed. Default: a `TPESampler` that takes trials into account that still run.
        pruner: one of Optuna's, which ends trials that promise too little. Default: a
            `MedianPruner` if `prune_by` is given.
        prune_by: the metric that trials log, with whole steps, and the pruner judges by.
            Only trials that run on this machine and in processes of this one are pruned. They
            are recorded as killed, and count as trials.
        executor: any `concurrent.futures.Executor`, which is left open. Default: processes of
            this machine.
        jobs: how many trials run at a time. Default: half as many as this process may use
            processors, at least one.
        max_failures: start no further trial once so many have not succeeded. Default: go on.
        resume: go on with the search `name`, which is asked for as it was.
        despite_changes: resume it although code or packages have changed.
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
        The search, with its `best` trial.

    Raises:
        InvalidSweepError: what was asked for cannot be searched, or is not what the search
            was planned with; all faults at once.
        SweepExistsError: a sweep of that name is there.
        UnknownSweepError: there is none to resume.
        SweepChangedError: code or packages are not what they were; says what changed.
        SweepRunningError: another process runs it.
        VariantConflictError: locked variants were given other values.
        MitosisError: whatever else `mitosis.run` refuses.
        BrokenExecutor: the executor that was passed does not work any more.
        KeyboardInterrupt: Ctrl-C or SIGTERM; the trials that ran are recorded as killed.

    Example:
        >>> search = mitosis.optimize(
        ...     fit_experiment, {"rate": (0.0, 1.0), "depth": (1, 8)}, n_trials=50
        ... )                                                       # doctest: +SKIP
        >>> search.best_params                                      # doctest: +SKIP
        {'rate': 0.31, 'depth': 4}
    """
    options = Options(
        False,
        logfile,
        output_extension,
        matplotlib_dpi,
        timeout_seconds,
        hypothesis,
        data,
    )
    request = Request(group=group, trials_folder=trials_folder)
    call = Call(experiment, None, request, options)
    wanted = Wanted(
        space,
        n_trials,
        direction,
        params,
        untracked_params,
        seed,
        sampler,
        pruner,
        prune_by,
    )

    def prepared() -> PreparedSearch:
        if not resume:
            return prepare_search(call, wanted, name)
        if name is None:
            fault = "resume=True goes on with a search: name= says with which"
            raise InvalidSweepError(faults=(fault,))
        return prepare_search_again(call, wanted, name, despite_changes=despite_changes)

    try:
        refuse_inside_trial(str(getattr(experiment, "name", "")))
        with messages(), quiet():
            return _searched(prepared(), wanted, Conduct(executor, jobs, max_failures))
    except MitosisError as error:
        log.debug("where it was raised:", exc_info=True)
        raise error.with_traceback(None) from None  # the message says it all


def _searched(prepared: PreparedSearch, wanted: Wanted, manner: Conduct) -> Search:
    method = wanted.method(prepared.plan.options["sampler_seed"])

    def make_desk(
        _: Prepared, progress: Progress, at_tick: Callable[[], object]
    ) -> Desk[int, Any]:
        inquiry = _inquiry(prepared, method)
        return SearchDesk(prepared.campaign, inquiry, progress, at_tick)

    sweep = conduct(prepared.recorded(), manner, make_desk)
    return Search(
        sweep.name,
        sweep.experiment,
        sweep.html,
        prepared.plan,
        prepared.campaign.store,
        prepared.space,
        method,
    )


def _inquiry(prepared: PreparedSearch, method: Method) -> Inquiry:
    plan, folder = prepared.plan, prepared.campaign.place.trials_folder
    return Inquiry(
        name=plan.name,
        study=make_study(prepared.space, method, prepared.overview.rows, folder),
        space=prepared.space,
        fixed=prepared.fixed,
        seed=plan.options["seed"],
        again=prepared.again,
        prune_by=method.prune_by,
    )
