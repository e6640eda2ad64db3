"""Which databases a trials folder holds, and which one counts for an experiment."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mitosis._locks import held_locks
from mitosis._model import Action
from mitosis._store import Store
from mitosis.errors import AmbiguousDatabaseError, NotADatabaseError

from .databases import do, hold, lock

LOW, HIGH = lock("low", 0.1), lock("high", 2)
PEAK = lock("low", 1, experiment="peak")


def test_all_databases_are_read(tmp_path: Path) -> None:
    hold(tmp_path, LOW, HIGH, PEAK)
    found = held_locks(tmp_path)
    assert [held.key for held in found.in_force] == [
        ("peak", "noise", "low"),
        ("sine", "noise", "high"),
        ("sine", "noise", "low"),
    ]
    assert found.experiments == ("peak", "sine")


def test_several_experiments_may_share_a_file(tmp_path: Path) -> None:
    hold(tmp_path, LOW, PEAK, logfile="all.db")
    found = held_locks(tmp_path)
    assert found.experiments == ("peak", "sine")
    assert found.database("sine") == found.database("peak") == tmp_path / "all.db"


@pytest.mark.parametrize("folder", ["absent", "empty"])
def test_without_databases_there_are_no_locks(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    found = held_locks(tmp_path / folder)
    assert (found.held, found.faults) == ((), ())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty"]


def test_reading_changes_no_byte(tmp_path: Path) -> None:
    hold(tmp_path, LOW)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    held_locks(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_databases_of_other_programs_folders_and_empty_files_are_passed_over(
    tmp_path: Path,
) -> None:
    hold(tmp_path, LOW)
    with closing(sqlite3.connect(tmp_path / "theirs.db")) as connection:
        connection.execute("CREATE TABLE customers (name TEXT)")
    (tmp_path / "folder.db").mkdir()
    (tmp_path / "empty.db").touch()
    found = held_locks(tmp_path)
    assert [held.key[2] for held in found.held] == ["low"]
    assert found.faults == ()


def test_a_damaged_database_is_a_fault_and_hides_nothing(tmp_path: Path) -> None:
    hold(tmp_path, LOW)
    (tmp_path / "broken.db").write_text("no database at all")
    found = held_locks(tmp_path)
    assert len(found.held) == 1
    (fault,) = found.faults
    assert isinstance(fault, NotADatabaseError)
    assert fault.database == tmp_path / "broken.db"


def test_retired_definitions_are_held_and_not_in_force(tmp_path: Path) -> None:
    hold(tmp_path, LOW)
    do(tmp_path, Action.RETIRED, LOW)
    found = held_locks(tmp_path)
    assert (len(found.held), len(found.in_force)) == (1, 0)


def test_the_usual_name_counts_before_any_other(tmp_path: Path) -> None:
    hold(tmp_path, LOW, logfile="sine-before-review.db")
    assert held_locks(tmp_path).database("sine").name == "sine-before-review.db"
    hold(tmp_path, lock("low", 0.7))
    found = held_locks(tmp_path)
    assert found.database("sine").name == "sine.db"
    assert [held.lock.variant.text for held in found.locks("sine")] == ["0.7"]


def test_an_experiment_without_a_database_has_the_usual_one(tmp_path: Path) -> None:
    assert held_locks(tmp_path).database("a/b").name == "a_b-c14cddc033f6.db"


def test_of_several_other_databases_none_counts(tmp_path: Path) -> None:
    for name in ("b.db", "a.db"):
        hold(tmp_path, LOW, logfile=name)
    with pytest.raises(AmbiguousDatabaseError, match="--logfile") as caught:
        held_locks(tmp_path).database("sine")
    assert caught.value.files == ("a.db", "b.db")
    found = held_locks(tmp_path, "b.db")
    assert found.database("sine") == tmp_path / "b.db"
    assert len(found.held) == 1


def test_a_database_that_is_named_may_have_any_name_but_has_to_be_ours(tmp_path: Path) -> None:
    hold(tmp_path, LOW, logfile="locks.sqlite")
    assert len(held_locks(tmp_path).held) == 0
    assert len(held_locks(tmp_path, "locks.sqlite").held) == 1
    with closing(sqlite3.connect(tmp_path / "theirs.db")) as connection:
        connection.execute("CREATE TABLE customers (name TEXT)")
    assert len(held_locks(tmp_path, "theirs.db").faults) == 1


def test_locks_name_the_file_that_holds_them(tmp_path: Path) -> None:
    hold(tmp_path, LOW)
    (found,) = held_locks(tmp_path).held
    assert found.file == tmp_path / "sine.db"
    assert found.lock == Store(found.file).variants()[0]
