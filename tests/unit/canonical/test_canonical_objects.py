"""Objects by their state, and classes that lie about it."""

from __future__ import annotations

import collections
import copy
import datetime as dt
import enum
import functools
import pickle
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mitosis._canonical import canonical
from tests.unit.canonical import samples

HERE = samples.__name__


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: samples.Liar(3), "Liar(x=3)"),
        (lambda: samples.LyingDict(a=1), "LyingDict({'a': 1})"),
        (lambda: samples.LyingList([5]), "LyingList([5])"),
        (lambda: samples.LyingInt(3), "LyingInt(3)"),
        (lambda: samples.LyingStr("abc"), "LyingStr('abc')"),
        (lambda: samples.LyingDecimal("1.5"), "LyingDecimal('1.5')"),
        (lambda: samples.LyingKind(), "LyingKind()"),
        (lambda: samples.NoDict(), "NoDict()"),
        (lambda: samples.Ordered(a=1), "Ordered([('a', 1)])"),
        (
            lambda: samples.Moment(2020, 1, 2),
            "Moment('2020-01-02T00:00:00', fold=0, tz=None)",
        ),
    ],
)
def test_a_lying_class_cannot_fool(make: Callable[[], Any], text: str) -> None:
    assert canonical(make()) == f"{HERE}.{text}"


def test_liars_may_be_keys_of_paths_and_members() -> None:
    assert canonical([samples.Liar([samples.Liar(1)])]).count("Liar") == 2


def test_hidden_fields_of_a_dataclass_count() -> None:
    assert canonical(samples.Config(hidden=[1])) != canonical(samples.Config(hidden=[2]))


def test_attributes_added_to_a_dataclass_count() -> None:
    value = samples.Config()
    value.extra = 1  # type: ignore[attr-defined] # that is the point
    assert canonical(value) == f"{HERE}.Config(extra=1, hidden=[], rate=0.1)"


def test_attributes_of_a_subclassed_builtin_count() -> None:
    value = samples.Numbers([1])
    value.unit = "mm"
    assert canonical(value) == f"{HERE}.Numbers([1], unit='mm')"


def test_slots_and_dict_count_both() -> None:
    value = samples.SlottedAndMore()
    before = canonical(value)
    value.b = 3
    assert canonical(value) == f"{HERE}.SlottedAndMore(a=1, b=3, c=2)" != before


def test_odd_attribute_names_cannot_pose_as_others() -> None:
    posing = types.SimpleNamespace(**{"a=1, b": 2})
    assert canonical(posing) == "types.SimpleNamespace(**{'a=1, b': 2})"
    assert canonical(posing) != canonical(types.SimpleNamespace(a=1, b=2))


def test_caches_are_no_state() -> None:
    value = samples.Cached(3)
    before = canonical(value)
    assert value.squared == 9
    assert canonical(value) == before == f"{HERE}.Cached(size=3)"
    assert canonical(samples.Box[int](3)) == canonical(samples.Box(3))


def test_a_class_says_itself_what_its_state_is() -> None:
    assert canonical(samples.Locked(3)) == f"{HERE}.Locked(size=3)"
    assert canonical(samples.Rebuilt(3)) == f"{HERE}.Rebuilt(args=(3,))"


@pytest.mark.parametrize(
    "value",
    [
        samples.Config(hidden=[{1}]),
        samples.Point(1),
        samples.Colour.SHADES,
        samples.Plain(a=samples.Frozen()),
        samples.Numbers([1]),
        samples.Locked(1),
        samples.Rebuilt(2),
        samples.LyingInt(3),
        functools.partial(samples.plus, 1),
        samples.Plain(x=1).method,
        collections.defaultdict(list, a=[1]),
        dt.timezone(dt.timedelta(hours=2), "CEST"),
        Path("a"),
        ValueError("x"),
    ],
)
def test_objects_survive_pickling_and_copying(value: Any) -> None:
    assert canonical(pickle.loads(pickle.dumps(value))) == canonical(value)
    assert canonical(copy.deepcopy(value)) == canonical(value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (samples.Frozen(1, 2), samples.Frozen(2, 1)),
        (samples.Point(1, 2), (1, 2)),
        (samples.Numbers([1]), [1]),
        (samples.LyingInt(1), 1),
        (samples.Colour.RED, 1),
        (samples.Colour.RED, samples.Colour.SHADES),
        (samples.Access(0), samples.Access.READ),
        (collections.Counter("a"), {"a": 1}),
        (collections.OrderedDict(a=1, b=2), collections.OrderedDict(b=2, a=1)),
        (collections.deque([1]), collections.deque([1], maxlen=1)),
        (samples.Plain(x=1).method, samples.Plain(x=2).method),
        (functools.partial(samples.plus, 1), functools.partial(samples.plus, b=1)),
        (Path("a"), "a"),
        (samples.Plain, "<class tests.unit.canonical.samples.Plain>"),
        (enum.Enum, enum.Flag),
        (
            dt.datetime(2020, 1, 1, 12, tzinfo=dt.UTC),
            dt.datetime(2020, 1, 1, 13, tzinfo=dt.timezone(dt.timedelta(hours=1))),
        ),
    ],
)
def test_near_objects_keep_apart(one: Any, other: Any) -> None:
    assert canonical(one) != canonical(other)


def test_counters_and_defaultdicts_do_not_remember_order() -> None:
    assert canonical(collections.Counter("ab")) == canonical(collections.Counter("ba"))
