"""From a call of `optimize` to a search that may start."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mitosis._dataclass import dataclass
from mitosis._model import Parameter, SweepPlan
from mitosis._model.sweeps import SEARCH
from mitosis._records import read_plan
from mitosis._run.campaign import Campaign
from mitosis._run.claiming import Place
from mitosis._run.experiment import describe
from mitosis._sweep.choosing import Chooser
from mitosis._sweep.comparing import compare, points_changes
from mitosis._sweep.overview import Overview
from mitosis._sweep.plan import new_name
from mitosis._sweep.points import Argument, Points, settle
from mitosis._sweep.preparing import Call, Prepared, kept, planned
from mitosis._sweep.ranking import MAXIMIZE, is_settled
from mitosis._sweep.space import Space, read_space, the_optuna
from mitosis._sweep.study import Method
from mitosis._sweep.taken import sweep_rows
from mitosis.errors import InvalidSweepError, SweepChangedError

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler

_DIRECTIONS = ("minimize", MAXIMIZE)
_FIXED = ("space", "direction", "seed", "prune_by")
"""What makes a search another one."""


@dataclass(frozen=True)
class Wanted:
    """What a search is asked to be; see `mitosis.optimize`."""

    space: Any
    n_trials: int
    direction: str
    params: Sequence[Parameter]
    untracked: Sequence[Parameter | str]
    seed: int | None
    sampler: BaseSampler | None
    pruner: BasePruner | None
    prune_by: str | None

    def faults(self) -> Iterable[str]:
        """Yield what is wrong with all that needs no experiment to see it."""
        optuna = the_optuna()
        if type(self.n_trials) is not int or self.n_trials < 1:
            yield f"n_trials is {self.n_trials!r}, not a whole number from 1"
        if self.direction not in _DIRECTIONS:
            yield f"direction is {self.direction!r}, not 'minimize' or 'maximize'"
        if not isinstance(self.sampler, optuna.samplers.BaseSampler | None):
            yield f"sampler is {self.sampler!r:.60}, which is none of Optuna's"
        if not isinstance(self.pruner, optuna.pruners.BasePruner | None):
            yield f"pruner is {self.pruner!r:.60}, which is none of Optuna's"
        if self.pruner is not None and not self.prune_by:
            yield "a pruner judges by a metric: prune_by= names it"

    def method(self, seed: int) -> Method:
        """Return how the search goes about it."""
        pruner = self.pruner
        if self.prune_by and pruner is None:
            pruner = the_optuna().pruners.MedianPruner()
        return Method(self.direction, self.sampler, pruner, self.prune_by or "", seed)


@dataclass(frozen=True)
class PreparedSearch(Prepared):
    """A search that may start.

    Attributes:
        space: what is chosen from.
        fixed: what is the same for all trials.
    """

    space: Space = field(default_factory=dict)
    fixed: tuple[Parameter, ...] = ()

    @property
    def overview(self) -> Overview:
        """Its trials so far."""
        return Overview(self.plan, sweep_rows(self.campaign.store, self.plan.name))

    @property
    def again(self) -> Mapping[int, Mapping[str, str]]:
        """Points whose trials were killed or got lost, with what they were given."""
        rows = self.overview.rows
        return {row.point: row.variants for row in rows if not is_settled(row)}

    def due(self) -> list[int]:
        """Return the numbers of the trials that are to be run."""
        settled = {row.point for row in self.overview.rows if is_settled(row)}
        wanted: int = self.plan.options["n_trials"]
        numbers = (n for n in range(wanted + len(settled)) if n not in settled)
        return list(numbers)[: max(0, wanted - len(settled))]


def prepare_search(call: Call, wanted: Wanted, name: str | None) -> PreparedSearch:
    """Make sure that a new search may start; write nothing of it.

    Raises:
        InvalidSweepError: names everything that is wrong with it.
        SweepExistsError: a sweep has that name already.
        MitosisError: its trials may not run, for one of the reasons that `run` names.
    """
    campaign = Campaign.begin(call.experiment, call.request, call.options, call.settings)
    now = datetime.now(UTC)
    place, experiment = campaign.place, campaign.experiment
    name = new_name(name, experiment.name, now, place.trials_folder, campaign.store)
    return _search(campaign, call, wanted, name, now)


def prepare_search_again(
    call: Call, wanted: Wanted, name: str, *, despite_changes: bool
) -> PreparedSearch:
    """Make sure that a search may go on; write nothing of it.

    Raises:
        UnknownSweepError: there is none of that name.
        InvalidSweepError: it is another one than was planned.
        SweepChangedError: code or packages are not what they were.
        MitosisError: its trials may not run, for one of the reasons that `run` names.
    """
    described = describe(call.experiment, call.options.hypothesis)
    place = Place.of(described, call.settings, call.request.trials_folder)
    plan = read_plan(place.trials_folder, name)
    if not plan.is_search:
        raise InvalidSweepError(faults=(f"{name!r} is a sweep over given points, no search",))
    request, options = replace(call.request, group=plan.group), kept(plan, call.options)
    campaign = Campaign.begin(call.experiment, request, options, call.settings)
    if wanted.seed is None:
        wanted = replace(wanted, seed=plan.options["seed"])
    found = _search(campaign, call, wanted, name, plan.created_at)
    _require_the_same(plan, found.plan)
    origin = campaign.origin
    changes = compare(
        plan, found.plan, place.trials_folder, origin.code.repository, origin.environment
    )
    if changes and not despite_changes:
        raise SweepChangedError(name=name, changes=tuple(changes))
    told = {**plan.options, "n_trials": wanted.n_trials}
    return replace(found, plan=replace(plan, options=told), is_new=False)


def _require_the_same(plan: SweepPlan, now: SweepPlan) -> None:
    others = [name for name in _FIXED if plan.options[name] != now.options[name]]
    faults = [f"{name} is not what search {plan.name!r} was planned with" for name in others]
    faults += points_changes(plan, now)
    if faults:
        raise InvalidSweepError(faults=tuple(faults))


def _search(
    campaign: Campaign, call: Call, wanted: Wanted, name: str, now: datetime
) -> PreparedSearch:
    experiment = campaign.experiment

    def full(given: str) -> str:
        names = experiment.full_names(given)
        return names[0] if len(names) == 1 else given

    space, faults = read_space(wanted.space, full)
    arguments, wrong = _fixed(wanted, space, full)
    faults = [*wanted.faults(), *faults, *wrong]
    if faults:
        raise InvalidSweepError(faults=tuple(faults))
    asked = Points((*arguments, *(each.argued for each in space.values())), ())
    sample = [next(iter(a.choices.values())).parameter for a in asked.arguments]
    campaign.arguments(sample, wanted.seed)  # says what does not fit
    points = _settled(campaign, asked, space)
    listed = [a for a in points.arguments if a.name not in space or space[a.name].choices]
    plan = replace(planned(campaign, call, Points(tuple(listed), ()), name, now), asked=SEARCH)
    plan = replace(plan, options={**plan.options, **_told(wanted, space)})
    fixed = (next(iter(a.choices.values())).parameter for a in arguments)
    return PreparedSearch(campaign, plan, points, space=space, fixed=tuple(fixed))


def _fixed(wanted: Wanted, space: Space, full: Any) -> tuple[list[Argument], list[str]]:
    """Return the arguments that do not vary, and what is wrong with them."""
    untracked = [full(p if isinstance(p, str) else p.arg_name) for p in wanted.untracked]
    chooser = Chooser(lambda _: {}, untracked)
    given = [*wanted.params, *(p for p in wanted.untracked if isinstance(p, Parameter))]
    faults = [f"{name!r} is searched, so it is tracked" for name in untracked if name in space]
    names: list[str] = []
    for parameter in given:
        if not isinstance(parameter, Parameter):
            faults.append(f"params hold {parameter!r:.60}, which is no Parameter")
            continue
        name = full(parameter.arg_name)
        if name in names or name in space:
            faults.append(f"{name!r} is given twice")
        names.append(name)
        chooser.choose(name, replace(parameter, arg_name=name))
    return [chooser.argument(name) for name in names], [*faults, *chooser.faults]


def _settled(campaign: Campaign, asked: Points, space: Space) -> Points:
    """Give all choices the form in which they are locked, under the names that they have."""
    points = settle(asked, campaign.variants)
    secret = [
        f"{before.name!r} holds a secret, and what is searched is shown"
        for before, after in zip(asked.arguments, points.arguments, strict=True)
        if before.name in space and list(before.choices) != list(after.choices)
    ]
    if secret:
        raise InvalidSweepError(faults=tuple(secret))
    return points


def told_space(space: Space) -> dict[str, Any]:
    """Return a space as a plan tells it: in the words in which Optuna keeps one."""
    to_json = the_optuna().distributions.distribution_to_json
    return {name: json.loads(to_json(each.distribution)) for name, each in space.items()}


def _told(wanted: Wanted, space: Space) -> dict[str, Any]:
    """Return what a plan tells of a search."""
    return {
        "space": told_space(space),
        "direction": wanted.direction,
        "n_trials": wanted.n_trials,
        "seed": wanted.seed,
        "prune_by": wanted.prune_by,
        "sampler": type(wanted.sampler).__name__ if wanted.sampler else "TPESampler",
        "pruner": type(wanted.pruner).__name__ if wanted.pruner else None,
        "sampler_seed": secrets.randbits(32),
    }
