"""How the run of a notebook ended, and why before its time: told without loading Jupyter."""

from __future__ import annotations

from enum import StrEnum

from mitosis._dataclass import dataclass
from mitosis._model import PRUNED, Status


class Stop(StrEnum):
    """Why a trial was ended before its time."""

    INTERRUPTED = "it was interrupted"
    TERMINATED = "the runner was told to end (SIGTERM)"
    HUNG_UP = "the runner lost its terminal or its connection (SIGHUP)"
    TIMED_OUT = "its time was up"
    ANNOUNCED = "the system announced the end of its time (SIGUSR1)"
    OUT_OF_CPU = "its processor time was up (SIGXCPU)"
    ABANDONED = "its runner was interrupted by an exception"
    PRUNED = PRUNED

    @property
    def status(self) -> Status:
        """The status of a trial that was ended for this reason."""
        late = self in (Stop.TIMED_OUT, Stop.ANNOUNCED, Stop.OUT_OF_CPU)
        return Status.TIMED_OUT if late else Status.KILLED


@dataclass(frozen=True)
class Ending:
    """How the notebook's run ended.

    Attributes:
        started: whether there was a kernel to run anything.
        stop: why it was ended before its time, if it was.
        wall_seconds: from the start of the first cell to the end of the last.
        reason: one line; empty if it succeeded.
        traceback: of the experiment's error, without colours.
        cpu_seconds: of the kernel and its children, whether it could tell or not; None if
            nothing is known.
        peak_memory_bytes: the largest resident set of the kernel, likewise.
    """

    status: Status
    reason: str = ""
    traceback: str = ""
    started: bool = True
    stop: Stop | None = None
    wall_seconds: float = 0.0
    cpu_seconds: float | None = None
    peak_memory_bytes: int | None = None
