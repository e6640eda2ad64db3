"""A trial in the process that asked for it: begun, listened to, and ended."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from traceback import TracebackException, format_exception_only
from types import CodeType
from typing import Any

from mitosis._model import Status, Trial
from mitosis._notebook import Ending, Stop
from mitosis._recording.in_process import InProcess
from mitosis._redaction import redact
from mitosis._run import watch
from mitosis._run.assignment import Assignment
from mitosis._run.attended import say_end, say_start
from mitosis._run.course import Course
from mitosis._run.earlier import alike_trials
from mitosis._run.placing import IsTaken
from mitosis._run.terminal import Terminal, end_line, told
from mitosis._run.watch import Signals

log = logging.getLogger("mitosis")

_MOST_REASON = 160
_HANDLERS = (__file__, watch.__file__)


class StopError(BaseException):
    """A signal ends the block; with it the process, so nobody gets to see this."""


class InThisProcess:
    """A trial that is claimed, and has to be ended from here.

    Args:
        assignment: what to claim.
        is_taken: as `Placing` takes it.

    Raises:
        StaleDatabaseError: see `Placing.claim`; nothing was written.
        MitosisError: it could not be claimed; nothing was written.
    """

    def __init__(self, assignment: Assignment, is_taken: IsTaken) -> None:
        self._a = assignment
        self._process = os.getpid()
        self._terminal = Terminal()
        self._session: InProcess | None = None
        self._began = time.monotonic()
        self._signals = Signals()
        self._signals.__enter__()
        try:
            self._course = Course(assignment.claimed(is_taken))
        except BaseException as exc:
            self.give_back_signals(exc)
            raise

    def trial(self, status: Status) -> Trial:
        """Return the trial as its caller gets it."""
        return self._course.trial(status)

    def is_elsewhere(self) -> bool:
        """Tell whether this is a fork of the process that records: it leaves all as it is."""
        return os.getpid() != self._process

    def begin(self) -> None:
        """Put everything in place for the block, and record what happens from now on."""
        self._course.prepare()
        say_start(self._terminal, self._course)
        self._course.write_page()
        session = InProcess(
            self._course.folder.root,
            repository=self._a.claim.code.repository,
            secrets=self._a.inputs.session_secrets(),
        )
        self._began = time.monotonic()
        session.enter({p.arg_name: p.vals for p in self._a.arguments.parameters})
        self._session = session

    def listen(self, *, but_in: CodeType) -> None:
        """Have signals end the block from now on, but not while this function runs."""
        self._signals.pass_on_to(_end_block, but_in=but_in)

    def end(self, results: Mapping[str, Any], error: BaseException | None, how: str) -> Trial:
        """Write how the block ended, and say so.

        Args:
            results: what it found out until then.
            error: what it raised.
            how: what else is to be said of that.
        """
        self._signals.hold()
        ending = replace(self._ending(error), wall_seconds=time.monotonic() - self._began)
        if self._session:
            ending = self._leave(self._session, results, ending)
        done = self._course.end(ending)
        say_end(self._terminal, done, self._course.work, self._a.store)
        trial, said = self.trial(ending.status), told(ending.status, ending.reason)
        line = end_line(trial, f"{said}{how}", done.main, ending.wall_seconds)
        self._terminal.say(line)
        return trial

    def _leave(self, session: InProcess, results: Mapping[str, Any], ending: Ending) -> Ending:
        succeeded = ending.status is Status.SUCCEEDED
        shown = ""
        try:
            earlier = alike_trials(self._a) if succeeded else []
            shown = session.leave(results, ending.traceback, earlier)
        except Exception as exc:
            log.error("the report could not be written", exc_info=exc)
            reason = self._redacted(f"its report could not be written: {exc}")
            if succeeded:
                ending = replace(ending, status=Status.FAILED, reason=reason)
        self._course.fill_page(ending.traceback, shown)
        return ending

    def _ending(self, error: BaseException | None) -> Ending:
        is_interrupted = isinstance(error, KeyboardInterrupt)
        stop = self._signals.stop or (Stop.INTERRUPTED if is_interrupted else None)
        traceback = self._redacted(_traceback(error) if error else "")
        if stop:
            return Ending(stop.status, str(stop), traceback, stop=stop)
        if error is None:
            return Ending(Status.SUCCEEDED)
        return Ending(Status.FAILED, self._redacted(_reason(error)), traceback)

    def _redacted(self, text: str) -> str:
        return redact(text, self._a.inputs.known)

    def give_back_signals(self, error: BaseException | None) -> None:
        """Have signals do again what they did; one that came in does that now."""
        with suppress(Exception):  # there may be no stream, or one that is closed
            sys.stdout.flush()
        known = error if isinstance(error, KeyboardInterrupt) else None
        self._signals.__exit__(type(known) if known else None, known, None)


def _end_block(why: Stop) -> None:
    raise KeyboardInterrupt if why is Stop.INTERRUPTED else StopError(str(why))


def _traceback(error: BaseException) -> str:
    """Return an error's traceback as Python prints it; of a signal's only where it came."""
    told = TracebackException.from_exception(error)
    while told.stack and told.stack[-1].filename in _HANDLERS:
        told.stack.pop()
    lines = list(told.format())
    return "".join(lines[:-1] if isinstance(error, StopError) else lines).rstrip()


def _reason(error: BaseException) -> str:
    line = format_exception_only(error)[-1].partition("\n")[0]
    return line if len(line) <= _MOST_REASON else f"{line[: _MOST_REASON - 4]} ..."
