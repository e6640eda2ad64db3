"""What holds for all objects: two have one text if and only if they are built alike.

A blueprint is plain data from which a value is built, so that two values can be compared
without asking the canonical form, nor the values themselves.
"""

from __future__ import annotations

import collections
import copy
import datetime as dt
import decimal
import functools
import pickle
import types
import zoneinfo
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mitosis._canonical import canonical
from tests.unit.canonical import samples
from tests.unit.canonical.test_canonical_laws import keys, same, scalars

Blueprint = tuple[str, Any]

UNIQUE = [*samples.Colour, *samples.Access, samples.plus, samples.Plain, len, int, types]


def moment(numbers: tuple[int, int, int], fold: int, zone: str | None) -> dt.datetime:
    place = zone and zoneinfo.ZoneInfo(zone)
    return dt.datetime(2020, *numbers, fold=fold, tzinfo=place or None)


def numbers(held: list[Any], unit: Any) -> samples.Numbers:
    value = samples.Numbers(held)
    value.unit = unit
    return value


BUILDERS: dict[str, Callable[..., Any]] = {
    "leaf": lambda held: held,
    "unique": lambda place: UNIQUE[place],
    "decimal": lambda sign, whole, exponent: decimal.Decimal(
        (sign, tuple(map(int, str(whole))), exponent)
    ),
    "moment": moment,
    "duration": lambda *parts: dt.timedelta(*parts),
    "list": lambda *held: [*held],
    "tuple": lambda *held: held,
    "dict": dict,
    "plain": lambda held: samples.Plain(**held),
    "namespace": lambda held: types.SimpleNamespace(**held),
    "config": samples.Config,
    "frozen": samples.Frozen,
    "point": samples.Point,
    "numbers": numbers,
    "deque": collections.deque,
    "ordered": lambda *pairs: collections.OrderedDict(pairs),
    "counter": collections.Counter,
    "default": lambda held: collections.defaultdict(list, held),
    "read-only": types.MappingProxyType,
    "partial": lambda *held: functools.partial(samples.plus, *held),
    "method": lambda held: samples.Plain(held=held).method,
}

leaves = st.one_of(
    st.tuples(st.just("leaf"), st.tuples(scalars)),
    st.tuples(st.just("unique"), st.tuples(st.integers(0, len(UNIQUE) - 1))),
    st.tuples(
        st.just("decimal"),
        st.tuples(st.integers(0, 1), st.integers(0, 20), st.integers(-3, 3)),
    ),
    st.tuples(
        st.just("moment"),
        st.tuples(
            st.tuples(st.integers(1, 2), st.integers(1, 2), st.integers(0, 1)),
            st.integers(0, 1),
            st.sampled_from([None, "UTC", "Europe/Berlin"]),
        ),
    ),
    st.tuples(st.just("duration"), st.tuples(st.integers(-2, 2), st.integers(0, 2))),
)
names = st.text("ab_1 ,='\"é", max_size=3)


def compound(inner: st.SearchStrategy[Blueprint]) -> st.SearchStrategy[Blueprint]:
    """Return blueprints that hold others."""
    several = st.lists(inner, max_size=2)
    by_name = st.tuples(st.dictionaries(names, inner, max_size=2))
    by_key = st.tuples(st.dictionaries(keys, inner, max_size=2))
    pairs = st.lists(st.tuples(names, inner), max_size=2, unique_by=lambda pair: pair[0])
    return st.one_of(
        st.tuples(st.sampled_from(["list", "tuple", "partial"]), several.map(tuple)),
        st.tuples(st.sampled_from(["dict", "counter", "default", "read-only"]), by_key),
        st.tuples(st.sampled_from(["plain", "namespace"]), by_name),
        st.tuples(st.sampled_from(["config", "frozen", "point"]), st.tuples(inner, inner)),
        st.tuples(st.just("numbers"), st.tuples(several, inner)),
        st.tuples(st.just("deque"), st.tuples(several, st.sampled_from([None, 2, 3]))),
        st.tuples(st.just("ordered"), pairs.map(tuple)),
        st.tuples(st.just("method"), st.tuples(inner)),
    )


blueprints = st.recursive(leaves, compound, max_leaves=6)


def build(blueprint: Blueprint, *, backwards: bool = False) -> Any:
    """Return the value that a blueprint describes.

    Args:
        blueprint: name of a builder, and its arguments.
        backwards: whether to fill mappings in the opposite order.
    """
    kind, arguments = blueprint
    if kind in ("leaf", "unique", "decimal", "moment", "duration"):
        return BUILDERS[kind](*arguments)
    return BUILDERS[kind](*[built(argument, backwards) for argument in arguments])


def built(argument: Any, backwards: bool) -> Any:
    """Return an argument of a builder, with the blueprints in it built."""
    if isinstance(argument, dict):
        items = [*argument.items()]
        ordered = items[::-1] if backwards else items
        return {key: build(held, backwards=backwards) for key, held in ordered}
    if isinstance(argument, list):
        return [build(held, backwards=backwards) for held in argument]
    if not isinstance(argument, tuple):
        return argument
    if argument and argument[0] in BUILDERS and len(argument) == 2:
        return build(argument, backwards=backwards)
    key, held = argument
    return key, build(held, backwards=backwards)


@pytest.mark.slow
@given(blueprints, blueprints)
@settings(max_examples=500)
def test_objects_share_a_text_exactly_when_they_are_built_alike(
    one: Blueprint, other: Blueprint
) -> None:
    assert (canonical(build(one)) == canonical(build(other))) == same(one, other)


@pytest.mark.slow
@given(blueprints)
def test_building_twice_or_backwards_changes_no_text(blueprint: Blueprint) -> None:
    text = canonical(build(blueprint))
    assert canonical(build(blueprint)) == text
    assert canonical(build(blueprint, backwards=True)) == text


def holds_a_view(blueprint: Any) -> bool:
    """Tell whether something in a blueprint cannot be copied: modules, read-only views."""
    if isinstance(blueprint, tuple) and blueprint[:1] == ("unique",):
        return UNIQUE[blueprint[1][0]] is types
    if isinstance(blueprint, dict):
        return any(map(holds_a_view, blueprint.values()))
    if isinstance(blueprint, list | tuple):
        return any(map(holds_a_view, blueprint))
    return bool(blueprint == "read-only")


@pytest.mark.slow
@given(blueprints.filter(lambda blueprint: not holds_a_view(blueprint)))
def test_copying_and_pickling_objects_change_no_text(blueprint: Blueprint) -> None:
    value = build(blueprint)
    assert canonical(copy.deepcopy(value)) == canonical(value)
    assert canonical(pickle.loads(pickle.dumps(value))) == canonical(value)


@pytest.mark.slow
@given(blueprints)
def test_no_text_can_pose_as_what_it_describes(blueprint: Blueprint) -> None:
    value = build(blueprint)
    text = canonical(value)
    posing = [
        value, [value], (value,), text, text.encode(), [text], (text,), {text}, {text: 1},
        samples.LyingStr(text), samples.Plain(**{text: 1}), samples.Plain(held=text),
        types.SimpleNamespace(**{text: 1}),
    ]  # fmt: skip
    assert len({canonical(poser) for poser in posing}) == len(posing)
