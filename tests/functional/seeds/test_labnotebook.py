"""LabNotebook: what its description promises, in our form.

A training script is recorded through a few functions: hyperparameters, losses and accuracies
step by step with fields of any kind, pictures and thoughts. All of it is watched while it runs
and queried afterwards. The same code is recorded from a notebook.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

import mitosis
from tests.functional.conftest import Done, Project
from tests.functional.seeds.scripts import made, ran, told

pytestmark = pytest.mark.slow

TRAIN = """
import mitosis
from matplotlib.figure import Figure

for rate in (0.1, 0.4):
    model = {"layers": [8, 4], "activation": "relu"}
    with mitosis.recording("train", {"rate": rate, "model": model}) as experiment:
        print("training at", rate)
        for step in range(5):
            loss = (1 - rate) ** step
            mitosis.log(
                step=step, training_loss=loss, validation_accuracy=1 - loss,
                custom={"phase": "warm-up" if step < 2 else "main", "rates": [rate]},
            )
        figure = Figure()
        figure.add_subplot().plot([1, 2])
        mitosis.log_figure(figure, "loss.svg")
        with mitosis.open_artifact("weights.bin", "wb") as file:
            file.write(bytes(1000))
        watched = mitosis.load(experiment.key)
        print(watched.status, watched.metrics["training_loss"].count(), "so far")
        experiment.results["main"] = 1 - loss
"""

WATCHED = """
import time
import mitosis

with mitosis.recording("watched", {"k": 1}) as experiment:
    mitosis.log(loss=0.5, step=7)
    print("in the midst", flush=True)
    time.sleep(60)
"""

CELLS = [
    "import mitosis\nrate = 0.2",
    "with mitosis.recording('cells', {'rate': rate}) as experiment:\n"
    "    mitosis.log(loss=rate)\n"
    "    experiment.results['main'] = rate",
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("labnotebook"))
    cells = [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
        | {"execution_count": None}
        for source in CELLS
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    project.write({"cells.ipynb": json.dumps(notebook)})
    return made(project, "*.ipynb\n", train=TRAIN, watched=WATCHED)


@pytest.fixture(scope="module")
def trained(project: Project) -> Done:
    return ran(project.python("train.py"))


@pytest.fixture(scope="module")
def trial(project: Project, trained: Done) -> mitosis.Trial:
    assert trained.status == 0
    (key,) = mitosis.history(
        "train", "rate == 0.1", trials_folder=project.root / "trials"
    ).index
    return mitosis.load(key, trials_folder=project.root / "trials")


def test_each_step_has_its_numbers_and_fields_of_any_kind(trial: mitosis.Trial) -> None:
    points = trial.metrics
    assert list(points["training_loss"].round(4)) == [1.0, 0.9, 0.81, 0.729, 0.6561]
    assert list(points["validation_accuracy"].round(4)) == [0.0, 0.1, 0.19, 0.271, 0.3439]
    assert points["custom"][0] == {"phase": "warm-up", "rates": [0.1]}
    assert points["custom"][4] == {"phase": "main", "rates": [0.1]}


def test_each_experiment_has_date_id_and_hyperparameters_of_any_shape(
    trial: mitosis.Trial,
) -> None:
    assert trial.record["started_at"] < trial.record["ended_at"]
    assert len(trial.key) == 8
    assert trial.parameters["model"] == {"layers": [8, 4], "activation": "relu"}


def test_tables_and_json_fields_are_queried_together(
    project: Project, trial: mitosis.Trial
) -> None:
    database = sqlite3.connect(f"file:{project.root / 'trials/train.db'}?mode=ro", uri=True)
    rows = database.execute(
        "SELECT key, main FROM trial WHERE json_extract(literals, '$.rate') < 0.3"
    ).fetchall()
    database.close()
    assert rows == [(trial.key, trial.main)]


def test_experiments_are_found_by_parameters_metrics_and_status(
    project: Project, trial: mitosis.Trial
) -> None:
    found = mitosis.history(
        None,
        "rate < 0.3 and metric.training_loss.minimum < 0.7 and status == 'succeeded'",
        trials_folder=project.root / "trials",
    )
    assert list(found[found["experiment"] == "train"].index) == [trial.key]


def test_an_experiment_is_monitored_from_within_and_from_elsewhere(
    project: Project, trial: mitosis.Trial
) -> None:
    assert "running 5 so far\n" in trial.log
    process = project.start("watched.py")
    try:
        assert process.stdout
        assert any(line == "in the midst\n" for line in process.stdout)
        shown = told(project, "show", "watched-1-1")
        watched = mitosis.load("watched-1-1", trials_folder=project.root / "trials")
    finally:
        process.terminate()
        process.communicate(timeout=300)
    assert "running" in shown.splitlines()[0]
    assert "in the midst" in shown
    assert watched.metrics["loss"].to_dict() == {7: 0.5}


def test_pictures_and_files_are_taped_in(trial: mitosis.Trial) -> None:
    assert set(trial.artifacts) == {"loss.svg", "weights.bin"}
    assert trial.artifacts["weights.bin"].stat().st_size == 1000
    page = trial.html.read_text(encoding="utf-8")
    assert "loss.svg" in page
    assert "data:image/svg+xml" in page


def test_what_one_thinks_is_written_beside_what_was_seen(
    project: Project, trial: mitosis.Trial
) -> None:
    told(project, "note", trial.key, "the curve bends too early")
    told(project, "tag", trial.key, "odd")
    found = mitosis.history("train", "'odd' in tags", trials_folder=project.root / "trials")
    assert list(found["note"]) == ["the curve bends too early"]


def test_a_notebook_is_recorded_as_a_script_is(project: Project) -> None:
    ran(project.python("-m", "IPython", "--quick", "cells.ipynb"))
    (row,) = project.rows("trials/cells.db")
    assert (row["status"], row["main"]) == ("succeeded", 0.2)


def test_each_trial_has_a_page_and_several_have_one_together(
    project: Project, trial: mitosis.Trial, tmp_path: Path
) -> None:
    report = tmp_path / "report.html"
    keys = mitosis.history("train", trials_folder=project.root / "trials").index
    told(project, "compare", *keys, "--html", str(report))
    for page in (trial.html, report):
        html = page.read_text(encoding="utf-8")
        assert "training_loss" in html
        assert "<svg" in html or "data:image/svg+xml" in html


def test_everything_lies_in_files_and_needs_no_server(
    project: Project, trial: mitosis.Trial
) -> None:
    assert trial.folder.is_relative_to(project.root / "trials")
    assert (project.root / "trials/train.db").read_bytes().startswith(b"SQLite format 3")
    lines = (trial.folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[-1])["validation_accuracy"] == trial.main
