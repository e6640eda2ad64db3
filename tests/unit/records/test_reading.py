"""Records of every version are read back as they were meant, and no others."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mitosis._layout import TrialFolder
from mitosis._model import (
    Checkout,
    Claimed,
    CodeState,
    DataFile,
    Machine,
    Outcome,
    Status,
    Usage,
)
from mitosis._recording import Report
from mitosis._records.measures import Measured
from mitosis._records.reading import may_be_whole, read_record, recorded_trials
from mitosis._records.record import write_record
from mitosis.errors import RecordError
from tests.unit.records.trials import NOON, claim, variant

CLAIMED = Claimed("sine-low-1", 1)
FULL = claim(
    variant(),
    group="a",
    seed=2**80,
    seed_is_generated=True,
    code=CodeState(
        Path("waves"),
        "c" * 40,
        "main",
        None,
        ("?? x",),
        {"sub": "d" * 40},
        {"sine.py": "e" * 64},
        (Checkout("lib", "f" * 40, changes=("?? y",), modules={"lib.py": "0"}),),
    ),
    machine=Machine("Linux", "cpu", 8, 1 << 30, ("x",), ("card",), {"A": "1"}, {"JOB": "2"}),
    hypothesis="It is.",
    data=(DataFile("in.csv", "aa", 3, NOON),),
    since="sine-low-0",
    changed=("numpy 1 -> 2",),
)
OUTCOME = Outcome(Status.FAILED, NOON, Usage(3.0, 2.0, 10), "raised", 1.5, "Trace", ("w",))


@pytest.fixture
def folder(tmp_path: Path) -> TrialFolder:
    made = TrialFolder(tmp_path / f"sine-low-1_{FULL.key}")
    made.root.mkdir()
    return made


def test_a_record_is_read_back_as_it_was_written(folder: TrialFolder) -> None:
    write_record(folder, FULL, CLAIMED, Path("trial.html"), OUTCOME)
    read = read_record(folder)
    assert read.claim == FULL
    assert (read.claimed, read.outcome) == (CLAIMED, OUTCOME)
    assert (read.places.folder, read.places.html) == (folder.root.name, "trial.html")
    assert read.data == FULL.data


def test_a_trial_that_runs_has_no_outcome(folder: TrialFolder) -> None:
    write_record(folder, FULL, CLAIMED, Path("trial.html"))
    read = read_record(folder)
    assert read.outcome is None
    assert read.finish is None


def test_data_that_the_experiment_recorded_joins_what_was_named_before(
    folder: TrialFolder,
) -> None:
    line = {"path": "more", "digest": "bb", "size_bytes": 4, "modified_at": NOON.isoformat()}
    folder.data.write_text(f"{json.dumps(line)}\n[]\n{{\n" + '{"path": "cut o')
    write_record(folder, FULL, CLAIMED, Path("trial.html"), OUTCOME)
    read = read_record(folder)
    assert read.data == (*FULL.data, DataFile("more", "bb", 4, NOON))
    assert read.finish
    assert read.finish.data == read.data


def test_a_record_of_version_1_is_understood(tmp_path: Path) -> None:
    folder = TrialFolder(tmp_path / "sine-quick-4-1_796332da")
    folder.root.mkdir()
    shutil.copy(Path(__file__).with_name("record_1.json"), folder.record)
    read = read_record(folder)
    runner = read.claim.runner
    assert (runner.host, runner.pid, runner.started_after_boot) == ("ada-desk", 17959, None)
    assert runner.boot_id == "c9703cdc-af11-4e87-9383-7970f96323a0"
    assert read.claim.machine.argv[-2:] == ("--seed", "3")
    assert read.claim.database == "sine.db"
    assert (read.claim.name_prefix, read.claim.group) == ("sine-quick-4", "quick")
    assert read.claimed == Claimed("sine-quick-4-1", 1)
    assert read.outcome
    assert (read.outcome.status, read.outcome.main) == (Status.SUCCEEDED, 2.0)
    assert read.outcome.ended_at == datetime(2026, 11, 21, 15, 11, 46, 157322, UTC)


def test_in_version_1_the_database_is_the_one_named_after_the_experiment(
    tmp_path: Path,
) -> None:
    record = json.loads(Path(__file__).with_name("record_1.json").read_text())
    folder = TrialFolder(tmp_path)
    folder.record.write_text(json.dumps(record | {"experiment": "a/b"}))
    assert read_record(folder).claim.database == "a_b-c14cddc033f6.db"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"record_version": 3}, "has version 3, which only a newer mitosis understands"),
        ({"record_version": "x"}, "does not say which version"),
        ({"started_at": None}, "does not hold what it should"),
        ({"key": 5}, "key is no text"),
        ({"iteration": 0}, "iteration is no number from 1 on"),
        ({"status": "splendid"}, "'splendid' is not a valid Status"),
        ({"html": "../../etc/passwd"}, "'../../etc/passwd' is no name of a file"),
        ({"database": "/etc/passwd"}, "'/etc/passwd' is no name of a file"),
        ({"runner": {"host": "h"}}, "pid"),
        ({"variants": {"noise": 3}}, "does not hold what it should"),
        ({"results": [1]}, "results is '[1]'"),
        ({"code": {"modules": "all"}}, "modules is 'all'"),
    ],
)
def test_a_record_that_cannot_be_meant_is_refused_with_the_reason(
    folder: TrialFolder, change: dict[str, Any], reason: str
) -> None:
    write_record(folder, FULL, CLAIMED, Path("trial.html"))
    folder.record.write_text(json.dumps(json.loads(folder.record.read_text()) | change))
    with pytest.raises(RecordError, match=r"record\.json cannot be read") as raised:
        read_record(folder)
    assert reason in raised.value.reason
    assert may_be_whole(folder) == ("newer" in reason)


def test_a_text_that_was_changed_by_hand_is_refused(folder: TrialFolder) -> None:
    write_record(folder, FULL, CLAIMED, Path("trial.html"))
    folder.record.write_text(folder.record.read_text().replace('"0.1"', '"0.2"'))
    with pytest.raises(RecordError, match="the text of variant 'low' is not what its digest"):
        read_record(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\x00\x80", b"[" * 100_000])
def test_what_is_no_record_is_refused(folder: TrialFolder, content: bytes) -> None:
    folder.record.write_bytes(content)
    with pytest.raises(RecordError):
        read_record(folder)


def test_a_key_that_is_missing_is_named(folder: TrialFolder) -> None:
    folder.record.write_text('{"record_version": 2}')
    with pytest.raises(RecordError, match="it lacks 'debug'"):
        read_record(folder)


def test_a_folder_without_a_record_is_refused(folder: TrialFolder) -> None:
    with pytest.raises(RecordError, match="No such file or directory"):
        read_record(folder)


def test_all_trials_are_found_but_those_in_debug_mode_and_others_folders(
    tmp_path: Path,
) -> None:
    def put(name: str, claimed: Claimed | None) -> None:
        folder = TrialFolder(tmp_path / name)
        folder.root.mkdir()
        write_record(folder, FULL, claimed, Path("trial.html"))

    put("sine-low-1_00000001", CLAIMED)
    put(".sine-low-2_00000002", replace(CLAIMED, name="sine-low-2", iteration=2))
    put("sine-low_debug_00000003", None)
    put("notes", CLAIMED)
    (tmp_path / "my_deadbeef").mkdir()
    (tmp_path / "broken_00000004").mkdir()
    (tmp_path / "broken_00000004" / "record.json").write_text("x")
    (tmp_path / "robbed_00000005").mkdir()
    (tmp_path / "robbed_00000005" / "task.json").write_text("{}")
    trials, faults = recorded_trials(tmp_path)
    assert [trial.places.folder for trial in trials] == [
        "sine-low-2_00000002",
        "sine-low-1_00000001",
    ]
    assert [fault.file.parent.name for fault in faults] == [
        "broken_00000004",
        "robbed_00000005",
    ]


def test_what_the_kernel_told_stands_in_the_record(folder: TrialFolder) -> None:
    report = Report(main=1.5, results={"main": "1.5"}, results_digest="d" * 64)
    write_record(folder, FULL, CLAIMED, Path("trial.html"), OUTCOME, Measured(report))
    assert json.loads(folder.record.read_text())["results"] == {"main": "1.5"}
    assert read_record(folder).results_digest == "d" * 64
