"""Where two texts differ, and which values Python's own text recreates."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitosis._canonical import canonical, differences, is_literal
from mitosis._canonical.reading import parse
from tests.unit.canonical import samples, table
from tests.unit.canonical.test_canonical_laws import values

big = {f"k{i}": {"a": [1, 2, (i, "x, y: [")], "c": samples.Point(i)} for i in range(40)}


def changed(**entries: Any) -> dict[str, Any]:
    return big | entries


@pytest.mark.parametrize(
    ("locked", "given", "expected"),
    [
        ({"lr": 0.1}, {"lr": 0.01}, [("$['lr']", "0.1", "0.01")]),
        (
            {"opt": {"lr": 1, "m": 2}},
            {"opt": {"lr": 3, "m": 2}},
            [("$['opt']['lr']", "1", "3")],
        ),
        ({"a": 1}, {"b": 1}, [("$['a']", "1", "(absent)"), ("$['b']", "(absent)", "1")]),
        ([1, 2, 3], [1, 9, 2, 3], [("$[1]", "(absent)", "9")]),
        ([1, 2, 3], [2, 3], [("$[0]", "1", "(absent)")]),
        ((1, [2, 3]), (1, [2, 4]), [("$[1][1]", "3", "4")]),
        ({1, 2}, {1, 3}, [("$<member 2>", "2", "(absent)"), ("$<member 3>", "(absent)", "3")]),
        ([1], (1,), [("$", "[1]", "(1,)")]),
        ({}, {1}, [("$", "{}", "{1}")]),
        (1, "1", [("$", "1", "'1'")]),
        (samples.Frozen(1, 2), samples.Frozen(1, 3), [("$.b", "2", "3")]),
        (samples.Point(1), samples.Point(2), [("$.x", "1", "2")]),
        (samples.Numbers([1, 2]), samples.Numbers([1, 3]), [("$[1]", "2", "3")]),
        (big, changed(k7=0), [("$['k7']", canonical(big["k7"]), "0")]),
        (
            big,
            changed(k7={"a": [1, 2, (7, "x, y: ]")], "c": samples.Point(8)}),
            [("$['k7']['a'][2][1]", "'x, y: ['", "'x, y: ]'"), ("$['k7']['c'].x", "7", "8")],
        ),
        (
            samples.Colour.SHADES,
            samples.Colour.RED,
            [
                (
                    "$",
                    "<tests.unit.canonical.samples.Colour.SHADES: [1, 2]>",
                    "<tests.unit.canonical.samples.Colour.RED: 1>",
                )
            ],
        ),
    ],
)
def test_differences_point_at_the_place(
    locked: Any, given: Any, expected: list[tuple[str, str, str]]
) -> None:
    assert list(differences(canonical(locked), canonical(given))) == expected


def test_equal_texts_have_no_difference() -> None:
    assert differences(canonical(big), canonical(big)) == ()


def test_long_parts_show_what_differs() -> None:
    ((path, locked, given),) = differences(canonical("x" * 5000), canonical("x" * 4000 + "y"))
    assert path == "$"
    assert len(locked) <= 310
    assert "y" in given
    assert locked.startswith("... xxx")


@given(values, values)
def test_any_two_texts_can_be_compared(locked: Any, given: Any) -> None:
    one, other = canonical(locked), canonical(given)
    assert bool(differences(one, other)) == (one != other)


@pytest.mark.parametrize("expression", table.golden())
def test_each_text_of_the_table_can_be_read_back(expression: str) -> None:
    text = table.golden()[expression]["text"]
    assert parse(text).text == text
    assert re.match(r"\$\[1\]", differences(f"[1, {text}]", "[1, 'other']")[0][0])


@given(st.text(max_size=30), st.text(max_size=30))
def test_texts_that_are_none_are_one_difference(locked: str, given: str) -> None:
    found = differences(f"[({locked}", f"[({given}")
    assert found == (() if locked == given else (("$", f"[({locked}", f"[({given}"),))


def test_an_inserted_element_of_a_long_list_is_one_difference() -> None:
    numbers = list(range(5000))
    found = differences(canonical(numbers), canonical([*numbers[:700], -1, *numbers[700:]]))
    assert found == (("$[700]", "(absent)", "-1"),)


@pytest.mark.parametrize(
    "value", [1, -1.5, None, "é'", b"x", [1, (2, {3: {4}})], set(), 1 + 2j]
)
def test_literals(value: object) -> None:
    assert is_literal(value)


@pytest.mark.parametrize(
    "value",
    [
        float("nan"), float("inf"), [float("-inf")], frozenset(), ..., 10**5000,
        samples.LyingInt(3), samples.Point(1), {1: samples.Plain()}, bytearray(b"a"), range(3),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_no_literals(value: object) -> None:
    assert not is_literal(value)


def test_a_cycle_is_no_literal() -> None:
    value: list[Any] = []
    value.append(value)
    assert not is_literal(value)


def test_an_array_is_told_by_shape_and_preview_at_once() -> None:
    locked, given = canonical({"x": np.zeros(3)}), canonical({"x": np.ones(4)})
    ((path, before, after),) = differences(locked, given)
    assert path == "$['x']"
    assert before.startswith("dtype='<f8', shape=(3,), preview=[0.0, 0.0, 0.0], blake3='")
    assert after.startswith("dtype='<f8', shape=(4,), preview=[1.0, 1.0, 1.0, 1.0], blake3='")
    assert before.endswith("...'")


def test_what_stands_before_the_labels_of_an_array_is_told_too() -> None:
    locked, given = canonical(pl.Series("a", [1])), canonical(pl.Series("b", [1]))
    ((_, before, after),) = differences(locked, given)
    assert before.startswith("'a', dtype=")
    assert after.startswith("'b', dtype=")


def test_arrays_that_differ_behind_the_preview_differ_in_the_digest_shown() -> None:
    long = np.zeros(1000)
    other = long.copy()
    other[-1] = 1
    ((_, before, after),) = differences(canonical(long), canonical(other))
    assert before != after
