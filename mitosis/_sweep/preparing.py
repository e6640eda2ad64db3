"""From a call to a sweep that may start: resolved, canonical, compared with what is stored."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from mitosis._dataclass import dataclass
from mitosis._model import Parameter, Status, SweepPlan
from mitosis._records import read_plan
from mitosis._redaction import redact_argv, redact_text
from mitosis._run.campaign import Campaign
from mitosis._run.claiming import Place
from mitosis._run.experiment import describe
from mitosis._run.options import Options
from mitosis._run.story import Request
from mitosis._run.variants import Lookup
from mitosis._settings import Settings
from mitosis._sweep.comparing import compare
from mitosis._sweep.lookups import lookup_for
from mitosis._sweep.plan import Asked, Points, again, expand, new_name, record, settle
from mitosis._sweep.state import RETRIED, due
from mitosis._sweep.taken import forget, sweep_rows
from mitosis.errors import InvalidSweepError, SweepChangedError

_KEPT = (
    "output_extension",
    "matplotlib_dpi",
    "timeout_seconds",
    "hypothesis",
    "data",
    "if_needed",
)
"""Options that a plan keeps, for trials that are run when it is resumed."""


@dataclass(frozen=True)
class Call:
    """What a sweep is asked to be, by a script or a command line.

    Attributes:
        asked: None where a sweep is resumed, and its plan says all.
        lookup: gives variants by name; default: what the experiment's module holds.
        settings: default: those of the experiment's project.
        found_by: how a command line finds the experiment again; empty if it cannot.
    """

    experiment: Any
    asked: Asked | None
    request: Request
    options: Options
    lookup: Lookup | None = None
    settings: Settings | None = None
    found_by: str = ""


@dataclass(frozen=True)
class Prepared:
    """A sweep that may start.

    Attributes:
        points: with the values that its trials are given.
        retried: statuses after which a point is run again.
        is_new: whether its plan is still to be written.
    """

    campaign: Campaign
    plan: SweepPlan
    points: Points
    retried: Collection[Status] = RETRIED
    is_new: bool = True

    def recorded(self) -> Prepared:
        """Lock all variants, and write the plan of a new sweep: both, or neither.

        Raises:
            VariantConflictError: names all variants that are locked with another value.
            SweepExistsError: a sweep has that name already.
        """
        if self.is_new:
            forget(self.campaign.place.trials_folder, self.plan)
            record(self.plan, self.campaign.place.trials_folder, self.campaign.store)
        else:
            self.campaign.store.lock(self.plan)
        return self

    def due(self) -> list[int]:
        """Return the numbers of the points that are to be run."""
        rows = sweep_rows(self.campaign.store, self.plan.name)
        return due(self.plan, rows, self.retried)


def prepare(call: Call, name: str | None) -> Prepared:
    """Make sure that a new sweep may start; write nothing of it.

    Raises:
        InvalidSweepError: it makes no points; names all faults.
        SweepExistsError: a sweep has that name already.
        MitosisError: its trials may not run, for one of the reasons that `run` names.
    """
    campaign = Campaign.begin(call.experiment, call.request, call.options, call.settings)
    assert call.asked, "a new sweep is asked to be something"
    points = _settled(campaign, _expanded(campaign, call, call.asked))
    now = datetime.now(UTC)
    place, experiment = campaign.place, campaign.experiment
    name = new_name(name, experiment.name, now, place.trials_folder, campaign.store)
    plan = planned(campaign, call, points, name, now)
    return Prepared(campaign, plan, points)


def prepare_again(
    call: Call, name: str, retry: Sequence[str] | None, *, despite_changes: bool
) -> Prepared:
    """Make sure that a sweep may go on; write nothing of it.

    Raises:
        UnknownSweepError: there is none of that name.
        SweepChangedError: it is not what it was; says what changed.
        InvalidSweepError: what its points were given cannot be found any more.
        MitosisError: its trials may not run, for one of the reasons that `run` names.
    """
    retried = RETRIED if retry is None else _statuses(retry)
    described = describe(call.experiment, call.options.hypothesis)
    place = Place.of(described, call.settings, call.request.trials_folder)
    plan = read_plan(place.trials_folder, name)
    if plan.is_search:
        fault = f"{name!r} is a search: go on with mitosis.optimize(..., resume=True)"
        raise InvalidSweepError(faults=(fault,))
    request = replace(call.request, group=plan.group)
    options = kept(plan, call.options)
    campaign = Campaign.begin(call.experiment, request, options, call.settings)
    asked = None
    if call.asked is not None:
        asked = _settled(campaign, _expanded(campaign, call, call.asked))
    points = _settled(campaign, again(plan, _lookup(campaign, call), asked))
    now = planned(campaign, call, asked or points, name, plan.created_at)
    origin = campaign.origin
    changes = compare(
        plan, now, place.trials_folder, origin.code.repository, origin.environment
    )
    if changes and not despite_changes:
        raise SweepChangedError(name=name, changes=tuple(changes))
    return Prepared(campaign, plan, points, retried, is_new=False)


def _statuses(names: Sequence[str]) -> tuple[Status, ...]:
    words = [names] if isinstance(names, str) else names
    known = [status.value for status in RETRIED]
    wrong = [name for name in words if name not in known]
    if wrong:
        fault = f"retry names {', '.join(map(repr, wrong))}; choose from {', '.join(known)}"
        raise InvalidSweepError(faults=(fault,))
    return tuple(Status(name) for name in words)


def kept(plan: SweepPlan, options: Options) -> Options:
    """Return the options of a plan, with those that are given anew in their place."""
    usual = Options()
    kept = {
        name: plan.options[name]
        for name in _KEPT
        if name in plan.options and getattr(options, name) == getattr(usual, name)
    }
    return replace(options, logfile=plan.database, **kept)


def _lookup(campaign: Campaign, call: Call) -> Lookup:
    return call.lookup or lookup_for(call.experiment, campaign.experiment)


def _expanded(campaign: Campaign, call: Call, asked: Asked) -> Points:
    """Return the points, with arguments under their full names."""
    experiment = campaign.experiment

    def full(name: str) -> str:
        names = experiment.full_names(name)
        return names[0] if len(names) == 1 else name

    def named(cells: Any) -> Any:
        if isinstance(cells, Parameter):
            return replace(cells, arg_name=full(cells.arg_name))
        return [named(c) for c in cells] if isinstance(cells, list | tuple) else cells

    whole = replace(
        asked,
        grid={full(name): named(cells) for name, cells in asked.grid.items()},
        untracked=[full(p) if isinstance(p, str) else named(p) for p in asked.untracked],
        known=() if experiment.takes_any else {*experiment.by_name, "seed"},
    )
    return expand(whole, _lookup(campaign, call))


def _settled(campaign: Campaign, points: Points) -> Points:
    if not points.points:
        return points
    campaign.arguments(points.parameters(0), points.points[0].seed)  # says what does not fit
    return settle(points, campaign.variants)


def planned(
    campaign: Campaign, call: Call, points: Points, name: str, created_at: datetime
) -> SweepPlan:
    """Return the plan of what a call asks for."""
    origin, options = campaign.origin, call.options
    return SweepPlan(
        name=name,
        experiment=campaign.experiment.name,
        created_at=created_at,
        database=campaign.store.path.name,
        arguments=points.planned,
        points=points.points,
        group=campaign.request.group,
        found_by=call.found_by,
        asked=call.asked.kind if call.asked else "grid",
        argv=redact_argv([str(word) for word in sys.argv]),
        options={name: _told(getattr(options, name)) for name in _KEPT},
        commit=origin.code.commit,
        environment=origin.environment_digest,
    )


def _told(value: Any) -> Any:
    """Return an option as JSON holds it."""
    if isinstance(value, str):
        return redact_text(value)
    return [str(each) for each in value] if isinstance(value, list | tuple) else value
