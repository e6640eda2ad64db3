"""Databases that are missing, stale or damaged come back from the trials' folders."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mitosis._layout import TrialFolder
from mitosis._model import Act, Action, LockName, Status
from mitosis._provenance import runner
from mitosis._records import Repaired, close_dead, repair
from mitosis._records.database_repair import examine, mend
from mitosis._records.page import told_status
from mitosis._store import Store
from mitosis.errors import DatabaseError, TrialsFolderError
from tests.unit.records.trials import (
    NOON,
    Begun,
    begin,
    elsewhere,
    files,
    statuses,
    variant,
)

pytestmark = pytest.mark.slow

DAY = 24 * 3600
GARBAGE = b"this is no database " * 500


def rows(database: Path) -> list[dict[str, Any]]:
    """Return all rows but for their numbers, in the order of time."""
    found = [{str(k): v for k, v in row.items()} for row in Store(database).trials()]
    return sorted(({**row, "id": 0} for row in found), key=lambda row: str(row["key"]))


def some_trials(folder: Path) -> list[Begun]:
    """Make three trials that have ended and one that runs."""
    return [
        begin(folder).finish(),
        begin(folder, started_at=NOON + timedelta(hours=1)).print("x").finish(),
        begin(folder, variant("high", "9"), started_at=NOON + timedelta(hours=2)).finish(),
        begin(folder, runner=runner(), started_at=NOON + timedelta(hours=3)),
    ]


def spoil_header(database: Path) -> None:
    database.write_bytes(GARBAGE)


def spoil_pages(database: Path) -> None:
    content = database.read_bytes()
    database.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


def truncate(database: Path) -> None:
    database.write_bytes(database.read_bytes()[: database.stat().st_size // 2])


def empty(database: Path) -> None:
    database.write_bytes(b"")


DAMAGES = [Path.unlink, empty, spoil_header, spoil_pages, truncate]


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda d: d.__name__)
def test_a_database_that_is_gone_or_damaged_is_made_anew_with_all_its_rows(
    tmp_path: Path, damage: Any
) -> None:
    trials = some_trials(tmp_path)
    database = tmp_path / "sine.db"
    before, locks = rows(database), Store(database).variants()
    damage(database)
    spoiled = database.read_bytes() if database.exists() else b""
    repaired = repair(tmp_path)
    assert repaired.is_sound, repaired
    assert rows(database) == before
    assert Store(database).variants() == locks
    (done,) = repaired.databases
    assert sorted(done.added) == sorted(trial.key for trial in trials)
    if spoiled:
        assert done.aside == tmp_path / "sine.db.damaged-1"
        assert done.aside.read_bytes() == spoiled
    assert not list(tmp_path.glob(".sine.db.*"))
    assert rows(database)[0] == before[0]
    again = repair(tmp_path)
    assert not any(d.added or d.completed or d.is_new for d in again.databases)


def test_an_old_copy_of_a_database_is_completed_where_it_stands(tmp_path: Path) -> None:
    database = tmp_path / "sine.db"
    first = begin(tmp_path, runner=runner())
    shutil.copy(database, tmp_path / "copy")
    first.finish()
    second = begin(tmp_path).finish()
    before = rows(database)
    shutil.copy(tmp_path / "copy", database)
    (done,) = repair(tmp_path).databases
    assert (done.added, done.completed) == ((second.key,), (first.key,))
    assert not done.is_new
    assert rows(database) == before


def test_a_damaged_database_never_overwrites_what_was_kept_before(tmp_path: Path) -> None:
    some_trials(tmp_path)
    database = tmp_path / "sine.db"
    kept = []
    for number in (1, 2):
        database.write_bytes(GARBAGE + bytes([number]))
        found = examine(database)
        database.with_name("sine.db-journal").write_bytes(bytes([number]) * 9)
        kept.append(mend(found, []).aside)
    assert [path.name for path in kept if path] == ["sine.db.damaged-1", "sine.db.damaged-2"]
    assert (tmp_path / "sine.db.damaged-1").read_bytes() == GARBAGE + b"\1"
    assert (tmp_path / "sine.db.damaged-2").read_bytes() == GARBAGE + b"\2"
    assert (tmp_path / "sine.db.damaged-2-journal").read_bytes() == b"\2" * 9
    assert not database.with_name("sine.db-journal").exists()


def test_what_people_did_to_locks_comes_back(tmp_path: Path) -> None:
    begin(tmp_path).finish()
    store = Store(tmp_path / "sine.db")
    act = Act(Action.RETIRED, NOON + timedelta(days=1), "Ada", "wrong unit")
    store.retire(LockName("sine", "noise", "low"), act)
    again = begin(tmp_path, variant("low", "0.2"), started_at=NOON + timedelta(days=2)).finish()
    locks = store.variants(retired=True)
    store.path.unlink()
    repaired = repair(tmp_path)
    assert repaired.is_sound, repaired
    assert Store(store.path).variants(retired=True) == locks
    assert again.row()["digests"] == {"noise": again.claim.variants[0].digest}


def test_the_finish_of_a_trial_that_ran_meanwhile_ends_in_the_new_database(
    tmp_path: Path,
) -> None:
    trial = begin(tmp_path, runner=runner())
    trial.store.path.write_bytes(GARBAGE)
    repair(tmp_path)
    trial.finish()
    assert statuses(trial.store) == {"sine-low-1": "succeeded"}


def test_a_trial_that_ended_while_its_database_was_away_is_completed_later(
    tmp_path: Path,
) -> None:
    trial = begin(tmp_path, runner=runner())
    trial.store.path.write_bytes(GARBAGE)
    with pytest.raises(DatabaseError):
        trial.finish()
    repair(tmp_path)
    assert statuses(trial.store) == {"sine-low-1": "succeeded"}


def test_trials_may_be_claimed_and_finished_while_databases_are_repaired(
    tmp_path: Path,
) -> None:
    some_trials(tmp_path)
    ended = threading.Event()
    repaired: list[Repaired] = []

    def keep_repairing() -> None:
        while not ended.is_set():
            repaired.append(repair(tmp_path))

    thread = threading.Thread(target=keep_repairing)
    thread.start()
    try:
        for number in range(12):
            began = NOON + timedelta(days=1, seconds=number)
            begin(tmp_path, runner=runner(), started_at=began).finish()
    finally:
        ended.set()
        thread.join()
    assert all(r.is_sound for r in repaired), repaired
    assert len(repaired) > 1
    found = rows(tmp_path / "sine.db")
    assert [row["status"] for row in found].count("succeeded") == 15
    low = sorted(row["iteration"] for row in found if row["variants"] == {"noise": "low"})
    assert low == list(range(1, 16))


def test_a_dead_trial_is_closed(tmp_path: Path) -> None:
    trial = begin(tmp_path).print("words")
    trial.store.path.unlink()
    repaired = repair(tmp_path)
    assert repaired.closed == ("sine-low-1",)
    assert statuses(trial.store) == {"sine-low-1": "lost"}
    assert "words" in trial.page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "damage",
    [Path.unlink, Path.touch, lambda path: path.write_text("")],
    ids=["gone", "made", "emptied"],
)
def test_a_page_that_is_gone_or_says_less_is_written_again(tmp_path: Path, damage: Any) -> None:
    trial = begin(tmp_path).print("its own words")
    if damage is Path.touch:  # the runner died before it could write the page again
        trial.record(trial.outcome())
    else:
        trial.finish()
    damage(trial.page)
    repaired = repair(tmp_path)
    assert told_status(trial.page) == "succeeded"
    assert "its own words" in trial.page.read_text(encoding="utf-8")
    assert repaired.pages == (trial.page.name,)
    assert repair(tmp_path).pages == ()


def test_a_page_whose_notebook_is_gone_says_what_record_and_log_say(
    tmp_path: Path,
) -> None:
    trial = begin(tmp_path).print("its own words").finish()
    trial.page.unlink()
    trial.folder.notebook.unlink()
    assert repair(tmp_path).pages == (trial.page.name,)
    page = trial.page.read_text(encoding="utf-8")
    assert "sine-low-1" in page
    assert "variant low" in page
    assert "its own words" in page
    assert "The sine is what it was." in page
    assert told_status(trial.page) == "succeeded"


def test_a_trial_of_another_machine_that_may_run_is_left_and_told(tmp_path: Path) -> None:
    trial = begin(tmp_path, runner=elsewhere())
    before = files(tmp_path)
    repaired = repair(tmp_path)
    assert repaired.left == (
        "sine-low-1 runs on far-away (process 4242), or did: from here one cannot tell; "
        "if you know that it is gone, close it with --lost",
    )
    assert repaired.is_sound
    assert files(tmp_path) == before
    assert trial.row()["status"] == "running"


def test_two_folders_that_were_put_together_are_told_apart_with_both_sides(
    tmp_path: Path,
) -> None:
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    mine.mkdir()
    theirs.mkdir()
    own = begin(mine).finish()
    other = begin(theirs, variant("low", "0.2"), started_at=NOON + timedelta(hours=1)).finish()
    for path in theirs.iterdir():
        if path.is_dir():
            shutil.copytree(path, mine / path.name)
    repaired = repair(mine)
    assert not repaired.is_sound
    text = "\n".join(repaired.contradictions)
    assert own.key in text
    assert other.key in text
    assert own.row()["status"] == "succeeded"
    assert own.page.exists()
    assert TrialFolder(mine / other.folder.root.name).record.exists()


def test_a_trial_folder_that_was_copied_under_another_name_counts_once(tmp_path: Path) -> None:
    trial = begin(tmp_path).finish()
    shutil.copytree(trial.folder.root, tmp_path / f"a-copy_{trial.key}")
    trial.store.path.unlink()
    repaired = repair(tmp_path)
    assert repaired.contradictions == (
        f"{trial.folder.root.name} and a-copy_{trial.key} both hold the trial with key "
        f"{trial.key}: the first one counts",
    )
    assert trial.row()["folder"] == trial.folder.root.name


def test_pages_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    mine.mkdir()
    theirs.mkdir()
    own = begin(mine).finish()
    named_alike = {"database": "other.db", "experiment": "sine-2", "name_prefix": "sine-low"}
    other = begin(theirs, **named_alike).finish()
    before = own.page.read_bytes()
    shutil.copytree(other.folder.root, mine / other.folder.root.name)
    repaired = repair(mine)
    assert repaired.is_sound, repaired
    assert own.page.read_bytes() == before
    assert repaired.pages == (f"trial_sine-low-1_{other.key}.html",)


def test_a_record_that_cannot_be_read_is_told_and_hides_no_other(tmp_path: Path) -> None:
    good, bad = begin(tmp_path).finish(), begin(tmp_path).finish()
    bad.folder.record.write_text("{")
    good.store.path.unlink()
    repaired = repair(tmp_path)
    assert list(statuses(good.store)) == ["sine-low-1"]
    (fault,) = repaired.faults
    assert bad.folder.root.name in fault
    assert not repaired.is_sound


def test_a_record_that_did_not_get_the_end_gets_it_from_the_row(tmp_path: Path) -> None:
    trial = begin(tmp_path)
    running = trial.folder.record.read_bytes()
    trial.finish(trial.outcome(Status.FAILED, reason="ValueError: no"))
    trial.folder.record.write_bytes(running)
    assert repair(tmp_path).records == ("sine-low-1",)
    before = trial.row()
    trial.store.path.unlink()
    assert repair(tmp_path).is_sound
    assert trial.row() == before | {"id": 1}


@pytest.mark.parametrize(
    "damage", [None, *DAMAGES], ids=lambda d: getattr(d, "__name__", "sound")
)
def test_a_dry_run_tells_what_would_be_done_and_changes_nothing(
    tmp_path: Path, damage: Any
) -> None:
    some_trials(tmp_path)
    begin(tmp_path, started_at=NOON + timedelta(hours=4)).print("dead")
    if damage:
        damage(tmp_path / "sine.db")
    (page,) = tmp_path.glob("trial_sine-high-1.html")
    page.unlink()
    before = files(tmp_path)
    told = repair(tmp_path, dry_run=True)
    assert files(tmp_path) == before
    done = repair(tmp_path)
    assert told.databases[0].added == done.databases[0].added
    assert told.closed == done.closed == ("sine-low-4",)
    assert told.pages == done.pages == (page.name,)


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    trial = begin(tmp_path).finish()
    trial.store.path.unlink()
    with sqlite3.connect(trial.store.path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    before = trial.store.path.read_bytes()
    (fault,) = repair(tmp_path).faults
    assert "was not made by mitosis" in fault
    assert trial.store.path.read_bytes() == before


def test_a_damaged_database_that_no_record_names_is_left_and_told(tmp_path: Path) -> None:
    trial = begin(tmp_path).finish()
    spoil_pages(trial.store.path)
    shutil.rmtree(trial.folder.root)
    before = trial.store.path.read_bytes()
    (fault,) = repair(tmp_path).faults
    assert fault.startswith("sine.db: it is damaged (")
    assert trial.store.path.read_bytes() == before


def test_rows_whose_folder_is_gone_are_kept(tmp_path: Path) -> None:
    first, second = begin(tmp_path).finish(), begin(tmp_path).finish()
    shutil.rmtree(first.folder.root)
    assert repair(tmp_path).is_sound
    assert list(statuses(second.store)) == ["sine-low-1", "sine-low-2"]


def test_without_a_folder_there_is_nothing_to_repair(tmp_path: Path) -> None:
    with pytest.raises(TrialsFolderError, match="No such file or directory"):
        repair(tmp_path / "none")


def test_a_runner_that_claims_where_the_database_is_being_made_is_not_overwritten(
    tmp_path: Path,
) -> None:
    first = begin(tmp_path).finish()
    first.store.path.unlink()
    found = examine(first.store.path)
    meanwhile = begin(tmp_path, variant("high", "9"), runner=runner())
    mend(found, [])
    assert list(statuses(first.store)) == ["sine-high-1"]
    meanwhile.finish()
    assert repair(tmp_path).is_sound
    assert set(statuses(first.store)) == {"sine-low-1", "sine-high-1"}
    assert close_dead(tmp_path, first.store) == []
