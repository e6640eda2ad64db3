"""Pages that are missing, or that say less than the record of their trial."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mitosis._layout import TrialFolder
from mitosis._model import Outcome, RecordedTrial, Status, Usage
from mitosis._records.measures import measure
from mitosis._records.page import is_page_of, own_page, rebuild_page, told_status
from mitosis._records.reading import read_record, read_text
from mitosis._records.record import amend_record
from mitosis._records.turn import turn


def is_stale(trials_folder: Path, trial: RecordedTrial) -> bool:
    """Tell whether an ended trial has no page of its own that says how it ended."""
    path = trials_folder / trial.places.html
    if trial.outcome is None:
        return False
    return told_status(path) != trial.outcome.status or not is_page_of(path, trial.claim.key)


def mend_page(trials_folder: Path, trial: RecordedTrial) -> Path | None:
    """Write a trial's page anew, if nobody else is just writing its end.

    Returns:
        The page, which has another name than before if another trial has that now.

    Raises:
        OSError: it cannot be written.
        RecordError: the record has become unreadable meanwhile.
    """
    folder = TrialFolder(trials_folder / trial.places.folder)
    with turn(folder) as is_ours:
        trial = read_record(folder)
        if not is_ours or not is_stale(trials_folder, trial) or not trial.claimed:
            return None
        name = trial.claimed.name
        path = own_page(trials_folder, trial.places.html, name, trial.claim.key)
        if path.name != trial.places.html:
            amend_record(folder, read_text(folder), path)
        rebuild_page(folder, trial, path)
    return path


def complete_record(folder: TrialFolder, row: Mapping[str, Any]) -> bool:
    """Add to a record how its trial ended, which only the database knows.

    That happens where the disk was full when it ended. Returns whether it was needed.

    Raises:
        OSError: it cannot be written.
        RecordError: it cannot be read.
    """
    with turn(folder) as is_ours:
        trial = read_record(folder)
        if not is_ours or trial.outcome or row["status"] == Status.RUNNING:
            return False
        page, outcome = Path(trial.places.html), _outcome(row)
        amend_record(folder, read_text(folder), page, outcome, measure(folder))
    return True


def _outcome(row: Mapping[str, Any]) -> Outcome:
    seconds, cpu = row["wall_seconds"] or 0.0, row["cpu_seconds"]
    return Outcome(
        status=Status(row["status"]),
        ended_at=row["ended_at"] or row["started_at"],
        usage=Usage(seconds, cpu, row["peak_memory_bytes"]),
        reason=row["reason"] or "",
        main=json.loads(row["main_json"]) if row["main_json"] else None,
    )
