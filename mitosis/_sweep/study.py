"""The memory of a search: an Optuna study that is made again from the rows of its trials.

It is never stored. What Optuna is to know stands in the rows, so that a search may be killed
at any moment and knows all that it knew when it goes on.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mitosis._dataclass import dataclass
from mitosis._layout import TrialFolder
from mitosis._model import Parameter, Status, SweepRow
from mitosis._sweep.metrics_tail import MetricsTail
from mitosis._sweep.ranking import is_settled
from mitosis._sweep.space import Space, quiet, the_optuna
from mitosis._sweep.standing import is_number

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler
    from optuna.trial import FrozenTrial

_SEEDS = 2**32


@dataclass(frozen=True)
class Method:
    """How a search goes about it.

    Attributes:
        sampler: suggests values; None for Optuna's usual one.
        pruner: ends trials; none are ended if there is none.
        prune_by: the metric that it judges by; empty for none.
        seed: of the usual sampler.
    """

    direction: str
    sampler: BaseSampler | None
    pruner: BasePruner | None
    prune_by: str
    seed: int


def make_study(
    space: Space, method: Method, rows: Iterable[SweepRow] = (), trials_folder: Path = Path()
) -> Study:
    """Return a study that knows of all trials that have come to an end of their own.

    Args:
        space: what is chosen from.
        method: how.
        rows: the trial that counts for each point.
        trials_folder: where the metrics stand that a pruner compares with.
    """
    optuna = the_optuna()
    known = [t for t in (_told(space, method, row, trials_folder) for row in rows) if t]
    with quiet():
        study: Study = optuna.create_study(
            direction=method.direction,
            sampler=_sampler(method, len(known)),
            pruner=method.pruner or optuna.pruners.NopPruner(),
        )
        for trial in known:
            study.add_trial(trial)
    return study


def suggest(study: Study, space: Space, variants: Mapping[str, str] | None) -> Trial:
    """Return what a trial is to be.

    Args:
        study: is asked.
        space: what is chosen from.
        variants: what a trial that has to be run again was; None for a new one.
    """
    if variants is not None:
        study.enqueue_trial({n: each.suggestion(variants[n]) for n, each in space.items()})
    return study.ask({name: each.distribution for name, each in space.items()})


def parameters(space: Space, trial: Trial) -> list[Parameter]:
    """Return what a trial is given for what Optuna suggests."""
    return [each.parameter(trial.params[name]) for name, each in space.items()]


def tell(study: Study, trial: Trial, status: Status, main: Any, *, is_pruned: bool) -> None:
    """Tell a study how a trial ended; one without a finite number has failed for it."""
    states = the_optuna().trial.TrialState
    if status is Status.SUCCEEDED and is_number(main):
        study.tell(trial, float(main))
    else:
        study.tell(trial, state=states.PRUNED if is_pruned else states.FAIL)


def _sampler(method: Method, known: int) -> BaseSampler:
    """Return what suggests values: another one than before, or it would repeat itself."""
    if method.sampler is not None:
        if known:
            method.sampler.reseed_rng()
        return method.sampler
    optuna = the_optuna()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler: BaseSampler = optuna.samplers.TPESampler(
            seed=(method.seed + known) % _SEEDS, constant_liar=True
        )
    return sampler


def _told(
    space: Space, method: Method, row: SweepRow, trials_folder: Path
) -> FrozenTrial | None:
    """Return a trial as Optuna knows it; None where it has to be run again, or still runs."""
    if row.status is Status.RUNNING or not is_settled(row):
        return None
    create, states = the_optuna().trial.create_trial, the_optuna().trial.TrialState
    facts: dict[str, Any] = {"state": states.PRUNED if row.is_pruned else states.FAIL}
    if row.status is Status.SUCCEEDED and is_number(row.main):
        facts = {"state": states.COMPLETE, "value": float(row.main)}
    if method.prune_by:
        tail = MetricsTail(TrialFolder(trials_folder / row.folder).metrics, method.prune_by)
        facts["intermediate_values"] = dict(tail.read())
    try:
        trial: FrozenTrial = create(
            params={name: each.suggestion(row.variants[name]) for name, each in space.items()},
            distributions={name: each.distribution for name, each in space.items()},
            user_attrs={"trial": row.name, "key": row.key},
            **facts,
        )
    except (KeyError, ValueError, SyntaxError):  # it was given something else
        return None
    return trial
