"""Who carries the trials of a sweep out: threads of this process, or an executor of others."""

from __future__ import annotations

import os
from concurrent.futures import Executor, ThreadPoolExecutor
from types import TracebackType

from mitosis._run.here import close_nursery, interrupt_all, kill_all
from mitosis._sweep.dask_cluster import as_executor


def usual_jobs() -> int:
    """Return how many trials run at a time where nobody says: one for two processors."""
    try:
        processors = len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        processors = os.cpu_count() or 1
    return max(1, processors // 2)


class TrialPool:
    """The executor of a sweep, with what ends the trials that run on this machine.

    Without an executor of others, threads of this process each wait for a trial in a process
    of its own; these threads end with it. For each trial that runs, there may be one that has
    run and is being recorded.

    Args:
        jobs: how many trials run at a time; None for as many as workers can, or as is usual.
        others: an executor, which is left open.

    Attributes:
        executor: where trials are sent.
    """

    def __init__(self, jobs: int | None, others: Executor | None) -> None:
        self._given = jobs
        self._others = as_executor(others)
        self.executor: Executor = self._others or ThreadPoolExecutor(
            2 * self.jobs, "mitosis-sweep"
        )
        self._was_killed = False

    @property
    def jobs(self) -> int:
        """How many trials run at a time, by now."""
        if self._given:
            return self._given
        workers: int | None = getattr(self._others, "jobs", None)
        return usual_jobs() if workers is None else workers

    def renew(self, exc: BaseException) -> None:
        """Raise what an executor is broken by: only its owner can make another one."""
        raise exc

    def interrupt(self) -> None:
        """Interrupt the trials that run here, and elsewhere if the executor can."""
        interrupt_all()
        if stop := getattr(self._others, "interrupt", None):
            stop()

    def kill(self) -> None:
        """End the trials that run here, and elsewhere if the executor can."""
        self._was_killed = True
        kill_all()
        if stop := getattr(self._others, "kill", None):
            stop()

    def __enter__(self) -> TrialPool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._others is None:
            self.executor.shutdown(wait=not self._was_killed, cancel_futures=True)
        close_nursery()
