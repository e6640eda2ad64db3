"""Ctrl-C and its like while a sweep runs: counted, and answered by its loop."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)
_DEFAULTS = (signal.SIG_DFL, signal.default_int_handler)


class Halt:
    """Counts the signals that ask a sweep to end, instead of ending this process.

    These are Ctrl-C, SIGTERM, SIGHUP, and SIGUSR1, with which batch systems announce that a
    job's time is nearly up.

    A signal that is ignored (SIGHUP under nohup) or that the caller handles stays as it is.
    Outside the main thread, where no signal arrives, this does nothing.

    Attributes:
        asked: how often the sweep was asked to end.
    """

    def __init__(self) -> None:
        self.asked = 0
        self._former: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Halt:
        if threading.current_thread() is threading.main_thread():
            for number in _NUMBERS:
                if signal.getsignal(number) in _DEFAULTS:
                    self._former[number] = signal.signal(number, self._count)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)

    def _count(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as called
        self.asked += 1
