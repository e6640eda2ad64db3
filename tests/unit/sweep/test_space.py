"""What a search may choose from, and the names that suggestions get."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.distributions import (
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

import mitosis
from mitosis._model import Parameter
from mitosis._sweep.preparing_search import told_space
from mitosis._sweep.space import quiet, read_space
from mitosis.errors import InvalidSweepError
from tests.unit.sweep.searches import space_of, wanted


def test_ranges_are_of_whole_numbers_or_of_any() -> None:
    space = space_of(k=(1, 8), rate=(0, 1.5), once=(2, 2))
    assert space["k"].distribution == IntDistribution(1, 8)
    assert space["rate"].distribution == FloatDistribution(0.0, 1.5)
    assert space["once"].distribution == IntDistribution(2, 2)


def test_a_distribution_of_optunas_is_taken_as_it_is() -> None:
    log = FloatDistribution(1e-5, 1, log=True)
    space = space_of(rate=log, method=CategoricalDistribution(["a", "b"]))
    assert space["rate"].distribution == log
    assert list(space["method"].choices) == ["'a'", "'b'"]


@pytest.mark.parametrize("value", [0.1, 1 / 3, 1e-300, 5.0, -0.0, 0.30000000000000004])
def test_a_number_is_named_by_its_exact_text_and_found_again(value: float) -> None:
    dimension = space_of(x=(-9.0, 9.0))["x"]
    parameter = dimension.parameter(value)
    assert parameter == Parameter(repr(value), "x", value)
    assert repr(dimension.suggestion(parameter.var_name)) == repr(value)


def test_whole_numbers_stay_whole() -> None:
    dimension = space_of(k=(1, 8))["k"]
    assert dimension.parameter(3).var_name == "3"
    assert type(dimension.suggestion("3")) is int


def test_choices_are_values_and_parameters_under_the_names_of_variants() -> None:
    own = Parameter("deep", "net", {"layers": 9})
    dimension = space_of(net=[None, "ward", (1, 2), own])["net"]
    assert list(dimension.choices) == ["None", "'ward'", "(1, 2)", "deep"]
    assert dimension.parameter("deep") is not None
    assert dimension.parameter("(1, 2)").vals == (1, 2)
    assert dimension.suggestion("deep") == "deep"


def test_all_that_is_wrong_with_a_space_is_said_at_once() -> None:
    given: dict[str, Any] = {
        "a": (3, 1),
        "b": (1, 2, 3),
        "c": [],
        "d": "low,high",
        "e": (0.0, float("inf")),
        "f": [1, 1],
        "g": (True, 4),
        "h": [Parameter("n", "h", 1, track=False)],
        "fine": (0, 1),
    }
    space, faults = read_space(given, str)
    assert list(space) == ["fine"]
    assert [fault[1] for fault in faults] == list("abcdefgh")
    assert "low is above its high" in faults[0]
    assert "twice" in faults[5]


@pytest.mark.parametrize("given", [{}, [("x", (0, 1))], None])
def test_a_space_is_a_dict_that_holds_something(given: Any) -> None:
    _, (fault,) = read_space(given, str)
    assert "the space is no dict" in fault


def test_an_argument_that_is_named_twice_is_a_fault() -> None:
    _, faults = read_space({"x": (0, 1), "step.x": (0, 1)}, lambda n: n.split(".")[-1])
    assert faults == ["'x' is in the space twice"]


def test_all_that_is_wrong_beside_the_space_is_said_at_once() -> None:
    wrong = wanted(n_trials=0, direction="up", sampler="tpe", pruner=3)
    faults = list(wrong.faults())
    assert [fault.split()[0] for fault in faults] == [
        *("n_trials", "direction", "sampler", "pruner", "a")
    ]
    assert not list(wanted().faults())


def test_a_metric_alone_makes_the_median_pruner() -> None:
    assert isinstance(wanted(prune_by="loss").method(1).pruner, optuna.pruners.MedianPruner)
    assert wanted().method(1).pruner is None


def test_a_plan_tells_a_space_in_optunas_words() -> None:
    told = told_space(space_of(x=(0.0, 1.0), m=["a"]))
    assert told["x"]["name"] == "FloatDistribution"
    assert told["m"]["attributes"] == {"choices": ["'a'"]}


def test_without_optuna_nothing_is_searched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidSweepError, match=r"pip install 'mitosis\[optuna\]'"):
        mitosis.optimize(object(), {"x": (0, 1)}, 3)
    assert not list(tmp_path.iterdir())


def test_optuna_is_as_loud_as_before_once_it_was_quiet() -> None:
    before = optuna.logging.get_verbosity()
    with quiet():
        assert optuna.logging.get_verbosity() == optuna.logging.ERROR
    assert optuna.logging.get_verbosity() == before
