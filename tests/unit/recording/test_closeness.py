"""Results that are equal, that differ by the noise of floating point, or really."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitosis._recording.array_closeness import LAST_PLACES, RELATIVE, RESIDUE
from mitosis._recording.closeness import Closeness, closeness, differing_keys

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@dataclass
class Fit:
    slope: float
    steps: int


def nudged(array: Any) -> Any:
    return array * (1 + 1e-13)


@pytest.mark.parametrize(
    ("then", "now"),
    [
        (0.1 + 0.2, 0.3),
        ([1.0, 1e-17], [1.0, 0.0]),
        ([[1.0, 0.0], [3e-17, 0.0]], [[1.0, 0.0], [0.0, -2e-17]]),
        ((np.ones(3), np.zeros(3)), (np.ones(3), np.full(3, 1e-17))),
        (np.array([1.0, 1e-17]), np.array([1.0, -1e-17])),
        (np.array([[1, 1e-17j]]), np.array([[1 + 0j, 2e-17]])),
        (5e-324, 1.5e-323),
        (np.float32(1.0), np.nextafter(np.float32(1), np.float32(2))),
        (np.array([1, 2], "f2"), np.nextafter(np.array([1, 2], "f2"), np.float16(3))),
        ({0.1 + 0.2, 7.0, math.nan}, {math.nan, 7.0, 0.3}),
        (frozenset({1.0, 1e-17}), frozenset({1.0, 2e-17})),
        (pd.DataFrame({"a": [1.0, 1e-17]}), pd.DataFrame({"a": [1.0, 0.0]})),
        (pd.Series([0.3, 2.0]), pd.Series([0.1 + 0.2, 2.0])),
        (1 + 1j, 1 + (1 + 1e-13) * 1j),
        (np.float64(0.1) + 0.2, np.float64(0.3)),
        ([1.0, {"a": (0.1 + 0.2, 3)}], [1.0, {"a": (0.3, 3)}]),
        (np.arange(1, 9.0).reshape(2, 4), nudged(np.arange(1, 9.0).reshape(2, 4))),
        (np.array([1.0, math.nan, math.inf]), np.array([1 + 1e-13, math.nan, math.inf])),
        (np.array([1 + 1j]), np.array([1 + 1j]) * (1 + 1e-13)),
        (np.array([(1.0, 2)], dtype="f8,i4"), np.array([(1 + 1e-13, 2)], dtype="f8,i4")),
        (np.array([1.0, "a"], object), np.array([1 + 1e-13, "a"], object)),
        (Fit(0.1 + 0.2, 3), Fit(0.3, 3)),
    ],
)
def test_these_differ_by_noise(then: Any, now: Any) -> None:
    found = closeness(then, now)
    assert found.is_close
    assert 0 < found.largest_relative < 1
    assert closeness(now, then) == found


def test_what_is_left_of_a_sum_is_told_beside_what_was_added() -> None:
    assert closeness([4.0, 1e-17], [4.0, 3e-17]).largest_relative == pytest.approx(5e-18)
    assert closeness(np.array([4.0, 0]), np.array([4.0, 2e-17])).largest_relative < 1e-16


@pytest.mark.parametrize(
    ("then", "now"),
    [
        (0.3, 0.3001),
        (1.0, 1),
        (1.0, np.float64(1.0)),
        (10**20, 10**20 + 1),
        (True, False),
        ("0.1", "0.2"),
        (math.inf, 1e308),
        (math.inf, -math.inf),
        (math.nan, 0.0),
        ([1.0], [1.0, 1.0]),
        ([1.0], (1.0,)),
        ({"a": 1.0}, {"b": 1.0}),
        ({1, 2}, {1, 3}),
        ({1.0, 2.0}, {1.0, 2.1}),
        ({1.0, 2.0}, {1.0, 2.0, 3.0}),
        ({1.0, "a"}, {1.0 + 1e-13, "a"}),
        (1e-13, 0.0),
        (1e-15, 9e-13),
        (5e-324, 1e-300),
        ({"size": 1.0, "error": 1e-15}, {"size": 1.0, "error": 9e-13}),
        ([{"size": 1.0, "error": 1e-15}], [{"size": 1.0, "error": 9e-13}]),
        (np.array([1.0, 1e-11]), np.array([1.0, 2e-11])),
        (np.array([math.inf, 1e-17]), np.array([math.inf, 1e-16])),
        ([1e3, {"a": [1e-15]}], [1e3, {"a": [2e-15]}]),
        (Fit(1e-15, 3), Fit(9e-13, 3)),
        (np.array([1], "f4"), np.array([1.00001], "f4")),
        (pd.DataFrame({"a": [1.0], "b": [1e-17]}), pd.DataFrame({"a": [1.0], "b": [0.0]})),
        (pd.Series([1.0], name="a"), pd.Series([1.0], name="b")),
        (pd.Series([1.0], index=[1]), pd.Series([1.0], index=[2])),
        (np.array([1, 2]), np.array([1, 3])),
        (np.array([1.0]), np.array([1.0], "f4")),
        (np.zeros(2), np.zeros((2, 1))),
        (np.array([math.inf]), np.array([1.0])),
        (Fit(0.3, 3), Fit(0.3, 4)),
        (Decimal("0.3"), Decimal("0.30000000000000001")),
    ],
)
def test_these_differ_really(then: Any, now: Any) -> None:
    assert not closeness(then, now).is_close
    assert not closeness(now, then).is_close


@pytest.mark.parametrize(
    "value", [math.nan, complex("nan"), [math.nan], np.array([math.nan, 1]), {3}, None, "x"]
)
def test_a_value_is_equal_to_itself_made_anew(value: Any) -> None:
    anew = (
        np.array(value)
        if isinstance(value, np.ndarray)
        else eval(repr(value), {"nan": math.nan})
    )
    found = closeness(value, anew)
    assert (found.is_close, found.largest_relative) == (True, 0.0)


def test_tables_are_compared_by_what_is_in_them() -> None:
    table = pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]})
    assert closeness(table, table.copy()).is_close
    assert not closeness(table, table.assign(b="z")).is_close


@given(FINITE, FINITE)
def test_scalars_and_arrays_agree(then: float, now: float) -> None:
    as_scalars = closeness(then, now)
    as_arrays = closeness(np.array([then]), np.array([now]))
    assert as_scalars.is_close == as_arrays.is_close
    assert as_scalars.largest_relative == pytest.approx(as_arrays.largest_relative)


@given(st.floats(1e-3, 1e300), st.floats(0, 0.9))
def test_the_tolerance_is_the_one_that_is_stated(value: float, part: float) -> None:
    assert closeness(value, value * (1 + part * RELATIVE)).is_close
    assert not closeness(value, value * (1 + (3 + part) * RELATIVE)).is_close


@given(st.floats(1e-3, 1e300), st.floats(0, 0.9))
def test_a_residue_is_noise_up_to_the_bound_that_is_stated(scale: float, part: float) -> None:
    for make in (list, np.array):
        assert closeness(make([scale, 0.0]), make([scale, part * RESIDUE * scale])).is_close
        beyond = make([scale, (1.1 + part) * RESIDUE * scale])
        assert not closeness(make([scale, 0.0]), beyond).is_close


@given(st.floats(0, 1e-316), st.integers(1, 20), st.sampled_from([float, np.array]))
def test_of_the_smallest_numbers_last_places_count(value: float, steps: int, make: Any) -> None:
    other = value + steps * math.ulp(0.0)
    assert closeness(make(value), make(other)).is_close == (steps <= LAST_PLACES)


@given(st.floats(2**-100, 2**100, width=32), st.integers(1, 20))
def test_of_short_numbers_last_places_count(value: float, steps: int) -> None:
    one = other = np.float32(value)
    for _ in range(steps):
        other = np.nextafter(other, np.float32(np.inf))
    if steps <= LAST_PLACES:
        assert closeness(one, other).is_close
    if steps > 2 * LAST_PLACES:
        assert not closeness(one, other).is_close


LONG = np.arange(2000.0)


@pytest.mark.parametrize(
    ("then", "now", "place", "texts"),
    [
        (LONG, np.where(LONG == 1500, 0, LONG), "[1500]", ("1500.0", "0.0")),
        (LONG.reshape(40, 50), np.where(LONG == 51, 0, LONG).reshape(40, 50), "[1, 1]", None),
        (np.array([1, 2]), np.array([1, 3]), "[1]", ("2", "3")),
        ({"a": [1.0, (2.0, "x")]}, {"a": [1.0, (2.0, "y")]}, "['a'][1][1]", ("'x'", "'y'")),
        ([1.0], [1.0, 2.0], "", ("of length 1", "of length 2")),
        (Fit(0.3, 3), Fit(0.3, 4), ".steps", ("3", "4")),
        (
            pd.DataFrame({"a": LONG, "b": LONG}),
            pd.DataFrame({"a": LONG, "b": np.where(LONG == 7, 0, LONG)}),
            ".iloc[:, 1][7]",
            ("7.0", "0.0"),
        ),
        (1.0, np.float64(1.0), "", None),
    ],
    ids=["array", "matrix", "integers", "nested", "length", "object", "table", "type"],
)
def test_where_two_values_differ_first_is_told(
    then: Any, now: Any, place: str, texts: tuple[str, str] | None
) -> None:
    found = closeness(then, now)
    assert found.place == place
    assert found.then != found.now
    assert texts in (None, (found.then, found.now))


def test_values_that_are_close_have_no_such_place() -> None:
    found = closeness(LONG, LONG * (1 + 1e-13))
    assert found == Closeness(is_close=True, largest_relative=found.largest_relative)


def test_main_comes_first_among_the_keys_that_differ() -> None:
    then, now = {"a": "1", "b": "2", "gone": "3"}, {"a": "0", "b": "2", "main": "4"}
    assert differing_keys(then, now) == ["main", "a", "gone"]
