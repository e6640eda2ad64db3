"""`record.json`: a trial can be told without the database."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mitosis._layout import TrialFolder
from mitosis._model import (
    Claim,
    Claimed,
    CodeState,
    Machine,
    Outcome,
    Runner,
    Status,
    Usage,
    Variant,
)
from mitosis._recording import Report
from mitosis._records.record import write_record

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)
CLAIM = Claim(
    experiment="größe 🧬",
    key="3f9a2c11",
    name_prefix="sine-low",
    group="a",
    variants=(Variant("noise", "lo\nw", "0.1", "d", 2, {1: "1/10"}),),
    values={"noise": 0.1},
    seed=2**80,
    code=CodeState(Path("/home/me/repo"), "c" * 40, "main", "https://example.org", ("?? x",)),
    machine=Machine("Linux", "cpu", 8, 1 << 30, ("run.py", "-p")),
    runner=Runner("host", 4321, 12.5, "boot"),
    environment_digest="e",
    started_at=NOON,
)
PAGE = Path("/home/me/repo/trials/trial_sine-low-1.html")
OUTCOME = Outcome(
    Status.FAILED, NOON, Usage(3.0, 2.0, 10), "raised", 1.5, "Traceback\n  x", ["changed x"]
)


@pytest.fixture
def folder(tmp_path: Path) -> TrialFolder:
    return TrialFolder(tmp_path)


def written(folder: TrialFolder, *rest: Any, claim: Claim = CLAIM) -> dict[str, Any]:
    claimed, *end = rest or (Claimed("sine-low-1", 1),)
    write_record(folder, claim, claimed, PAGE, *end)
    record: dict[str, Any] = json.loads(folder.record.read_text(encoding="utf-8"))
    return record


def test_a_running_trial_is_told_in_full(folder: TrialFolder) -> None:
    record = written(folder)
    assert record == {
        "record_version": 1,
        "experiment": "größe 🧬",
        "name": "sine-low-1",
        "key": "3f9a2c11",
        "group": "a",
        "iteration": 1,
        "debug": False,
        "variants": {
            "noise": {
                "parameter": "noise",
                "name": "lo\nw",
                "text": "0.1",
                "digest": "d",
                "version": 2,
            }
        },
        "values": {"noise": 0.1},
        "seed": 2**80,
        "code": {
            "repository": "repo",
            "commit": "c" * 40,
            "branch": "main",
            "remote": "https://example.org",
            "changes": ["?? x"],
        },
        "machine": {
            "host": "host",
            "platform": "Linux",
            "cpu": "cpu",
            "cpu_count": 8,
            "memory_bytes": 1 << 30,
            "pid": 4321,
            "process_started": 12.5,
            "boot_id": "boot",
            "argv": ["run.py", "-p"],
        },
        "environment": "e",
        "started_at": "2024-05-06T12:00:00+00:00",
        "html": "trial_sine-low-1.html",
        "status": "running",
    }


def test_an_ended_trial_adds_how_it_ended(folder: TrialFolder) -> None:
    running = written(folder)
    mutated = {"x": [["x[0]", "1", "2"]]}
    report = Report(results={"main": "1.5"}, dropped={"file": "TypeError"}, mutated=mutated)
    record = written(folder, Claimed("sine-low-1", 1), OUTCOME, report)
    added = {key: value for key, value in record.items() if running.get(key) != value}
    assert added == {
        "status": "failed",
        "reason": "raised",
        "main": 1.5,
        "traceback": "Traceback\n  x",
        "ended_at": "2024-05-06T12:00:00+00:00",
        "wall_seconds": 3.0,
        "cpu_seconds": 2.0,
        "peak_memory_bytes": 10,
        "results": {"main": "1.5"},
        "results_dropped": {"file": "TypeError"},
        "mutated": {"x": [["x[0]", "1", "2"]]},
        "warnings": ["changed x"],
    }


def test_a_trial_in_debug_mode_has_no_iteration(folder: TrialFolder) -> None:
    record = written(folder, None)
    assert (record["debug"], record["iteration"], record["name"]) == (True, None, "sine-low")


def test_no_path_in_the_record_ties_it_to_its_place(folder: TrialFolder) -> None:
    written(folder)
    assert "/home/me" not in folder.record.read_text(encoding="utf-8")


def test_outside_a_repository_there_is_none(folder: TrialFolder) -> None:
    assert written(folder, claim=replace(CLAIM, code=CodeState()))["code"]["repository"] is None


def test_text_that_is_no_unicode_is_written_as_its_escape(folder: TrialFolder) -> None:
    machine = replace(CLAIM.machine, argv=("--file=\udcff",))
    record = written(folder, claim=replace(CLAIM, machine=machine))
    assert record["machine"]["argv"] == ["--file=\udcff"]


def test_the_record_is_replaced_as_a_whole(folder: TrialFolder) -> None:
    for _ in range(2):
        written(folder)
    assert [path.name for path in folder.root.iterdir()] == ["record.json"]
