"""The end of a trial that its runner, which lives, knows nobody to carry out any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from mitosis import _layout
from mitosis._layout import TrialFolder
from mitosis._model import Finish, Outcome, RecordedTrial, Status, Usage
from mitosis._records.measures import measure
from mitosis._records.page import own_page, rebuild_page, told_status
from mitosis._records.reading import read_record, read_text
from mitosis._records.record import amend_record
from mitosis._records.turn import turn

_TURN_SECONDS = 10.0


def end_given_up(folder: TrialFolder, reason: str) -> Finish:
    """Write into record and page that a trial was killed, and return what its row has to say.

    What it printed until then stays. If its record tells an end already, that one counts.

    Args:
        folder: the trial's, under the name that it is to have.
        reason: why, in one line.

    Raises:
        OSError: it cannot be written.
        RecordError: the record cannot be read.
    """
    if not folder.root.exists():
        folder = _layout.show_trial_folder(_layout.hidden(folder))
    with turn(folder, patience_seconds=_TURN_SECONDS):
        folder.reserve.unlink(missing_ok=True)
        trial = read_record(folder)
        page = _page(folder, trial)
        if trial.outcome is None:
            trial = _killed(folder, trial, page, reason)
        elif page.name != trial.places.html:
            amend_record(folder, read_text(folder), page)
        if trial.outcome and told_status(page) != trial.outcome.status:
            rebuild_page(folder, trial, page)
    finish = read_record(folder).finish
    assert finish, "its record tells an end now"
    return finish


def _page(folder: TrialFolder, trial: RecordedTrial) -> Path:
    name = trial.claimed.name if trial.claimed else trial.claim.name_prefix
    return own_page(folder.root.parent, trial.places.html, name, trial.claim.key)


def _killed(
    folder: TrialFolder, trial: RecordedTrial, page: Path, reason: str
) -> RecordedTrial:
    measured = measure(folder)
    report, now = measured.report, datetime.now(UTC)
    seconds = (now - trial.claim.started_at).total_seconds()
    outcome = Outcome(
        status=Status.KILLED,
        ended_at=now,
        usage=Usage(seconds, report.cpu_seconds, report.peak_memory_bytes),
        reason=reason,
        main=report.main,
        warnings=tuple(report.warnings),
    )
    amend_record(folder, read_text(folder), page, outcome, measured)
    return replace(read_record(folder), outcome=outcome)
