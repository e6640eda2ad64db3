"""Databases of mitosis 0.6: what is read of them, and what is refused."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from mitosis._store import Store
from mitosis._store.legacy import LegacyTrial, is_legacy, read_legacy
from mitosis.errors import DatabaseError, ForeignDatabaseError, NotADatabaseError

from .claims import claim
from .legacy import COMMIT, NAMES, make_databases, state_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_databases(tmp_path)
    return tmp_path


def changed(database: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(database)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return database


def test_trials_come_in_the_order_in_which_they_were_started(folder: Path) -> None:
    trials = read_legacy(folder / "peak.db").trials
    assert [(t.variant, t.iteration) for t in trials[:3]] == [
        ("peak-a", 0),
        ("peak-a", 1),
        ("peak-low-4", 0),
    ]
    assert trials[0] == LegacyTrial(
        experiment="peak",
        variant="peak-a",
        iteration=0,
        commit=COMMIT,
        cpu_seconds=1.04946962,
        results="3.170677632491348e-05",
        file_name="trial_peak-a_0_46c110.html",
    )


def test_a_trial_that_was_cut_off_has_no_end(folder: Path) -> None:
    (trial,) = read_legacy(folder / "waits.db").trials
    assert (trial.cpu_seconds, trial.results, trial.file_name) == (None, None, None)


def test_a_trial_that_failed_has_a_page_and_no_results(folder: Path) -> None:
    (trial,) = read_legacy(folder / "raises.db").trials
    assert trial.file_name == "trial_raises-a_0_dc246e.html"
    assert trial.results is None


def test_definitions_are_found_by_step_and_parameter(folder: Path) -> None:
    database = read_legacy(folder / "peak.db")
    assert database.names("peak", "offset") == {"4": "1", "none": "None"}
    assert database.names("peak", "unknown") == {}
    assert ("peak", "window") in database.parameters


def test_the_name_of_a_table_that_can_be_read_in_two_ways_is_read_in_both(
    tmp_path: Path,
) -> None:
    database = changed(
        tmp_path / "odd.db",
        'CREATE TABLE trials_odd (variant, iteration, "commit", cpu_time, results, filename)',
        "CREATE TABLE a_variant_b_variant_c (name, params)",
    )
    found = read_legacy(database).parameters
    assert sorted(found) == [("a", "b_variant_c"), ("a_variant_b", "c")]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_reading_leaves_the_file_as_it_is(folder: Path, name: str) -> None:
    before = state_of(folder)
    assert is_legacy(folder / f"{name}.db")
    assert read_legacy(folder / f"{name}.db").trials
    assert state_of(folder) == before


def test_a_database_that_cannot_be_written_is_read(folder: Path) -> None:
    for path in (folder / "peak.db", folder):
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        assert len(read_legacy(folder / "peak.db").trials) == 11
    finally:
        folder.chmod(0o755)


HALF_WRITTEN = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN")
connection.execute("UPDATE trials_peak SET iteration = iteration + 50")
connection.execute("CREATE TABLE filler (text)")
connection.executemany("INSERT INTO filler VALUES (?)", [("x" * 4000,)] * 50)
os.kill(os.getpid(), 9)
"""


def test_what_a_killed_process_left_half_written_is_undone_in_a_copy(folder: Path) -> None:
    database = folder / "peak.db"
    subprocess.run([sys.executable, "-c", HALF_WRITTEN, database], check=False)
    assert (folder / "peak.db-journal").stat().st_size
    before = state_of(folder)
    assert max(trial.iteration for trial in read_legacy(database).trials) == 1
    assert state_of(folder) == before


def test_several_experiments_in_one_file_are_all_read(folder: Path) -> None:
    other = (folder / "waits.db").as_posix()
    with closing(sqlite3.connect(folder / "peak.db")) as connection:
        connection.execute("ATTACH ? AS other", (other,))
        connection.execute("CREATE TABLE trials_waits AS SELECT * FROM other.trials_waits")
        connection.commit()
    experiments = {trial.experiment for trial in read_legacy(folder / "peak.db").trials}
    assert experiments == {"peak", "waits"}


def test_other_tables_in_the_file_are_passed_over(folder: Path) -> None:
    database = changed(
        folder / "waits.db",
        "CREATE TABLE notes (text)",
        "CREATE TABLE trials_of_mine (day, words)",
        "CREATE TABLE my_variant_list (id, name, params)",
    )
    found = read_legacy(database)
    assert [trial.experiment for trial in found.trials] == ["waits"]
    assert list(found.definitions) == ["waits_variant_amplitude"]


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    database = changed(tmp_path / "other.db", "CREATE TABLE trials (id)")
    assert not is_legacy(database)
    with pytest.raises(ForeignDatabaseError, match="trials") as caught:
        read_legacy(database)
    assert caught.value.tables == ("trials",)


def test_a_database_of_today_is_no_legacy(tmp_path: Path) -> None:
    store = Store(tmp_path / "sine.db")
    store.claim(claim())
    assert not is_legacy(store.path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "peak.db").write_text("no database at all, but long enough to look like one")
    with pytest.raises(NotADatabaseError):
        read_legacy(tmp_path / "peak.db")


def test_a_damaged_database_is_refused(folder: Path) -> None:
    path = folder / "peak.db"
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(path.stat().st_size - 4096))
    with pytest.raises(NotADatabaseError):
        read_legacy(path)


def test_a_file_that_is_missing_is_refused_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="unable to open"):
        read_legacy(tmp_path / "peak.db")
    assert not (tmp_path / "peak.db").exists()


def test_a_row_that_holds_something_else_is_told(folder: Path) -> None:
    database = changed(folder / "waits.db", "UPDATE trials_waits SET iteration = 'first'")
    with pytest.raises(DatabaseError, match="does not hold what mitosis"):
        read_legacy(database)
