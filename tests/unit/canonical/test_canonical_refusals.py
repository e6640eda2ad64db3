"""What has no text: path, reason, and everything that is wrong at once."""

from __future__ import annotations

import collections
import ctypes
import io
import socket
import sys
import threading
import types
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from mitosis._canonical import canonical, digest
from mitosis._canonical.walk import DEPTH, MOST_FAULTS
from mitosis.errors import NotCanonicalError
from tests.unit.canonical import samples


def faults_of(value: Any) -> tuple[tuple[str, str], ...]:
    with pytest.raises(NotCanonicalError) as caught:
        canonical(value)
    return caught.value.faults


local_class, local_function = samples.make_local()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (lambda: None, "a lambda has no importable name; define a function"),
        (local_function, "the function make_local.local is local to a function; move it"),
        (local_class, "the class make_local.Local is local to a function; move it"),
        (local_class(), "the class make_local.Local is local to a function; move it"),
        ((n for n in (1, 2)), "a generator is used up"),
        (iter([]), "an iterator is used up"),
        (map(int, []), "an iterator is used up"),
        (io.StringIO("x"), "an open file"),
        (sys.stdout, "an open file"),
        (threading.Lock(), "a lock of threads belongs to one process"),
        (threading.RLock(), "a lock of threads belongs to one process"),
        (threading.Event(), "a lock of threads belongs to one process"),
        (threading.Thread(), "a thread or process"),
        (weakref.ref(samples.Plain), "a weak reference"),
        (weakref.WeakSet(), "a weak reference"),
        (ctypes.c_int(3), "memory outside of Python"),
        (memoryview(b"a"), "memory outside of Python"),
        (sys._getframe(), "part of running code"),
        (samples.plus.__code__, "code without a name"),
        (object(), "a bare object"),
        ({}.keys(), "'dict_keys' cannot be imported"),
        (types.ModuleType("nowhere"), "a module that cannot be imported"),
        (samples.Impostor, "claims to be tests.unit.canonical.samples.Plain, but"),
        (samples.Impostor(), "claims to be tests.unit.canonical.samples.Plain, but"),
        (samples.OnFakeBase(), "claims to be types.SimpleNamespace, but"),
        (samples.FakeInt(), "the type 'int' cannot be imported"),
        (
            samples.remembered.__wrapped__,
            "claims to be tests.unit.canonical.samples.remembered, but",
        ),
        (samples.NoState(), r"its state cannot be read \(RuntimeError: no state\)"),
    ],
)
def test_refused_with_a_reason(value: Any, reason: str) -> None:
    with pytest.raises(NotCanonicalError, match=reason) as caught:
        digest(value)
    assert [path for path, _ in caught.value.faults] == ["$"]


def test_a_socket_is_refused() -> None:
    with socket.socket() as connection:
        assert "open connection" in faults_of(connection)[0][1]


def test_paths_lead_to_each_offender() -> None:
    value = {
        "solver": samples.Plain(callback=lambda: None, steps=[1, iter([])]),
        ("a", 1): {(2, local_function)},
        "held": samples.Careless(),
        "point": samples.Point(1, local_class),  # type: ignore[arg-type] # any value will do
    }
    assert [path for path, _ in faults_of(value)] == [
        "$['solver'].callback",
        "$['solver'].steps[1]",
        "$[('a', 1)]<member tuple>[1]",
        "$['held'].lock",
        "$['held'].callback",
        "$['point'].y",
    ]


def test_many_offenders_are_cut_short() -> None:
    assert len(faults_of([lambda: None for _ in range(100)])) == MOST_FAULTS


def test_a_cycle_is_refused_with_its_path() -> None:
    inner: dict[str, Any] = {}
    inner["up"] = [inner]
    assert faults_of({"config": inner}) == (
        (
            "$['config']['up'][0]",
            "leads back to $['config'], which contains it; a text cannot show a cycle",
        ),
    )


def nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels - 1):
        value = [value]
    return value


def test_depth_has_a_limit_of_our_own() -> None:
    assert canonical(nested(DEPTH)) == "[" * DEPTH + "]" * DEPTH
    ((path, reason),) = faults_of(nested(DEPTH + 1))
    assert reason.startswith("nested deeper than 150 levels")
    assert path.startswith("$[0][0]")


@pytest.mark.parametrize(
    "wrap",
    [
        lambda value: (value,),
        lambda value: {"a": value},
        lambda value: frozenset([value]),
        lambda value: samples.Numbers([value]),
        lambda value: samples.Pair((value,)),
        lambda value: samples.Few([value]),
        lambda value: samples.LyingDict(a=value),
        lambda value: samples.Ordered(a=value),
        lambda value: samples.Point(value),
        lambda value: samples.Frozen(value),
        lambda value: collections.deque([value]),
        lambda value: slice(value),
    ],
)
def test_each_kind_can_be_as_deep(wrap: Callable[[Any], Any]) -> None:
    value: Any = 1
    for _ in range(DEPTH):
        value = wrap(value)
    assert canonical(value)
    with pytest.raises(NotCanonicalError, match="nested deeper"):
        canonical(wrap(value))


def test_depth_is_the_same_whether_a_part_was_seen_before() -> None:
    deep = nested(DEPTH - 1)
    assert canonical([deep, deep])
    assert "nested deeper" in faults_of([deep, [deep]])[0][1]
    assert "nested deeper" in faults_of([[deep], deep])[0][1]


@pytest.mark.slow
def test_very_deep_values_are_refused_not_crashed() -> None:
    assert "nested deeper" in faults_of(nested(100_000))[0][1]


def test_depth_of_the_caller_does_not_decide() -> None:
    objects: Any = samples.Plain()
    for _ in range(DEPTH - 1):
        objects = samples.Plain(inner=objects)

    def descend(frames: int) -> str:
        return canonical(objects) if frames == 0 else descend(frames - 1)

    assert descend(sys.getrecursionlimit() - 300) == canonical(objects)
