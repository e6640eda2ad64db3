"""An earlier trial that says already what a new one would: `run(..., if_needed=True)`."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from mitosis._canonical import is_literal
from mitosis._datafile import changed_data
from mitosis._layout import TrialFolder
from mitosis._model import DataFile, FormerTrial, Parameter, RecordedTrial, Trial
from mitosis._records import named_before, read_record
from mitosis._records.datafiles import recorded_places
from mitosis._run.assignment import Assignment
from mitosis._run.changes import code_elsewhere
from mitosis._store import patience
from mitosis.errors import DatabaseError, RecordError

log = logging.getLogger("mitosis")

_WHOLE = 200
"""So long a text of an untracked value is in the record as a whole."""


class Earlier(NamedTuple):
    """A trial that is returned in the place of a new one.

    Attributes:
        started_at: when it ran.
        but: what is to be said of it all the same.
    """

    trial: Trial
    started_at: datetime
    but: str


def earlier_trial(assignment: Assignment) -> Earlier | None:
    """Return the newest trial that makes an assignment unnecessary; None if there is none.

    What cannot be compared counts as different: then the trial is run.
    """
    if assignment.store is None or not _are_comparable(assignment.arguments.parameters):
        return None
    try:
        with patience():
            found = assignment.store.repeated(assignment.claim)
    except DatabaseError as exc:
        log.warning("earlier trials cannot be looked at, so this one is run: %s", exc)
        return None
    candidates = (_repeated(assignment, former) for former in found)
    return next(filter(None, candidates), None)


def alike_trials(assignment: Assignment) -> list[Mapping[str, Any]]:
    """Return the trials that should come out the same, for this one to be compared."""
    if assignment.store is None or assignment.claim.seed_is_generated:
        return []  # no other has that seed
    try:
        with patience():
            found = assignment.store.alike(assignment.claim)
    except DatabaseError as exc:
        log.warning("the results are compared with no earlier trial: %s", exc)
        return []
    return [
        {
            "name": trial.name,
            "folder": str(assignment.trials_folder / trial.places.folder),
            "results_digest": trial.results_digest,
            "data": {file.path: file.digest for file in trial.data},
            "other_packages": trial.environment != assignment.claim.environment_digest,
        }
        for trial in found
        if _ran_same_files(assignment, trial)
    ]


def _ran_same_files(assignment: Assignment, former: FormerTrial) -> bool:
    folder = TrialFolder(assignment.trials_folder / former.places.folder)
    try:
        return _is_of_same_files(assignment, read_record(folder))
    except (OSError, RecordError):
        return False


def _are_comparable(parameters: Sequence[Parameter]) -> bool:
    """Tell whether the record holds what untracked values are, and not only how they begin."""
    untracked = (p.vals for p in parameters if not p.track)
    return all(is_literal(value) and len(repr(value)) <= _WHOLE for value in untracked)


def _repeated(assignment: Assignment, former: FormerTrial) -> Earlier | None:
    from mitosis._history.loading import loaded
    from mitosis._history.lookup import Found

    folder = TrialFolder(assignment.trials_folder / former.places.folder)
    html = assignment.trials_folder / former.places.html
    try:
        if not html.exists() or not _is_same(assignment, folder):
            return None
        assert assignment.store, "it told of the trial"
        found = Found(
            assignment.store, former.key, former.name, folder, html, former.started_at
        )
        trial = loaded(found)
    except (OSError, RecordError) as exc:
        log.debug("%s cannot be looked at: %s", former.name, exc)
        return None
    is_other = former.environment != assignment.claim.environment_digest
    return Earlier(trial, former.started_at, "; its packages were others" if is_other else "")


def _is_same(assignment: Assignment, folder: TrialFolder) -> bool:
    """Tell whether a trial ran with the same seed, data and code, by what its folder says."""
    claim, recorded = assignment.claim, read_record(folder)
    return (
        recorded.claim.recorded_by == claim.recorded_by
        and recorded.claim.step_names == claim.step_names
        and _is_of_same_files(assignment, recorded)
        and (recorded.claim.seed_is_generated or not claim.seed_is_generated)
        and _has_same_data(claim.data, recorded, folder)
        and not any(code_elsewhere(recorded, claim))
        and _has_same_experiment(assignment.inputs.experiment, folder)
    )


def _is_of_same_files(assignment: Assignment, recorded: RecordedTrial) -> bool:
    """Tell whether a trial ran the files of the experiment, and not another one of its name."""
    code, then = assignment.claim.code, recorded.claim.code.modules
    root = code.repository or Path()
    files = [file for file in assignment.experiment.files if file and file.is_relative_to(root)]
    own = {file.relative_to(root).as_posix() for file in files}
    return own & code.modules.keys() <= then.keys()


def _has_same_data(
    named: Sequence[DataFile], recorded: RecordedTrial, folder: TrialFolder
) -> bool:
    before = named_before(folder, recorded.data)
    if {(f.path, f.digest) for f in before} != {(f.path, f.digest) for f in named}:
        return False
    named_itself = list(recorded_places(folder))
    is_there = all(place.exists() for place, _ in named_itself)
    return is_there and not any(changed_data(named_itself))


def _has_same_experiment(pickle: bytes | None, folder: TrialFolder) -> bool:
    """Tell whether an experiment that is no module holds the same as then."""
    if pickle is None:
        return not folder.experiment.exists()
    return folder.experiment.exists() and folder.experiment.read_bytes() == pickle
