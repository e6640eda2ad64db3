"""A trial from its claim to its end, as layers hand it on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Any

from mitosis._dataclass import dataclass
from mitosis._model.annotations import Annotation
from mitosis._model.inputs import DataFile
from mitosis._model.measures import MetricSummary
from mitosis._model.origin import CodeState, Machine, Runner
from mitosis._model.variants import Variant


class Status(StrEnum):
    """How a trial stands, or ended."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    KILLED = "killed"
    TIMED_OUT = "timed_out"
    LOST = "lost"


PRUNED = "its search pruned it, judging by what it logged"
"""The reason of a killed trial whose search saw that it would be none of the best."""


@dataclass(frozen=True)
class SweepPoint:
    """Which point of which sweep a trial is for.

    Attributes:
        name: the sweep's.
        point: its number, from 0.
    """

    name: str
    point: int


@dataclass(frozen=True)
class Claim:
    """What the store needs to lock variants and number a trial.

    Attributes:
        name_prefix: the trial's name without its iteration.
        values: argument name to the value where that is a JSON scalar, else its short text.
        database: name of the file in the trials folder that the trial's row stands in.
        hypothesis: what the experiment claims; may be empty.
        data: input files that were named before the trial.
        since: name of the last trial of the same variants; empty where this is the first.
        changed: what differs from that trial, one fact each.
        seed_is_generated: whether mitosis chose the seed.
        defaults: of the arguments that came from a command line, what they would have been.
        recorded_by: what ran it: `"run"` in a kernel, `"recording"` in its runner's process.
        step_names: of an experiment of several steps, in their order.
        sweep: the point of a sweep that it is for; None where it is for none.
        worker: the process that carried it out, where that was not the runner itself. It is
            known once the trial has ended; machine and packages are then the worker's.
    """

    experiment: str
    key: str
    name_prefix: str
    group: str | None
    variants: tuple[Variant, ...]
    values: Mapping[str, Any]
    seed: int | None
    code: CodeState
    machine: Machine
    runner: Runner
    environment_digest: str
    started_at: datetime
    database: str = ""
    hypothesis: str = ""
    data: tuple[DataFile, ...] = ()
    since: str = ""
    changed: tuple[str, ...] = ()
    seed_is_generated: bool = False
    defaults: Mapping[str, Any] = field(default_factory=dict)
    recorded_by: str = "run"
    step_names: tuple[str, ...] = ()
    sweep: SweepPoint | None = None
    worker: Runner | None = None


@dataclass(frozen=True)
class Claimed:
    """A claim that was granted: the trial's row exists, and these are its name and number."""

    name: str
    iteration: int


@dataclass(frozen=True)
class Places:
    """Where a trial's files are: names below the trials folder; empty where there are none."""

    folder: str = ""
    html: str = ""


@dataclass(frozen=True)
class Usage:
    """What a trial's kernel used. None where the kernel died before it could say.

    Attributes:
        wall_seconds: from the start of the first cell to the end of the last, by the runner's
            clock; None where nobody took the time.
        cpu_seconds: user and system time of the kernel and its finished children.
        peak_memory_bytes: largest resident set of the kernel.
    """

    wall_seconds: float | None
    cpu_seconds: float | None = None
    peak_memory_bytes: int | None = None


@dataclass(frozen=True)
class Outcome:
    """How a trial ended.

    Attributes:
        status: anything but running.
        reason: one line; empty if it succeeded.
        main: `results["main"]` where JSON can hold it, else its text; None if there is none.
        traceback: of the experiment's error, without colours; empty if there was none.
        warnings: what a reader should know; the first line of each is a sentence, what
            follows are facts.
    """

    status: Status
    ended_at: datetime
    usage: Usage
    reason: str = ""
    main: Any = None
    traceback: str = ""
    warnings: Sequence[str] = ()


@dataclass(frozen=True)
class Finish:
    """What the store writes into a trial's row at its end.

    Attributes:
        results_digest: of the canonical text of all results; None where they have none.
        data: all input files, also those that the experiment named while it ran.
        numbers: results that are numbers, by key.
        metrics: what was logged, by the metric's name.
        host: the machine that it ran on, where the claim could not know that; else empty.
        environment: digest of the packages there, likewise.
    """

    key: str
    outcome: Outcome
    places: Places
    results_digest: str | None = None
    data: tuple[DataFile, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)
    metrics: Mapping[str, MetricSummary] = field(default_factory=dict)
    host: str = ""
    environment: str = ""


@dataclass(frozen=True)
class RunningTrial:
    """A trial whose row says that it runs, whether that is still so or not."""

    key: str
    name: str
    experiment: str
    runner: Runner
    started_at: datetime
    places: Places


@dataclass(frozen=True)
class FormerTrial:
    """An earlier trial that a new one is compared with.

    Attributes:
        environment: digest of its environment, which names a file.
        results_digest: None where its results have none.
    """

    key: str
    name: str
    places: Places
    started_at: datetime
    commit: str | None
    environment: str
    results_digest: str | None
    data: tuple[DataFile, ...]


@dataclass(frozen=True)
class RecordedTrial:
    """A trial as its own folder tells it.

    Attributes:
        claimed: None in debug mode.
        outcome: None while it runs, or where its runner never said how it ended.
        results_digest: as in `Finish`, as are `data`, which holds the claim's too, `numbers`
            and `metrics`.
        annotations: what people have said of it since.
    """

    claim: Claim
    claimed: Claimed | None
    places: Places
    outcome: Outcome | None = None
    results_digest: str | None = None
    data: tuple[DataFile, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)
    metrics: Mapping[str, MetricSummary] = field(default_factory=dict)
    annotations: tuple[Annotation, ...] = ()

    @property
    def finish(self) -> Finish | None:
        """What its row has to say, once it has ended."""
        if self.outcome is None:
            return None
        return Finish(
            key=self.claim.key,
            outcome=self.outcome,
            places=self.places,
            results_digest=self.results_digest,
            data=self.data,
            numbers=self.numbers,
            metrics=self.metrics,
            host=self.claim.worker.host if self.claim.worker else "",
            environment=self.claim.environment_digest if self.claim.worker else "",
        )
