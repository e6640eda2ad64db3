"""How a sweep stands, told by its trials one by one; knows no display and no database."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from mitosis._dataclass import dataclass
from mitosis._model import PRUNED, Status, Trial


@dataclass(frozen=True)
class Named:
    """A number, and the trial that reported it."""

    main: float
    trial: str


@dataclass(frozen=True)
class Running:
    """A trial that runs, and when it started by the clock of its `Standing`."""

    trial: Trial
    since: float


class Standing:
    """Counts the points of a sweep, and tells how long the rest will take.

    What it keeps grows with the trials that run at once, not with those that ended.

    Args:
        points: how many the sweep has.
        jobs: how many trials run at once.
        clock: gives seconds.
    """

    def __init__(
        self, points: int, jobs: int = 1, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.points = points
        self.done = 0
        self.failed = 0
        self.running: dict[str, Running] = {}
        self.lowest: Named | None = None
        self.highest: Named | None = None
        self.last_failure: tuple[str, str] | None = None
        self._jobs = max(1, jobs)
        self._clock = clock
        self._began = clock()
        self._timed = 0
        self._seconds = 0.0

    @property
    def ended(self) -> int:
        """How many points are settled, one way or the other."""
        return self.done + self.failed

    @property
    def to_go(self) -> int:
        """How many points wait for a trial."""
        return max(0, self.points - self.ended - len(self.running))

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning of this call."""
        return self._clock() - self._began

    def start(self, trial: Trial) -> None:
        """Count a trial as running."""
        self.running[trial.key] = Running(trial, self._clock())

    def end(self, trial: Trial, main: Any, reason: str) -> float | None:
        """Count a trial as ended, and return for how many seconds it was seen to run."""
        started = self.running.pop(trial.key, None)
        self.settle(trial.status, trial.name, main, reason)
        if started is None:
            return None
        seconds = self._clock() - started.since
        self._timed += 1
        self._seconds += seconds
        return seconds

    def settle(self, status: Status, name: str, main: Any, reason: str = "") -> None:
        """Count a point that has its trial."""
        if reason == PRUNED:
            self.done += 1
            return
        if status is not Status.SUCCEEDED:
            self.failed += 1
            self.last_failure = (name, reason or status.value.replace("_", " "))
            return
        self.done += 1
        if is_number(main):
            self._compare(Named(main, name))

    def _compare(self, found: Named) -> None:
        if self.lowest is None or found.main < self.lowest.main:
            self.lowest = found
        if self.highest is None or found.main > self.highest.main:
            self.highest = found

    def running_seconds(self, running: Running) -> float:
        """Return for how long a trial has been running."""
        return self._clock() - running.since

    def remaining(self) -> float | None:
        """Return about how many seconds are left; None before a trial has told.

        The trials to come are taken to last as long as those so far did, from their start to
        their end here. What lies between two trials counts, and waiting for a worker too.
        """
        if not self._timed:
            return None
        usual = self._seconds / self._timed
        rests = [max(0.0, usual - self.running_seconds(each)) for each in self.running.values()]
        if not self.to_go:
            return max(rests, default=0.0)
        slots = min(self._jobs, self.to_go + len(rests))
        return max(usual, (self.to_go * usual + sum(rests)) / slots)


def is_number(main: Any) -> bool:
    """Tell whether `main` is a finite number that can be compared with others."""
    # An integer may be too large for a float.
    return (
        isinstance(main, int | float)
        and not isinstance(main, bool)
        and abs(main) <= sys.float_info.max
    )


def rough_time(seconds: float) -> str:
    """Return a duration as one would say it."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 10:
        return f"{minutes} min {rest:02} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
