"""A metric that is read while its file grows."""

from __future__ import annotations

import math
from pathlib import Path

from mitosis._sweep.metrics_tail import MetricsTail


def test_only_what_is_new_and_whole_is_read(tmp_path: Path) -> None:
    file = tmp_path / "metrics.jsonl"
    tail = MetricsTail(file, "loss")
    assert list(tail.read()) == []
    file.write_text('{"step": 0, "at": 0.1, "loss": 3}\n{"step": 1, "at": 0.2, "lo')
    assert list(tail.read()) == [(0, 3.0)]
    assert list(tail.read()) == []
    with file.open("a") as more:
        more.write('ss": 2.5}\n{"step": 2, "at": 0.3, "other": 9}\n')
    assert list(tail.read()) == [(1, 2.5)]


def test_what_optuna_cannot_take_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "metrics.jsonl"
    values = ["[1]", "true", "NaN", "7", "8"]
    steps = ["0", "1", "2", "2.5", "2"]
    lines = [
        f'{{"step": {s}, "at": 1, "loss": {v}}}' for s, v in zip(steps, values, strict=True)
    ]
    file.write_text("\n".join([*lines, "damaged", '{"step": -1, "at": 1, "loss": 1}', ""]))
    ((step, value),) = MetricsTail(file, "loss").read()
    assert step == 2
    assert math.isnan(value)


def test_a_trial_that_began_once_more_is_read_from_its_start(tmp_path: Path) -> None:
    file = tmp_path / "metrics.jsonl"
    tail = MetricsTail(file, "loss")
    file.write_text("".join(f'{{"step": {n}, "at": 1, "loss": {n}}}\n' for n in range(3)))
    assert len(list(tail.read())) == 3
    file.write_text('{"step": 0, "at": 1, "loss": 0}\n')
    assert list(tail.read()) == []
    with file.open("a") as more:
        more.write('{"step": 3, "at": 1, "loss": 3}\n')
    assert list(tail.read()) == [(3, 3.0)]
