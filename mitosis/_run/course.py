"""A trial from its claim to its last word on disk, whoever executes it in between."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from textwrap import indent
from typing import Any

from mitosis._history import FolderReader
from mitosis._layout import TrialFolder
from mitosis._model import Claim, Finish, Outcome, Status, Trial, Usage
from mitosis._notebook import Ending
from mitosis._recording import Report, Task
from mitosis._records import (
    Measured,
    Page,
    input_files,
    measure,
    read_record,
    turn,
    write_record,
)
from mitosis._run.afterwards import code_that_ran, data_that_changed
from mitosis._run.assignment import Assignment
from mitosis._run.earlier import is_of_same_files
from mitosis._run.placing import Contents, Placing
from mitosis._run.plan import plan
from mitosis._run.terminal import Terminal, changes_text, start_line
from mitosis._store import patience
from mitosis.errors import DatabaseError, RecordError

log = logging.getLogger("mitosis")

_TURN_SECONDS = 60.0
_NOT_IN_DATABASE = (
    "the end of %s could not be written into its database; `mitosis repair` takes it in from "
    "the trial's folder\n%s"
)


class Course:
    """What is done for one trial around its execution: `claim`, `prepare`, and then `end`.

    Args:
        assignment: the trial.
        refuses_stale: as `Placing` takes it.

    Attributes:
        terminal: where the trial is shown.
    """

    def __init__(self, assignment: Assignment, *, refuses_stale: bool) -> None:
        self.terminal = Terminal()
        self._a = assignment
        self._placing = Placing(
            assignment.claim,
            assignment.store,
            assignment.trials_folder,
            assignment.options.output_extension,
            assignment.new_key,
            refuses_stale=refuses_stale,
        )

    @property
    def folder(self) -> TrialFolder:
        """The trial's folder, once it is claimed."""
        assert self._placing.folder
        return self._placing.folder

    @property
    def page(self) -> Page:
        """The trial's page, once it is prepared."""
        assert self._placing.page
        return self._placing.page

    def claim(self) -> None:
        """Have the trial claimed; see `Placing.claim` for what that raises."""
        self._placing.claim()

    def prepare(self) -> None:
        """Put everything in place that the trial needs, and say that it starts."""
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
        trial = self.trial(Status.RUNNING)
        self.terminal.say(start_line(trial, seed_is_generated=a.claim.seed_is_generated))
        if a.claim.changed:
            self.terminal.say(changes_text(a.claim.since, a.claim.changed))

    def write_page(self) -> None:
        """Write the page of a trial that runs."""
        with _said("the notebook"):
            self.page.write()

    def fill_page(self, traceback: str, results: str) -> None:
        """Put on the page what the trial's folder tells of an execution without a notebook."""
        with _said("the notebook"):
            self.page.fill(self.folder, traceback, results)

    def earlier(self) -> list[Mapping[str, Any]]:
        """Return the trials that should have come out the same, for this one to be compared."""
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
            if self._is_of_same_files(TrialFolder(self._a.trials_folder / trial.places.folder))
        ]

    def _is_of_same_files(self, folder: TrialFolder) -> bool:
        try:
            return is_of_same_files(self._a, read_record(folder))
        except (OSError, RecordError):
            return False

    def end(self, ending: Ending) -> Outcome:
        """Write how the trial ended, and show its warnings."""
        self.terminal.settle()
        a, report = self._a, Report.read(self.folder.report)
        code, warnings = code_that_ran(a.claim.code, report, a.trials_folder)
        outcome = Outcome(
            status=ending.status,
            ended_at=datetime.now(UTC),
            usage=_usage(ending, report),
            reason=ending.reason,
            main=report.main,
            traceback=ending.traceback,
            warnings=[
                *report.warnings,
                *warnings,
                *data_that_changed(self.folder, a.claim),
            ],
        )
        with turn(self.folder, patience_seconds=_TURN_SECONDS):
            self._write_end(replace(a.claim, code=code), outcome, report)
        for warning in outcome.warnings:
            self.terminal.complain(f"mitosis: warning: {warning}")
        return outcome

    def _write_end(self, claim: Claim, outcome: Outcome, report: Report) -> None:
        """Write record, page and row, in this order; what cannot be written costs no other."""
        placing, store = self._placing, self._a.store
        with suppress(OSError):
            self.folder.reserve.unlink()
        measured = Measured(report)
        with _said("what was measured"):
            measured = measure(self.folder, report)
        with _said("the record"):
            page = self._a.trials_folder / placing.places.html
            write_record(self.folder, claim, placing.claimed, page, outcome, measured)
        if placing.page:
            with _said("the notebook"):
                placing.page.write(outcome, self.folder, measured)
        if store is None:
            return
        data = input_files(self.folder, claim.data)
        try:
            store.finish(
                Finish(
                    key=claim.key,
                    outcome=outcome,
                    places=placing.places,
                    results_digest=report.results_digest,
                    data=data,
                    numbers=report.numbers,
                    metrics=measured.metrics,
                )
            )
        except DatabaseError as exc:
            log.error(_NOT_IN_DATABASE, placing.name, indent(str(exc), "    "))

    def trial(self, status: Status) -> Trial:
        """Return the trial as its caller gets it."""
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
            folder=self.folder.root,
            group=a.claim.group,
            commit=a.claim.code.commit,
            reader=FolderReader(self.folder, a.trials_folder / placing.places.html),
        )


def _usage(ending: Ending, report: Report) -> Usage:
    peak = report.peak_memory_bytes or ending.peak_memory_bytes
    return Usage(ending.wall_seconds, report.cpu_seconds or ending.cpu_seconds, peak)


@contextmanager
def _said(what: str) -> Iterator[None]:
    """Go on when something cannot be written, and say so."""
    try:
        yield
    except Exception as exc:  # noqa: BLE001 - rendering a page may raise anything
        log.error("could not write %s: %s: %s", what, type(exc).__name__, exc)
