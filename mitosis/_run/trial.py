"""A claimed trial in a kernel of its own: started, listened to, stopped, and recorded."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mitosis._model import Status
from mitosis._notebook import Ending, Stop
from mitosis._redaction import redact
from mitosis._run.company import Company
from mitosis._run.course import Course
from mitosis._run.work import Done

if TYPE_CHECKING:  # for annotations only: who waits for a trial needs no Jupyter
    from mitosis._notebook import Execution

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
_SHORT_SECONDS = 0.5
"""A trial that takes no longer than this gets its page when it is over, and none before."""


class Conducted(NamedTuple):
    """A trial that has run.

    Attributes:
        escaped: what was raised in its runner meanwhile, for it to raise again.
    """

    done: Done
    escaped: BaseException | None


def conduct(
    course: Course, company: Company, started: Callable[[], object] = tuple
) -> Conducted:
    """Run a claimed trial and record its end in its folder, whatever that is.

    Args:
        course: of the trial.
        company: who is beside it.
        started: called once all is in place for its kernel.
    """
    return _InKernel(course, company).run(started)


class _InKernel:
    def __init__(self, course: Course, company: Company) -> None:
        self._work = course.work
        self._course = course
        self._company = company
        self._escaped: BaseException | None = None

    def run(self, started: Callable[[], object]) -> Conducted:
        try:
            self._course.prepare()
            started()
            ending = self._execute()
        except BaseException as exc:  # noqa: BLE001 - it is raised again, or told
            ending = self._unstarted(exc)
        if ending.status is Status.SUCCEEDED:
            self._company.over()
        done = self._course.end(ending, self._company.warn(self._course.folder))
        return Conducted(done, self._escaped)

    def _unstarted(self, exc: BaseException) -> Ending:
        """Return the ending of a trial whose kernel was not even asked for."""
        if not isinstance(exc, Exception):
            self._escaped = exc
            return Ending(Status.KILLED, _escape_reason(exc), started=False)
        log.error("mitosis could not run the trial", exc_info=exc)
        return Ending(Status.FAILED, f"it could not be started: {exc}", started=False)

    def _execute(self) -> Ending:
        from mitosis._notebook import Execution, KernelOptions, load_page

        work, folder = self._work, self._course.folder
        execution = Execution(
            self._course.page.notebook,
            KernelOptions(
                work.start.directory, work.options.matplotlib_dpi, self._first_code()
            ),
            end=self._end_code,
            on_text=self._company.on_text,
            log=folder.log,
            timeout_seconds=work.options.timeout_seconds,
            redact=partial(redact, known=work.inputs.known),
            originals=self._course.page.originals,
        )
        execution.start()
        load_page()  # while the kernel comes up
        self._company.stops.pass_on_to(execution.stop)
        try:
            with self._course.watched(partial(_kill, execution)):
                if not execution.is_over(within_seconds=_SHORT_SECONDS):
                    self._course.write_page()  # somebody may want to see that it runs
                return execution.wait()
        except BaseException as exc:  # noqa: BLE001 - a handler of the caller's, e.g. of an alarm
            self._escaped = exc
            return replace(execution.abandon(), reason=_escape_reason(exc))

    def _first_code(self) -> str:
        work = self._work
        return _BEGIN.format(
            path=list(work.start.path),
            folder=str(self._course.folder.root),
            argv=list(work.start.argv),
            repository=_path_code(work.claim.code.repository),
            secrets=work.inputs.session_secrets(),
        )

    def _end_code(self, traceback: str) -> str:
        return _END.format(traceback=traceback, earlier=list(self._company.earlier()))


def _kill(execution: Execution) -> None:
    for _ in range(2):  # the second time counts at once
        execution.stop(Stop.ABANDONED)


def _path_code(path: Path | None) -> str:
    return f"_Path({str(path)!r})" if path else "None"


def _escape_reason(exc: BaseException) -> str:
    said = " ".join(str(exc).split())[:_MOST_REASON]
    name = type(exc).__name__
    return f"{name} was raised in its runner" + (f": {said}" if said else "")
