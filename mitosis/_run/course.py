"""A claimed trial up to its last word in its folder, whoever executes it in between."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime

from mitosis._layout import TrialFolder
from mitosis._model import Claim, Finish, Outcome, Places, Status, Trial, Usage
from mitosis._notebook import Ending
from mitosis._recording import Report
from mitosis._records import (
    Measured,
    Page,
    input_files,
    measure,
    turn,
    write_record,
)
from mitosis._run.afterwards import code_that_ran, data_that_changed
from mitosis._run.furnishing import Furnishing
from mitosis._run.tenure import Tenure
from mitosis._run.work import Done, Work

log = logging.getLogger("mitosis")

_TURN_SECONDS = 60.0


class Course:
    """What is done for one claimed trial around its execution: `prepare`, and then `end`.

    No database is opened here: what its row has to say is returned.

    Args:
        work: the trial.
    """

    def __init__(self, work: Work) -> None:
        self.work = work
        self._furnishing = Furnishing(work)
        self._tenure: Tenure | None = None

    @property
    def folder(self) -> TrialFolder:
        """The trial's folder, under the name that it has by now."""
        return self._furnishing.folder

    @property
    def page(self) -> Page:
        """The trial's page, once it is prepared."""
        assert self._furnishing.page
        return self._furnishing.page

    @property
    def _places(self) -> Places:
        return self._furnishing.places

    def prepare(self) -> None:
        """Put everything in place that the trial's kernel needs."""
        folder = self._furnishing.complete()
        self._tenure = Tenure(folder.root)
        log.debug("the trial's folder is %s", folder.root)

    @contextmanager
    def watched(self, kill: Callable[[], object]) -> Iterator[None]:
        """Kill a worker's trial, while the block runs, if another worker has it by then."""
        if self._tenure and self.work.claim.worker:
            with self._tenure.watched(kill):
                yield
        else:
            yield

    def write_page(self) -> None:
        """Write the page of a trial that runs."""
        with _said("the notebook"):
            self.page.write()

    def fill_page(self, traceback: str, results: str) -> None:
        """Put on the page what the trial's folder tells of an execution without a notebook."""
        with _said("the notebook"):
            self.page.fill(self.folder, traceback, results)

    def end(self, ending: Ending, warnings: Sequence[str] = ()) -> Done:
        """Write how the trial ended into its record and its page.

        Args:
            ending: how its execution did.
            warnings: what else a reader should know.
        """
        claim, report = self.work.claim, Report.read(self.folder.report)
        code, odd = code_that_ran(claim.code, report, self.work.trials_folder)
        outcome = Outcome(
            status=ending.status,
            ended_at=datetime.now(UTC),
            usage=_usage(ending, report),
            reason=ending.reason,
            main=report.main,
            traceback=ending.traceback,
            warnings=(
                *report.warnings,
                *odd,
                *data_that_changed(self.folder, claim),
                *warnings,
            ),
        )
        with turn(self.folder, patience_seconds=_TURN_SECONDS):
            measured = self._write_end(replace(claim, code=code), outcome, report)
        finish = Finish(
            key=claim.key,
            outcome=outcome,
            places=self._places,
            results_digest=report.results_digest,
            data=input_files(self.folder, claim.data),
            numbers=report.numbers,
            metrics=measured.metrics,
            host=claim.worker.host if claim.worker else "",
            environment=claim.environment_digest if claim.worker else "",
        )
        return Done(finish, ending)

    def _write_end(self, claim: Claim, outcome: Outcome, report: Report) -> Measured:
        """Write record and page, in this order; what cannot be written costs no other."""
        if self._tenure and self._tenure.is_over:
            log.warning("%s is carried out by another worker by now", self.work.name)
            return Measured(report)
        with suppress(OSError):
            self.folder.reserve.unlink()
        measured = Measured(report)
        with _said("what was measured"):
            measured = measure(self.folder, report)
        with _said("the record"):
            page = self.work.trials_folder / self._places.html
            write_record(self.folder, claim, self.work.claimed, page, outcome, measured)
        if self._furnishing.page:
            with _said("the notebook"):
                self.page.write(outcome, self.folder, measured)
        return measured

    def trial(self, status: Status) -> Trial:
        """Return the trial as its caller gets it."""
        return self.work.trial(status, self._places)


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
