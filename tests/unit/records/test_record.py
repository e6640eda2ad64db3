"""`record.json`: a trial can be told without the database."""

from __future__ import annotations

import json
import resource
import signal
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mitosis._layout import TrialFolder
from mitosis._model import (
    Checkout,
    Claim,
    Claimed,
    CodeState,
    DataFile,
    Machine,
    Outcome,
    Runner,
    Status,
    Usage,
    Variant,
)
from mitosis._recording import Report
from mitosis._records.measures import Measured
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
    code=CodeState(
        Path("/home/me/repo"),
        "c" * 40,
        "main",
        "https://example.org",
        ("?? x",),
        {"sub": "d" * 40},
        {"sine.py": "1" * 64},
        (Checkout("lib", modules={"lib.py": "2" * 64}),),
    ),
    machine=Machine(
        "Linux", "cpu", 8, 1 << 30, ("run.py", "-p"), ("card",), {"OMP_NUM_THREADS": "1"}
    ),
    runner=Runner("host", 4321, 12.5, "boot"),
    environment_digest="e",
    started_at=NOON,
    database="sine.db",
    hypothesis="It is.",
    data=(DataFile("in.csv", "aa", 3, NOON),),
    since="sine-low-0",
    changed=("numpy 1 -> 2",),
    seed_is_generated=True,
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
        "record_version": 2,
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
            "submodules": {"sub": "d" * 40},
            "modules": {"sine.py": "1" * 64},
            "checkouts": [
                {
                    "name": "lib",
                    "commit": None,
                    "branch": None,
                    "remote": None,
                    "changes": [],
                    "modules": {"lib.py": "2" * 64},
                }
            ],
        },
        "machine": {
            "platform": "Linux",
            "cpu": "cpu",
            "cpu_count": 8,
            "memory_bytes": 1 << 30,
            "argv": ["run.py", "-p"],
            "gpus": ["card"],
            "variables": {"OMP_NUM_THREADS": "1"},
            "job": {},
        },
        "runner": {
            "host": "host",
            "pid": 4321,
            "process_started": 12.5,
            "boot_id": "boot",
            "started_after_boot": None,
            "machine_id": "",
            "pid_namespace": "",
        },
        "database": "sine.db",
        "hypothesis": "It is.",
        "data": [
            {
                "path": "in.csv",
                "digest": "aa",
                "size_bytes": 3,
                "modified_at": "2024-05-06T12:00:00+00:00",
                "identity": "",
            }
        ],
        "since": "sine-low-0",
        "changed": ["numpy 1 -> 2"],
        "seed_is_generated": True,
        "step_names": [],
        "sweep": None,
        "worker": None,
        "defaults": {},
        "recorded_by": "run",
        "environment": "e",
        "started_at": "2024-05-06T12:00:00+00:00",
        "html": "trial_sine-low-1.html",
        "status": "running",
    }


def test_an_ended_trial_adds_how_it_ended(folder: TrialFolder) -> None:
    running = written(folder)
    mutated = {"x": [["x[0]", "1", "2"]]}
    report = Report(
        results={"main": "1.5"},
        numbers={"main": 1.5},
        dropped={"file": "TypeError"},
        mutated=mutated,
        digests={"main": "d" * 64},
        generators={"random": {"seeded": True, "drawn": False}},
        numeric_libraries=[{"user_api": "blas", "version": "0.3"}],
        numeric_builds={"numpy": {"Compilers": {}}},
        modules=["/home/me/repo/sine.py"],
    )
    record = written(folder, Claimed("sine-low-1", 1), OUTCOME, Measured(report))
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
        "numbers": {"main": 1.5},
        "metrics": {},
        "artifacts": [],
        "steps": {},
        "results": {"main": "1.5"},
        "results_dropped": {"file": "TypeError"},
        "mutated": {"x": [["x[0]", "1", "2"]]},
        "digests": {"main": "d" * 64},
        "generators": {"random": {"seeded": True, "drawn": False}},
        "numeric_libraries": [{"user_api": "blas", "version": "0.3"}],
        "numeric_builds": {"numpy": {"Compilers": {}}},
        "undigested": {},
        "warnings": ["changed x"],
    }


def test_a_trial_in_debug_mode_has_no_iteration(folder: TrialFolder) -> None:
    record = written(folder, None)
    assert (record["debug"], record["iteration"], record["name"]) == (True, None, "sine-low")


def test_no_path_in_the_record_ties_it_to_its_place(folder: TrialFolder) -> None:
    written(
        folder,
        Claimed("sine-low-1", 1),
        OUTCOME,
        Measured(Report(modules=["/home/me/repo/sine.py"])),
    )
    assert "/home/me" not in folder.record.read_text(encoding="utf-8")


def test_outside_a_repository_there_is_none(folder: TrialFolder) -> None:
    assert written(folder, claim=replace(CLAIM, code=CodeState()))["code"]["repository"] is None


def test_text_that_is_no_unicode_is_written_as_its_escape(folder: TrialFolder) -> None:
    machine = replace(CLAIM.machine, argv=("--file=\udcff",))
    record = written(folder, claim=replace(CLAIM, machine=machine))
    assert record["machine"]["argv"] == ["--file=\udcff"]


def test_a_record_that_cannot_be_written_leaves_the_former_one(
    folder: TrialFolder,
) -> None:
    running = written(folder)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            write_record(folder, CLAIM, Claimed("sine-low-1", 1), PAGE, OUTCOME)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert json.loads(folder.record.read_text(encoding="utf-8")) == running
    assert [path.name for path in folder.root.iterdir()] == ["record.json"]


def test_the_record_is_replaced_as_a_whole(folder: TrialFolder) -> None:
    for _ in range(2):
        written(folder)
    assert [path.name for path in folder.root.iterdir()] == ["record.json"]
