"""A trial from its claim to its end: what is written when, whatever happens."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from textwrap import indent
from typing import Any, NoReturn

from mitosis._history import FolderReader
from mitosis._layout import TrialFolder
from mitosis._model import (
    Claim,
    CodeState,
    Environment,
    Finish,
    Outcome,
    Status,
    Trial,
    Usage,
)
from mitosis._notebook import Ending, Execution, KernelOptions, Stop
from mitosis._provenance import changed_modules, imported_code
from mitosis._recording import Report, Task
from mitosis._records import changed_inputs, input_files, turn, write_record
from mitosis._redaction import redact
from mitosis._run.arguments import Arguments
from mitosis._run.experiment import Experiment
from mitosis._run.inputs import Inputs
from mitosis._run.options import Options
from mitosis._run.placing import Contents, Placing
from mitosis._run.plan import plan
from mitosis._run.secret_key import SecretKey
from mitosis._run.terminal import Terminal, changes_text, end_line, start_line, told
from mitosis._run.watch import Signals
from mitosis._store import Store, patience
from mitosis.errors import (
    DatabaseError,
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
_mitosis = _Session(
    _Path({folder!r}), argv={argv!r}, repository={repository}, secrets={secrets!r}
)
_mitosis.begin(globals())
"""
_TURN_SECONDS = 60.0
_MOST_FILES = 10
_MOST_REASON = 160
_NOT_IN_DATABASE = (
    "the end of %s could not be written into its database; `mitosis repair` takes it in from "
    "the trial's folder\n%s"
)


@dataclass(frozen=True)
class Assignment:
    """Everything that is settled before the first file is written.

    Attributes:
        store: None in debug mode.
        new_key: what secrets in the claim are digested with, for the trials folder to keep.
    """

    experiment: Experiment
    arguments: Arguments
    inputs: Inputs
    claim: Claim
    environment: Environment
    store: Store | None
    trials_folder: Path
    options: Options
    new_key: SecretKey | None


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
    return _Conduct(assignment, signals, refuses_stale=refuses_stale).run()


class _Conduct:
    def __init__(
        self, assignment: Assignment, signals: Signals, *, refuses_stale: bool
    ) -> None:
        self._a = assignment
        self._signals = signals
        self._terminal = Terminal()
        self._escaped: BaseException | None = None
        self._placing = Placing(
            assignment.claim,
            assignment.store,
            assignment.trials_folder,
            assignment.options.output_extension,
            assignment.new_key,
            refuses_stale=refuses_stale,
        )

    def run(self) -> Trial:
        self._placing.claim()
        try:
            ending = self._execute(self._prepare())
        except BaseException as exc:  # noqa: BLE001 - it is raised again, or told
            ending = self._unstarted(exc)
        self._terminal.settle()
        report = Report.read(self._folder.report)
        code, warnings = self._code_that_ran(report)
        outcome = Outcome(
            status=ending.status,
            ended_at=datetime.now(UTC),
            usage=_usage(ending, report),
            reason=ending.reason,
            main=report.main,
            traceback=ending.traceback,
            warnings=[*report.warnings, *warnings, *self._data_that_changed()],
        )
        self._finish(replace(self._a.claim, code=code), outcome, report)
        for warning in outcome.warnings:
            self._terminal.complain(f"mitosis: warning: {warning}")
        return self._tell(ending, self._trial(outcome.status), outcome.main)

    def _unstarted(self, exc: BaseException) -> Ending:
        """Return the ending of a trial whose kernel was not even asked for."""
        if not isinstance(exc, Exception):
            self._escaped = exc
            return Ending(Status.KILLED, _escape_reason(exc), started=False)
        log.error("mitosis could not run the trial", exc_info=exc)
        return Ending(Status.FAILED, f"it could not be started: {exc}", started=False)

    @property
    def _folder(self) -> TrialFolder:
        assert self._placing.folder
        return self._placing.folder

    def _prepare(self) -> TrialFolder:
        """Put everything in place that the kernel needs, and say that the trial starts."""
        a = self._a
        task = Task(
            experiment=a.experiment.name,
            log_level="DEBUG" if a.options.debug else "INFO",
            parameters={},  # filled in where their files are written
            locked={v.parameter: v.text for v in a.claim.variants},
            script=dict(a.inputs.script),
            seed=a.claim.seed,
            data=a.claim.data,
        )
        described = plan(a.experiment, a.arguments, a.claim, a.inputs.code)
        folder = self._placing.complete(Contents(described, task, a.inputs, a.environment))
        log.debug("the trial's folder is %s", folder.root)
        trial = self._trial(Status.RUNNING)
        self._terminal.say(start_line(trial, seed_is_generated=a.claim.seed_is_generated))
        if a.claim.changed:
            self._terminal.say(changes_text(a.claim.since, a.claim.changed))
        return folder

    def _execute(self, folder: TrialFolder) -> Ending:
        page = self._placing.page
        assert page
        execution = Execution(
            page.notebook,
            KernelOptions(Path.cwd(), self._a.options.matplotlib_dpi),
            begin=_BEGIN.format(
                path=[entry for entry in sys.path if isinstance(entry, str)],
                folder=str(folder.root),
                argv=list(map(str, sys.argv)),
                repository=_path_code(self._a.claim.code.repository),
                secrets=self._a.inputs.session_secrets(),
            ),
            end=lambda traceback: f"_mitosis.end({traceback!r}, earlier={self._earlier()!r})",
            on_text=self._terminal.echo,
            log=folder.log,
            timeout_seconds=self._a.options.timeout_seconds,
            redact=partial(redact, known=self._a.inputs.known),
        )
        execution.start()
        self._signals.pass_on_to(execution)
        try:
            with _said("the notebook"):
                page.write()  # while the kernel comes up
            return execution.wait()
        except BaseException as exc:  # noqa: BLE001 - a handler of the caller's, e.g. of an alarm
            self._escaped = exc
            return replace(execution.abandon(), reason=_escape_reason(exc))

    def _earlier(self) -> list[Mapping[str, Any]]:
        """Return the trials that should have come out the same, for the kernel to compare."""
        if self._a.store is None:
            return []
        try:
            with patience():
                found = self._a.store.alike(self._a.claim)
        except DatabaseError as exc:
            log.warning("the results are compared with no earlier trial: %s", exc)
            return []
        return [
            {
                "name": trial.name,
                "folder": str(self._a.trials_folder / trial.places.folder),
                "results_digest": trial.results_digest,
                "data": {file.path: file.digest for file in trial.data},
                "other_packages": trial.environment != self._a.claim.environment_digest,
            }
            for trial in found
        ]

    def _code_that_ran(self, report: Report) -> tuple[CodeState, list[str]]:
        """Return the code's state with what the kernel imported, and what is odd about it."""
        before = self._a.claim.code
        try:
            after = imported_code(before, report.modules, self._a.trials_folder)
            changed = list(changed_modules(before))
        except Exception as exc:  # noqa: BLE001 - whatever lies there, the trial has run
            log.warning("the modules that ran could not be recorded: %s", exc)
            return before, []
        return after, [*map(_changed_warning, changed), *_dirty_warnings(after)]

    def _data_that_changed(self) -> list[str]:
        try:
            changed = changed_inputs(self._folder, self._a.claim)
        except Exception as exc:  # noqa: BLE001 - as above
            log.warning("the input files could not be looked at again: %s", exc)
            return []
        return [_changed_data_warning(path) for path in changed]

    def _finish(self, claim: Claim, outcome: Outcome, report: Report) -> None:
        """Write record, page and row, in this order; what cannot be written costs no other."""
        with turn(self._folder, patience_seconds=_TURN_SECONDS):
            self._write_end(claim, outcome, report)

    def _write_end(self, claim: Claim, outcome: Outcome, report: Report) -> None:
        placing, store = self._placing, self._a.store
        with suppress(OSError):
            self._folder.reserve.unlink()
        with _said("the record"):
            page = self._a.trials_folder / placing.places.html
            write_record(self._folder, claim, placing.claimed, page, outcome, report)
        if placing.page:
            with _said("the notebook"):
                placing.page.write(outcome)
        if store is None:
            return
        data = input_files(self._folder, claim.data)
        try:
            store.finish(
                Finish(claim.key, outcome, placing.places, report.results_digest, data)
            )
        except DatabaseError as exc:
            log.error(_NOT_IN_DATABASE, placing.name, indent(str(exc), "    "))

    def _trial(self, status: Status) -> Trial:
        a, placing = self._a, self._placing
        return Trial(
            name=placing.name,
            key=a.claim.key,
            experiment=a.claim.experiment,
            variants={p.arg_name: p.var_name for p in a.arguments.tracked},
            iteration=placing.claimed.iteration if placing.claimed else None,
            seed=a.claim.seed,
            status=status,
            html=a.trials_folder / placing.places.html,
            folder=self._folder.root,
            group=a.claim.group,
            commit=a.claim.code.commit,
            reader=FolderReader(self._folder, a.trials_folder / placing.places.html),
        )

    def _tell(self, ending: Ending, trial: Trial, main: Any) -> Trial:
        """Say how the trial ended, and return it or raise."""
        if ending.traceback:
            self._terminal.complain(ending.traceback)
        how = told(ending.status, ending.reason)
        self._terminal.say(end_line(trial, how, main, ending.wall_seconds))
        if self._escaped:
            raise self._escaped
        if ending.status is not Status.SUCCEEDED:
            _raise(ending, trial, how)
        return trial


def _changed_warning(file: str) -> str:
    return f"{file} was changed while the trial ran; which version of it ran is not certain"


def _changed_data_warning(path: str) -> str:
    return f"{path} was changed while the trial ran; what was read of it is not certain"


def _dirty_warnings(code: CodeState) -> Iterator[str]:
    for checkout in code.checkouts:
        if checkout.changes:
            files = "\n".join(f"    {change}" for change in checkout.changes[:_MOST_FILES])
            sentence = f"no commit stands for the code of {checkout.name!r} that was imported"
            yield f"{sentence}\n{files}"


def _path_code(path: Path | None) -> str:
    return f"_Path({str(path)!r})" if path else "None"


def _escape_reason(exc: BaseException) -> str:
    said = " ".join(str(exc).split())[:_MOST_REASON]
    name = type(exc).__name__
    return f"{name} was raised in its runner" + (f": {said}" if said else "")


def _usage(ending: Ending, report: Report) -> Usage:
    peak = report.peak_memory_bytes or ending.peak_memory_bytes
    return Usage(ending.wall_seconds, report.cpu_seconds or ending.cpu_seconds, peak)


def _raise(ending: Ending, trial: Trial, how: str) -> NoReturn:
    if ending.stop is Stop.INTERRUPTED:
        raise KeyboardInterrupt
    if not ending.started and ending.status is Status.FAILED:
        raise KernelStartError(trial=trial, reason=how)
    if ending.status is Status.FAILED:
        raise ExperimentFailedError(trial=trial, reason=how, traceback=ending.traceback)
    kind = TrialTimedOutError if ending.status is Status.TIMED_OUT else TrialKilledError
    raise kind(trial=trial, reason=how)


@contextmanager
def _said(what: str) -> Iterator[None]:
    """Go on when something cannot be written, and say so."""
    try:
        yield
    except Exception as exc:  # noqa: BLE001 - rendering a page may raise anything
        log.error("could not write %s: %s: %s", what, type(exc).__name__, exc)
