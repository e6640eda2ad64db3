"""Classes and functions that the tests of canonical texts pass as values."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import decimal
import enum
import functools
import threading
from typing import Any, Generic, NamedTuple, NoReturn, TypeVar

import pandas as pd

T = TypeVar("T")


@dataclasses.dataclass
class Config:
    rate: float = 0.1
    hidden: list[Any] = dataclasses.field(default_factory=list, repr=False, compare=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    a: int = 1
    b: int = 2


class Point(NamedTuple):
    x: int
    y: int = 2


class Colour(enum.Enum):
    RED = 1
    SHADES = [1, 2]  # noqa: RUF012 - the value of a member


class Access(enum.Flag):
    READ = 1
    WRITE = 2


class Plain:
    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)

    def method(self) -> None: ...

    @classmethod
    def make(cls) -> None: ...


class Slotted:
    __slots__ = ("a", "b")
    a: int
    b: int


class SlottedAndMore(Slotted):
    def __init__(self) -> None:
        self.a, self.c = 1, 2


class Cached:
    def __init__(self, size: int) -> None:
        self.size = size

    @functools.cached_property
    def squared(self) -> int:
        return self.size**2


class Box(Generic[T]):
    def __init__(self, held: T) -> None:
        self.held = held


class Locked:
    """Drops its lock when it is pickled, as its state says."""

    def __init__(self, size: int) -> None:
        self.size, self.lock = size, threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        return {"size": self.size}


class Careless:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.callback = lambda: None


class Rebuilt:
    def __init__(self, size: int) -> None:
        self._size, self._cache = size, object()

    def __reduce__(self) -> tuple[Any, ...]:
        return Rebuilt, (self._size,)


class Liar:
    """Lies about everything that Python lets a class lie about."""

    def __init__(self, x: object) -> None:
        object.__setattr__(self, "x", x)

    def fail(self, *_: object) -> NoReturn:
        raise RuntimeError

    __eq__ = __hash__ = __iter__ = __getattribute__ = __bool__ = __sizeof__ = fail

    __class__ = property(lambda _: int)

    def __repr__(self) -> str:
        return "1"

    def __len__(self) -> int:
        return 3


class LyingDict(dict[Any, Any]):
    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0

    def items(self) -> Any:
        return []

    keys = values = items


class LyingList(list[Any]):
    def __iter__(self) -> Any:
        return iter((1, 2))

    def __getitem__(self, _: Any) -> Any:
        return 3


class LyingInt(int):
    def __repr__(self) -> str:
        return "7"

    __str__ = __repr__

    def __int__(self) -> int:
        return 7

    __index__ = __int__


class LyingStr(str):
    __slots__ = ()

    def __repr__(self) -> str:
        return "'x'"

    __str__ = __repr__


class LyingMeta(type):
    def __hash__(cls) -> int:
        return hash(int)

    def __eq__(cls, other: object) -> bool:
        return True

    def __getattribute__(cls, name: str) -> NoReturn:
        raise RuntimeError(name)


class LyingKind(metaclass=LyingMeta):
    def __init__(self) -> None: ...

    def __repr__(self) -> str:
        return "5"


class LyingDecimal(decimal.Decimal):
    def __str__(self) -> str:
        return "0"


class NoDict:
    @property
    def __dict__(self) -> NoReturn:  # type: ignore[override] # that is the lie
        raise RuntimeError


class NoState:
    def __getstate__(self) -> NoReturn:
        raise RuntimeError("no state")


class Ordered(collections.OrderedDict[Any, Any]): ...


class Moment(dt.datetime): ...


class Pair(tuple[Any, ...]): ...


class Few(frozenset[Any]): ...


class Numbers(list[int]):
    unit: str


class Measured(pd.DataFrame):
    """A frame with an attribute that pandas carries along."""

    _metadata = ["unit"]  # noqa: RUF012 - pandas' own convention
    unit: str


def plus(a: int, b: int) -> int:
    return a + b


@functools.lru_cache
def remembered(a: int) -> int:
    return a


def make_local() -> tuple[type, Any]:
    class Local: ...

    def local() -> None: ...

    return Local, local


FakeNamespace = type("SimpleNamespace", (), {"__module__": "types", "__slots__": ("hidden",)})


class OnFakeBase(FakeNamespace):  # type: ignore[misc, valid-type] # made by a call
    """Has a base that claims to be one whose slots are read otherwise."""


FakeInt = type("int", (), {"__module__": "builtins"})
Impostor = type("Plain", (), {"__module__": __name__})
