"""Groups of trials and tables of groups."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mitosis._history.groups import group_notes, group_sheet, make_groups
from mitosis._history.pivot import make_pivot

COMMITS = {"a": "a" * 40, "b": "b" * 40}


def frame(*rows: tuple[Any, ...], **columns: Any) -> pd.DataFrame:
    """Return trials with k, main, status and the letter of a commit."""
    names = ["k", "main", "status", "commit"]
    made = pd.DataFrame([(*row, "succeeded", "a")[:4] for row in rows], columns=names)
    made["commit"] = made["commit"].map(COMMITS)
    names = [f"kmeans-{number}" for number in range(1, len(made) + 1)]
    told = {"experiment": "kmeans", "name": names, "seed": range(len(made))} | columns
    return made.assign(**told)


def test_trials_that_repeat_variants_and_seed_are_told() -> None:
    rows = frame((3, 0.1), (3, 0.1), (3, 0.3), (3, 0.2), seed=[1, 1, 1, 2])
    rows["name"] = ["kmeans-3-1", "kmeans-3-2", "kmeans-4-1", "kmeans-3-3"]
    groups = make_groups(rows, ["k"], ["main"])
    assert groups[["n", "repeats"]].values.tolist() == [[4, 1]]
    (note,) = group_notes(groups, ["k"], rows)
    assert note.endswith("independent: k=3 (1)")
    assert not group_notes(make_groups(rows[1:], ["k"], ["main"]), ["k"], rows)


def test_a_group_has_what_statistics_says_of_its_values() -> None:
    values = [0.1, 0.4, 0.2, 0.35]
    (row,) = make_groups(frame(*((3, v) for v in values)), ["k"], ["main"]).to_dict("records")
    low, high = stats.t.interval(0.95, 3, np.mean(values), stats.sem(values))
    assert row["n"] == 4
    assert row["main.mean"] == pytest.approx(np.mean(values))
    assert row["main.std"] == pytest.approx(np.std(values, ddof=1))
    assert (row["main.min"], row["main.max"]) == (0.1, 0.4)
    assert (row["main.low"], row["main.high"]) == pytest.approx((low, high))
    assert (row["failures"], row["no_value"], row["commits"]) == (0, 0, 1)


def test_a_single_trial_has_neither_deviation_nor_interval() -> None:
    (row,) = make_groups(frame((3, 0.5)), ["k"], ["main"]).to_dict("records")
    assert row["main.mean"] == row["main.min"] == row["main.max"] == 0.5
    assert all(math.isnan(row[f"main.{name}"]) for name in ("std", "low", "high"))


def test_what_did_not_succeed_is_counted_and_left_out() -> None:
    trials = frame(
        (3, 0.5),
        (3, None, "failed"),
        (3, 9.0, "lost"),
        (3, None, "running"),
        (5, None, "killed"),
    )
    groups = make_groups(trials, ["k"], ["main"])
    assert groups["n"].tolist() == [1, 0]
    assert groups["failures"].tolist() == [2, 1]
    assert groups["main.max"].tolist()[0] == 0.5
    assert groups["commits"].tolist() == [1, 0]


def test_values_that_are_not_finite_are_left_out_and_told() -> None:
    trials = frame((3, 0.5), (3, math.inf), (3, math.nan), (5, 1.0))
    groups = make_groups(trials, ["k"], ["main"])
    assert groups["n"].tolist() == [1, 1]
    assert groups["no_value"].tolist() == [2, 0]
    assert group_notes(groups, ["k"], trials) == [
        "Left out are trials that succeeded without a finite number: k=3 (2)"
    ]


def test_mixed_commits_and_experiments_are_told() -> None:
    trials = frame((3, 1.0), (3, 1.0, "succeeded", "b"), (5, 1.0), (5, None, "failed", "b"))
    trials.loc[2, "experiment"] = "sine"
    groups = make_groups(trials, ["k"], ["main"])
    assert groups["commits"].tolist() == [2, 1]
    assert group_notes(groups, ["k"], trials) == [
        "1 group with trials of several commits: k=3 (2)",
        "Trials of several experiments are mixed: kmeans, sine",
    ]


def test_groups_are_sorted_whatever_they_are_named_by() -> None:
    trials = frame((None, 1.0), ("b", 2.0), (5, 3.0), ("a", 4.0), (3, 5.0), (None, 7.0))
    groups = make_groups(trials, ["k"], ["main"])
    assert groups["k"].tolist()[:4] == [3, 5, "a", "b"]
    assert groups["main.mean"].tolist() == [5.0, 3.0, 4.0, 2.0, 4.0]


def test_each_measure_counts_its_own_trials() -> None:
    trials = frame((3, 0.5), (3, 0.7), loss=[1.0, None], text=["x", "y"])
    (row,) = make_groups(trials, ["k"], ["main", "loss", "text"]).to_dict("records")
    assert (row["n"], row["loss.n"], row["text.n"]) == (2, 1, 0)
    assert row["loss.mean"] == 1.0
    assert math.isnan(row["text.mean"])


def test_dicts_and_tuples_can_be_grouped_by() -> None:
    trials = frame((1, 1.0), (1, 3.0), tags=[("a",), ("a",)], variants=[{"k": "x"}, {"k": "x"}])
    assert make_groups(trials, ["tags", "variants"], ["main"])["main.mean"].tolist() == [2.0]


def test_no_trials_are_no_groups() -> None:
    groups = make_groups(frame((3, 1.0)).iloc[:0], ["k"], ["main"])
    assert len(groups) == 0
    assert group_sheet(groups, ["k"]).rows == ()


def texts(sheet: Any) -> list[list[str]]:
    return [[cell.text + cell.behind for cell in row] for row in sheet.rows]


def test_a_sheet_of_groups_has_digits_that_fit_together() -> None:
    groups = make_groups(frame((3, 0.123456), (3, 0.187654), (5, 0.5)), ["k"], ["main"])
    sheet = group_sheet(groups, ["k"], best=("main", "max"))
    assert sheet.titles == (
        *("k", "n", "failures", "no_value", "repeats", "commits"),
        *("main ± std", "main (95 %)", "main.min", "main.max"),
    )
    assert texts(sheet)[0][6:] == ["0.156 ± 0.045", "-0.252 … 0.563", "0.123", "0.188"]
    assert texts(sheet)[1][6:] == ["0.5", "", "0.5", "0.5"]
    assert [row[6].is_best for row in sheet.rows] == [False, True]
    assert not any(row[0].is_best for row in sheet.rows)


def pivoted(*rows: tuple[Any, ...]) -> pd.DataFrame:
    names = ["model", "data", "main", "status"]
    made = pd.DataFrame([(*row, "succeeded")[:4] for row in rows], columns=names)
    return made.assign(commit="a" * 40, experiment="e", name="e-1", seed=range(len(made)))


def test_a_pivot_has_a_cell_for_each_pair() -> None:
    trials = pivoted(
        ("b", 10, 1.0), ("b", 10, 2.0), ("b", 2, 5.0), ("a", 2, 3.0), ("a", 10, None, "failed")
    )
    pivot = make_pivot(trials, "model", "data", "main")
    sheet = pivot.sheet("min")
    assert sheet.titles == ("model \\ data", "2", "10")
    assert texts(sheet) == [["a", "3 (1)", "-"], ["b", "5 (1)", "1.50 ± 0.71 (2)"]]
    assert [[cell.is_best for cell in row[1:]] for row in sheet.rows] == [
        [True, False],
        [False, True],
    ]
    assert sheet.notes == (
        "main, mean ± standard deviation of the trials that succeeded, n in parentheses",
        "Failed: model=a, data=10 (1)",
    )
    whole = pivot.frame()
    assert whole["model"].tolist() == ["a", "b"]
    assert whole["10.n"].tolist() == [0, 2]
    assert whole["10.failures"].tolist() == [1, 0]
    assert whole["10.mean"].tolist()[1] == 1.5


def test_equal_numbers_of_trials_are_told_once_and_ties_are_all_best() -> None:
    trials = pivoted(("a", "x", 1.0), ("a", "x", 3.0), ("b", "x", 0.0), ("b", "x", 4.0))
    sheet = make_pivot(trials, "model", "data", "main").sheet("max")
    assert [row[1].text for row in sheet.rows] == ["2.0 ± 1.4", "2.0 ± 2.8"]
    assert all(row[1].is_best for row in sheet.rows)
    assert sheet.notes[0].endswith("n = 2")


def test_a_pivot_of_nothing_says_so() -> None:
    sheet = make_pivot(pivoted(("a", "x", None, "failed")), "model", "data", "main").sheet(
        "min"
    )
    assert texts(sheet) == [["a", "-"]]
    assert sheet.notes == (
        "main: no trial succeeded with a number",
        "Failed: model=a, data=x (1)",
    )


def test_an_integer_beyond_all_floats_is_no_finite_number() -> None:
    (row,) = make_groups(frame((3, 10**400), (3, 2)), ["k"], ["main"]).to_dict("records")
    assert (row["n"], row["no_value"], row["main.mean"]) == (1, 1, 2)


def test_values_that_look_alike_have_their_own_columns_in_a_pivot() -> None:
    trials = pivoted(("a", "1", 1.0), ("a", 1, 2.0), ("a", 0.12345678, 3.0))
    sheet = make_pivot(trials, "model", "data", "main").sheet()
    assert sheet.titles == ("model \\ data", "0.123457", "1", "'1'")
    assert texts(sheet) == [["a", "3", "2", "1"]]
