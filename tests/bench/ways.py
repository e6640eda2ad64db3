"""How the trial of `workloads` is run plainly, by mitosis, and by other tools.

Each way has a repository of its own, in which its trials collect, as they do for a user.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple

from tests.bench.environments import (
    MLFLOW,
    OURS,
    PAPERMILL,
    PUBLISHED,
    programs,
    surroundings,
)
from tests.bench.workloads import EXPERIMENTS, repository

PLAIN = "plain script"
WITH_HTML = "papermill + HTML"
_STEPS = """\
[tool.mitosis.steps]
trivial = ["trivial:run", "trivial:lookup_dict"]
"""
_PLAIN = """\
import sys
import trivial
print(trivial.run(seed=int(sys.argv[1]), amplitude=4)["main"])
"""
_TRACKED = """\
import sys
import mlflow
import trivial

mlflow.set_tracking_uri("sqlite:///trials.db")
mlflow.set_experiment("trivial")
for seed in map(int, sys.argv[1:]):
    with mlflow.start_run():
        mlflow.log_params({"amplitude": 4, "seed": seed})
        found = trivial.run(seed=seed, amplitude=4)
        mlflow.log_metric("main", found["main"])
"""
_SAVED = """\
import matplotlib.pyplot
matplotlib.pyplot.savefig("figure.png", dpi=72)
"""
_LOGGED = """\
        mlflow.log_figure(trivial.plt.gcf(), "figure.png")
        trivial.plt.close("all")
"""
SWEEP = ("sweep", "trivial", "-p", "amplitude=four")
"""The words of our sweep, but for its seeds and how many run at a time."""

_CELLS = ("seed, amplitude = 0, 0", "import trivial", "trivial.run(seed, amplitude)['main']")


class Cost(NamedTuple):
    """What a command took, with all processes that it waited for."""

    wall_seconds: float
    cpu_seconds: float


@dataclass(frozen=True)
class Way:
    """A way to run the trial with any seed.

    Attributes:
        words: the command, in which `{seed}` stands for the seed; several are run in turn.
        folder: where to run it.
        environment: with which variables.
    """

    words: tuple[tuple[str, ...], ...]
    folder: Path
    environment: dict[str, str] = field(repr=False)

    def run(self, seed: int) -> Cost:
        """Run a trial, and return what it took."""
        costs = [
            self.cost([word.format(seed=seed) for word in command]) for command in self.words
        ]
        return Cost(*map(sum, zip(*costs, strict=True)))

    def cost(self, words: Sequence[str]) -> Cost:
        """Run any command as this way does it, and return what it took."""
        with tempfile.TemporaryFile() as said:
            began = time.perf_counter()
            process = self.start(words, said)
            _, status, used = os.wait4(process.pid, 0)
            cost = Cost(time.perf_counter() - began, used.ru_utime + used.ru_stime)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                said.seek(0)
                raise RuntimeError(said.read().decode(errors="replace"))
        return cost

    def start(self, words: Sequence[str], said: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start any command as this way does it, with a file for what it says."""
        return subprocess.Popen(
            words, cwd=self.folder, env=self.environment, stdout=said, stderr=said
        )


def ways(home: Path, kind: str) -> dict[str, Way]:
    """Make all ways to run the experiment of a kind, each with its own repository."""
    figure = kind == "figure"
    files = {
        "trivial.py": EXPERIMENTS[kind],
        "pyproject.toml": _STEPS,
        "plain.py": _PLAIN + _SAVED * figure,
        "tracked.py": _TRACKED + _LOGGED * figure,
        "trivial.ipynb": _notebook(),
    }
    return {
        name: Way(
            tuple((str(programs(tool) / words[0]), *words[1:]) for words in commands),
            folder := repository(home / f"{number}-{kind}", files),
            # for the published one, an experiment must be installed, or be found so
            surroundings(PYTHONPATH=str(folder), **more),
        )
        for number, (name, (tool, commands, more)) in enumerate(_COMMANDS.items())
    }


_AGG = {"MPLBACKEND": "Agg"}
_PAPERMILL = (
    *("papermill", "trivial.ipynb", "done-{seed}.ipynb", "--kernel", "python3"),
    *("-p", "seed", "{seed}", "-p", "amplitude", "4", "--no-progress-bar"),
)
_COMMANDS: dict[str, tuple[str, tuple[tuple[str, ...], ...], dict[str, str]]] = {
    PLAIN: (OURS, (("python", "plain.py", "{seed}"),), _AGG),
    OURS: (
        OURS,
        (("mitosis", "run", "trivial", "-p", "amplitude=four", "--seed", "{seed}"),),
        {},
    ),
    PUBLISHED: (
        PUBLISHED,
        (("mitosis", "trivial", "-p", "trivial.amplitude=four", "-e", "+trivial.seed={seed}"),),
        {},
    ),
    PAPERMILL: (PAPERMILL, (_PAPERMILL,), {}),
    WITH_HTML: (
        PAPERMILL,
        (_PAPERMILL, ("jupyter-nbconvert", "--to", "html", "done-{seed}.ipynb")),
        {},
    ),
    MLFLOW: (MLFLOW, (("python", "tracked.py", "{seed}"),), _AGG),
}


def _notebook() -> str:
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell-{number}",
            "metadata": {"tags": ["parameters"]} if number == 0 else {},
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(_CELLS)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return json.dumps(
        {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    )
