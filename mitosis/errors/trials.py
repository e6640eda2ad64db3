"""Trials that were recorded, but did not succeed."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Protocol

from mitosis.errors.tree import MitosisError, error


class RecordedTrial(Protocol):
    """The part of a `mitosis.Trial` that an error shows."""

    @property
    def name(self) -> str:
        """The trial's name."""

    @property
    def html(self) -> Path:
        """The notebook a person opens."""


@error
class TrialError(MitosisError, RuntimeError):
    """A trial was recorded, but did not succeed.

    Attributes:
        trial: the recorded trial; its `html` shows all output up to the end.
        reason: one line on what happened.
    """

    slug: ClassVar[str] = "trial"
    trial: RecordedTrial
    reason: str

    def _compose(self) -> str:
        return f"Trial {self.trial.name!r} {self.reason}\n    see  {self.trial.html}"


@error
class ExperimentFailedError(TrialError):
    """The experiment raised. The trial is recorded as failed.

    Attributes:
        traceback: the traceback of the experiment's own error, as text without colours.
    """

    slug: ClassVar[str] = "experiment-failed"
    traceback: str

    def _compose(self) -> str:
        return f"{super()._compose()}\n\n{self.traceback}"


@error
class TrialKilledError(TrialError):
    """The trial's kernel died. The trial is recorded as killed."""

    slug: ClassVar[str] = "trial-killed"


@error
class TrialTimedOutError(TrialError, TimeoutError):
    """The trial took longer than `timeout_seconds`. It is recorded as timed out."""

    slug: ClassVar[str] = "trial-timed-out"


@error
class KernelStartError(TrialError):
    """No kernel could be started. The trial is recorded as failed."""

    slug: ClassVar[str] = "kernel-start"
