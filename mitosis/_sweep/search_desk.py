"""Where the trials of a search are thought of, claimed, pruned and recorded."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from mitosis._dataclass import dataclass
from mitosis._model import PRUNED, Parameter, Status, SweepPoint
from mitosis._notebook import Stop
from mitosis._run.campaign import Campaign
from mitosis._run.here import carry_here, stop
from mitosis._run.posting import Posted, give_up, post, receive
from mitosis._run.work import Done
from mitosis._sweep.metrics_tail import MetricsTail
from mitosis._sweep.progress import Progress
from mitosis._sweep.space import Space
from mitosis._sweep.standing import is_number
from mitosis._sweep.study import parameters, suggest, tell
from mitosis._wording import shown

if TYPE_CHECKING:
    from optuna import Study, Trial

_LOOK_SECONDS = 1.0
_NOT_HERE = "no trial is pruned: their workers are not processes of this one"


@dataclass(frozen=True)
class Inquiry:
    """A search as it runs.

    Attributes:
        name: the sweep's.
        fixed: what is the same for all trials.
        again: what was suggested for points that are run again.
        prune_by: the metric by which trials are pruned; empty for none.
    """

    name: str
    study: Study
    space: Space
    fixed: tuple[Parameter, ...]
    seed: int | None
    again: Mapping[int, Mapping[str, str]]
    prune_by: str


@dataclass(frozen=True)
class Errand:
    """A trial on its way, and what Optuna calls it."""

    posted: Posted
    suggested: Trial
    tail: MetricsTail


class SearchDesk:
    """Claims trials as they are suggested, and tells how they ended; see `Desk`.

    Args:
        campaign: what all trials of the search share.
        inquiry: what is asked.
        progress: where it is shown.
        at_tick: what else is done now and then.
    """

    def __init__(
        self,
        campaign: Campaign,
        inquiry: Inquiry,
        progress: Progress,
        at_tick: Callable[[], object],
    ) -> None:
        self._campaign = campaign
        self._inquiry = inquiry
        self._progress = progress
        self._at_tick = at_tick
        self._away: dict[str, Errand] = {}
        self._looked = 0.0
        self._is_here = True
        self._warned = False

    def post(self, point: int) -> Errand:
        """Claim a trial of what is suggested."""
        asked = self._inquiry
        suggested = suggest(asked.study, asked.space, asked.again.get(point))
        given = [*asked.fixed, *parameters(asked.space, suggested)]
        posted = post(self._campaign, given, asked.seed, SweepPoint(asked.name, point))
        assert posted.work, "a search does not look for earlier trials"
        suggested.set_user_attr("trial", posted.trial.name)
        suggested.set_user_attr("key", posted.trial.key)
        tail = MetricsTail(posted.work.folder.metrics, asked.prune_by)
        errand = self._away[posted.trial.key] = Errand(posted, suggested, tail)
        self._progress.started(posted.trial)
        return errand

    def send(
        self, errand: Errand, executor: Executor, over: Callable[[], object]
    ) -> Future[Done]:
        """Have an executor carry a claimed trial out; what comes next depends on its result."""
        del over
        assert errand.posted.work, "it was claimed"
        self._is_here = isinstance(executor, ThreadPoolExecutor)
        return executor.submit(carry_here, errand.posted.work)

    def receive(self, errand: Errand, done: Done) -> bool:
        """Record how a trial ended, and tell whether that is what it was to do."""
        if done.packed is not None:
            self._warn()
        trial = receive(errand.posted, done)
        is_pruned = trial.status is Status.KILLED and done.reason == PRUNED
        self._conclude(errand, trial.status, done, is_pruned=is_pruned)
        self._progress.ended(trial, done.main, done.reason)
        self._progress.warned(trial, done.outcome.warnings)
        if trial.status is Status.SUCCEEDED and not is_number(done.main):
            name = shown(trial.name)
            self._progress.say(f"mitosis: {name} counts as failed: main is no finite number")
        return is_pruned or trial.status is Status.SUCCEEDED

    def give_up(self, errand: Errand, reason: str) -> None:
        """Record a trial that nobody carries out any more."""
        trial = give_up(errand.posted, reason)
        self._conclude(errand, Status.KILLED, None, is_pruned=False)
        self._progress.ended(trial, None, reason)

    def tick(self) -> None:
        """Prune what promises too little, and show where the search stands."""
        now = time.monotonic()
        if self._inquiry.prune_by and now - self._looked >= _LOOK_SECONDS:
            for key, errand in self._away.items():
                if _is_hopeless(errand) and not stop(key, Stop.PRUNED):
                    self._warn()
            self._looked = now
        self._progress.tick()
        self._at_tick()

    def _conclude(
        self, errand: Errand, status: Status, done: Done | None, *, is_pruned: bool
    ) -> None:
        del self._away[errand.posted.trial.key]
        if self._inquiry.prune_by:
            for step, value in errand.tail.read():
                errand.suggested.report(value, step)
        main = done.main if done else None
        tell(self._inquiry.study, errand.suggested, status, main, is_pruned=is_pruned)

    def _warn(self) -> None:
        """Say once that others than this process run the trials; here, one has just ended."""
        if self._inquiry.prune_by and not self._is_here and not self._warned:
            self._progress.say(f"mitosis: {_NOT_HERE}")
            self._warned = True


def _is_hopeless(errand: Errand) -> bool:
    """Tell whether the pruner would end a trial for what it has logged since."""
    for step, value in errand.tail.read():
        errand.suggested.report(value, step)
        if errand.suggested.should_prune():
            return True
    return False
