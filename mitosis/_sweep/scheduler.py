"""The loop of a sweep: what is due is claimed, sent off and taken in, whoever carries it.

What it holds is what is on its way, so that its memory does not grow with the sweep. It knows
no database and no kernel: what is done for a trial is its desk's business.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    InvalidStateError,
    wait,
)
from contextlib import suppress
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from mitosis._dataclass import dataclass
from mitosis._sweep.halt import Halt
from mitosis.errors import MitosisError

MOST_ATTEMPTS = 3
_TICK_SECONDS = 0.2
_DYING_SECONDS = 5.0

_Point = TypeVar("_Point")
_PointIn = TypeVar("_PointIn", contravariant=True)
_Errand = TypeVar("_Errand")


class WorkersDiedError(RuntimeError):
    """Raised in a future by an executor that has tried enough workers by itself."""


class Desk(Protocol[_PointIn, _Errand]):
    """Where trials are claimed and recorded; only the sweeping process calls it."""

    def post(self, point: _PointIn) -> _Errand | None:
        """Claim the trial of a point; None if an earlier one will do."""

    def send(
        self, errand: _Errand, executor: Executor, over: Callable[[], object]
    ) -> Future[Any]:
        """Have an executor carry a claimed trial out.

        `over` may be called, from any thread, once it needs no room any more: another one may
        begin while its end is written down, if there are several at a time.
        """

    def receive(self, errand: _Errand, done: Any) -> bool:
        """Record how a trial ended, and tell whether it succeeded."""

    def give_up(self, errand: _Errand, reason: str) -> None:
        """Record a trial that nobody carries out any more."""

    def tick(self) -> None:
        """Do what is to be done now and then, e.g. show where the sweep stands."""


class Pool(Protocol):
    """The executor of a sweep, which may be replaced when it is broken."""

    executor: Executor

    def renew(self, exc: BaseException) -> None:
        """Put another executor in the place of a broken one, or raise why there is none."""

    def interrupt(self) -> None:
        """Interrupt the trials that run, if that can be done from here."""

    def kill(self) -> None:
        """Have the trials that run end at once, if that can be done from here."""


@dataclass
class Tally:
    """How the trials of one run of a sweep ended.

    Attributes:
        succeeded: those that were run and succeeded.
        spared: points for which an earlier trial will do.
        failed: those that ended in any other way.
        interrupted: whether the sweep was asked to end.
        stopped: whether it ended early, for as many failed as it was to take.
    """

    succeeded: int = 0
    spared: int = 0
    failed: int = 0
    interrupted: bool = False
    stopped: bool = False


class _Away(NamedTuple):
    """A trial on its way.

    Attributes:
        attempt: how often it has been sent.
        room: is done once it needs none any more.
    """

    errand: Any
    attempt: int
    room: Future[None]


class Scheduler(Generic[_Point, _Errand]):
    """Keeps a number of trials on their way until none is due.

    A trial whose worker dies is sent again as it is, three times in all; then it is given up.
    A refusal (`MitosisError`) ends the sweep once the trials on their way have come back.

    Args:
        desk: see `Desk`.
        pool: see `Pool`.
        jobs: how many trials are on their way at a time; asked again and again if that changes.
        halt: who asks for an end.
        max_failures: after how many failed trials no further one is started; None: never.
    """

    def __init__(
        self,
        desk: Desk[_Point, _Errand],
        pool: Pool,
        jobs: int | Callable[[], int],
        halt: Halt,
        max_failures: int | None = None,
    ) -> None:
        self._desk = desk
        self._pool = pool
        self._jobs = jobs
        self._halt = halt
        self._most = max_failures
        self._away: dict[Future[Any], _Away] = {}
        self._tally = Tally()
        self._refusal: Exception | None = None
        self._answered = 0

    def run(self, points: Iterable[_Point]) -> Tally:
        """Have the trials of all points carried out.

        On return and on raise every trial that was claimed is recorded as ended.

        Raises:
            MitosisError: the desk or a worker refused.
        """
        due = iter(points)
        try:
            while self._fill(due) or self._away:
                self._answer()
                self._take_in()
                self._desk.tick()
        except BaseException as exc:
            self._abandon(f"{type(exc).__name__} was raised in the sweep")
            raise
        self._tally.interrupted = self._halt.asked > 0
        if self._refusal:
            raise self._refusal
        return self._tally

    @property
    def _goes_on(self) -> bool:
        self._tally.stopped = self._most is not None and self._tally.failed >= self._most
        return not (self._tally.stopped or self._refusal or self._halt.asked)

    def _fill(self, due: Iterator[_Point]) -> bool:
        """Claim and send what there is room for; return whether that may be more next time."""
        while self._goes_on:
            if not self._has_room():
                return True
            try:
                errand = self._desk.post(next(due))
            except StopIteration:
                return False
            except Exception as exc:  # noqa: BLE001 - raised once the others are back
                self._refusal = exc
                return False
            if errand is None:
                self._tally.spared += 1
                self._desk.tick()
            else:
                self._send(errand, 1)
        return False

    def _has_room(self) -> bool:
        jobs = self._jobs() if callable(self._jobs) else self._jobs
        if jobs == 1:  # one after the other, as they were recorded
            return not self._away
        running = sum(not away.room.done() for away in self._away.values())
        return running < jobs and len(self._away) < 2 * jobs  # however slow the disk is

    def _send(self, errand: _Errand, attempt: int) -> None:
        room: Future[None] = Future()

        def over() -> None:
            with suppress(InvalidStateError):  # it was said before
                room.set_result(None)

        try:
            try:
                future = self._desk.send(errand, self._pool.executor, over)
            except BrokenExecutor as exc:
                self._pool.renew(exc)
                future = self._desk.send(errand, self._pool.executor, over)
        except Exception as exc:  # noqa: BLE001 - raised once the others are back
            self._refusal = self._refusal or exc
            self._give_up(errand, f"it could not be sent to a worker: {_told(exc)}")
        else:
            self._away[future] = _Away(errand, attempt, room)

    def _take_in(self) -> None:
        if not self._away:  # there is no worker yet
            time.sleep(_TICK_SECONDS)
        taken = [away.room for away in self._away.values() if not away.room.done()]
        wait([*self._away, *taken], timeout=_TICK_SECONDS, return_when=FIRST_COMPLETED)
        for future in [future for future in self._away if future.done()]:
            away = self._away[future]
            self._land(future, away.errand, away.attempt)
            del self._away[future]  # only now: an error on the way finds it to give it up

    def _land(self, future: Future[Any], errand: _Errand, attempt: int) -> None:
        error = CancelledError() if future.cancelled() else future.exception()
        if error is None:
            self._count(succeeded=self._desk.receive(errand, future.result()))
        elif isinstance(error, MitosisError):
            self._refusal = self._refusal or error
            self._give_up(errand, f"its worker refused it: {_told(error)}")
        elif self._halt.asked:
            self._give_up(errand, "the sweep was interrupted")
        elif isinstance(error, WorkersDiedError):
            self._give_up(errand, str(error))
        elif attempt >= MOST_ATTEMPTS:
            self._give_up(errand, f"{attempt} workers died or gave it up: {_told(error)}")
        else:
            self._send(errand, attempt + 1)

    def _give_up(self, errand: _Errand, reason: str) -> None:
        self._desk.give_up(errand, reason)
        self._count(succeeded=False)

    def _count(self, *, succeeded: bool) -> None:
        if succeeded:
            self._tally.succeeded += 1
        else:
            self._tally.failed += 1

    def _answer(self) -> None:
        """Do what a new signal asks for: first that trials end, then that they die."""
        asked = self._halt.asked
        if asked == self._answered:
            return
        for future in self._away:
            future.cancel()
        if not self._answered:
            self._pool.interrupt()
        if asked > 1:
            self._abandon("the sweep was interrupted")
        self._answered = asked

    def _abandon(self, reason: str) -> None:
        """Give up all that is on its way, once nobody is at it any more."""
        self._pool.kill()
        wait(self._away, timeout=_DYING_SECONDS)
        while self._away:
            _, away = self._away.popitem()
            self._give_up(away.errand, reason)


def _told(exc: BaseException) -> str:
    said = " ".join(str(getattr(exc, "reason", "") or exc).split())
    name = type(exc).__name__
    return f"{name}: {said}" if said else name
