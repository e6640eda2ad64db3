"""The table at the end of a sweep, and what is said beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mitosis._model import Status
from mitosis._sweep.overview import Overview
from mitosis._sweep.summary import end_text
from tests.unit.sweep.planned import grid, row, rows

PAGE = Path("trials/sweep_grid.html")


def test_the_table_has_mean_and_spread_over_seeds_in_the_order_of_the_plan() -> None:
    plan = grid({"method": ["sgd", "adam"], "k": [10, 9], "fixed": ["x"]}, seeds=[0, 1, 2])
    trials = rows(plan, lambda values, point: values["k"] + point % 3)
    assert end_text(plan, trials, PAGE, None) == (
        "Sweep grid: 12 points, 12 succeeded\n\n"
        "method  k   n  main ± std   min   max\n"
        "sgd     10  3  11.0 ± 1.0  10.0  12.0\n"
        "sgd     9   3  10.0 ± 1.0   9.0  11.0\n"
        "adam    10  3  11.0 ± 1.0  10.0  12.0\n"
        "adam    9   3  10.0 ± 1.0   9.0  11.0\n\n"
        "trials/sweep_grid.html"
    )


def test_failures_have_name_reason_and_page_and_how_to_resume_is_told() -> None:
    plan = grid({"k": [1, 2]}, seeds=[0, 1, 2], name="two words")
    trials = rows(plan, lambda values, point: point)[:4]
    reason = "ValueError: no\x1b[2J"
    trials[1] = row(plan, 1, status=Status.FAILED, reason=reason, name="exp-1")
    trials[2] = row(plan, 2, status=Status.LOST, name="exp-2", html="")
    trials[3] = row(plan, 3, status=Status.RUNNING)
    assert end_text(plan, trials, PAGE, None).splitlines() == [
        "Sweep two words: 6 points, 1 running, 1 succeeded, 1 failed, 1 lost,"
        " 2 without a trial",
        "",
        "k  n  main ± std  min  max  failures",
        "1  1           0    0    0         2",
        "2  0                               0",
        "",
        "Without success:",
        "  exp-1: ValueError: no\\x1b[2J",
        "    trials/trial_exp-1.html",
        "  exp-2: lost",
        "",
        "To run what is missing or failed: mitosis sweep --resume 'two words'",
        "trials/sweep_grid.html",
    ]


def test_lines_fit_a_terminal_and_long_reasons_are_cut() -> None:
    plan = grid({"k" * 30: ["v" * 90, "w" * 90], "method": ["a", "b"]}, seeds=range(9))
    trials = rows(plan, lambda values, point: point / 3)
    reason = "ValueError: " + "because " * 200
    trials[5:30] = [row(plan, n, status=Status.FAILED, reason=reason) for n in range(5, 30)]
    lines = end_text(plan, trials, Path("s.html"), 80).splitlines()
    table = [line for line in lines if "trial_" not in line and "kmeans" not in line]
    assert (
        max(map(len, (line.replace("\x1b[1m", "").replace("\x1b[0m", "") for line in table)))
        <= 80
    )
    assert lines.count("  and 15 more, on the page") == 1
    assert len(lines) < 70


def test_a_table_too_wide_for_the_terminal_does_without_extremes() -> None:
    plan = grid({name * 8: ["a" * 8, "b" * 8] for name in "uvwxyz"}, seeds=[0, 1])
    trials = rows(plan, lambda values, point: point / 3)
    lines = end_text(plan, trials, PAGE, 80).splitlines()
    assert "main ± std" in lines[2]
    assert "max" not in lines[2]
    assert len(lines) < 50


def test_a_long_table_is_cut_and_says_so() -> None:
    plan = grid({"k": range(100)})
    text = end_text(plan, rows(plan, lambda values, point: point), PAGE, 80)
    assert "60 more rows, on the page." in text


def test_mains_that_are_no_numbers_are_named() -> None:
    plan = grid({"k": [1, 2]}, seeds=[0, 1])
    trials = rows(plan, lambda values, point: "converged" if values["k"] == 1 else None)
    text = end_text(plan, trials, PAGE, None)
    assert "k  n  main\n1  2  converged\n2  2\n" in text


@pytest.mark.parametrize("main", [float("nan"), float("inf"), 10**400, True])
def test_what_is_no_finite_number_is_not_averaged(main: object) -> None:
    plan = grid({"k": [1]}, seeds=[0, 1])
    overview = Overview(plan, [row(plan, 0, 2.0), row(plan, 1, main)])
    (group,) = overview.groups()
    assert (group.n, group.mean, group.points) == (1, 2.0, 2)


def test_a_sweep_of_nothing_but_seeds_is_one_row() -> None:
    plan = grid({}, seeds=range(4), name="again")
    text = end_text(plan, rows(plan, lambda values, point: point), PAGE, None)
    assert "sweep  n  main ± std  min  max\nagain  4   1.5 ± 1.3  0.0  3.0" in text


def test_arguments_may_be_called_like_columns() -> None:
    names = {"main": [1, 2], "status": ["a", "b"], "name": ["x", "y"], "n": [3, 4]}
    plan = grid(names, name="grid")
    text = end_text(plan, rows(plan, lambda values, point: point), PAGE, None)
    assert text.splitlines()[2].split() == [*names, "n", "main", "±", "std", "min", "max"]
    assert len(text.splitlines()[3:-2]) == 16


def test_before_the_first_trial_there_is_no_table() -> None:
    plan = grid({"k": [1, 2]})
    assert end_text(plan, [], PAGE, None).splitlines() == [
        "Sweep grid: 2 points, 2 without a trial",
        "",
        "To run what is missing or failed: mitosis sweep --resume grid",
        "trials/sweep_grid.html",
    ]


def test_of_several_trials_of_a_point_one_that_succeeded_counts() -> None:
    plan = grid({"k": [1]})
    failed = row(plan, 0, status=Status.FAILED)
    good = replace(row(plan, 0, 7.0), key="good")
    overview = Overview(plan, [failed, good, failed])
    assert [each.key for each in overview.rows] == ["good"]
    assert overview.is_ended
    assert not overview.failures
