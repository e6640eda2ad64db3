"""A recorded trial read back from its folder, whatever that lacks."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import dill
import pytest

import mitosis
from mitosis import Status, errors
from mitosis._history.loading import load, load_trial_data
from mitosis._history.parameters import NotKept
from mitosis._model import Usage
from mitosis._records.legacy_keeping import FORMER_FILES
from tests.unit.records.trials import Begun, begin, variant

CELL = """\
parameters = {
    # variant low
    'noise': {'lr': 0.1,
              'steps': [1, -2]},
    'day': unpickled('day'),  # untracked
    'key': unpickled('key'),  # untracked: ***
    'gone': unpickled('gone'),
}"""


def notebook(*cells: tuple[str, str]) -> str:
    """Return a notebook of code cells, each with a tag."""
    made = [
        {"cell_type": "code", "metadata": {"tags": [tag]}, "source": source, "outputs": []}
        for tag, source in cells
    ]
    return json.dumps({"cells": made})


@pytest.fixture
def full(tmp_path: Path) -> Begun:
    """A trial that has left everything."""
    trial = begin(tmp_path, variant("low", "{'lr': 0.1, 'steps': [1, -2]}"))
    folder = trial.folder
    folder.parameter("day").parent.mkdir()
    folder.parameter("day").write_bytes(dill.dumps(date(2024, 5, 6)))
    tasks = {
        "day": {"file": "parameters/day.dill", "modules": ["datetime"]},
        "key": {"file": "", "modules": []},
        "gone": {"file": "parameters/gone.dill", "modules": []},
        "far": {"file": "../../far.dill", "modules": []},
    }
    folder.task.write_text(json.dumps({"parameters": tasks}))
    folder.results.write_bytes(dill.dumps({"main": 1.5, "more": [1, 2]}))
    lines = [
        {"step": 2, "at": 0.2, "loss": math.nan, "note": "odd"},
        {"step": 1, "at": 0.1, "loss": 0.5},
        {"step": 1, "at": 0.3, "loss": 0.25, "accuracy": 1},
    ]
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    folder.metrics.write_text(f'{text}[1]\n{{"step": "x"}}\n{{"step": 3, "lo')
    (folder.artifacts / "deep").mkdir(parents=True)
    (folder.artifacts / "deep" / "model.pkl").write_text("model")
    trial.print("one\n").finish()
    folder.notebook.write_text(
        notebook(("parameters", CELL), ("parameters", "config = {'noise': 0}"))
    )
    return trial


def test_all_that_lies_in_the_folder_can_be_read(full: Begun, tmp_path: Path) -> None:
    trial = load(full.key, tmp_path)
    assert (trial.name, trial.key, trial.status) == (full.name, full.key, Status.SUCCEEDED)
    assert (trial.experiment, trial.iteration, trial.seed) == ("sine", 1, 7)
    assert trial.variants == {"noise": "low"}
    assert (trial.html, trial.folder) == (full.page, full.folder.root)
    assert trial.main == 1.5
    assert trial.results == {"main": 1.5, "more": [1, 2]}
    assert trial.log == "one\n"
    model = full.folder.artifacts / "deep" / "model.pkl"
    assert trial.artifacts == {"deep/model.pkl": model}
    assert trial.record["hypothesis"] == "The sine is what it was."
    assert trial.environment["cpu"] == "cpu"
    assert trial.environment["packages"] == {}


def test_parameters_are_literals_pickles_or_told_to_be_missing(
    full: Begun, tmp_path: Path
) -> None:
    parameters = load(full.key, tmp_path).parameters
    assert parameters["noise"] == {"lr": 0.1, "steps": [1, -2]}
    assert parameters["day"] == date(2024, 5, 6)
    assert isinstance(parameters["key"], NotKept)
    assert "secret" in parameters["key"].reason
    assert isinstance(parameters["gone"], NotKept)
    assert isinstance(parameters["far"], NotKept), "it lies outside of the trials folder"
    assert "'key': <not kept: it holds a secret" in repr(parameters)


def test_without_a_notebook_a_locked_text_tells_the_value(full: Begun, tmp_path: Path) -> None:
    full.folder.notebook.unlink()
    assert load(full.key, tmp_path).parameters["noise"] == {"lr": 0.1, "steps": [1, -2]}


def test_a_value_that_cannot_be_unpickled_names_its_file(full: Begun, tmp_path: Path) -> None:
    full.folder.parameter("day").write_bytes(b"no pickle")
    parameters = load(full.key, tmp_path).parameters
    with pytest.raises(Exception, match=r"pickle|opcode|load key|UNICODE") as caught:
        parameters["day"]
    assert any("parameter 'day'" in note for note in caught.value.__notes__)
    assert "<cannot be read" in repr(parameters)
    assert parameters["noise"], "the others can be read"


def test_metrics_have_a_row_a_step_and_the_later_value_wins(
    full: Begun, tmp_path: Path
) -> None:
    metrics = load(full.key, tmp_path).metrics
    assert list(metrics.index) == [1, 2]
    assert metrics.index.dtype == "int64"
    assert metrics.index.name == "step"
    assert list(metrics.columns) == ["loss", "note", "accuracy", "at"]
    assert metrics.loc[1, ["loss", "accuracy", "at"]].tolist() == [0.25, 1, 0.3]
    assert math.isnan(metrics.loc[2, "loss"])
    assert metrics.loc[2, "note"] == "odd"


def test_what_a_trial_has_not_is_empty(tmp_path: Path) -> None:
    bare = begin(tmp_path).finish(begin_outcome())
    bare.folder.notebook.unlink(missing_ok=True)
    bare.folder.log.unlink()
    trial = load(bare.key, tmp_path)
    assert trial.status is Status.KILLED
    assert (trial.results, trial.log, trial.artifacts) == ({}, "", {})
    assert trial.metrics.empty
    assert trial.notebook.tags == ()
    assert trial.code.experiment == ""
    assert trial.main is None
    with pytest.raises(LookupError):
        trial.persisted("prepare")


def begin_outcome() -> Any:
    """Return the outcome of a trial that was killed before it did anything."""
    from mitosis._model import Outcome
    from tests.unit.records.trials import NOON

    return Outcome(Status.KILLED, NOON, Usage(1.0), reason="its kernel ended")


def test_a_trial_that_runs_can_be_loaded(
    tmp_path: Path,
) -> None:
    from mitosis._provenance import runner

    running = begin(tmp_path, runner=runner()).print("so far\n")
    trial = load(running.key, tmp_path)
    assert (trial.status, trial.log) == (Status.RUNNING, "so far\n")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [(lambda file: file.write_text("{"), "no JSON"), (lambda file: file.unlink(), "No such")],
    ids=["damaged", "gone"],
)
def test_a_record_that_cannot_be_read_is_said(
    spoil: Callable[[Path], None], words: str, full: Begun, tmp_path: Path
) -> None:
    spoil(full.folder.record)
    with pytest.raises(errors.RecordError, match=words):
        load(full.key, tmp_path)


def test_results_of_each_step_come_oldest_first(full: Begun, tmp_path: Path) -> None:
    assert load_trial_data(full.key, trials_folder=tmp_path) == [full_results(full)]
    full.folder.steps.mkdir()
    for number, name in ((10, "fit"), (9, "prepare")):
        file = full.folder.steps / f"{number}-{name}.results.dill"
        file.write_bytes(dill.dumps({"main": number}))
    data = load_trial_data(full.key[:6], trials_folder=tmp_path)
    assert [results["main"] for results in data] == [9, 10, 1.5]


def test_results_of_a_trial_of_mitosis_0_6_come_as_its_steps_left_them(
    full: Begun, tmp_path: Path
) -> None:
    former = full.folder.root / FORMER_FILES
    former.mkdir()
    (former / "results_0.dill").write_bytes(dill.dumps({"main": "first"}))
    data = load_trial_data(full.key, trials_folder=tmp_path)
    assert [results["main"] for results in data] == ["first", 1.5]


def full_results(trial: Begun) -> dict[str, Any]:
    """Return what the fixture's trial has kept."""
    held: dict[str, Any] = dill.loads(trial.folder.results.read_bytes())
    return held


def test_metrics_of_several_trials_stand_side_by_side(full: Begun, tmp_path: Path) -> None:
    other = begin(tmp_path, variant("high", "1")).finish()
    other.folder.metrics.write_text('{"step": 3, "at": 0, "loss": Infinity}\n')
    curves = mitosis.metrics([full.key, other.key], "loss", trials_folder=tmp_path)
    assert list(curves.columns) == [full.name, other.name]
    assert list(curves.index) == [1, 2, 3]
    assert curves.index.dtype == "int64"
    assert curves[full.name].tolist()[0] == 0.25
    assert curves[other.name].tolist()[-1] == math.inf
    with pytest.raises(LookupError, match="did you mean 'loss'"):
        mitosis.metrics([full.key], "los", trials_folder=tmp_path)


def test_trials_of_one_name_are_told_apart_in_the_columns(tmp_path: Path) -> None:
    pair = [begin(tmp_path, group=group).finish() for group in ("a", "b")]
    for trial in pair:
        trial.folder.metrics.write_text('{"step": 1, "at": 0, "loss": 1}\n')
    keys = [trial.key for trial in pair]
    curves = mitosis.metrics(keys, "loss", trials_folder=tmp_path)
    assert list(curves.columns) == [f"sine-low-1 ({key})" for key in keys]
