"""The trial that runs here, as the experiment may ask for it: `mitosis.current_trial`."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from mitosis._dataclass import dataclass
from mitosis._layout import TrialFolder


@dataclass(frozen=True)
class CurrentTrial:
    """The trial that runs in this process.

    Attributes:
        name: as in `Trial`; without a number in debug mode.
        key: a short random id.
        experiment: the experiment's name.
        folder: the trial's folder; `mitosis.open_artifact` makes files in it.
        seed: the seed that it runs with, None if it has none.
    """

    name: str
    key: str
    experiment: str
    folder: Path
    seed: int | None


_inside: list[TrialFolder] = []


def run_in(folder: TrialFolder | None) -> None:
    """Have `current_trial` tell of that trial from now on, in this process and its forks."""
    _inside[:] = [folder] if folder else []


def current_trial() -> CurrentTrial | None:
    """Return the trial that runs in this process; None outside of one.

    Example:
        >>> trial = mitosis.current_trial()
        >>> scratch = trial.folder / "scratch" if trial else Path("scratch")
    """
    if not _inside:
        return None
    return _told(_inside[-1])


@lru_cache(maxsize=1)
def _told(folder: TrialFolder) -> CurrentTrial:
    record = json.loads(folder.record.read_text(encoding="utf-8"))
    return CurrentTrial(
        name=record["name"],
        key=record["key"],
        experiment=record["experiment"],
        folder=folder.root,
        seed=record["seed"],
    )
