"""A trial in a kernel of its own: started, listened to, stopped, and told to its caller."""

from __future__ import annotations

import logging
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NoReturn

from mitosis._model import Status, Trial
from mitosis._notebook import Ending, Execution, KernelOptions, Stop
from mitosis._redaction import redact
from mitosis._run.assignment import Assignment
from mitosis._run.course import Course
from mitosis._run.terminal import end_line, told
from mitosis._run.watch import Signals
from mitosis.errors import (
    ExperimentFailedError,
    KernelStartError,
    TrialKilledError,
    TrialTimedOutError,
)

log = logging.getLogger("mitosis")

_BEGIN = """\
import sys as _sys
_sys.path[:] = {path!r}
from pathlib import Path as _Path
from mitosis._recording.session import Session as _Session
_Session(
    _Path({folder!r}), argv={argv!r}, repository={repository}, secrets={secrets!r}
).begin(globals())
"""
_END = """\
from mitosis._recording.session import running_session as _running_session
_running_session().end({traceback!r}, earlier={earlier!r})
"""
_MOST_REASON = 160


def conduct(assignment: Assignment, signals: Signals, *, refuses_stale: bool) -> Trial:
    """Claim a trial, run it and record its end, whatever that is.

    Args:
        assignment: what to run.
        signals: those that come in meanwhile.
        refuses_stale: as `Placing` takes it.

    Raises:
        StaleDatabaseError: see `Placing.claim`; nothing was written.
        MitosisError: it could not be claimed; nothing was written.
        TrialError: it did not succeed; the class says how.
        KeyboardInterrupt: it was ended by Ctrl-C, and is recorded as killed.
    """
    course = Course(assignment, refuses_stale=refuses_stale)
    course.claim()
    return _InKernel(assignment, course, signals).run()


class _InKernel:
    def __init__(self, assignment: Assignment, course: Course, signals: Signals) -> None:
        self._a = assignment
        self._course = course
        self._signals = signals
        self._escaped: BaseException | None = None

    def run(self) -> Trial:
        try:
            self._course.prepare()
            ending = self._execute()
        except BaseException as exc:  # noqa: BLE001 - it is raised again, or told
            ending = self._unstarted(exc)
        outcome = self._course.end(ending)
        terminal, trial = self._course.terminal, self._course.trial(ending.status)
        if ending.traceback:
            terminal.complain(ending.traceback)
        how = told(ending.status, ending.reason)
        terminal.say(end_line(trial, how, outcome.main, ending.wall_seconds))
        if self._escaped:
            raise self._escaped
        if ending.status is not Status.SUCCEEDED:
            _raise(ending, trial, how)
        return trial

    def _unstarted(self, exc: BaseException) -> Ending:
        """Return the ending of a trial whose kernel was not even asked for."""
        if not isinstance(exc, Exception):
            self._escaped = exc
            return Ending(Status.KILLED, _escape_reason(exc), started=False)
        log.error("mitosis could not run the trial", exc_info=exc)
        return Ending(Status.FAILED, f"it could not be started: {exc}", started=False)

    def _execute(self) -> Ending:
        folder = self._course.folder
        execution = Execution(
            self._course.page.notebook,
            KernelOptions(Path.cwd(), self._a.options.matplotlib_dpi),
            begin=_BEGIN.format(
                path=[
                    *map(str, self._a.experiment.import_folders),
                    *(entry for entry in sys.path if isinstance(entry, str)),
                ],
                folder=str(folder.root),
                argv=list(map(str, sys.argv)),
                repository=_path_code(self._a.claim.code.repository),
                secrets=self._a.inputs.session_secrets(),
            ),
            end=self._end_code,
            on_text=self._course.terminal.echo,
            log=folder.log,
            timeout_seconds=self._a.options.timeout_seconds,
            redact=partial(redact, known=self._a.inputs.known),
            originals=self._course.page.originals,
        )
        execution.start()
        self._signals.pass_on_to(execution.stop)
        try:
            self._course.write_page()  # while the kernel comes up
            return execution.wait()
        except BaseException as exc:  # noqa: BLE001 - a handler of the caller's, e.g. of an alarm
            self._escaped = exc
            return replace(execution.abandon(), reason=_escape_reason(exc))

    def _end_code(self, traceback: str) -> str:
        return _END.format(traceback=traceback, earlier=self._course.earlier())


def _path_code(path: Path | None) -> str:
    return f"_Path({str(path)!r})" if path else "None"


def _escape_reason(exc: BaseException) -> str:
    said = " ".join(str(exc).split())[:_MOST_REASON]
    name = type(exc).__name__
    return f"{name} was raised in its runner" + (f": {said}" if said else "")


def _raise(ending: Ending, trial: Trial, how: str) -> NoReturn:
    if ending.stop is Stop.INTERRUPTED:
        raise KeyboardInterrupt
    if not ending.started and ending.status is Status.FAILED:
        raise KernelStartError(trial=trial, reason=how)
    if ending.status is Status.FAILED:
        raise ExperimentFailedError(trial=trial, reason=how, traceback=ending.traceback)
    kind = TrialTimedOutError if ending.status is Status.TIMED_OUT else TrialKilledError
    raise kind(trial=trial, reason=how)
