"""A trial whose runner is gone is closed by whoever reads next: once, and never a live one."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import shutil
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mitosis import _layout
from mitosis._model import Finish, Places, Status
from mitosis._provenance import runner
from mitosis._recording import Report
from mitosis._records import close_dead, read_record, turn
from mitosis._records.page import told_status
from mitosis._store import Store
from tests.unit.records.trials import PIXEL, begin, claim, dead, elsewhere, files, row

LATE = datetime(2024, 5, 6, 14, 3, tzinfo=UTC)


def age(path: Path, seconds: float) -> None:
    moment = time.time() - seconds
    os.utime(path, (moment, moment))


def test_a_trial_without_its_runner_is_closed_as_lost_with_all_that_it_printed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trial = begin(tmp_path).print("first words\n", PIXEL).print("last words\n")
    os.utime(trial.folder.log, (LATE.timestamp(),) * 2)
    os.utime(trial.folder.displays, (LATE.timestamp(),) * 2)
    (closed,) = close_dead(tmp_path, trial.store)
    assert (closed.key, closed.name, closed.page) == (trial.key, "sine-low-1", trial.page)
    row, record = trial.row(), read_record(trial.folder)
    assert record.outcome == closed.outcome
    assert (row["status"], row["ended_at"]) == ("lost", LATE)
    reason = f"its runner (process {dead().pid} on {dead().host}) is gone"
    assert row["reason"] == closed.outcome.reason == reason
    assert row["wall_seconds"] == 2 * 3600 + 180
    page = trial.page.read_text(encoding="utf-8")
    assert page.index("first words") < page.index(PIXEL) < page.index("last words")
    assert told_status(trial.page) == "lost"
    assert caplog.messages == [
        f"sine-low-1 is lost: its runner (process {dead().pid}) is gone since "
        "2024-05-06 14:03 UTC; its page shows what it printed"
    ]


def test_it_is_closed_once(tmp_path: Path) -> None:
    trial = begin(tmp_path).print("x")
    assert len(close_dead(tmp_path, trial.store)) == 1
    before = files(tmp_path)
    assert close_dead(tmp_path, trial.store) == []
    assert files(tmp_path) == before


@pytest.mark.parametrize("who", [runner, elsewhere])
def test_a_trial_that_may_be_alive_is_left_alone(tmp_path: Path, who: object) -> None:
    assert callable(who)
    trial = begin(tmp_path, runner=who())
    before = files(tmp_path)
    assert close_dead(tmp_path, trial.store) == []
    assert files(tmp_path) == before


def test_the_outcome_that_the_runner_recorded_goes_into_the_row(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trial = begin(tmp_path).print("all of it\n")
    trial.record(trial.outcome(main=2.5))
    (closed,) = close_dead(tmp_path, trial.store)
    assert closed.outcome == trial.outcome(main=2.5)
    assert (trial.row()["status"], trial.row()["main"]) == ("succeeded", 2.5)
    assert told_status(trial.page) == "succeeded"
    assert "all of it" in trial.page.read_text(encoding="utf-8")
    assert "sine-low-1 has ended (succeeded)" in caplog.text


def test_a_page_that_the_runner_had_written_is_not_written_again(tmp_path: Path) -> None:
    trial = begin(tmp_path)
    key = trial.key.encode()
    trial.record(trial.outcome())
    trial.page.write_bytes(b'<section class="status succeeded"> its own ' + key)
    close_dead(tmp_path, trial.store)
    assert b"its own" in trial.page.read_bytes()


def test_a_claim_that_was_committed_before_its_runner_died_gets_folder_and_page(
    tmp_path: Path,
) -> None:
    trial = begin(tmp_path, is_visible=False)
    assert trial.folder.root.name.startswith(".")
    (closed,) = close_dead(tmp_path, trial.store)
    folder = _layout.visible(trial.folder)
    assert folder.record.exists()
    assert not trial.folder.root.exists()
    assert trial.row()["folder"] == folder.root.name
    assert told_status(closed.page) == "lost"
    assert trial.key in closed.page.read_text(encoding="utf-8")


def test_results_that_the_kernel_had_written_are_said_to_be_there(tmp_path: Path) -> None:
    trial = begin(tmp_path)
    trial.folder.results.write_bytes(b"pickle")
    report = Report(main=3.5, warnings=["one\nfact"], cpu_seconds=2.0, results_digest="d" * 64)
    report.write(trial.folder.report)
    (closed,) = close_dead(tmp_path, trial.store)
    assert closed.outcome.reason.endswith(
        "; the experiment had ended, and its results are kept"
    )
    row = trial.row()
    assert (row["status"], row["main"], row["cpu_seconds"]) == ("lost", 3.5, 2.0)
    assert row["results_digest"] == "d" * 64
    assert read_record(trial.folder).outcome == replace(closed.outcome, warnings=("one\nfact",))


def test_a_runner_that_finishes_after_all_takes_its_trial_back(tmp_path: Path) -> None:
    trial = begin(tmp_path)
    close_dead(tmp_path, trial.store)
    trial.finish()
    assert trial.row()["status"] == "succeeded"
    assert close_dead(tmp_path, trial.store) == []
    recorded = read_record(trial.folder)
    assert recorded.outcome
    assert recorded.outcome.status is Status.SUCCEEDED
    assert told_status(trial.page) == "succeeded"


def test_a_lost_trial_whose_runner_could_not_write_the_row_is_completed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trial = begin(tmp_path)
    close_dead(tmp_path, trial.store)
    trial.record(trial.outcome())
    caplog.clear()
    close_dead(tmp_path, trial.store)
    assert trial.row()["status"] == "succeeded"
    assert len(caplog.messages) == 1


def test_a_runner_that_lives_but_gave_up_writing_the_row_is_helped(tmp_path: Path) -> None:
    trial = begin(tmp_path, runner=runner())
    trial.record(trial.outcome())
    assert close_dead(tmp_path, trial.store) == []  # it may be about to write the row
    age(trial.folder.record, 100)
    assert len(close_dead(tmp_path, trial.store)) == 1
    assert trial.row()["status"] == "succeeded"


def test_nobody_closes_a_trial_while_another_has_its_turn(tmp_path: Path) -> None:
    trial = begin(tmp_path)
    with turn(trial.folder) as is_ours:
        assert is_ours
        assert close_dead(tmp_path, trial.store) == []
    assert len(close_dead(tmp_path, trial.store)) == 1


def test_many_that_find_a_dead_trial_at_once_close_it_once(tmp_path: Path) -> None:
    trials = [begin(tmp_path).print(f"{number}\n") for number in range(3)]
    told: list[str] = []

    def close() -> None:
        told.extend(closed.key for closed in close_dead(tmp_path, trials[0].store))

    threads = [threading.Thread(target=close) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == sorted(trial.key for trial in trials)


def test_a_turn_that_is_taken_is_waited_for_as_long_as_was_said(tmp_path: Path) -> None:
    folder = begin(tmp_path).folder
    descriptor = os.open(folder.root, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    began = time.monotonic()
    with turn(folder, patience_seconds=0.2) as is_ours:
        assert not is_ours
    assert 0.2 <= time.monotonic() - began < 5
    threading.Timer(0.2, os.close, [descriptor]).start()
    with turn(folder, patience_seconds=30) as is_ours:
        assert is_ours


@pytest.mark.parametrize("what", ["record", "folder"])
def test_a_trial_of_which_only_the_row_is_left_is_closed_with_a_page_that_says_so(
    tmp_path: Path, what: str
) -> None:
    trial = begin(tmp_path)
    trial.page.unlink()
    if what == "record":
        trial.folder.record.unlink()
    else:
        shutil.rmtree(trial.folder.root)
    (closed,) = close_dead(tmp_path, trial.store)
    assert trial.row()["status"] == "lost"
    page = closed.page.read_text(encoding="utf-8")
    assert "sine-low-1" in page
    assert trial.key in page
    assert told_status(closed.page) == "lost"


def test_a_record_of_a_newer_mitosis_is_left_to_that(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trial = begin(tmp_path)
    record = json.loads(trial.folder.record.read_text())
    trial.folder.record.write_text(json.dumps(record | {"record_version": 99}))
    assert close_dead(tmp_path, trial.store) == []
    assert trial.row()["status"] == "running"
    assert "only a newer mitosis understands" in caplog.text


def test_one_that_cannot_be_closed_costs_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = begin(tmp_path), begin(tmp_path)
    first.folder.record.unlink()
    first.folder.record.mkdir()
    (closed,) = close_dead(tmp_path, first.store)
    assert closed.key == second.key
    assert "sine-low-1 could not be closed" in caplog.text


def test_a_page_of_another_trial_under_the_name_is_not_overwritten(tmp_path: Path) -> None:
    trial = begin(tmp_path)
    trial.page.write_text("the page of another trial")
    (closed,) = close_dead(tmp_path, trial.store)
    assert trial.page.read_text() == "the page of another trial"
    assert closed.page.name == f"trial_sine-low-1_{trial.key}.html"
    assert trial.row()["html"] == closed.page.name == read_record(trial.folder).places.html


def test_a_row_that_names_no_folder_finds_it_by_its_key(tmp_path: Path) -> None:
    trial = begin(tmp_path)
    other = Store(tmp_path / "old.db")
    given = claim(key=trial.key, database="old.db")
    other.claim(given)
    (closed,) = close_dead(tmp_path, other)
    assert closed.page == trial.page
    assert row(other, trial.key)["folder"] == trial.folder.root.name


def test_where_nothing_may_be_written_all_stays_as_it_is(
    open_folder: Path, unprivileged: object
) -> None:
    assert callable(unprivileged)
    trial = begin(open_folder)
    open_folder.chmod(0o555)
    before = files(open_folder)
    try:
        with unprivileged():
            assert close_dead(open_folder, trial.store) == []
    finally:
        open_folder.chmod(0o777)
    assert files(open_folder) == before


def test_without_a_database_there_is_nothing_to_close(tmp_path: Path) -> None:
    assert close_dead(tmp_path, Store(tmp_path / "none.db")) == []
    assert list(tmp_path.iterdir()) == []


def test_an_unreadable_database_is_its_readers_business(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "sine.db").write_text("no database at all")
    with caplog.at_level(logging.WARNING):
        assert close_dead(tmp_path, Store(tmp_path / "sine.db")) == []
    assert caplog.messages == []


def test_the_room_that_was_kept_for_the_end_is_given_back(tmp_path: Path) -> None:
    trial = begin(tmp_path)
    trial.folder.reserve.write_bytes(bytes(1000))
    close_dead(tmp_path, trial.store)
    assert not trial.folder.reserve.exists()


def test_a_row_that_has_ended_meanwhile_is_not_touched(tmp_path: Path) -> None:
    trial = begin(tmp_path).finish()
    lost = Finish(trial.key, trial.outcome(Status.LOST), Places("x", "y"))
    assert not trial.store.close_lost(lost)
    assert trial.row()["status"] == "succeeded"
