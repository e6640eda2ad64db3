"""Models of pydantic and attrs that the tests of the canonical form write."""

from __future__ import annotations

import functools
from typing import Generic, TypeVar

import attrs
import pydantic


class Settings(pydantic.BaseModel):
    """A model with a private attribute, and room for more."""

    model_config = pydantic.ConfigDict(extra="allow")
    rate: float = 0.1
    steps: int = 10
    _seen: int = pydantic.PrivateAttr(default=0)

    @functools.cached_property
    def doubled(self) -> float:
        """Return twice the rate."""
        return 2 * self.rate


@attrs.define
class Box:
    """A class with slots, a hidden field and a property that remembers."""

    size: int
    hidden: int = attrs.field(default=0, eq=False, repr=False)

    @functools.cached_property
    def volume(self) -> int:
        """Return the third power of the size."""
        return int(self.size**3)


@attrs.frozen(cache_hash=True)
class Frozen:
    """A class that keeps its hash."""

    name: str


T = TypeVar("T")


class Measured(pydantic.BaseModel, Generic[T]):
    """A model of anything."""

    value: T
