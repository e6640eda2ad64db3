"""A desk that keeps its books in memory, and pools, for the loop of a sweep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mitosis._sweep.halt import Halt
from mitosis._sweep.scheduler import Scheduler, Tally
from mitosis.errors import NoRepositoryError


class BooksDesk:
    """Keeps what is done for each point, in order."""

    def __init__(self, carry: Callable[[int], bool], spared: tuple[int, ...] = ()) -> None:
        self.carry = carry
        self.spared = spared
        self.claimed: list[int] = []
        self.received: list[int] = []
        self.given_up: dict[int, str] = {}
        self.ticks = 0

    @property
    def away(self) -> int:
        return len(self.claimed) - len(self.received) - len(self.given_up)

    def post(self, point: int) -> int | None:
        if point in self.spared:
            return None
        if point == 666:
            raise NoRepositoryError(place=Path(), reason="it went away")
        self.claimed.append(point)
        return point

    def send(self, errand: int, executor: Executor, over: Callable[[], object]) -> Future[Any]:
        return executor.submit(self.carry, errand)

    def receive(self, errand: int, done: Any) -> bool:
        self.received.append(errand)
        return bool(done)

    def give_up(self, errand: int, reason: str) -> None:
        self.given_up[errand] = reason

    def tick(self) -> None:
        self.ticks += 1


class FixedPool:
    """An executor that is made anew when it breaks, if one says how."""

    def __init__(self, make: Callable[[], Executor], *, renews: bool = True) -> None:
        self.executor = make()
        self.made = 1
        self.killed = 0
        self.interrupted = 0
        self._make = make
        self._renews = renews

    def renew(self, exc: BaseException) -> None:
        if not self._renews:
            raise exc
        self.executor.shutdown(wait=False)
        self.executor = self._make()
        self.made += 1

    def interrupt(self) -> None:
        self.interrupted += 1

    def kill(self) -> None:
        self.killed += 1


@contextmanager
def pool_of(make: Callable[[], Executor], **options: Any) -> Iterator[FixedPool]:
    pool = FixedPool(make, **options)
    try:
        yield pool
    finally:
        pool.executor.shutdown(wait=False, cancel_futures=True)


def threads() -> Executor:
    return ThreadPoolExecutor(4)


def processes() -> Executor:
    return ProcessPoolExecutor(2)


def even(point: int) -> bool:
    return point % 2 == 0


def run(
    desk: BooksDesk, pool: FixedPool, points: range | list[int], **options: Any
) -> tuple[Tally, Halt]:
    halt = options.pop("halt", None) or Halt()
    return Scheduler(desk, pool, options.pop("jobs", 2), halt, **options).run(points), halt
