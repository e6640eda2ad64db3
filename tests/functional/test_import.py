"""`mitosis import`, as a researcher uses it who has trials of mitosis 0.6."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.functional.conftest import Project
from tests.unit.store.legacy import make_databases, make_folder, state_of

pytestmark = pytest.mark.slow

PEAK = """
name = "peak"
amplitude = {"a": AMPLITUDE, "np": 0.75}


def run(amplitude):
    \"\"\"The amplitude is its own peak.\"\"\"
    return {"main": amplitude}
"""


@pytest.fixture
def moving(project: Project) -> Project:
    """A project whose trials of mitosis 0.6 lie in a folder that git ignores."""
    (project.root / ".gitignore").write_text("__pycache__/\ntrials/\nold/\n")
    project.write(peak=PEAK.replace("AMPLITUDE", "4"))
    project.commit()
    make_folder(project.root / "old")
    return project


def test_trials_go_on_where_mitosis_0_6_stopped(moving: Project) -> None:
    done = moving.mitosis("import", "old/peak.db")
    assert done.status == 0, done
    assert done.page == moving.root / "trials" / "peak.db"
    done = moving.mitosis("run", "peak", "-p", "amplitude=a")
    assert done.status == 0, done
    assert done.page.name == "trial_peak-a-3.html"


def test_a_value_that_mitosis_0_6_locked_cannot_be_changed(moving: Project) -> None:
    moving.mitosis("import", "old/peak.db")
    moving.write(peak=PEAK.replace("AMPLITUDE", "5"))
    moving.git("commit", "-qam", "five")
    done = moving.mitosis("run", "peak", "-p", "amplitude=a")
    assert done.status == 2, done
    assert "by trial 'peak-a-1' (key 46c110" in done.err
    assert len(moving.rows("trials/peak.db")) == 11


def test_a_name_whose_value_is_in_doubt_is_locked_by_the_next_trial(moving: Project) -> None:
    moving.mitosis("import", "old/peak.db")
    done = moving.mitosis("run", "peak", "-p", "amplitude=np")
    assert done.status == 0, done
    done = moving.mitosis("variants", "show", "peak", "amplitude=np")
    assert "0.75" in done.out
    assert "mitosis_0_6('0.5')" in moving.mitosis("variants", "list", "--all").out


def test_the_report_says_which_names_are_locked_in_80_columns(moving: Project) -> None:
    done = moving.mitosis("import", "old/peak.db", "--dry-run")
    assert done.status == 0, done
    locked, _, free = done.out.partition("Not locked")
    assert "peak  window=t  (1, 2)" in locked
    assert "peak  window=arr  [1.0, 2.0]" in free
    assert "11 trials would be taken over from peak.db\n    10 succeeded, 1 failed" in done.out
    assert max(map(len, done.out.splitlines())) <= 80
    assert not (moving.root / "trials").exists()


def test_a_second_import_says_that_all_is_there(moving: Project) -> None:
    moving.mitosis("import", "old/peak.db", "-F", "here")
    before = state_of(moving.root / "here")
    done = moving.mitosis("import", "old/peak.db", "-F", "here")
    assert done.status == 0, done
    assert "0 trials taken over from peak.db\n    11 imported before" in done.out
    assert state_of(moving.root / "here") == before


def test_a_lost_database_is_rebuilt_with_what_the_import_retired(moving: Project) -> None:
    moving.mitosis("import", "old/peak.db")
    told = moving.mitosis("variants", "list", "--all").out
    rows = moving.rows("trials/peak.db")
    (moving.root / "trials" / "peak.db").unlink()
    pages = {path: path.read_bytes() for path in (moving.root / "trials").glob("*.html")}
    done = moving.mitosis("repair")
    assert done.status == 0, done
    without_id = [{k: v for k, v in row.items() if k != "id"} for row in rows]
    rebuilt = [
        {k: v for k, v in row.items() if k != "id"} for row in moving.rows("trials/peak.db")
    ]
    assert sorted(rebuilt, key=lambda row: row["key"]) == sorted(
        without_id, key=lambda row: row["key"]
    )
    assert moving.mitosis("variants", "list", "--all").out == told
    assert all(path.read_bytes() == content for path, content in pages.items())


def test_what_could_not_be_taken_apart_is_told_with_status_1(
    moving: Project, tmp_path: Path
) -> None:
    make_databases(tmp_path / "bare", "peak")
    database = tmp_path / "bare" / "peak.db"
    with closing(sqlite3.connect(database)) as connection:
        renamed = "UPDATE trials_peak SET variant = 'peak-unheard' WHERE variant = 'peak-np-sq'"
        connection.execute(renamed)
        connection.commit()
    done = moving.mitosis("import", str(database))
    assert done.status == 1, done
    assert "'peak-unheard' can be read in no way" in done.err
    assert len(moving.rows("trials/peak.db")) == 11


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("old/peak.db", "-F", "old"), "peak.db was written by mitosis 0.6"),
        (("peak.py",), "neither a file of `mitosis export` nor a database of mitosis 0.6"),
        (("missing.db",), "does not exist"),
        ((), "Missing argument"),
    ],
)
def test_what_cannot_be_imported_is_refused_and_nothing_changes(
    moving: Project, words: tuple[str, ...], said: str
) -> None:
    before = moving.snapshot()
    done = moving.mitosis("import", *words)
    assert done.status == 2, done
    assert said in " ".join(done.err.split())
    assert moving.snapshot() == before


def test_a_database_of_today_is_refused_with_the_way_to_merge(moving: Project) -> None:
    moving.mitosis("import", "old/noise.db")
    done = moving.mitosis("import", "trials/noise.db", "-F", "elsewhere")
    assert done.status == 2, done
    assert "mitosis merge trials" in done.err
