"""What holds for all values: equal by type and value if and only if equal in text."""

from __future__ import annotations

import copy
import json
import math
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mitosis._canonical import canonical, is_literal
from mitosis._canonical.wording import LONG

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.integers()
    | st.floats(allow_nan=True)
    | st.sampled_from(
        [0.0, -0.0, 1.0, 0, 1, "1", "", b"", "[]", "', '", "a', b'", "1, 2", "\\"]
    )
    | st.complex_numbers(allow_nan=False)
    | st.text(max_size=4)
    | st.text("'\",[](){}<>:=\\ ", max_size=6)
    | st.binary(max_size=4)
)
keys = st.recursive(
    scalars,
    lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3),
    max_leaves=4,
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(keys, inner, max_size=3)
        | st.sets(keys, max_size=3)
        | st.frozensets(keys, max_size=3)
    ),
    max_leaves=8,
)


def same(one: Any, other: Any) -> bool:
    """Tell whether two builtin values are equal by type and value, the slow and plain way."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        both = math.isnan(one) and math.isnan(other)
        return both or (one == other and math.copysign(1, one) == math.copysign(1, other))
    if isinstance(one, complex):
        return same(one.real, other.real) and same(one.imag, other.imag)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same_unordered([*one.items()], [*other.items()])
    if isinstance(one, set | frozenset):
        return same_unordered([*one], [*other])
    return bool(one == other)


def same_unordered(ones: list[Any], others: list[Any]) -> bool:
    for one in ones:
        twin = next((index for index, other in enumerate(others) if same(one, other)), None)
        if twin is None:
            return False
        others = others[:twin] + others[twin + 1 :]
    return not others


@pytest.mark.slow
@given(values, values)
@settings(max_examples=400)
def test_texts_are_equal_exactly_when_type_and_value_are(one: Any, other: Any) -> None:
    assert (canonical(one) == canonical(other)) == same(one, other)


@pytest.mark.slow
@given(values)
def test_copying_and_pickling_change_no_text(value: Any) -> None:
    assert canonical(copy.deepcopy(value)) == canonical(value)
    assert canonical(pickle.loads(pickle.dumps(value))) == canonical(value)


@pytest.mark.slow
@given(st.lists(st.tuples(keys, values), max_size=5, unique_by=lambda pair: canonical(pair[0])))
def test_order_of_insertion_changes_no_text(pairs: list[tuple[Any, Any]]) -> None:
    forth, back = dict(pairs), dict(reversed(pairs))
    if len(forth) == len(pairs):
        assert canonical(forth) == canonical(back)
        assert canonical(set(forth)) == canonical(set(back))


@given(values)
def test_aliases_count_like_copies(value: Any) -> None:
    assert canonical([value, value]) == canonical([value, copy.deepcopy(value)])


@given(values, values)
def test_wrapping_keeps_values_apart(one: Any, other: Any) -> None:
    texts = {canonical(v) for v in ([one, other], [[one, other]], (one, other), [[one], other])}
    assert len(texts) == 4


@given(values)
def test_a_literal_comes_back_from_its_repr(value: Any) -> None:
    if is_literal(value):
        assert canonical(eval(repr(value), {})) == canonical(value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0), (1, True), (1, "1"), (0.0, -0.0), (complex(0, 0.0), complex(0, -0.0)),
        ("", b""), (b"a", bytearray(b"a")), ([], ()), ([], [[]]), ({}, set()), (None, "None"),
        (set(), frozenset()), (["a", "b"], ["a', 'b"]), ("[1]", [1]), ({1: 2}, {"1": 2}),
        ((1, 2), [1, 2]), (range(3), [0, 1, 2]), (..., "Ellipsis"), ({1: {}}, {1: set()}),
    ],
)  # fmt: skip
def test_near_values_keep_apart(one: Any, other: Any) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (float("nan"), float("inf") - float("inf")),
        (range(0, 3, 2), range(0, 4, 2)),
        (range(5, 5), range(0)),
        ({1: "a", 2: "b"}, {2: "b", 1: "a"}),
        ({float("nan"): 1, -float("nan"): 2}, {-float("nan"): 2, float("nan"): 1}),
    ],
)
def test_equal_values_share_a_text(one: Any, other: Any) -> None:
    assert canonical(one) == canonical(other)


def test_shared_structures_stay_linear() -> None:
    value: list[Any] = []
    for _ in range(100):
        value = [value, value]
    assert len(canonical(value)) <= LONG


def test_a_long_text_is_identified_by_length_and_digest() -> None:
    long = ["x" * 100] * 20_000
    text = canonical({"data": long})
    assert text.startswith("{'data': <long text of 2080000 characters blake3 ")
    assert canonical({"data": long}) == text != canonical({"data": [*long[:-1], "y" * 100]})
    assert canonical("x" * LONG) != canonical("y" + "x" * (LONG - 1))


@pytest.mark.slow
def test_sets_have_one_text_under_each_hash_seed(interpreter: Callable[..., str]) -> None:
    code = (
        "from mitosis._canonical import canonical\nimport json\n"
        "words = [f'w{i}' for i in range(50)]\n"
        "print(json.dumps([canonical(set(words)), canonical({frozenset(words[:9]): words})]))"
    )
    texts = {interpreter("-c", code, hash_seed=seed) for seed in (1, 2, 3)}
    assert len(texts) == 1
    words = [f"w{i}" for i in range(50)]
    assert json.loads(texts.pop())[0] == canonical(set(words))
