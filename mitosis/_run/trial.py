"""A claimed trial, from its folder to its end: what is written when, whatever happens."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from mitosis import _layout
from mitosis._layout import TrialFolder
from mitosis._model import Claim, Claimed, Finish, Outcome, Places, Status, Trial, Usage
from mitosis._notebook import Ending, Execution, KernelOptions, Stop
from mitosis._provenance import environment, environment_json
from mitosis._recording import Report, Task, read_pickle
from mitosis._records import Page, write_record
from mitosis._run.arguments import Arguments
from mitosis._run.experiment import Experiment
from mitosis._run.inputs import Inputs
from mitosis._run.options import Options
from mitosis._run.plan import plan
from mitosis._run.terminal import Terminal, end_line, start_line, told
from mitosis._run.watch import Signals
from mitosis._store import Store
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
_mitosis = _Session(_Path({folder!r}))
_mitosis.begin(globals())
"""


@dataclass(frozen=True)
class Assignment:
    """Everything that is settled before the first file is written.

    Attributes:
        claimed: the granted claim; None in debug mode, as is `store`.
    """

    experiment: Experiment
    arguments: Arguments
    inputs: Inputs
    claim: Claim
    claimed: Claimed | None
    store: Store | None
    trials_folder: Path
    options: Options
    signals: Signals


def conduct(assignment: Assignment) -> Trial:
    """Run a claimed trial and record its end, whatever that is.

    Raises:
        TrialError: it did not succeed; the class says how.
        KeyboardInterrupt: it was ended by Ctrl-C, and is recorded as killed.
    """
    return _Conduct(assignment).run()


class _Conduct:
    def __init__(self, assignment: Assignment) -> None:
        self._a = assignment
        self._terminal = Terminal()
        self._folder: TrialFolder | None = None
        self._page: Page | None = None

    def run(self) -> Trial:
        try:
            ending = self._execute(*self._prepare())
        except Exception as exc:
            log.exception("mitosis could not run the trial")
            ending = Ending(Status.FAILED, f"it could not be started: {exc}", started=False)
        self._terminal.settle()
        report = Report.read(self._folder.report) if self._folder else Report()
        outcome = Outcome(
            status=ending.status,
            ended_at=datetime.now(UTC),
            usage=Usage(ending.wall_seconds, report.cpu_seconds, report.peak_memory_bytes),
            reason=ending.reason,
            main=report.main,
            traceback=ending.traceback,
            warnings=report.warnings,
        )
        self._finish(outcome, report)
        for warning in outcome.warnings:
            self._terminal.complain(f"mitosis: warning: {warning}")
        return self._tell(ending, self._trial(outcome.status, report), outcome.main)

    def _prepare(self) -> tuple[TrialFolder, Page]:
        """Put everything in place that the kernel needs, and say that the trial starts."""
        a = self._a
        hidden = _layout.make_trial_folder(a.trials_folder, self._folder_stem, a.claim.key)
        described = plan(a.experiment, a.arguments, a.claim, a.inputs.code)
        path = _layout.reserve_page(
            a.trials_folder, self._page_stem, a.claim.key, a.options.output_extension
        )
        self._page = Page(path, described, a.claim, a.claimed)
        self._write_inputs(hidden, path)
        self._folder = folder = _layout.show_trial_folder(hidden)
        log.debug("the trial's folder is %s", folder.root)
        trial = self._trial(Status.RUNNING, Report())
        generated = a.arguments.seed_is_generated
        self._terminal.say(start_line(trial, seed_is_generated=generated))
        return folder, self._page

    @property
    def _folder_stem(self) -> str:
        stem = _layout.file_stem(self._name)
        return stem if self._a.claimed else f"{stem}_debug"

    @property
    def _page_stem(self) -> str:
        stem = self._folder_stem
        return stem if self._a.claimed else f"{stem}_{self._a.claim.key}"

    @property
    def _name(self) -> str:
        return self._a.claimed.name if self._a.claimed else self._a.claim.name_prefix

    def _write_inputs(self, folder: TrialFolder, page: Path) -> None:
        a = self._a
        environment_file = _layout.environment_file(a.trials_folder, a.claim.environment_digest)
        _layout.write_once(environment_file, environment_json(environment()))
        Task(
            experiment=a.experiment.name,
            argv=tuple(map(str, sys.argv)),
            log_level="DEBUG" if a.options.debug else "INFO",
            parameters=a.inputs.write(folder, a.trials_folder),
            locked={v.parameter: v.text for v in a.claim.variants},
            script=dict(a.inputs.script),
        ).write(folder.task)
        folder.log.touch()
        write_record(folder, a.claim, a.claimed, page)

    def _execute(self, folder: TrialFolder, page: Page) -> Ending:
        execution = Execution(
            page.notebook,
            KernelOptions(Path.cwd(), self._a.options.matplotlib_dpi),
            begin=_BEGIN.format(
                path=[entry for entry in sys.path if isinstance(entry, str)],
                folder=str(folder.root),
            ),
            end=lambda traceback: f"_mitosis.end({traceback!r})",
            on_text=self._terminal.echo,
            log=folder.log,
            timeout_seconds=self._a.options.timeout_seconds,
        )
        execution.start()
        self._a.signals.pass_on_to(execution)
        with _said("the notebook"):
            page.write()  # while the kernel comes up
        return execution.wait()

    def _finish(self, outcome: Outcome, report: Report) -> None:
        """Write folder, page and row, in this order; what cannot be written costs no other."""
        a, page, folder = self._a, self._page, self._folder
        if page and folder:
            with _said("the record"):
                write_record(folder, a.claim, a.claimed, page.path, outcome, report)
        if page:
            with _said("the notebook"):
                page.write(outcome)
        if a.store:
            places = Places(
                folder=folder.root.name if folder else "", html=page.path.name if page else ""
            )
            with _said("the end of the trial in the database"):
                a.store.finish(Finish(a.claim.key, outcome, places))

    def _trial(self, status: Status, report: Report) -> Trial:
        claim, claimed, trials_folder = self._a.claim, self._a.claimed, self._a.trials_folder
        folder = self._folder or TrialFolder(trials_folder)
        return Trial(
            name=self._name,
            key=claim.key,
            experiment=claim.experiment,
            variants={p.arg_name: p.var_name for p in self._a.arguments.tracked},
            iteration=claimed.iteration if claimed else None,
            seed=claim.seed,
            status=status,
            html=self._page.path if self._page else trials_folder,
            folder=folder.root,
            group=claim.group,
            commit=claim.code.commit,
            read_main=partial(_read_main, folder, report),
            read_results=partial(_read_results, folder),
        )

    def _tell(self, ending: Ending, trial: Trial, main: Any) -> Trial:
        """Say how the trial ended, and return it or raise."""
        if ending.traceback:
            self._terminal.complain(ending.traceback)
        how = told(ending.status, ending.reason)
        self._terminal.say(end_line(trial, how, main, ending.wall_seconds))
        if ending.status is not Status.SUCCEEDED:
            _raise(ending, trial, how)
        return trial


def _raise(ending: Ending, trial: Trial, how: str) -> NoReturn:
    if ending.stop is Stop.INTERRUPTED:
        raise KeyboardInterrupt
    if not ending.started:
        raise KernelStartError(trial=trial, reason=how)
    if ending.status is Status.FAILED:
        raise ExperimentFailedError(trial=trial, reason=how, traceback=ending.traceback)
    kind = TrialTimedOutError if ending.status is Status.TIMED_OUT else TrialKilledError
    raise kind(trial=trial, reason=how)


def _read_results(folder: TrialFolder) -> dict[str, Any]:
    return dict(read_pickle(folder.results)) if folder.results.exists() else {}


def _read_main(folder: TrialFolder, report: Report) -> Any:
    return report.main if report.main_is_exact else _read_results(folder).get("main")


@contextmanager
def _said(what: str) -> Iterator[None]:
    """Go on when something cannot be written, and say so."""
    try:
        yield
    except Exception as exc:  # noqa: BLE001 - rendering a page may raise anything
        log.error("could not write %s: %s: %s", what, type(exc).__name__, exc)
