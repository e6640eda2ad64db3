"""What a trial measured and kept, in short."""

from __future__ import annotations

from mitosis._dataclass import dataclass


@dataclass(frozen=True)
class MetricSummary:
    """All points of one metric of a trial, in short.

    Attributes:
        points: how many there are.
        last: the value that was logged last; may be NaN or infinite.
        last_step: the step of that value.
        minimum: the smallest value that is no NaN; NaN where there is none.
        maximum: the largest, likewise.
        mean: of the values that are no NaN, likewise.
    """

    points: int
    last: float
    last_step: float
    minimum: float
    maximum: float
    mean: float


@dataclass(frozen=True)
class Artifact:
    """A file that an experiment kept.

    Attributes:
        name: its path below the trial's folder of artifacts, with `/` between folders.
        digest: blake3 of its content.
    """

    name: str
    size_bytes: int
    digest: str
