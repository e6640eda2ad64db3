"""`mitosis.log`: each call a line that nothing can lose, and harmless outside of a trial."""

from __future__ import annotations

import json
import math
import os
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mitosis
from mitosis._recording.metrics import MetricsLog, log_in, number
from mitosis._recording.secrecy import Secrets
from mitosis.errors import InvalidMetricError

SECRET = "correct-horse-battery"


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """The file that is written to, as if this process were a trial's kernel."""
    path = tmp_path / "metrics.jsonl"
    log_in(MetricsLog(path, Secrets(values=[SECRET]).redact))
    yield path
    log_in(None)


def lines(path: Path) -> list[dict[str, Any]]:
    """All lines, each without its time."""
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert all(line.pop("at") >= 0 for line in found)
    return found


def test_a_call_is_a_line_with_step_and_time(path: Path) -> None:
    mitosis.log(loss=0.25, step=3)
    mitosis.log_metric("val/loss", 1, step=4)
    mitosis.log_metrics({"a b": 2.5, "größe": True}, step=5.5)
    mitosis.log({"val/loss": 3}, step=np.int64(6), loss=np.float32(0.5))
    assert lines(path) == [
        {"step": 3, "loss": 0.25},
        {"step": 4, "val/loss": 1},
        {"step": 5.5, "a b": 2.5, "größe": True},
        {"step": 6, "val/loss": 3, "loss": 0.5},
    ]


def test_without_a_step_each_name_goes_on_from_its_own(path: Path) -> None:
    mitosis.log(loss=1)
    mitosis.log(loss=2)
    mitosis.log(accuracy=1)
    mitosis.log(loss=3, step=10)
    mitosis.log(loss=4, accuracy=2)
    assert [line["step"] for line in lines(path)] == [0, 1, 0, 10, 11]


class Scalar:
    """What a tensor of one element is to others."""

    def item(self) -> float:
        return 0.75


def test_scalars_of_any_library_are_numbers(path: Path) -> None:
    given = {
        "float64": np.float64(0.1),
        "bool": np.bool_(True),
        "int": np.uint8(200),
        "array": np.array(7),
        "one": np.ones((1, 1)),
        "long": np.longdouble(2),
        "decimal": Decimal("1.5"),
        "tensor": Scalar(),
    }
    mitosis.log(given, step=0)
    told = [("float64", 0.1), ("bool", True), ("int", 200), ("array", 7), ("one", 1.0)]
    told += [("long", 2.0), ("decimal", 1.5), ("tensor", 0.75)]
    assert lines(path) == [{"step": 0} | dict(told)]


def test_numbers_that_json_lacks_come_back(path: Path) -> None:
    mitosis.log(a=math.nan, b=math.inf, c=np.float32("-inf"), d=10**400, e=-(10**5000), step=0)
    (line,) = lines(path)
    assert math.isnan(line["a"])
    infinities = [line[name] for name in "bcde"]
    assert infinities == [math.inf, -math.inf, math.inf, -math.inf]


def test_other_fields_are_whatever_json_holds(path: Path) -> None:
    mitosis.log(
        step=1,
        phase="warm-up\n",
        layers=[1, None, {"a": np.float32(0.5)}],
        matrix=np.eye(2),
        broken="\udcff",
        nothing=None,
    )
    assert lines(path) == [
        {
            "step": 1,
            "phase": "warm-up\n",
            "layers": [1, None, {"a": 0.5}],
            "matrix": [[1.0, 0.0], [0.0, 1.0]],
            "broken": "\udcff",
            "nothing": None,
        }
    ]


def test_secrets_are_taken_out_of_texts_and_names(path: Path) -> None:
    mitosis.log({f"loss {SECRET}": 1.0, "by": SECRET, "all": [{"whom": SECRET}]}, step=0)
    text = path.read_text()
    assert SECRET not in text
    assert text.count("***") == 3


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"at": 1}, "'at' is the name of what each line holds"),
        ({"step": 1}, "'step' is the name of what each line holds"),
        ({"": 1}, "a name is empty"),
        ({3: 1}, "the name 3 is no text"),
        ({"model": object()}, "'model' is of type 'object'"),
        ({"when": np.datetime64("2026-01-01")}, "'when' is of type 'datetime64'"),
        ({"z": 1j}, "'z' is of type 'complex'"),
    ],
)
def test_what_cannot_be_written_is_refused_by_name(
    path: Path, fields: dict[Any, Any], named: str
) -> None:
    with pytest.raises(InvalidMetricError, match=named):
        mitosis.log({"fine": 1, **fields}, step=0)
    assert not path.exists()


def test_all_faults_are_told_at_once(path: Path) -> None:
    with pytest.raises(InvalidMetricError) as caught:
        mitosis.log({"a": object(), "": 1}, step=0)
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize("step", ["3", math.nan, math.inf, 10**400, [1, 2]])
def test_a_step_is_a_finite_number(path: Path, step: Any) -> None:
    with pytest.raises(InvalidMetricError, match="no finite number"):
        mitosis.log(loss=1, step=step)


def test_a_value_without_a_name_is_refused(path: Path) -> None:
    with pytest.raises(InvalidMetricError, match="name what it is"):
        mitosis.log(0.5)  # type: ignore[arg-type] # the mistake


def test_outside_a_trial_nothing_happens(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    mitosis.log(loss=object())
    mitosis.log_metric("", 1)
    mitosis.log_metrics({"at": 1})
    assert mitosis.current_trial() is None
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_stops_nothing_and_is_counted() -> None:
    metrics = MetricsLog(Path("/dev/full"))
    for step in range(3):
        metrics.add({"loss": 1.0}, step)
    assert (metrics.missing, metrics.failure) == (3, "No space left on device")


def test_after_a_failure_a_line_begins_anew(tmp_path: Path) -> None:
    metrics = MetricsLog(tmp_path / "later" / "metrics.jsonl")
    metrics.add({"loss": 1.0}, 0)
    (tmp_path / "later").mkdir()
    metrics.add({"loss": 2.0}, 1)
    metrics.add({"loss": 3.0}, 2)
    empty, *rest = (tmp_path / "later" / "metrics.jsonl").read_text().splitlines()
    assert (empty, [json.loads(line)["step"] for line in rest]) == ("", [1, 2])


def test_threads_and_forks_write_whole_lines_and_share_no_step(path: Path) -> None:
    children = []
    for child in range(4):
        if (pid := os.fork()) == 0:
            for step in range(500):
                mitosis.log({f"child{child}": step / 3, "text": "x" * 300}, step=step)
            os._exit(0)
        children.append(pid)

    def work() -> None:
        for _ in range(500):
            mitosis.log(loss=1.0)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for pid in children:
        os.waitpid(pid, 0)
    found = lines(path)
    assert len(found) == 4000
    assert sorted(line["step"] for line in found if "loss" in line) == list(range(2000))
    assert sum(line.get("child3", 0) for line in found) == pytest.approx(499 * 500 / 6)


@pytest.mark.parametrize("value", ["1", b"1", [1], {"a": 1}, None, 1j, np.zeros(2), object()])
def test_what_is_no_number_is_none(value: Any) -> None:
    assert number(value) is None
