"""Trials carried out on this machine, in trial processes of this process's own nursery.

Such a process carries one trial after the other, each with a kernel in a new process.
Everything here may be called from any thread.
"""

from __future__ import annotations

import atexit
import logging
import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from mitosis._notebook import Stop
from mitosis._run.company import Listener, Stops, Switch, nobody, silent
from mitosis._run.work import Done, Work
from mitosis.errors import MitosisError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from mitosis._notebook.child import Child
    from mitosis._notebook.nursery import Nursery
    from mitosis._notebook.order import Order

log = logging.getLogger("mitosis")

_TRIAL_PROCESS = "mitosis._run.trial_process"
_MOST_TRIALS = 500
"""Then a new process takes over: Jupyter's client keeps some kilobytes of each trial."""


class CarrierDiedError(RuntimeError):
    """The process that carried out a trial has died: the same work may be given to another."""


class _Unfit(Exception):  # noqa: N818 - says what to do, and is always caught
    """There is no nursery that can fork anything."""


class _Worker:
    """A trial process: it has one trial at a time, or none."""

    def __init__(self, child: Child, connection: Connection) -> None:
        self.child = child
        self._connection = connection
        self._sending = threading.Lock()
        self._stops: deque[Stop] = deque()
        self._has_trial = False
        self.trials = 0

    def carry(self, work: Work, on_text: Listener | None, over: Callable[[], object]) -> Done:
        """Have it carry out a trial.

        Raises:
            EOFError: it died.
            OSError: it died.
        """
        with self._sending:
            self._connection.send_bytes(pickle.dumps((work, on_text is not None)))
        self._has_trial = True
        self.trials += 1
        self._send_stops()
        while True:
            kind, *told = pickle.loads(self._connection.recv_bytes())
            if kind == "text":
                assert on_text, "asked for"
                on_text(*told)
            elif kind == "over":
                over()
            elif kind == "log":
                log.log(told[0], "%s", told[1])
            elif kind == "done":
                return told[0]  # type: ignore[no-any-return] # sent by `serve`
            elif kind == "error":
                raise told[0]
            else:
                raise CarrierDiedError(told[0])  # what it raised

    def stop(self, why: Stop) -> None:
        """End its trial. A signal's handler may call this while its thread is sending that."""
        self._stops.append(why)
        self._send_stops()

    def rest(self) -> None:
        """Have no trial any more, and nobody who could end it."""
        self._has_trial = False
        self._stops.clear()

    def kill(self) -> None:
        self.child.kill()

    def close(self) -> None:
        self._connection.close()
        self.child.close()

    def _send_stops(self) -> None:
        while self._has_trial and self._stops and self._sending.acquire(blocking=False):
            try:
                with suppress(OSError, IndexError):  # it is gone; or another thread was faster
                    self._connection.send_bytes(pickle.dumps(self._stops.popleft()))
            finally:
                self._sending.release()


class _Crew:
    """A nursery and its trial processes."""

    def __init__(self, nursery: Nursery) -> None:
        self.owner = os.getpid()
        self._nursery = nursery
        self._idle: list[_Worker] = []
        self._lock = threading.Lock()

    def unfit(self) -> str:
        """Say why its kernels would not be what this process's would be; empty if they are."""
        return self._nursery.unfit()

    def hire(self) -> None:
        """Have a trial process ready before there is a trial."""
        with suppress(_Unfit, CarrierDiedError):
            self.let_go(self.worker())

    def worker(self) -> _Worker:
        """Return a trial process that is idle, or a new one.

        Raises:
            _Unfit: there are none on this machine.
            CarrierDiedError: the nursery died.
        """
        from mitosis._notebook.nursery import NurseryGoneError

        with self._lock:
            if self._idle:
                return self._idle.pop()
        try:
            return _Worker(*self._nursery.fork(f"{_TRIAL_PROCESS}:serve"))
        except NurseryGoneError as exc:
            raise self._loss(str(exc)) from exc

    def let_go(self, worker: _Worker) -> None:
        """Take back a trial process whose trial is over."""
        worker.rest()
        if worker.trials >= _MOST_TRIALS:
            worker.close()
            return
        with self._lock:
            self._idle.append(worker)

    def bury(self, worker: _Worker) -> Exception:
        """Return what the death of a trial process means."""
        said = _died(worker.child.wait())
        worker.close()
        return self._loss(said) if worker.child.is_orphan else CarrierDiedError(said)

    def _loss(self, said: str) -> Exception:
        if reason := self._nursery.last_words():
            log.debug("each trial starts a kernel of its own: %s", reason)
            return _Unfit(reason)
        _forget(self)
        return CarrierDiedError(said)

    def close(self) -> None:
        with self._lock:
            while self._idle:
                self._idle.pop().close()
        self._nursery.close()


_running: dict[str, Switch | _Worker] = {}
_called_off: set[str] = set()
"""Trials that are not to begin here any more."""
_lock = threading.Lock()
_crew: _Crew | None = None
_is_unfit = False


def carry_here(
    work: Work,
    on_text: Listener | None = None,
    stops: Stops | None = None,
    over: Callable[[], object] = nobody,
) -> Done:
    """Carry out a trial in a trial process, and wait for its end.

    Where no such process can be had, an ordinary kernel is started from this one.

    Args:
        work: the trial.
        on_text: called with stream name and text as the experiment prints it.
        stops: may end it, beside those who call `stop`.
        over: called as in `Company`.

    Raises:
        CarrierDiedError: the process died; the same work may be carried out once more.
        WorkerCodeError: this place is another one than the sweep's, and has other code.
    """
    crew = _warm_crew(lambda: _started(work.libraries))
    if work.key in _called_off:
        raise CarrierDiedError("it was called off before it began")
    if crew is not None:
        with suppress(_Unfit):
            return _carried_by(crew, work, stops, lambda own: own.carry(work, on_text, over))
        _do_without(crew)
    from mitosis._run.carrying import carry

    switch = Switch()
    with _stoppable(work.key, switch, stops):
        return carry(work, switch, on_text or silent, over)


def _carried_by(
    crew: _Crew, work: Work, stops: Stops | None, carry: Callable[[_Worker], Done]
) -> Done:
    worker = crew.worker()
    try:
        with _stoppable(work.key, worker, stops):
            done = carry(worker)
    except (EOFError, OSError) as exc:
        raise crew.bury(worker) from exc
    except CarrierDiedError:
        worker.close()
        raise
    except MitosisError:
        crew.let_go(worker)
        raise
    crew.let_go(worker)
    return done


def warm_up(libraries: Sequence[str] = ()) -> None:
    """Have a nursery warm up, if there can be one here, for the trials that will come.

    Args:
        libraries: statements that import what the trials will need.
    """
    _drop_unfit()
    if crew := _warm_crew(lambda: _started(libraries)):
        crew.hire()


def adopt(nursery: Nursery) -> None:
    """Take a nursery of this process's for the trials that will come; its owner closes it."""
    global _crew  # noqa: PLW0603 - one for the whole process
    with _lock:
        _crew = _Crew(nursery)
    _crew.hire()


@contextmanager
def early() -> Iterator[None]:
    """Have a kernel come up inside the block, unless the one from the nursery will do."""
    from mitosis._notebook.forked import start_early

    _drop_unfit()
    if is_warm():
        yield
    else:
        with start_early():
            yield


def _drop_unfit() -> None:
    """Do without a nursery if something has changed since, as an experiment's import may do."""
    if _crew and is_warm() and (reason := _crew.unfit()):
        log.debug("the kernel at hand is not used: %s", reason)
        _forget(_crew)


def is_warm() -> bool:
    """Tell whether there is a nursery."""
    return _crew is not None and _crew.owner == os.getpid()


def _started(libraries: Sequence[str]) -> Nursery:
    from mitosis._notebook.nursery import Nursery

    return Nursery.started(order(libraries, for_many=True))


def order(libraries: Sequence[str], *, for_many: bool) -> Order:
    """Return what a nursery for trials has in memory.

    Args:
        libraries: statements that import what the trials will need.
        for_many: whether there will be many.
    """
    from mitosis._notebook.order import Order

    then = "mitosis._recording.libraries:know_loaded"
    return Order(libraries, [_TRIAL_PROCESS], for_many, then)


def _warm_crew(nursery: Callable[[], Nursery]) -> _Crew | None:
    """Return this process's crew, which the first call has made; a fork has none."""
    global _crew  # noqa: PLW0603 - one for the whole process
    with _lock:
        if _crew and _crew.owner == os.getpid():
            return _crew
        if sys.platform != "linux" or _is_unfit:
            return None
        try:
            _crew = _Crew(nursery())
        except OSError as exc:
            log.debug("each trial starts a kernel of its own: %s", exc)
            return None
        atexit.register(close_nursery)
        return _crew


def close_nursery() -> None:
    """End this process's nursery, with all trials that still run in it."""
    if _crew and _crew.owner == os.getpid():
        _forget(_crew)


def _do_without(crew: _Crew) -> None:
    """Remember that no nursery of this process can fork anything."""
    global _is_unfit  # noqa: PLW0603 - it stays so for the whole process
    _is_unfit = True
    _forget(crew)


def _forget(crew: _Crew) -> None:
    global _crew  # noqa: PLW0603 - one for the whole process
    with _lock:
        if _crew is crew:
            _crew = None
    crew.close()


def end_works(keys: Sequence[str], *, at_once: bool = False) -> None:
    """End those of some trials that run here, and refuse those that are yet to begin here.

    Args:
        keys: of the trials.
        at_once: whether to kill them.
    """
    with _lock:
        _called_off.update(keys)
        for key, running in _running.items():
            if key in keys:
                running.kill() if at_once else running.stop(Stop.INTERRUPTED)


def stop(key: str, why: Stop = Stop.INTERRUPTED) -> bool:
    """End one trial that runs here before its time; tell whether it does run here.

    It is interrupted, and some seconds later killed, and recorded so.
    """
    with _lock:  # as long as it is held, nobody gets another trial
        found = _running.get(key)
        if found:
            found.stop(why)
    return found is not None


def interrupt_all(why: Stop = Stop.INTERRUPTED) -> None:
    """End all trials that run here before their time, as `stop` does."""
    with _lock:
        for running in _running.values():
            running.stop(why)


def kill_all() -> None:
    """Kill all trials that run here, at once; what they have written so far stays."""
    with _lock:
        for running in _running.values():
            running.kill()


@contextmanager
def _stoppable(key: str, running: Switch | _Worker, stops: Stops | None) -> Iterator[None]:
    with _lock:
        if key in _called_off:
            running.kill()
        _running[key] = running
    if stops:
        stops.pass_on_to(running.stop)
    try:
        yield
    finally:
        with _lock:
            _running.pop(key, None)


def _died(status: int) -> str:
    if status >= 0:
        return f"the trial's process ended with exit status {status}"
    return f"the trial's process was ended by {signal.Signals(-status).name}"
