"""Classes that lie, raise or never end wherever Python lets a class have its say."""

from __future__ import annotations

import collections
import datetime as dt
import enum
import functools
import operator
from collections.abc import Callable
from typing import Any, NoReturn

METHODS = [
    "__eq__", "__ne__", "__lt__", "__hash__", "__repr__", "__str__", "__format__", "__bool__",
    "__len__", "__length_hint__", "__iter__", "__reversed__", "__getitem__", "__contains__",
    "__int__", "__index__", "__float__", "__complex__", "__bytes__", "__fspath__", "__dir__",
    "__sizeof__", "__copy__", "__deepcopy__", "__call__", "__getattr__", "__getattribute__",
]  # fmt: skip
PAYLOADS: dict[type, tuple[Any, Any]] = {
    object: (1, 2),
    int: (1, 2),
    float: (1.5, 2.5),
    complex: (1j, 2j),
    str: ("a", "b"),
    bytes: (b"a", b"b"),
    bytearray: (b"a", b"b"),
    list: ([1], [2]),
    tuple: ((1,), (2,)),
    dict: ({1: 1}, {2: 2}),
    set: ({1}, {2}),
    frozenset: ({1}, {2}),
}


def fail(*_: object) -> NoReturn:
    raise RuntimeError


def leave(*_: object) -> NoReturn:
    raise SystemExit


def hold(value: Any, held: object) -> None:
    object.__setattr__(value, "held", held)


def make(base: type, method: str, answer: Callable[..., Any]) -> Callable[[Any], Any]:
    """Return a class of this module that has one hostile method."""
    name = f"{base.__name__}{method}{answer.__name__}"
    body: dict[str, Any] = {"__module__": __name__, "__qualname__": name, method: answer}
    if base is object:
        body["__init__"] = hold
    if method == "__eq__":
        body["__hash__"] = lambda _: 1
    kind = type(name, (base,), body)
    globals()[name] = kind
    return kind


class HiddenDict:
    """Shows another `__dict__` than it has."""

    def __init__(self, held: object) -> None:
        hold(self, held)

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override] # that is the lie
        return {"held": 0}


class HiddenSlots(HiddenDict):
    """Has a slot beside the `__dict__` that it hides."""

    __slots__ = ("more",)


class Shadowed:
    __slots__ = ("__dict__", "a")


class Shadowing(Shadowed):
    __slots__ = ("a",)


class Label(dt.datetime):
    """Is made from more than a time, so it cannot be replaced as one."""

    label: str

    def __new__(cls, label: str, *numbers: Any, **rest: Any) -> Label:
        made = super().__new__(cls, *numbers, **rest)
        made.label = label
        return made

    def isoformat(self, *_: Any, **__: Any) -> str:
        return "always"

    year = property(lambda _: 1)


class Hour(dt.time):
    """Is made from more than a time, as `Label`."""

    label: str

    def __new__(cls, label: str, hour: int) -> Hour:
        made = super().__new__(cls, hour)
        made.label = label
        return made


class Mute(Exception):  # noqa: N818 - what matters is that it cannot speak
    __str__ = __repr__ = fail


class Unreadable:
    def __getstate__(self) -> NoReturn:
        raise Mute


class Leaving:
    def __getstate__(self) -> NoReturn:
        raise SystemExit


class Endless:
    """Would be rebuilt from members without end."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Endless, (), None, iter(int, 1)


class Bottomless:
    def __reduce__(self) -> tuple[Any, ...]:
        return Bottomless, (Bottomless(),)


class Fickle:
    """A key that is fair until somebody turns `lying` on."""

    lying = False

    def __init__(self, held: object) -> None:
        self.held = held

    def __hash__(self) -> int:
        return 1

    def __eq__(self, other: object) -> bool:
        return Fickle.lying or self is other


class OwnState:
    """Says what its state is by a method of the class."""

    def __init__(self, held: object) -> None:
        self.held = held

    @classmethod
    def __getstate__(cls) -> dict[str, Any]:
        return {"kind": cls.__name__}


class Private:
    def __mine(self) -> None: ...

    @classmethod
    def mine(cls) -> Any:
        return cls.__mine


class Unique(enum.Enum):
    """Members that only their names tell apart."""

    ONE = object()
    OTHER = object()  # noqa: PIE796 - another object
    CALLED = enum.member(functools.partial(lambda x: x))
    NAMED = enum.member(functools.partial(operator.add, 1))


Umlauts = collections.namedtuple("Umlauts", ["ä", "ö"])


class PosingFields(tuple[int, ...]):
    """Poses as a named tuple of two fields."""

    _fields = ("x=1, y",)
