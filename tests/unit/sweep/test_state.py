"""How a sweep stands is derived from its trials' rows."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from mitosis._model import Parameter, Status, SweepRow
from mitosis._sweep.state import due, state

from .grids import NOON, planned, points

S, F, R, L, K = Status.SUCCEEDED, Status.FAILED, Status.RUNNING, Status.LOST, Status.KILLED


def row(point: int, status: Status, variants: Mapping[str, str], seed: int = 0) -> SweepRow:
    return SweepRow(
        point=point,
        key="k",
        name="n",
        status=status,
        main=None,
        seed=seed,
        started_at=NOON,
        wall_seconds=None,
        reason="",
        html="",
        folder="",
        commit=None,
        variants=variants,
        values={},
    )


PLAN = planned(points({"amplitude": "low,high"}, seeds=range(2)))
LOW, HIGH = {"amplitude": "low"}, {"amplitude": "high"}


def test_each_point_has_the_status_of_its_trial_or_none() -> None:
    rows = [row(0, S, LOW), row(1, F, LOW, 1), row(2, R, HIGH)]
    found = state(PLAN, rows)
    assert found.statuses == (S, F, R, None)
    assert found.counts == {R: 1, S: 1, F: 1, None: 1}
    assert not found.is_done
    assert due(PLAN, rows) == [1, 3]
    assert due(PLAN, rows, [L]) == [3]


@pytest.mark.parametrize(
    ("statuses", "counts"),
    [([F, S, F], S), ([S, R], S), ([R, L], R), ([F, R], R), ([F, L], L), ([R, S], S)],
)
def test_a_trial_that_succeeded_counts_before_one_that_runs_and_that_before_the_newest(
    statuses: list[Status], counts: Status
) -> None:
    assert state(PLAN, [row(0, s, LOW) for s in statuses]).statuses[0] is counts


def test_a_trial_counts_for_the_point_that_has_its_variants_and_seed() -> None:
    rows = [row(0, S, HIGH, 1), row(1, S, {"amplitude": "other"}, 1), row(2, S, HIGH, 7)]
    assert state(PLAN, rows).statuses == (None, None, None, S)
    assert state(PLAN, [row(99, K, LOW)]).statuses == (K, None, None, None)


def test_a_generated_seed_is_any() -> None:
    plan = planned(points({"amplitude": "low,high"}))
    rows = [row(1, S, HIGH, 12345), row(7, S, LOW, 3)]
    assert state(plan, rows).is_done


def test_untracked_arguments_are_in_no_row() -> None:
    found = points({"amplitude": "low,high"}, untracked=[Parameter("p", "plot", True)])
    plan = planned(found)
    assert plan.variants_of(1) == {"plot": "p", "amplitude": "high"}
    assert due(plan, [row(1, S, HIGH), row(5, S, LOW)]) == []


def test_of_points_that_differ_in_untracked_arguments_each_has_its_own_trial() -> None:
    plan = planned(points({"amplitude": "low", "plot": [1, 2]}, untracked=["plot"]))
    assert state(plan, [row(1, S, LOW)]).statuses == (None, S)
