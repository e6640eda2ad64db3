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

from mitosis._recording.closeness import RELATIVE, closeness, differing_keys

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
        (1e-13, 0.0),
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
    ids=repr,
)
def test_these_differ_by_noise(then: Any, now: Any) -> None:
    found = closeness(then, now)
    assert found.is_close
    assert 0 < found.largest_relative <= 1
    assert closeness(now, then) == found


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
        (np.array([1, 2]), np.array([1, 3])),
        (np.array([1.0]), np.array([1.0], "f4")),
        (np.zeros(2), np.zeros((2, 1))),
        (np.array([math.inf]), np.array([1.0])),
        (Fit(0.3, 3), Fit(0.3, 4)),
        (Decimal("0.3"), Decimal("0.30000000000000001")),
    ],
    ids=repr,
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


def test_main_comes_first_among_the_keys_that_differ() -> None:
    then, now = {"a": "1", "b": "2", "gone": "3"}, {"a": "0", "b": "2", "main": "4"}
    assert differing_keys(then, now) == ["main", "a", "gone"]
