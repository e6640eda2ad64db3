"""Trials carried out on this machine, each in a trial process of this process's own nursery.

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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mitosis._notebook import Stop
from mitosis._run.carrying import carry
from mitosis._run.watch import Signals
from mitosis._run.work import Done, Work
from mitosis.errors import MitosisError

if TYPE_CHECKING:
    from mitosis._notebook.nursery import Child, Nursery

log = logging.getLogger("mitosis")

_SIGNALS = {
    Stop.INTERRUPTED: signal.SIGINT,
    Stop.TERMINATED: signal.SIGTERM,
    Stop.HUNG_UP: signal.SIGHUP,
    Stop.ANNOUNCED: signal.SIGUSR1,
    Stop.OUT_OF_CPU: signal.SIGXCPU,
    Stop.PRUNED: signal.SIGUSR2,
}
_FUNCTION = f"{__name__}:carried"


class CarrierDiedError(RuntimeError):
    """The process that carried out a trial has died: the same work may be given to another."""


class _Switch:
    """Ends a trial that runs in this process."""

    def __init__(self) -> None:
        self._stop: Callable[[Stop], object] | None = None
        self._why: Stop | None = None

    def pass_on_to(self, stop: Callable[[Stop], object]) -> None:
        self._stop = stop
        if self._why:
            stop(self._why)

    def stop(self, why: Stop) -> None:
        self._why = why
        if self._stop:
            self._stop(why)

    def kill(self) -> None:
        for _ in range(2):  # the second time counts at once
            self.stop(Stop.INTERRUPTED)


class _Process:
    """Ends a trial that runs in a process of the nursery's."""

    def __init__(self, child: Child) -> None:
        self._child = child

    def stop(self, why: Stop) -> None:
        self._child.send_signal(_SIGNALS.get(why, signal.SIGTERM))

    def kill(self) -> None:
        self._child.send_signal(signal.SIGKILL)


_running: dict[str, _Switch | _Process] = {}
_is_unfit = False
_called_off: set[str] = set()
"""Trials that are not to begin here any more."""
_lock = threading.Lock()
_warm: tuple[int, Nursery] | None = None
"""The nursery, and the process that it belongs to: a fork has none."""


def carry_here(work: Work) -> Done:
    """Carry out a trial in a process that is made for it, and wait for its end.

    Where no such process can be had, an ordinary kernel is started from this one.

    Raises:
        CarrierDiedError: the process died; the same work may be carried out once more.
        WorkerCodeError: this place is another one than the sweep's, and has other code.
    """
    nursery = warm_up(work.libraries)
    if work.key in _called_off:
        raise CarrierDiedError("it was called off before it began")
    if nursery is None:
        return _carry_in_this_process(work)
    from mitosis._notebook.nursery import NurseryGoneError

    try:
        child = nursery.fork(_FUNCTION, pickle.dumps(work))
        with _stoppable(work.key, _Process(child)):
            ended = child.wait()
    except NurseryGoneError as exc:
        if reason := nursery.why_unfit():
            _do_without(nursery, reason)
            return _carry_in_this_process(work)
        _forget(nursery)
        raise CarrierDiedError(str(exc)) from exc
    if ended.result is None:
        raise CarrierDiedError(ended.traceback or _died(ended.exit_status))
    done: Done | MitosisError = pickle.loads(ended.result)
    if isinstance(done, MitosisError):
        raise done
    return done


def carried(payload: bytes) -> bytes:
    """Do in a trial process what it was made for."""
    try:
        with Signals({signal.SIGUSR2: Stop.PRUNED}) as signals:
            done = carry(pickle.loads(payload), signals)
            signals.forget()
        return pickle.dumps(done)
    except MitosisError as error:
        return pickle.dumps(error)


def _carry_in_this_process(work: Work) -> Done:
    switch = _Switch()
    with _stoppable(work.key, switch):
        return carry(work, switch)


def warm_up(libraries: Sequence[str] = ()) -> Nursery | None:
    """Return this process's nursery, which is started by the first call; None without one.

    Args:
        libraries: statements that import what the trials will need.
    """
    global _warm  # noqa: PLW0603 - one for the whole process
    with _lock:
        if _warm and _warm[0] == os.getpid():
            return _warm[1]
        if sys.platform != "linux" or _is_unfit:
            return None
        from mitosis._notebook.nursery import Nursery

        try:
            nursery = Nursery(libraries, [__name__])
        except OSError as exc:
            log.debug("each trial starts a kernel of its own: %s", exc)
            return None
        _warm = os.getpid(), nursery
        atexit.register(close_nursery)
        return nursery


def close_nursery() -> None:
    """End this process's nursery, with all trials that still run in it."""
    with _lock:
        warm = _warm
    if warm and warm[0] == os.getpid():
        _forget(warm[1])


def _do_without(nursery: Nursery, reason: str) -> None:
    """Remember that no nursery of this process can fork anything."""
    global _is_unfit  # noqa: PLW0603 - it stays so for the whole process
    log.debug("each trial starts a kernel of its own: %s", reason)
    _is_unfit = True
    _forget(nursery)


def _forget(nursery: Nursery) -> None:
    global _warm  # noqa: PLW0603 - one for the whole process
    with _lock:
        if _warm and _warm[1] is nursery:
            _warm = None
    nursery.close()


def end_works(keys: Sequence[str], *, at_once: bool = False) -> None:
    """End those of some trials that run here, and refuse those that are yet to begin here.

    Args:
        keys: of the trials.
        at_once: whether to kill them.
    """
    with _lock:
        _called_off.update(keys)
        found = [running for key, running in _running.items() if key in keys]
    for running in found:
        if at_once:
            running.kill()
        else:
            running.stop(Stop.INTERRUPTED)


def stop(key: str, why: Stop = Stop.INTERRUPTED) -> bool:
    """End one trial that runs here before its time; tell whether it does run here.

    It is interrupted, and some seconds later killed, and recorded so.
    """
    with _lock:
        found = _running.get(key)
    if found:
        found.stop(why)
    return found is not None


def interrupt_all(why: Stop = Stop.INTERRUPTED) -> None:
    """End all trials that run here before their time, as `stop` does."""
    with _lock:
        running = list(_running)
    for key in running:
        stop(key, why)


def kill_all() -> None:
    """Kill all trials that run here, at once; what they have written so far stays."""
    with _lock:
        running = list(_running.values())
    for each in running:
        each.kill()


@contextmanager
def _stoppable(key: str, running: _Switch | _Process) -> Iterator[None]:
    with _lock:
        if key in _called_off:
            running.kill()
        _running[key] = running
    try:
        yield
    finally:
        with _lock:
            _running.pop(key, None)


def _died(status: int) -> str:
    if status >= 0:
        return f"the trial's process ended with exit status {status}"
    return f"the trial's process was ended by {signal.Signals(-status).name}"
