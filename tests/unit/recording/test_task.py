"""The task that travels to the kernel as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mitosis._model import DataFile
from mitosis._recording import ParameterTask, Task

TASK = Task(
    experiment='größe 🧬 "quoted" \'n\n',
    log_level="DEBUG",
    parameters={
        "solver": ParameterTask("parameters/solver.dill", ("pkg", "pkg.mod")),
        "data": ParameterTask("../.values/abc.dill"),
    },
    locked={"solver": "pkg.Solver(x='\\xe9')"},
    script={"Solver": "__main__['train.py'].Solver"},
    seed=2**80,
    data=(DataFile("data/a\udcff.csv", "ab" * 32, 3, datetime(2026, 1, 2, tzinfo=UTC)),),
)


@pytest.mark.parametrize("task", [TASK, Task("sine", "INFO", {})])
def test_a_task_is_read_as_it_was_written(tmp_path: Path, task: Task) -> None:
    task.write(tmp_path / "task.json")
    assert Task.read(tmp_path / "task.json") == task


def test_the_file_is_json_for_other_tools_too(tmp_path: Path) -> None:
    TASK.write(tmp_path / "task.json")
    stored = json.loads((tmp_path / "task.json").read_text(encoding="utf-8"))
    assert sorted(stored) == [
        "data",
        "experiment",
        "locked",
        "log_level",
        "parameters",
        "script",
        "seed",
    ]
    assert stored["parameters"]["solver"] == {
        "file": "parameters/solver.dill",
        "modules": ["pkg", "pkg.mod"],
    }
