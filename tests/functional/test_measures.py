"""What an experiment logs and keeps while it runs, seen afterwards: after any death, too."""

from __future__ import annotations

import json
import math
import os
import re
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.functional.conftest import Done, Project, record, trial_folder

pytestmark = pytest.mark.slow

EXPERIMENT = """
import os, threading
import mitosis
name = "curves"

def run(seed, how):
    "The loss falls."
    trial = mitosis.current_trial()
    print("trial", trial.name, trial.key, trial.experiment, trial.seed, trial.folder.name)
    mitosis.log_figure(figure(), "plots/loss.svg")
    mitosis.log_table([{"epoch": 0, "loss": 0.5}], "losses")
    with mitosis.open_artifact("notes.txt", "w") as file:
        file.write("as it was")
    if how == "killed":
        together()
        for step in range(12_345):
            mitosis.log(loss=1 / (step + 1), step=step)
        os.kill(os.getpid(), 9)
    for step, loss in enumerate([1.0, float("nan"), 0.5, float("inf"), 0.25]):
        mitosis.log(loss=loss, step=step, phase="token=" + os.environ["API_KEY"])
    return {"main": 0.25, "worst": float("inf"), "text": "x", "ok": True}

def figure():
    from matplotlib.figure import Figure
    made = Figure()
    made.add_subplot().plot([1, 2])
    return made

def together():
    "Log from four threads and from two children at once."
    parent, pids = os.getpid(), []
    for _ in range(2):
        if os.getpid() == parent:
            pids.append(os.fork())
    def work():
        for _ in range(1000):
            mitosis.log(shared=os.getpid())
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    if os.getpid() != parent:
        os._exit(0)
    for pid in pids: os.waitpid(pid, 0)
"""
SECRET = "hunter2-hunter2-hunter2"


class Trial:
    """A trial that has ended, and all that it left behind."""

    def __init__(self, project: Project, how: str, *options: str) -> None:
        self.done: Done = project.mitosis(
            *("run", "curves", "-e", f"how={how!r}", "--seed", "7", *options),
            env={"API_KEY": SECRET},
        )
        self.folder = trial_folder(project.root)
        self.record = record(self.folder)
        self.rows = project.rows(next(project.root.glob("**/curves.db")))

    @property
    def lines(self) -> list[dict[str, Any]]:
        text = (self.folder / "metrics.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    @property
    def page(self) -> Path:
        (found,) = self.folder.parent.glob("trial_*.*")
        return found


def run_once(how: str, *options: str) -> Iterator[Trial]:
    with TemporaryDirectory() as place:
        project = Project(Path(place))
        project.git("init", "-q")
        (project.root / ".gitignore").write_text("__pycache__/\ntrials/\n")
        project.write(curves=EXPERIMENT)
        project.commit()
        yield Trial(project, how, *options)


@pytest.fixture(scope="module")
def killed() -> Iterator[Trial]:
    yield from run_once("killed")


@pytest.fixture(scope="module")
def whole() -> Iterator[Trial]:
    yield from run_once("whole", "--output-extension", "ipynb")


def test_all_points_up_to_a_kill_are_there(killed: Trial) -> None:
    assert killed.record["status"] == "killed"
    losses = [line for line in killed.lines if "loss" in line]
    assert [line["step"] for line in losses] == list(range(12_345))
    assert killed.record["metrics"]["loss"] == {
        "points": 12_345,
        "last": 1 / 12_345,
        "last_step": 12_344,
        "minimum": 1 / 12_345,
        "maximum": 1,
        "mean": pytest.approx(sum(1 / n for n in range(1, 12_346)) / 12_345),
    }


def test_threads_and_forks_log_at_once_and_tear_no_line(killed: Trial) -> None:
    shared = [line["shared"] for line in killed.lines if "shared" in line]
    assert len(shared) == 4000 * len(set(shared))
    assert len(set(shared)) == 3
    assert killed.record["metrics"]["shared"]["points"] == len(shared)


def test_a_page_of_a_killed_trial_shows_curves_and_artifacts(killed: Trial) -> None:
    html = killed.page.read_text(encoding="utf-8")
    images = dict(
        re.findall(r'<img alt="([^"]+)" src="data:image/svg\+xml;base64,(\S+)"', html)
    )
    assert set(images) == {"loss", "shared", "plots/loss.svg"}
    kept = killed.folder / "artifacts" / "plots" / "loss.svg"
    assert b64decode(images["plots/loss.svg"]) == kept.read_bytes()
    assert f'href="./{killed.folder.name}/artifacts/notes.txt"' in html
    assert "<td>12,345</td>" in html
    names = [artifact["name"] for artifact in killed.record["artifacts"]]
    assert names == ["losses.csv", "notes.txt", "plots/loss.svg"]


def test_an_experiment_can_ask_which_trial_it_is(whole: Trial) -> None:
    told = next(line for line in whole.done.out.splitlines() if line.startswith("trial "))
    assert told.split()[1:] == [
        whole.record["name"],
        whole.record["key"],
        "curves",
        "7",
        whole.folder.name,
    ]


def test_numbers_come_back_without_secrets(whole: Trial) -> None:
    assert whole.record["numbers"] == {"main": 0.25, "worst": math.inf, "ok": True}
    values = [line["loss"] for line in whole.lines]
    assert [values[0], values[2], values[3]] == [1.0, 0.5, math.inf]
    assert math.isnan(values[1])
    assert {line["phase"] for line in whole.lines} == {"token=***"}
    assert SECRET not in (whole.folder / "record.json").read_text()
    assert whole.rows[0]["status"] == "succeeded"


def test_a_notebook_of_jupyter_has_the_sections_too(whole: Trial) -> None:
    cells = json.loads(whole.page.read_text(encoding="utf-8"))["cells"]
    texts = {tag: "".join(c["source"]) for c in cells for tag in c["metadata"].get("tags", ())}
    assert texts["metrics"].startswith("## Metrics\n\n![loss](data:image/svg+xml;base64,")
    assert f"](./{whole.folder.name}/artifacts/plots/loss.svg)" in texts["artifacts"]


def test_nothing_is_left_outside_the_trials_folder(whole: Trial) -> None:
    project = whole.folder.parent.parent
    assert {entry.name for entry in os.scandir(project)} <= {
        *(".git", ".gitignore", "__pycache__", "curves.py", "trials"),
    }
