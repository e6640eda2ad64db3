"""What is asked for becomes points, or all that is wrong with it is said at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mitosis._model import Given, Parameter
from mitosis.errors import InvalidSweepError

from .grids import points, told

LOW_SLOW = Parameter("mine", "amplitude", [1, 2])


def faults(*args: Any, **asked: Any) -> tuple[str, ...]:
    with pytest.raises(InvalidSweepError) as caught:
        points(*args, **asked)
    return caught.value.faults


def test_a_grid_is_the_product_of_its_lists_times_the_seeds() -> None:
    found = points({"amplitude": ["low", "high"], "frequency": "slow, fast"}, seeds=[3, 4])
    assert told(found) == [
        f"{amplitude} {frequency} seed={seed}"
        for amplitude in ("low", "high")
        for frequency in ("slow", "fast")
        for seed in (3, 4)
    ]
    assert [(p.arg_name, p.vals) for p in found.parameters(3)] == [
        ("amplitude", 1),
        ("frequency", 2.0),
    ]


@pytest.mark.parametrize(
    ("cells", "names"),
    [
        ("*", ["low", "high", "a,b"]),
        ("a,b", ["a,b"]),
        ("low", ["low"]),
        (3, ["3"]),
        ([0.1, True, None, (1, 2)], ["0.1", "True", "None", "(1, 2)"]),
        (range(2), ["0", "1"]),
        (np.array([0.5, 1.5]), ["0.5", "1.5"]),
        (pd.Series([1, 2]), ["1", "2"]),
        (iter(["low", "high"]), ["low", "high"]),
        (["low", LOW_SLOW, 7], ["low", "mine", "7"]),
    ],
    ids=[
        "all",
        "whole",
        "name",
        "value",
        "values",
        "range",
        "array",
        "series",
        "iterator",
        "mixed",
    ],
)
def test_an_argument_is_given_names_parameters_and_values(cells: Any, names: list[str]) -> None:
    assert told(points({"amplitude": cells})) == names


def test_how_each_variant_was_given_is_known() -> None:
    expression = Parameter("1 + 1", "amplitude", "1 + 1", evaluate=True)
    cells = ["low", 3, LOW_SLOW, np.arange(1000), expression]
    (argument,) = points({"amplitude": cells}, untracked=["amplitude"]).planned
    assert [variant.given for variant in argument.variants] == [
        Given.VARIANT,
        Given.EXPRESSION,
        Given.VALUE,
        Given.VALUE,
        Given.EXPRESSION,
    ]
    assert not argument.tracked


def test_with_zip_lists_go_side_by_side() -> None:
    found = points(
        {"amplitude": ["low", "high"], "frequency": ["fast", "slow"]}, zip=True, seeds=range(2)
    )
    assert told(found) == [
        "low fast seed=0",
        "low fast seed=1",
        "high slow seed=0",
        "high slow seed=1",
    ]


def test_lists_of_different_lengths_cannot_go_side_by_side() -> None:
    (fault,) = faults({"amplitude": "*", "frequency": ["fast", "slow"], "k": 1}, zip=True)
    assert fault.endswith("'amplitude' has 3, 'frequency' has 2")


def test_with_zip_a_single_value_stands_beside_all() -> None:
    found = points({"amplitude": "low,high", "frequency": "fast"}, zip=True)
    assert told(found) == ["low fast", "high fast"]


ROWS = [{"amplitude": "low", "frequency": 0.25}, {"amplitude": "high", "frequency": 1}]


@pytest.mark.parametrize(
    "table", [ROWS, pd.DataFrame(ROWS, dtype=object)], ids=["dicts", "frame"]
)
def test_a_table_has_a_point_a_row(table: Any) -> None:
    assert told(points(table=table)) == ["low 0.25", "high 1"]


def test_a_csv_file_holds_names_and_literals(tmp_path: Path) -> None:
    file = tmp_path / "trials.csv"
    file.write_text("\ufeffamplitude, frequency ,seed\nlow, 0.25,3\n\nhigh,own,12\n", "utf-8")
    found = points(table=file)
    assert told(found) == ["low 0.25 seed=3", "high own-name seed=12"]
    assert [argument.name for argument in found.arguments] == ["amplitude", "frequency"]


def test_what_is_wrong_in_a_csv_file_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "trials.csv"
    file.write_text("amplitude,frequency\nlow,fast,3\nhigh,\n", "utf-8")
    assert faults(table=str(file)) == (
        "line 2 of trials.csv: 3 cells, and 2 columns in line 1",
        "line 3 of trials.csv: 'frequency' is empty",
    )
    file.write_text("amplitude,frequency\nlow,fast\nhihg,kmeans\n", "utf-8")
    assert faults(table=str(file)) == (
        "line 3 of trials.csv: parameter 'amplitude' has no variant 'hihg'; "
        "did you mean 'high'?",
        "line 3 of trials.csv: parameter 'frequency' has no variant 'kmeans'; "
        "there are: fast, own, slow",
    )
    file.write_text("amplitude,amplitude\n1,2\n", "utf-8")
    assert faults(table=str(file)) == (
        "line 1 of trials.csv: column 'amplitude' is there twice",
    )
    assert faults(table=tmp_path / "none.csv")[0].endswith("No such file or directory")


def test_what_is_wrong_in_rows_is_told_with_their_numbers() -> None:
    rows = [{"amplitude": 1}, {"frequency": 2}, 3, {"amplitude": float("nan")}]
    assert faults(table=rows) == (
        "row 2 is 'int', no dict",
        "row 1: 'amplitude' is missing",
        "row 1: 'frequency' is in no row before it",
        "row 3: 'amplitude' is empty",
    )
    assert faults(table=[]) == ("the table has no rows",)


def test_what_stands_beside_a_table_is_given_to_every_row() -> None:
    found = points({"frequency": "slow,fast"}, table=[{"amplitude": 1}, {"amplitude": 2}])
    assert told(found) == ["slow 1", "slow 2", "fast 1", "fast 2"]
    (fault,) = faults({"amplitude": 1}, table=[{"amplitude": 1}])
    assert fault == "'amplitude' is given twice: in the table, and beside it"


def test_an_untracked_parameter_is_given_to_all_points() -> None:
    found = points({"amplitude": "low,high"}, untracked=[Parameter("p", "plot", False)])
    assert told(found) == ["p low", "p high"]
    assert [argument.tracked for argument in found.arguments] == [False, True]


@pytest.mark.parametrize(
    ("seeds", "expected"),
    [("0-2,7", [0, 1, 2, 7]), (range(2), [0, 1]), ([np.int64(4)], [4]), (" 3 ", [3])],
    ids=["text", "range", "numpy", "one"],
)
def test_seeds_are_numbers_or_a_text_of_them(seeds: Any, expected: list[int]) -> None:
    found = points({"amplitude": "low"}, seeds=seeds)
    assert [point.seed for point in found.points] == expected


@pytest.mark.parametrize(
    ("seeds", "fault"),
    [
        ("0-", "'0-' is no seed, and no range of seeds such as 0-9"),
        ("9-1", "'9-1' is no seed, and no range of seeds such as 0-9"),
        ("0-99999999999", "'0-99999999999' is more than a million seeds"),
        (10, "the seeds are 10: give a list, range(10) or [10]"),
        ([1, -1], "the seed -1 is no whole number from 0"),
        ([True], "the seed True is no whole number from 0"),
        ([], "there are no seeds in what is given as seeds"),
    ],
)
def test_what_is_no_seed_is_refused(seeds: Any, fault: str) -> None:
    assert faults({"amplitude": "low"}, seeds=seeds) == (fault,)


def test_whole_floats_in_a_table_are_seeds_as_pandas_makes_them_of_a_column() -> None:
    rows = [{"amplitude": "low", "seed": 1.0}, {"amplitude": "high", "seed": 2.0}]
    found = points(table=rows)
    assert (told(found), len(found.arguments)) == (["low seed=1", "high seed=2"], 1)


def test_numbers_for_an_argument_named_seed_are_the_seeds() -> None:
    found = points({"amplitude": "low", "seed": [1, 2]})
    assert (told(found), len(found.arguments)) == (["low seed=1", "low seed=2"], 1)
    assert faults({"amplitude": "low", "seed": [1]}, seeds=[2]) == (
        "seeds are given twice: as seeds, and as an argument",
    )


def test_the_same_point_twice_is_refused() -> None:
    assert faults({"amplitude": ["low", "high", "low"]}, seeds=[1]) == (
        "points 0 and 2 are the same: amplitude=low, seed=1",
    )


def test_one_name_for_two_values_is_refused() -> None:
    cells = [
        LOW_SLOW,
        Parameter("mine", "amplitude", [1, 2]),
        Parameter("mine", "amplitude", 3),
    ]
    assert faults({"amplitude": cells}) == (
        "variant 'mine' of 'amplitude' stands for two values",
    )


def test_everything_wrong_is_told_at_once() -> None:
    found = faults(
        {
            "amplitud": ["low"],
            "amplitude": ["lwo", Parameter("x", "frequency", 1)],
            "frequency": [],
        },
        seeds="x",
        known=["amplitude", "frequency"],
    )
    assert found == (
        "the experiment takes no 'amplitud'; did you mean 'amplitude'?",
        "no dict of variants is named 'amplitud', so 'low' names no variant",
        "parameter 'amplitude' has no variant 'lwo'; did you mean 'low'?",
        "'amplitude' is given a Parameter for 'frequency'",
        "'frequency' is given no values",
        "'x' is no seed, and no range of seeds such as 0-9",
    )


@pytest.mark.slow
def test_more_than_a_million_points_are_refused() -> None:
    (fault,) = faults({"amplitude": range(1001)}, seeds=range(1001))
    assert fault == "these are more than a million points"


def test_without_arguments_the_seeds_are_the_points() -> None:
    assert told(points(seeds="1-3")) == ["seed=1", "seed=2", "seed=3"]
