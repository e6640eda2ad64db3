"""What can still be told of a trial whose runner is gone without a word."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from mitosis import _layout
from mitosis._layout import TrialFolder
from mitosis._model import Outcome, RunningTrial, Status, Usage
from mitosis._recording import Report


def find_folder(trials_folder: Path, row: RunningTrial) -> TrialFolder:
    """Return a trial's folder under the name that it has, visible or hidden yet.

    Rows that were written before 0.7 was out name no folder; its name ends in the key.
    """
    stem = f"{_layout.file_stem(row.name)}_{row.key}"
    folder = TrialFolder(trials_folder / (row.places.folder or stem))
    if folder.root.exists():
        return folder
    is_keyed = f"_{row.key}"
    found = (f for f in _layout.trial_folders(trials_folder) if f.root.name.endswith(is_keyed))
    return next(found, folder)


def lost_outcome(folder: TrialFolder, row: RunningTrial, report: Report) -> Outcome:
    """Return how a trial ended that nobody has told the end of."""
    ended_at = max(row.started_at, _last_sign(folder) or row.started_at)
    reason = f"its runner (process {row.runner.pid} on {row.runner.host}) is gone"
    if folder.results.exists():
        reason += "; the experiment had ended, and its results are kept"
    seconds = (ended_at - row.started_at).total_seconds()
    return Outcome(
        status=Status.LOST,
        ended_at=ended_at,
        usage=Usage(seconds, report.cpu_seconds, report.peak_memory_bytes),
        reason=reason,
        main=report.main,
        warnings=tuple(report.warnings),
    )


def closing_line(row: RunningTrial, outcome: Outcome, database: Path) -> str:
    """Return what is said when another than its runner writes the end of a trial."""
    runner = f"its runner (process {row.runner.pid})"
    if outcome.status is Status.LOST:
        return (
            f"{row.name} is lost: {runner} is gone since "
            f"{outcome.ended_at:%Y-%m-%d %H:%M} UTC; its page shows what it printed"
        )
    return (
        f"{row.name} has ended ({outcome.status.value.replace('_', ' ')}): {runner} did not "
        f"come to write that into {database.name}, which says so now"
    )


def _last_sign(folder: TrialFolder) -> datetime | None:
    """Return when the trial last wrote anything: its record, if it did not get further."""
    f = folder
    for files in ((f.log, f.displays, f.metrics, f.data, f.results, f.report), (f.record,)):
        times = [file.stat().st_mtime for file in files if file.exists()]
        if times:
            return datetime.fromtimestamp(max(times), UTC)
    return None
