"""What a repair finds and does, in the words of its report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from pathlib import Path

from mitosis import _layout
from mitosis._dataclass import dataclass
from mitosis._model import RecordedTrial
from mitosis._provenance import can_be_judged
from mitosis._records.database_repair import DatabaseRepair
from mitosis._wording import shown
from mitosis.errors import MitosisError


@dataclass(frozen=True)
class Repaired:
    """What a repair has done, or would do, and what it has found.

    Attributes:
        trials: how many trials have a record that can be read.
        databases: what was done to each database.
        closed: names of the trials that had lost their runner.
        records: names of the trials whose records did not say how they had ended.
        pages: names of the pages that were written anew.
        removed: names of what was left behind and is gone now.
        left: what was left as it is, in words, with the reason.
        contradictions: what two sides say differently, in words, with both sides.
        faults: what could not be read or mended, in words.
    """

    folder: Path
    trials: int
    databases: tuple[DatabaseRepair, ...] = ()
    closed: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether nothing is left that a person has to look at."""
        return not self.contradictions and not self.faults


@dataclass
class Findings:
    """What comes together in the course of a repair."""

    databases: list[DatabaseRepair] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    records: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def unique(trials: Iterable[RecordedTrial], contradictions: list[str]) -> list[RecordedTrial]:
    """Return one trial of each key: of copies, the one whose folder has the usual name."""
    found: dict[str, RecordedTrial] = {}
    for trial in sorted(trials, key=lambda t: (not _is_usual(t), t.places.folder)):
        first = found.setdefault(trial.claim.key, trial)
        if first is not trial:
            contradictions.append(
                f"{first.places.folder} and {trial.places.folder} both hold the trial with key "
                f"{trial.claim.key}: the first one counts"
            )
    return sorted(found.values(), key=lambda t: (t.claim.started_at, t.claim.key))


def _is_usual(trial: RecordedTrial) -> bool:
    return trial.places.folder == f"{_layout.file_stem(trial_name(trial))}_{trial.claim.key}"


def running_line(trial: RecordedTrial) -> str:
    """Say of a trial that it is running, as far as one can tell from here."""
    runner = trial.claim.runner
    if can_be_judged(runner):
        return f"{trial_name(trial)} is running (process {runner.pid})"
    return (
        f"{trial_name(trial)} runs on {runner.host} (process {runner.pid}), or did: from here "
        "one cannot tell; if you know that it is gone, close it with --lost"
    )


def trial_name(trial: RecordedTrial) -> str:
    """Return what a trial is called, fit for a line."""
    return shown(trial.claimed.name if trial.claimed else trial.claim.name_prefix)


def fault_line(error: Exception) -> str:
    """Return what an error says."""
    if isinstance(error, OSError) and not isinstance(error, MitosisError):
        return error.strerror or str(error)
    return str(error)
