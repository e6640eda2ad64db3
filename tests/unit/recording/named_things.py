"""Things that have a name, and of which a pickler might make a copy all the same."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


class Model:
    @classmethod
    def from_config(cls) -> Model:
        return cls()

    @staticmethod
    def helper() -> int:
        return 1

    @functools.cache  # noqa: B019 - the point is how it travels
    def remembered(self) -> int:
        return 2

    def __private(self) -> int:
        return 3

    def own(self) -> Callable[[], int]:
        return self.__private


@functools.lru_cache
def slow(x: int) -> int:
    return x


class Counted:
    """A decorator that leaves an object in the place of a function."""

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self.calls = 0

    def __call__(self) -> None:
        self.calls += 1


@Counted
def counted() -> None: ...
