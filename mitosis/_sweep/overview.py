"""What came out of a sweep: the trial that counts for each point, and groups of variants."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from mitosis._dataclass import dataclass
from mitosis._model import Status
from mitosis._model.sweeps import SweepPlan, SweepRow
from mitosis._sweep.grown import grown
from mitosis._sweep.standing import is_number
from mitosis._sweep.state import counting
from mitosis._wording import counted


@dataclass(frozen=True)
class Group:
    """Points that differ in nothing but the seed.

    Attributes:
        variants: of the arguments that vary, in the plan's order.
        rows: the trials that count, in the order of their points.
        points: how many there are, with a trial or without.
        n: how many of the trials reported a number; `mean` and what follows are NaN for none.
        failures: how many ended without success.
    """

    variants: tuple[str, ...]
    rows: tuple[SweepRow, ...]
    points: int
    n: int = 0
    mean: float = float("nan")
    std: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    failures: int = 0

    @property
    def mains(self) -> list[object]:
        """What the trials reported that succeeded."""
        return [row.main for row in self.rows if row.status is Status.SUCCEEDED]


class Overview:
    """A plan and what its trials came to.

    Args:
        plan: of the sweep.
        rows: its trials, those of one point in the order of their claims.
    """

    def __init__(self, plan: SweepPlan, rows: Iterable[SweepRow]) -> None:
        if plan.is_search:
            rows = list(rows)
            plan = grown(plan, rows)
        self.plan = plan
        self.rows = [row for _, row in sorted(counting(plan, rows).items())]

    @property
    def points(self) -> int:
        """How many points the plan has."""
        return self.plan.size

    @cached_property
    def counts(self) -> dict[Status, int]:
        """How many points have a trial of each status."""
        found = [row.status for row in self.rows]
        return {status: found.count(status) for status in Status if status in found}

    @property
    def missing(self) -> int:
        """How many points have no trial."""
        return self.points - len(self.rows)

    @property
    def is_ended(self) -> bool:
        """Whether every point has a trial that ended."""
        return not self.missing and Status.RUNNING not in self.counts

    @property
    def failures(self) -> list[SweepRow]:
        """The trials that ended without success."""
        well = (Status.SUCCEEDED, Status.RUNNING)
        return [row for row in self.rows if row.status not in well and not row.is_pruned]

    @property
    def pruned(self) -> int:
        """How many trials a search ended, which is no failure."""
        return sum(row.is_pruned for row in self.rows)

    @cached_property
    def numbered(self) -> list[SweepRow]:
        """The trials that succeeded with a number."""
        rows = (row for row in self.rows if row.status is Status.SUCCEEDED)
        return [row for row in rows if is_number(row.main)]

    @cached_property
    def varying(self) -> tuple[int, ...]:
        """Which of the arguments have several variants in the plan."""
        columns = zip(*(point.variants for point in self.plan.points), strict=True)
        return tuple(at for at, column in enumerate(columns) if len(set(column)) > 1)

    @property
    def arguments(self) -> list[str]:
        """The names of the arguments that vary."""
        return [self.plan.arguments[at].name for at in self.varying]

    def variants_of(self, point: int) -> tuple[str, ...]:
        """Return a point's variants of the arguments that vary."""
        variants = self.plan.points[point].variants
        return tuple(variants[at] for at in self.varying)

    @property
    def outcomes(self) -> dict[str, int]:
        """How many points have a trial of each status, or one that was pruned."""
        counts = {status.value: n for status, n in self.counts.items()}
        if self.pruned:
            counts |= {"killed": counts["killed"] - self.pruned, "pruned": self.pruned}
        return counts

    def state(self) -> str:
        """Say in a line how the points stand."""
        parts = [f"{n} {word.replace('_', ' ')}" for word, n in self.outcomes.items() if n]
        if self.missing:
            parts.append(f"{self.missing} without a trial")
        return ", ".join([counted(self.points, "point"), *parts])

    def groups(self) -> list[Group]:
        """Return the points in groups of equal variants, in the order of the plan."""
        numbers = self._group_numbers()
        points: dict[int, int] = defaultdict(int)
        for point in self.plan.points:
            points[numbers[self._varying_of(point.variants)]] += 1
        rows: dict[int, list[SweepRow]] = defaultdict(list)
        for row in self.rows:
            rows[numbers[self.variants_of(row.point)]].append(row)
        return [
            _group(variants, rows[number], points[number])
            for variants, number in numbers.items()
        ]

    def _varying_of(self, variants: Sequence[str]) -> tuple[str, ...]:
        return tuple(variants[at] for at in self.varying)

    def _group_numbers(self) -> dict[tuple[str, ...], int]:
        ranks = [
            {variant.name: rank for rank, variant in enumerate(argument.variants)}
            for argument in self.plan.arguments
        ]
        found = {self._varying_of(point.variants) for point in self.plan.points}
        own = [ranks[at] for at in self.varying]
        in_order = sorted(
            found,
            key=lambda names: [rank[name] for rank, name in zip(own, names, strict=True)],
        )
        return {variants: number for number, variants in enumerate(in_order)}


def _group(variants: tuple[str, ...], rows: Sequence[SweepRow], points: int) -> Group:
    succeeded = [row for row in rows if row.status is Status.SUCCEEDED]
    running = sum(row.status is Status.RUNNING for row in rows)
    failures = len(rows) - len(succeeded) - running
    group = Group(variants, tuple(rows), points, failures=failures)
    mains = [float(row.main) for row in succeeded if is_number(row.main)]
    if not mains:
        return group
    mean, std = mean_and_std(mains)
    low, high = min(mains), max(mains)
    return replace(group, n=len(mains), mean=mean, std=std, low=low, high=high)


def mean_and_std(numbers: Sequence[float]) -> tuple[float, float]:
    """Return the mean of finite numbers and the standard deviation of the sample.

    They are exact but for the last rounding; a single number has no deviation, but NaN.
    """
    mean = statistics.mean(numbers)
    if len(numbers) < 2:
        return mean, math.nan
    try:
        return mean, statistics.stdev(numbers)
    except OverflowError:  # larger than any float
        return mean, math.inf
