"""How a sweep stands, derived from the rows of its trials, and which points are to be run."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from mitosis._model import PlannedPoint, Status, SweepPlan, SweepRow, SweepState

RETRIED = (Status.FAILED, Status.KILLED, Status.TIMED_OUT, Status.LOST)
"""The statuses after which a point is run again, if nobody says otherwise."""


def state(plan: SweepPlan, rows: Iterable[SweepRow]) -> SweepState:
    """Return the status of each point.

    Args:
        plan: the sweep's.
        rows: of all its trials, those of one point in the order of their claims.
    """
    found = counting(plan, rows)
    points = range(len(plan.points))
    return SweepState(tuple(found[n].status if n in found else None for n in points))


def counting(plan: SweepPlan, rows: Iterable[SweepRow]) -> dict[int, SweepRow]:
    """Return the trial that counts of each point that has one, with the point's number in it.

    A trial counts for the point that has its variants and its seed, wherever it stood when
    the trial ran; one that no point wants counts for none.

    Args:
        plan: the sweep's.
        rows: of all its trials, those of one point in the order of their claims.
    """
    finder = _Finder(plan)
    found: dict[int, SweepRow] = {}
    for row in rows:
        point = finder.point_of(row)
        if point is None:
            continue
        former = found.get(point)
        if _counts_more(row.status, former.status if former else None):
            found[point] = row if row.point == point else replace(row, point=point)
    return found


def due(
    plan: SweepPlan, rows: Iterable[SweepRow], retry: Collection[Status] = RETRIED
) -> list[int]:
    """Return the numbers of the points that are to be run: those without a trial, and these.

    Args:
        plan: the sweep's.
        rows: of all its trials.
        retry: statuses after which a point is run again.
    """
    statuses = state(plan, rows).statuses
    return [n for n, status in enumerate(statuses) if status is None or status in retry]


def _counts_more(new: Status, former: Status | None) -> bool:
    """Tell whether a later trial of a point stands for it in the place of an earlier one."""
    if former is Status.SUCCEEDED:
        return False
    return former is not Status.RUNNING or new in (Status.SUCCEEDED, Status.RUNNING)


class _Finder:
    """Finds the point that a trial is for."""

    def __init__(self, plan: SweepPlan) -> None:
        self._points = plan.points
        self._tracked = [
            (place, argument.name)
            for place, argument in enumerate(plan.arguments)
            if argument.tracked
        ]
        self._elsewhere: dict[PlannedPoint, int] = {}

    def point_of(self, row: SweepRow) -> int | None:
        if row.point < len(self._points) and self._fits(row, self._points[row.point]):
            return row.point
        if not self._elsewhere:
            self._elsewhere = {self._bare(p): n for n, p in enumerate(self._points)}
        names = tuple(row.variants.get(name, "") for _, name in self._tracked)
        known, wanted = self._elsewhere, PlannedPoint(names, row.seed)
        is_its = len(row.variants) == len(self._tracked)
        return known.get(wanted, known.get(wanted._replace(seed=None))) if is_its else None

    def _fits(self, row: SweepRow, point: PlannedPoint) -> bool:
        if point.seed is not None and point.seed != row.seed:
            return False
        variants = row.variants
        return len(variants) == len(self._tracked) and all(
            variants.get(name) == point.variants[place] for place, name in self._tracked
        )

    def _bare(self, point: PlannedPoint) -> PlannedPoint:
        """Return a point as rows tell it, without untracked arguments."""
        return point._replace(variants=tuple(point.variants[n] for n, _ in self._tracked))
