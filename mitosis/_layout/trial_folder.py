"""The folder of one trial: what lies in it, and how it gets its name."""

from __future__ import annotations

import os
import re
from pathlib import Path

from mitosis._dataclass import dataclass
from mitosis._layout.names import KEY_LENGTH, file_stem

TRIAL_FOLDER = re.compile(rf".+_[0-9a-f]{{{KEY_LENGTH}}}")
_DEBUG_FOLDER = re.compile(rf".+_debug_[0-9a-f]{{{KEY_LENGTH}}}")


@dataclass(frozen=True)
class TrialFolder:
    """The paths inside the folder of one trial."""

    root: Path

    @property
    def record(self) -> Path:
        """Everything that is known of the trial, as JSON."""
        return self.root / "record.json"

    @property
    def task(self) -> Path:
        """What the kernel is to do, as JSON, written before it starts."""
        return self.root / "task.json"

    @property
    def report(self) -> Path:
        """What the kernel did: main, resources, what could not be kept; as JSON."""
        return self.root / "report.json"

    @property
    def results(self) -> Path:
        """What `run` returned, pickled with dill."""
        return self.root / "results.dill"

    @property
    def log(self) -> Path:
        """Everything the experiment printed and logged, as plain text."""
        return self.root / "output.log"

    @property
    def displays(self) -> Path:
        """Every figure and table that the experiment displayed, a JSON object in each line."""
        return self.root / "displays.jsonl"

    @property
    def metrics(self) -> Path:
        """Every call that logged metrics, a JSON object in each line."""
        return self.root / "metrics.jsonl"

    @property
    def artifacts(self) -> Path:
        """The folder of the files that the experiment kept."""
        return self.root / "artifacts"

    @property
    def step_calls(self) -> Path:
        """Every call of a function that is a step, a JSON object in each line."""
        return self.root / "steps.jsonl"

    @property
    def steps(self) -> Path:
        """The folder of sources and kept results of steps."""
        return self.root / "steps"

    @property
    def annotations(self) -> Path:
        """Notes, tags and the like that people gave the trial, a JSON object in each line."""
        return self.root / "annotations.jsonl"

    @property
    def data(self) -> Path:
        """Every input file that the experiment recorded, a JSON object in each line."""
        return self.root / "data.jsonl"

    @property
    def notebook(self) -> Path:
        """The notebook: as it was when the trial started, and with its outputs at the end."""
        return self.root / "notebook.ipynb"

    @property
    def reserve(self) -> Path:
        """Room on the disk that is kept for the end of a running trial."""
        return self.root / ".reserve"

    @property
    def experiment(self) -> Path:
        """The experiment itself, pickled, where it is an object and not a module."""
        return self.root / "experiment.dill"

    @property
    def registered(self) -> Path:
        """What the user registered for types that the parameters hold, pickled."""
        return self.root / "registered.dill"

    def parameter(self, argument: str) -> Path:
        """The pickled value of one parameter."""
        return self.root / "parameters" / f"{file_stem(argument)}.dill"


def trial_folders(trials_folder: Path) -> list[TrialFolder]:
    """Return the folders of all recorded trials, and what looks like them, by their names.

    Claims that have not got their visible name yet are among them, trials in debug mode not.
    """
    with os.scandir(trials_folder) as entries:
        names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    found = [n for n in names if TRIAL_FOLDER.fullmatch(n) and not _DEBUG_FOLDER.fullmatch(n)]
    return [TrialFolder(trials_folder / name) for name in sorted(found)]


def make_trial_folder(trials_folder: Path, stem: str, key: str) -> TrialFolder:
    """Make the folder of a trial under a hidden name, for `show_trial_folder` to change."""
    root = trials_folder / f".{stem}_{key}"
    root.mkdir()
    return TrialFolder(root)


def visible(folder: TrialFolder) -> TrialFolder:
    """Return a trial's folder under the name that it has in the end."""
    return TrialFolder(folder.root.with_name(folder.root.name.removeprefix(".")))


def hidden(folder: TrialFolder) -> TrialFolder:
    """Return a trial's folder under the name that it has while it is claimed."""
    return TrialFolder(folder.root.with_name(f".{visible(folder).root.name}"))


def is_taken(trials_folder: Path, stem: str, key: str) -> bool:
    """Tell whether another trial has a folder of the name that one is to get."""
    with os.scandir(trials_folder) as entries:
        return any(
            entry.name[:-KEY_LENGTH] == f"{stem}_"  # first: it costs least, of many folders
            and not entry.name.endswith(key)
            and TRIAL_FOLDER.fullmatch(entry.name)
            for entry in entries
        )


def taken_stems(trials_folder: Path) -> frozenset[str]:
    """Return the names without the key of all trials' folders that there are, visible ones."""
    with os.scandir(trials_folder) as entries:
        names = [entry.name for entry in entries if TRIAL_FOLDER.fullmatch(entry.name)]
    return frozenset(name[: -KEY_LENGTH - 1] for name in names)


def show_trial_folder(folder: TrialFolder) -> TrialFolder:
    """Give a trial's folder its name, now that a record in it says what it is."""
    return TrialFolder(folder.root.rename(visible(folder).root))
