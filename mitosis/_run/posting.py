"""A trial given out of hand: claimed here, carried out by another, and recorded here."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from mitosis._dataclass import dataclass
from mitosis._model import Parameter, Status, SweepPoint, Trial
from mitosis._run.arrival import place_packed
from mitosis._run.assignment import Assignment
from mitosis._run.attended import given_up, write_row
from mitosis._run.campaign import Campaign
from mitosis._run.earlier import alike_trials, earlier_trial
from mitosis._run.parcel import ParcelError
from mitosis._run.placing import IsTaken
from mitosis._run.work import Done, Work
from mitosis._store import Store
from mitosis.errors import MitosisError

log = logging.getLogger("mitosis")


@dataclass(frozen=True)
class Posted:
    """A trial on its way.

    Attributes:
        trial: as it runs; or the earlier one that will do.
        work: for whoever carries it out; None where an earlier trial will do.
        store: the database that its row stands in.
    """

    trial: Trial
    work: Work | None
    store: Store

    @property
    def earlier(self) -> bool:
        """Whether an earlier trial will do, and nothing is to be run."""
        return self.work is None


def post(
    campaign: Campaign,
    params: Sequence[Parameter],
    seed: int | None = None,
    sweep: SweepPoint | None = None,
) -> Posted:
    """Claim one trial of many: from then on it has a row, and a folder with a record.

    Args:
        campaign: what all of them have in common.
        params: a variant for each argument.
        seed: None for one that is generated.
        sweep: the point that it is for.

    Raises:
        CodeChangedError: the code is not what it was when the campaign began.
        MitosisError: it could not be claimed; nothing was written.
    """

    def act(assignment: Assignment, is_taken: IsTaken) -> Posted:
        require_same_code()
        if assignment.options.if_needed and (found := earlier_trial(assignment)):
            return Posted(found.trial, None, campaign.store)
        claim = replace(assignment.claim, sweep=sweep)
        earlier = tuple(alike_trials(assignment))
        work = replace(assignment, claim=claim).claimed(is_taken)
        work = replace(work, earlier=earlier, libraries=campaign.libraries)
        return Posted(work.trial(Status.RUNNING), work, campaign.store)

    with campaign.looking_at_code() as require_same_code:
        return campaign.undertaking(params, seed).carry_out(act)


def receive(posted: Posted, done: Done) -> Trial:
    """Record how a trial ended that somebody else has carried out.

    A folder that came packed is put in its place as a whole. One that is damaged is as good as
    none: the trial is recorded as killed.
    """
    work = posted.work
    assert work, "what an earlier trial stands for is not carried out"
    if done.packed is not None:
        try:
            done = place_packed(work, done)
        except (ParcelError, MitosisError, OSError) as exc:
            return give_up(posted, f"its folder could not be taken in: {exc}")
    write_row(posted.store, done, work.name)
    return work.trial(done.status, done.finish.places)


def give_up(posted: Posted, reason: str) -> Trial:
    """Record a trial as killed that nobody carries out any more, with all that it printed.

    If its record tells in fact how it ended, that is what its row says, too. Nobody may be at
    it any more.

    Args:
        posted: the trial.
        reason: why, in one line.
    """
    work = posted.work
    assert work, "what an earlier trial stands for is not carried out"
    try:
        done = given_up(work, reason)
    except (MitosisError, OSError) as exc:
        log.error("the end of %s could not be recorded: %s", work.name, exc)
        return work.trial(Status.KILLED)
    write_row(posted.store, done, work.name)
    return work.trial(done.status, done.finish.places)
