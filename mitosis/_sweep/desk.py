"""Where the trials of a sweep are claimed and recorded, by the sweeping process alone."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor

from mitosis._model import Status, SweepPoint
from mitosis._run.campaign import Campaign
from mitosis._run.here import carry_here
from mitosis._run.posting import Posted, give_up, post, receive
from mitosis._run.work import Done
from mitosis._sweep.plan import Points
from mitosis._sweep.progress import Progress
from mitosis._sweep.taken import take


class TrialDesk:
    """Claims trials, sends them off and records their ends; see `Desk`.

    Args:
        campaign: what all trials of the sweep share.
        name: the sweep's.
        points: what each trial is to be.
        progress: where the sweep is shown.
        at_tick: what else is done now and then.
    """

    def __init__(
        self,
        campaign: Campaign,
        name: str,
        points: Points,
        progress: Progress,
        at_tick: Callable[[], object],
    ) -> None:
        self._campaign = campaign
        self._name = name
        self._points = points
        self._progress = progress
        self._at_tick = at_tick

    def post(self, point: int) -> Posted | None:
        """Claim the trial of a point; None if an earlier one will do."""
        posted = post(
            self._campaign,
            self._points.parameters(point),
            self._points.points[point].seed,
            SweepPoint(self._name, point),
        )
        if posted.earlier:
            take(self._campaign.place.trials_folder, self._name, point, posted.trial.key)
            self._progress.taken(posted.trial, posted.trial.main)
            return None
        self._progress.started(posted.trial)
        return posted

    def send(
        self, errand: Posted, executor: Executor, over: Callable[[], object]
    ) -> Future[Done]:
        """Have an executor carry a claimed trial out."""
        assert errand.work, "it was claimed"
        if isinstance(executor, ThreadPoolExecutor):  # nobody else could call that
            return executor.submit(carry_here, errand.work, over=over)
        return executor.submit(carry_here, errand.work)

    def receive(self, errand: Posted, done: Done) -> bool:
        """Record how a trial ended, and tell whether it succeeded."""
        trial = receive(errand, done)
        self._progress.ended(trial, done.main, done.reason)
        self._progress.warned(trial, done.outcome.warnings)
        return trial.status is Status.SUCCEEDED

    def give_up(self, errand: Posted, reason: str) -> None:
        """Record a trial that nobody carries out any more."""
        self._progress.ended(give_up(errand, reason), None, reason)

    def tick(self) -> None:
        """Show where the sweep stands."""
        self._progress.tick()
        self._at_tick()
