"""The loop of a sweep, over real executors, with a desk that keeps its books in memory."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mitosis._sweep.halt import Halt
from mitosis._sweep.scheduler import MOST_ATTEMPTS, Scheduler, Tally, WorkersDiedError
from mitosis.errors import DatabaseError, NoRepositoryError
from tests.unit.sweep.desks import BooksDesk, FixedPool, even, pool_of, processes, run, threads


def test_each_point_is_claimed_once_in_order_and_counted_by_how_it_ended() -> None:
    desk = BooksDesk(even, spared=(3,))
    with pool_of(threads) as pool:
        tally, _ = run(desk, pool, range(10))
    assert desk.claimed == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert sorted(desk.received) == desk.claimed
    assert (tally.succeeded, tally.failed, tally.spared) == (5, 4, 1)
    assert not tally.interrupted
    assert not tally.stopped


def test_a_trial_is_claimed_only_when_there_is_room_for_it() -> None:
    most = 0

    def look(_: int) -> bool:
        nonlocal most
        most = max(most, desk.away)
        time.sleep(0.005)
        return True

    desk = BooksDesk(look)
    with pool_of(threads) as pool:
        run(desk, pool, range(12), jobs=3)
    assert most == 3


def test_points_are_taken_from_an_iterator_as_they_are_needed() -> None:
    ahead: list[int] = []

    def points() -> Iterator[int]:
        for point in range(20):
            ahead.append(desk.away)
            yield point

    desk = BooksDesk(lambda _: True)
    with pool_of(threads) as pool:
        tally = Scheduler(desk, pool, 2, Halt()).run(points())
    assert tally.succeeded == 20
    assert len(ahead) == 20
    assert max(ahead) < 2


def die_at_five(point: int) -> bool:
    if point == 5:
        time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGKILL)
    return True


@pytest.mark.slow
def test_a_worker_that_always_dies_costs_its_trial_and_no_other() -> None:
    desk = BooksDesk(die_at_five)
    with pool_of(processes) as pool:
        tally, _ = run(desk, pool, range(9), jobs=1)
    assert list(desk.given_up) == [5]
    assert "3 workers died" in desk.given_up[5]
    assert "BrokenProcessPool" in desk.given_up[5]
    assert (tally.succeeded, tally.failed) == (8, 1)
    assert desk.claimed == list(range(9))
    assert pool.made == MOST_ATTEMPTS + 1


class DieOnce:
    """Kills its worker the first time that it is called for a point."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __call__(self, point: int) -> bool:
        if point == 3 and not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return True


def test_a_worker_that_dies_costs_a_retry_and_no_trial(tmp_path: Path) -> None:
    desk = BooksDesk(DieOnce(tmp_path / "died"))
    with pool_of(processes) as pool:
        tally, _ = run(desk, pool, range(8))
    assert (tmp_path / "died").exists()
    assert tally.succeeded == 8
    assert desk.claimed == list(range(8))
    assert not desk.given_up


def test_a_broken_executor_of_someone_else_ends_the_sweep_with_all_recorded() -> None:
    desk = BooksDesk(die_at_five)
    with pool_of(processes, renews=False) as pool, pytest.raises(Exception, match="terminated"):
        run(desk, pool, range(30), jobs=1)
    assert desk.received == [0, 1, 2, 3, 4]
    assert list(desk.given_up) == [5]
    assert desk.claimed == [0, 1, 2, 3, 4, 5]


def test_a_refusal_at_a_claim_is_raised_when_the_others_are_back() -> None:
    def sleep(_: int) -> bool:
        time.sleep(0.1)
        return True

    desk = BooksDesk(sleep)
    with pool_of(threads) as pool, pytest.raises(NoRepositoryError, match="it went away"):
        run(desk, pool, [1, 666, 2])
    assert desk.received == [1]
    assert desk.claimed == [1]


def test_a_refusal_of_a_worker_gives_its_trial_up_and_starts_no_further_one() -> None:
    def refuse(point: int) -> bool:
        if point == 2:
            raise NoRepositoryError(place=Path(), reason="the worker has another commit")
        return True

    desk = BooksDesk(refuse)
    with pool_of(threads) as pool, pytest.raises(NoRepositoryError, match="another commit"):
        run(desk, pool, range(50), jobs=1)
    assert desk.claimed == [0, 1, 2]
    assert "the worker has another commit" in desk.given_up[2]


def test_an_end_that_cannot_be_recorded_gives_up_what_is_on_its_way() -> None:
    class FullDesk(BooksDesk):
        def receive(self, errand: int, done: Any) -> bool:
            raise DatabaseError(database=Path("db"), reason="the disk is full")

    def sleep(point: int) -> bool:
        time.sleep(0.2 * point)
        return True

    desk = FullDesk(sleep)
    with pool_of(threads) as pool, pytest.raises(DatabaseError, match="the disk is full"):
        run(desk, pool, range(9))
    assert sorted(desk.given_up) == [0, 1]
    assert pool.killed == 1


@pytest.mark.parametrize(("most", "claimed"), [(1, 2), (2, 4), (None, 8)])
def test_no_trial_is_started_after_as_many_failures(most: int | None, claimed: int) -> None:
    desk = BooksDesk(even)
    with pool_of(threads) as pool:
        tally, _ = run(desk, pool, range(8), jobs=1, max_failures=most)
    assert len(desk.claimed) == claimed
    assert tally.stopped is (most is not None)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGUSR1], ids=["Ctrl-C", "batch"])
def test_a_signal_starts_no_further_trial_and_awaits_those_that_are_interrupted(
    number: signal.Signals,
) -> None:
    release = threading.Event()

    class AskedPool(FixedPool):
        def interrupt(self) -> None:
            super().interrupt()
            release.set()

    def wait_or_signal(point: int) -> bool:
        if point == 3:
            os.kill(os.getpid(), number)
        return point < 2 or not release.wait(10)

    desk = BooksDesk(wait_or_signal)
    pool = AskedPool(threads)
    with Halt() as halt:
        tally, _ = run(desk, pool, range(20), halt=halt)
    pool.executor.shutdown()
    assert desk.claimed == [0, 1, 2, 3]
    assert sorted(desk.received) == [0, 1, 2, 3]
    assert tally == Tally(succeeded=2, failed=2, interrupted=True)
    assert (pool.interrupted, pool.killed) == (1, 0)


def test_a_second_signal_gives_up_what_does_not_end() -> None:
    release = threading.Event()

    class DeafPool(FixedPool):
        def interrupt(self) -> None:
            super().interrupt()
            os.kill(os.getpid(), signal.SIGTERM)

        def kill(self) -> None:
            super().kill()
            release.set()

    def wait_or_signal(point: int) -> bool:
        if point == 1:
            os.kill(os.getpid(), signal.SIGINT)
        return release.wait(20)

    desk = BooksDesk(wait_or_signal)
    pool = DeafPool(threads)
    with Halt() as halt:
        tally, _ = run(desk, pool, range(20), halt=halt)
    release.set()
    pool.executor.shutdown()
    assert desk.claimed == [0, 1]
    assert set(desk.given_up.values()) == {"the sweep was interrupted"}
    assert tally.interrupted
    assert pool.killed == 1


def test_handlers_of_signals_are_as_before_when_a_sweep_is_over() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with Halt():
        assert signal.getsignal(signal.SIGTERM) != before[1]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_nothing_is_claimed_while_there_is_no_room_at_all() -> None:
    room = iter([0, 0])
    desk = BooksDesk(even)
    with pool_of(threads) as pool:
        tally = Scheduler(desk, pool, lambda: next(room, 2), Halt()).run(range(3))
        assert desk.ticks >= 2
    assert (tally.succeeded, tally.failed) == (2, 1)
    assert next(room, None) is None


def test_what_its_executor_has_tried_on_several_workers_is_not_sent_again() -> None:
    def die(_: int) -> bool:
        raise WorkersDiedError("every worker died")

    desk = BooksDesk(die)
    with pool_of(threads) as pool:
        tally, _ = run(desk, pool, range(2))
    assert tally.failed == 2
    assert desk.given_up == {0: "every worker died", 1: "every worker died"}
