"""`load`: a recorded trial as an object, whoever ran it, and whenever."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mitosis._history.lookup import Found, Reference, find
from mitosis._history.reader import FolderReader, read_results
from mitosis._layout import TrialFolder
from mitosis._model import Status, Trial
from mitosis._records.reading import read_text, to_trial

_FORMER_STEP = re.compile(r"results_(\d+)\.dill")
_STEP = re.compile(r"(\d+)-.*\.results\.dill", re.DOTALL)


def load(trial: Reference, trials_folder: Path | str | None = None) -> Trial:
    """Return a recorded trial, whoever ran it, and whenever; nothing is changed.

    Every trial can be loaded, also one that failed, runs still, or ran in debug mode; one
    whose process is gone is closed as lost. What lies in its folder (results, metrics,
    notebook, ...) is read when it is first asked for. Reading results unpickles them, which
    runs code: load trials of people whom you trust.

    Args:
        trial: its key, the beginning of its key, its name, the path of its folder or page, or
            a `Trial`, which is read anew.
        trials_folder: where it lies; default: as for `mitosis.run`, seen from the working
            directory.

    Raises:
        UnknownTrialError: there is none.
        AmbiguousTrialError: several fit.
        RecordError: its record is gone or damaged.
        TrialsFolderError: there is no such folder.

    Example:
        >>> trial = mitosis.load("sine-exp-my_variant-1")        # doctest: +SKIP
        >>> trial.main, trial.parameters["amplitude"]            # doctest: +SKIP
    """
    return loaded(find(trial, trials_folder))


def loaded(found: Found) -> Trial:
    """Return a trial that was found.

    Raises:
        RecordError: its record is gone or damaged.
    """
    record = read_text(found.folder)
    told = to_trial(found.folder, record)
    claim, outcome = told.claim, told.outcome
    return Trial(
        name=found.name,
        key=claim.key,
        experiment=claim.experiment,
        variants={v.parameter: v.name for v in claim.variants},
        iteration=told.claimed.iteration if told.claimed else None,
        seed=claim.seed,
        status=outcome.status if outcome else Status.RUNNING,
        html=found.html,
        folder=found.folder.root,
        group=claim.group,
        commit=claim.code.commit,
        reader=FolderReader(found.folder, found.html),
    )


def load_trial_data(
    key: Reference, *, trials_folder: Path | str | None = None
) -> list[Mapping[str, Any]]:
    """Return the results of each step of a trial, oldest first, as mitosis 0.6 did.

    Args:
        key: of the trial, or whatever else `mitosis.load` takes; of a trial that was imported
            from mitosis 0.6 its former key.
        trials_folder: where it lies; default: as for `mitosis.run`.

    Returns:
        One dict a step; of a trial of one step a list of one, of one without results an empty
        one.

    Raises:
        UnknownTrialError: there is none.
        AmbiguousTrialError: several fit.

    Example:
        >>> data = mitosis.load_trial_data("3f9a2c11")           # doctest: +SKIP
        >>> data[-1]["main"]                                     # doctest: +SKIP
    """
    return [read_results(file) for file in _step_results(find(key, trials_folder).folder)]


def _step_results(folder: TrialFolder) -> list[Path]:
    """Return the files of results, the last step's last."""
    from mitosis._records.legacy_keeping import FORMER_FILES

    former = _numbered(folder.root / FORMER_FILES, _FORMER_STEP)
    steps = _numbered(folder.steps, _STEP)
    return [*former, *steps, *([folder.results] if folder.results.exists() else [])]


def _numbered(place: Path, pattern: re.Pattern[str]) -> list[Path]:
    names = place.iterdir() if place.is_dir() else ()
    found = [(pattern.fullmatch(path.name), path) for path in names]
    return [path for _, path in sorted((int(m[1]), path) for m, path in found if m)]
