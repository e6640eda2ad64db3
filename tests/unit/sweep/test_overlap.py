"""What has run is written down while the next trials of a sweep begin."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from mitosis._sweep.scheduler import Tally
from tests.unit.sweep.desks import BooksDesk, even, pool_of, run, threads


class OverDesk(BooksDesk):
    """Has each trial told how to say that it needs no room any more."""

    def __init__(self, carry: Callable[[int, Callable[[], object]], bool]) -> None:
        super().__init__(even)
        self.carry_over = carry

    def send(self, errand: int, executor: Executor, over: Callable[[], object]) -> Future[Any]:
        return executor.submit(self.carry_over, errand, over)


def test_the_next_trial_begins_while_one_that_is_over_is_still_being_recorded() -> None:
    recorded = threading.Event()

    def carry(point: int, over: Callable[[], object]) -> bool:
        over()
        if point < 2:
            return recorded.wait(10)
        recorded.set()
        return True

    with pool_of(threads) as pool:
        tally, _ = run(OverDesk(carry), pool, range(3), jobs=2)
    assert tally == Tally(succeeded=3)


def test_a_trial_that_is_over_and_then_lost_is_sent_again_and_counted_once() -> None:
    sent: list[int] = []

    def carry(point: int, over: Callable[[], object]) -> bool:
        sent.append(point)
        over()
        if sent.count(point) == 1:
            raise RuntimeError("its process died")
        return True

    desk = OverDesk(carry)
    with pool_of(threads) as pool:
        tally, _ = run(desk, pool, range(3), jobs=2)
    assert tally == Tally(succeeded=3)
    assert sorted(sent) == [0, 0, 1, 1, 2, 2]
    assert sorted(desk.received) == [0, 1, 2]


def test_with_one_at_a_time_each_is_recorded_before_the_next_begins() -> None:
    def carry(point: int, over: Callable[[], object]) -> bool:
        over()
        return desk.received == list(range(point))

    desk = OverDesk(carry)
    with pool_of(threads) as pool:
        tally, _ = run(desk, pool, range(5), jobs=1)
    assert tally == Tally(succeeded=5)
    assert desk.received == list(range(5))


def test_trials_that_are_over_do_not_pile_up_while_they_are_recorded() -> None:
    seen: list[int] = []

    def carry(_: int, over: Callable[[], object]) -> bool:
        over()
        time.sleep(0.05)
        seen.append(desk.away)
        return True

    desk = OverDesk(carry)
    with pool_of(lambda: ThreadPoolExecutor(20)) as pool:
        run(desk, pool, range(20), jobs=2)
    assert max(seen) <= 4
