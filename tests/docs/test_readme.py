"""The four lines of the contract stand in README.md, verbatim, and run as they stand there."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from .pages import ROOT, blocks
from .sessions import replay

README = (ROOT / "README.md").read_text(encoding="utf-8")

EXPERIMENT = '''\
# sine_experiment.py
import numpy as np
name = "sine-exp"
def run(seed, amplitude):
    """The maximum of a sine wave equals its amplitude."""
    x = np.arange(0, 10, .05)
    y = amplitude * np.sin(x)
    return {"main": np.abs(max(y) - amplitude)}
'''

LINES = """\
params = [mitosis.Parameter("my_variant", "amplitude", 4)]
mitosis.run(sine_experiment, params=params, trials_folder=folder)
"""


def test_the_four_lines_stand_there_verbatim() -> None:
    texts = {block.file: block.text for block in blocks(README)}
    assert texts["sine_experiment.py"] == EXPERIMENT
    assert LINES in texts["run_sine.py"]


@pytest.mark.slow
def test_they_record_two_iterations_and_refuse_the_change_between(tmp_path: Path) -> None:
    outputs = replay(README.partition("## Measure")[0], tmp_path)
    (database,) = tmp_path.glob("sine/trials/*.db")
    connection = sqlite3.connect(database)
    rows = connection.execute("SELECT name, status FROM trial ORDER BY id").fetchall()
    connection.close()
    assert rows == [
        ("sine-exp-my_variant-1", "succeeded"),
        ("sine-exp-my_variant-2", "succeeded"),
    ]
    assert any("VariantConflictError" in output for output in outputs)


def test_the_picture_is_small() -> None:
    assert (ROOT / "docs" / "images" / "trial.png").stat().st_size < 200_000
