"""Locks go from one trials folder to another, all of them or none."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from mitosis._canonical import VERSION
from mitosis._locks import held_locks, import_locks, shared_locks
from mitosis._model import Action
from mitosis.errors import (
    AmbiguousDatabaseError,
    LockImportConflictError,
    NotADatabaseError,
    TrialsFolderError,
)

from .databases import do, hold, lock, texts

LOW, HIGH = lock("low", 0.1), lock("high", 2)
PEAK = lock("low", 1, experiment="peak")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "trials"


def names(folder: Path, *experiments: str) -> list[str]:
    return [
        f"{lock.experiment}:{lock.variant.name}"
        for lock in shared_locks(held_locks(folder), experiments)
    ]


def test_locks_in_force_are_shared_and_retired_ones_are_not(folder: Path) -> None:
    hold(folder, LOW, HIGH, PEAK)
    do(folder, Action.RETIRED, HIGH)
    assert names(folder) == ["peak:low", "sine:low"]
    assert names(folder, "sine") == ["sine:low"]


def test_of_two_databases_with_the_same_experiment_the_one_that_counts_is_shared(
    folder: Path,
) -> None:
    hold(folder, lock("low", 7), logfile="sine-before.db")
    hold(folder, LOW)
    (shared,) = shared_locks(held_locks(folder))
    assert shared.variant.text == "0.1"


def test_a_database_that_cannot_be_read_stops_sharing(folder: Path) -> None:
    hold(folder, LOW)
    (folder / "broken.db").write_text("nothing that SQLite knows")
    for act in (shared_locks, lambda holdings: import_locks(holdings, [PEAK], "")):
        with pytest.raises(NotADatabaseError):
            act(held_locks(folder))
    assert texts(folder) == {("sine", "noise", "low"): "0.1"}


def test_an_import_makes_what_is_missing_and_says_who_did_it(folder: Path) -> None:
    done = import_locks(held_locks(folder), [LOW, HIGH, PEAK], "from Bob")
    assert (len(done.new), done.known) == (3, 0)
    assert {held.file.name for held in done.new} == {"sine.db", "peak.db"}
    found = held_locks(folder).in_force
    assert {held.lock.locked_at for held in found} == {LOW.locked_at}
    assert {held.lock.trial_name for held in found} == {
        "sine-low-1",
        "sine-high-1",
        "peak-low-1",
    }
    (act,) = found[0].lock.acts
    assert (act.action, act.why) == (Action.IMPORTED, "from Bob")
    assert act.by


def test_what_is_there_already_stays_as_it_is(folder: Path) -> None:
    hold(folder, LOW)
    done = import_locks(held_locks(folder), [LOW, HIGH], "")
    assert ([held.key[2] for held in done.new], done.known) == (["high"], 1)
    again = import_locks(held_locks(folder), [LOW, HIGH], "")
    assert (again.new, again.known) == ((), 2)
    (low,) = [held.lock for held in held_locks(folder).held if held.key[2] == "low"]
    assert (low.acts, low.used_by) == ((), 1)


def test_no_locks_make_no_folder(folder: Path) -> None:
    import_locks(held_locks(folder), [], "")
    assert not folder.exists()


def test_a_contradiction_in_one_database_keeps_all_as_they_were(folder: Path) -> None:
    hold(folder, LOW, PEAK)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    given = [lock("new", 5), lock("low", 0.7), lock("other", 1, experiment="third")]
    with pytest.raises(LockImportConflictError, match=r"given   0\.7") as caught:
        import_locks(held_locks(folder), given, "")
    assert len(caught.value.conflicts) == 1
    assert caught.value.database == folder / "sine.db"
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_contradictions_in_several_databases_are_told_together(folder: Path) -> None:
    hold(folder, LOW, HIGH, PEAK)
    given = [lock("low", 7), lock("high", 8), lock("low", 9, experiment="peak")]
    with pytest.raises(LockImportConflictError) as caught:
        import_locks(held_locks(folder), given, "")
    assert len(caught.value.conflicts) == 3
    assert caught.value.database == folder


def test_different_texts_of_two_editions_cannot_be_called_the_same_value(folder: Path) -> None:
    hold(folder, LOW)
    (held,) = held_locks(folder).held
    other = replace(LOW.variant, version=held.lock.variant.version + VERSION)
    done = import_locks(held_locks(folder), [replace(LOW, variant=other)], "")
    assert (done.new, done.known) == ((), 1)
    given = replace(LOW, variant=replace(other, text="another"))
    with pytest.raises(LockImportConflictError, match="only one edition can compare"):
        import_locks(held_locks(folder), [given], "")


def test_a_name_that_was_retired_here_can_be_imported(folder: Path) -> None:
    hold(folder, LOW)
    do(folder, Action.RETIRED, LOW)
    import_locks(held_locks(folder), [lock("low", 0.7)], "")
    assert texts(folder) == {("sine", "noise", "low"): "0.7"}
    assert len(held_locks(folder).held) == 2


def test_locks_go_to_the_file_that_holds_the_experiment_already(folder: Path) -> None:
    hold(folder, LOW, logfile="all.db")
    import_locks(held_locks(folder), [HIGH], "")
    assert {path.name for path in folder.iterdir()} == {"all.db", "all.db.acts"}


def test_of_two_such_files_none_is_chosen(folder: Path) -> None:
    hold(folder, LOW, logfile="a.db")
    hold(folder, LOW, logfile="b.db")
    with pytest.raises(AmbiguousDatabaseError):
        import_locks(held_locks(folder), [HIGH], "")


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "trials").write_text("mine")
    with pytest.raises(TrialsFolderError, match="it is a file"):
        import_locks(held_locks(tmp_path / "trials"), [LOW], "")


def test_an_imported_database_is_one_that_any_sqlite_reads(folder: Path) -> None:
    import_locks(held_locks(folder), [LOW], "")
    with closing(sqlite3.connect(folder / "sine.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
