"""Signals that come in while a trial is claimed, run and recorded."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

from mitosis._notebook import Execution, Stop

_STOPS = {
    signal.SIGINT: Stop.INTERRUPTED,
    signal.SIGTERM: Stop.TERMINATED,
    signal.SIGHUP: Stop.TERMINATED,
}
_DEFAULTS = (signal.SIG_DFL, signal.default_int_handler)


class Signals:
    """Passes Ctrl-C, SIGTERM and SIGHUP on to a trial instead of ending this process.

    Nothing is raised between the claim of a trial and its last word on disk. A signal that is
    ignored (SIGHUP under nohup) or that the caller handles stays as it is. Outside the main
    thread, where no signal arrives, this does nothing.
    """

    def __init__(self) -> None:
        self._former: dict[signal.Signals, Any] = {}
        self._execution: Execution | None = None
        self._came: signal.Signals | None = None

    def __enter__(self) -> Signals:
        if threading.current_thread() is threading.main_thread():
            for number in _STOPS:
                if signal.getsignal(number) in _DEFAULTS:
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

    def pass_on_to(self, execution: Execution) -> None:
        """Stop this execution when a signal comes, or at once if one has come already."""
        self._execution = execution
        if self._came:
            execution.stop(_STOPS[self._came])

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        self._came = self._came or signal.Signals(number)
        if self._execution:
            self._execution.stop(_STOPS[self._came])
