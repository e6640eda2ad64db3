"""Signals that come in while a trial is claimed, run and recorded."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import CodeType, FrameType, MappingProxyType, TracebackType
from typing import Any

from mitosis._notebook import Stop

_STOPS = {
    signal.SIGINT: Stop.INTERRUPTED,
    signal.SIGTERM: Stop.TERMINATED,
    signal.SIGHUP: Stop.HUNG_UP,
    signal.SIGUSR1: Stop.ANNOUNCED,
    signal.SIGXCPU: Stop.OUT_OF_CPU,
}
NO_OTHERS: Mapping[signal.Signals, Stop] = MappingProxyType({})
_DEFAULTS = (signal.SIG_DFL, signal.default_int_handler)


class Signals:
    """Passes signals on to a trial instead of ending this process.

    These are Ctrl-C, SIGTERM and SIGHUP, and SIGUSR1 and SIGXCPU, with which batch systems
    and limits announce that the time is up.

    Nothing is raised between the claim of a trial and its last word on disk. A signal that is
    ignored (SIGHUP under nohup) or that the caller handles stays as it is. Outside the main
    thread, where no signal arrives, this does nothing.

    Args:
        others: further signals, and why each ends a trial.
    """

    def __init__(self, others: Mapping[signal.Signals, Stop] = NO_OTHERS) -> None:
        self._stops = {**_STOPS, **others}
        self._former: dict[signal.Signals, Any] = {}
        self._stop: Callable[[Stop], object] | None = None
        self._but_in: CodeType | None = None
        self._came: signal.Signals | None = None

    def __enter__(self) -> Signals:
        if threading.current_thread() is threading.main_thread():
            caught = _caught()
            for number in self._stops:
                handler = signal.getsignal(number)
                is_free = handler is not signal.SIG_DFL or not caught >> (number - 1) & 1
                if handler in _DEFAULTS and is_free:
                    self._former[number] = signal.signal(number, self._receive)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)
        if self._came and error is None:  # the trial was over before it could be stopped
            signal.raise_signal(self._came)

    def pass_on_to(
        self, stop: Callable[[Stop], object], *, but_in: CodeType | None = None
    ) -> None:
        """Call this when a signal comes, or at once if one has come already.

        Args:
            stop: may raise what ends the code that runs.
            but_in: nothing is passed on while this function runs, which is about to `hold`.
        """
        self._stop, self._but_in = stop, but_in
        if self._came:
            stop(self._stops[self._came])

    def hold(self) -> None:
        """Pass nothing on any more; what comes from now on is raised at the end."""
        self._stop = None

    def forget(self) -> None:
        """Raise nothing at the end: whoever waits for the trial is told how it ended."""
        self._came = None

    @property
    def stop(self) -> Stop | None:
        """Why the trial is to end, if a signal has said so."""
        return self._stops[self._came] if self._came else None

    def _receive(self, number: int, frame: FrameType | None) -> None:
        self._came = self._came or signal.Signals(number)
        if self._stop and not _is_inside(frame, self._but_in):
            self._stop(self._stops[self._came])


def _is_inside(frame: FrameType | None, code: CodeType | None) -> bool:
    """Tell whether a frame is of a function, or of one that it has called."""
    while frame is not None and code is not None:
        if frame.f_code is code:
            return True
        frame = frame.f_back
    return False


def _caught() -> int:
    """Return the signals that this process catches as bits, as Linux shows them.

    A library may have taken one that Python believes is free, as faulthandler may.
    """
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        (caught,) = (line for line in lines.splitlines() if line.startswith("SigCgt:"))
        return int(caught.split()[1], 16)
    except (OSError, ValueError):
        return 0
