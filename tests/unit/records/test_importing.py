"""Trials of mitosis 0.6 in a trials folder of today."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mitosis._layout import TrialFolder, is_own
from mitosis._model import Lock, Status
from mitosis._recording import read_pickle
from mitosis._records import read_record
from mitosis._records.importing import Imported, import_legacy
from mitosis._store import Store
from mitosis.errors import ForeignDatabaseError, TrialsFolderError
from tests.unit.store.legacy import COMMIT, NAMES, make_databases, make_folder, state_of

pytestmark = pytest.mark.slow


class Done(NamedTuple):
    """All databases of one folder, imported into another, and what that said of each."""

    folder: Path
    imported: dict[str, Imported]
    is_old_untouched: bool


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """For tests that only look."""
    old, new = tmp_path_factory.mktemp("old"), tmp_path_factory.mktemp("new")
    make_folder(old)
    before = state_of(old)
    imported = {name: import_legacy(old / f"{name}.db", new) for name in NAMES}
    return Done(new, imported, state_of(old) == before)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    folder = tmp_path / "old"
    make_folder(folder)
    return folder


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return tmp_path / "new"


def rows(folder: Path, experiment: str = "peak") -> dict[str, Any]:
    return {row["name"]: row for row in Store(folder / f"{experiment}.db").trials()}


def locks(folder: Path, experiment: str = "peak") -> dict[str, Lock]:
    found = Store(folder / f"{experiment}.db").variants(retired=True)
    return {f"{lock.variant.parameter}={lock.variant.name}": lock for lock in found}


def append(database: Path, *trial: object) -> None:
    """Have mitosis 0.6 record one more trial."""
    table = f"trials_{database.stem}"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?)", trial)
        connection.commit()


def test_each_trial_gets_a_row_a_folder_a_record_and_a_page(done: Done) -> None:
    new = done.folder
    for imported in done.imported.values():
        assert (imported.known, imported.faults) == (0, ())
        (database,) = imported.databases
        stored = {row["key"]: row for row in Store(database).trials()}
        assert {trial.claim.key for trial in imported.added} == stored.keys()
        for key, row in stored.items():
            folder = TrialFolder(new / row["folder"])
            recorded = read_record(folder)
            assert recorded.claim.key == key
            assert recorded.places.html == row["html"]
            assert key in (new / row["html"]).read_text()
            assert is_own(new / row["html"], new)
            assert is_own(folder.record, new)
    assert len(list(new.glob("*/record.json"))) == 18


def test_what_mitosis_0_6_left_stays_as_it_is(done: Done) -> None:
    assert done.is_old_untouched


def test_importing_again_changes_nothing(old: Path, new: Path) -> None:
    import_legacy(old / "peak.db", new)
    before = state_of(new)
    again = import_legacy(old / "peak.db", new)
    assert (again.added, again.known, again.faults) == ((), 11, ())
    assert state_of(new) == before


def test_a_dry_run_says_the_same_and_writes_nothing(old: Path, new: Path) -> None:
    told = import_legacy(old / "peak.db", new, dry_run=True)
    assert not new.exists()
    done = import_legacy(old / "peak.db", new)
    assert [t.claimed for t in told.added] == [t.claimed for t in done.added]
    assert told.variants == done.variants


def test_iterations_count_from_1_and_the_old_ones_stay_in_the_record(done: Done) -> None:
    found = rows(done.folder)
    assert {"peak-a-1", "peak-a-2", "peak-high-4-l-1"} < found.keys()
    record = json.loads((done.folder / found["peak-a-2"]["folder"] / "record.json").read_text())
    assert record["iteration"] == 2
    assert record["imported"]["iteration"] == 1
    assert record["imported"]["variant"] == "peak-a"
    assert record["imported"]["runner_cpu_seconds"] == pytest.approx(0.971252272)


def test_a_key_begins_with_the_old_one(done: Done) -> None:
    assert rows(done.folder)["peak-a-1"]["key"].startswith("46c110")


@pytest.mark.parametrize(
    ("name", "trial", "status", "main"),
    [
        ("noise", "noise-1", Status.SUCCEEDED, 0),
        ("peak", "peak-low-4-1", Status.SUCCEEDED, 0.9999960366529594),
        ("raises", "raises-a-1", Status.FAILED, None),
        ("waits", "waits-a-1", Status.LOST, None),
        ("grouped_lakes", "grouped-lakes-a-1", Status.SUCCEEDED, 0),
        ("gather_score", "gather_score-five-len-1", Status.SUCCEEDED, 5),
    ],
)
def test_status_and_main_are_told_as_far_as_they_are_known(
    done: Done, name: str, trial: str, status: Status, main: float | None
) -> None:
    (database,) = done.imported[name].databases
    row = rows(done.folder, database.stem)[trial]
    assert (row["status"], row["main"]) == (status, main)
    assert bool(row["reason"]) is (status is not Status.SUCCEEDED)


def test_what_mitosis_0_6_did_not_note_stays_unknown(done: Done) -> None:
    row = rows(done.folder)["peak-a-1"]
    assert row["commit_hash"] == COMMIT
    unknown = ("seed", "branch", "remote", "wall_seconds", "cpu_seconds", "peak_memory_bytes")
    assert [row[name] for name in unknown] == [None] * 6
    assert (row["host"], row["pid"]) == ("", 0)


def test_time_and_environment_come_from_the_files_of_the_trial(done: Done) -> None:
    row = rows(done.folder)["peak-a-1"]
    logged = datetime(2026, 11, 21, 15, 0, 9, 642000).astimezone(UTC)
    assert row["started_at"] == logged
    environment = json.loads(
        (done.folder / ".environments" / f"{row['environment']}.json").read_text()
    )
    assert environment["packages"]["numpy"] == "2.4.6"
    assert environment["python"].startswith("3.11.7 (main")


def test_results_are_where_those_of_today_are(done: Done) -> None:
    folder = TrialFolder(
        done.folder / rows(done.folder, "gather_score")["gather_score-five-len-1"]["folder"]
    )
    assert read_pickle(folder.results)["step"] == "results_1"
    assert read_pickle(folder.root / "mitosis-0.6" / "results_0.dill")["step"] == "results_0"
    assert (folder.root / "mitosis-0.6" / "config.txt").exists()


def test_the_old_page_is_shown_with_a_line_on_where_it_comes_from(done: Done) -> None:
    page = (done.folder / "trial_peak-a-1.html").read_text()
    assert "<p>trial_peak-a_0_46c110</p>" in page
    assert re.search(r'<body[^>]*><section class="status succeeded"', page)
    assert "run by mitosis 0.6 as peak-a, iteration 0 (key 46c110)" in page


def test_a_page_that_is_a_notebook_stays_one(done: Done) -> None:
    page = json.loads((done.folder / "trial_grouped-lakes-a-1.ipynb").read_text())
    assert page["metadata"]["mitosis"]["status"] == "succeeded"


def test_a_trial_without_a_page_gets_one(done: Done) -> None:
    page = (done.folder / "trial_waits-a-1.html").read_text()
    assert "did not record its end" in page


def test_a_name_is_locked_where_only_one_value_can_be_meant(done: Done) -> None:
    imported = done.imported["peak"]
    found = locks(done.folder)
    assert found["window=t"].variant.text == "(1, 2)"
    assert found["window=l"].variant.text == "[1, 2]"
    assert found["amplitude=2*3"].variant.text == "6"
    in_force = {name for name, lock in found.items() if lock.retired_at is None}
    assert in_force == {
        f"{v.variant.parameter}={v.variant.name}" for v in imported.variants if not v.doubt
    }


def test_a_name_of_a_value_in_doubt_is_free_and_says_why(done: Done) -> None:
    imported = done.imported["peak"]
    doubts = {v.variant.name: v for v in imported.variants if v.doubt}
    assert doubts.keys() == {"np", "wide", "sq", "arr"}
    lock = locks(done.folder)["amplitude=np"]
    assert lock.retired_at
    (act,) = lock.acts
    assert (act.by, act.why) == ("mitosis import", doubts["np"].doubt)
    assert "0.5" in lock.variant.text
    assert lock.used_by == 1


def test_without_the_folders_hardly_any_value_is_known(tmp_path: Path, new: Path) -> None:
    old = tmp_path / "bare"
    make_databases(old, "peak")
    imported = import_legacy(old / "peak.db", new)
    assert {v.variant.name for v in imported.variants if not v.doubt} == {"none"}
    assert len(list(new.glob("trial_*.html"))) == 11


def test_a_name_that_cannot_be_taken_apart_is_told_and_taken_over_whole(
    tmp_path: Path, new: Path
) -> None:
    make_databases(tmp_path, "waits")
    page = "trial_waits-unheard-of_0_ffffff.html"
    append(tmp_path / "waits.db", "waits-unheard-of", 0, COMMIT, 1.0, "1", page)
    imported = import_legacy(tmp_path / "waits.db", new)
    (fault,) = imported.faults
    assert "'waits-unheard-of'" in fault
    row = rows(new, "waits")["waits-waits-unheard-of-1"]
    assert row["variants"] == {"(joined)": "waits-unheard-of"}


def test_what_came_since_is_taken_over_with_the_next_number(old: Path, new: Path) -> None:
    import_legacy(old / "peak.db", new)
    append(old / "peak.db", "peak-a", 2, COMMIT, 1.0, "1.5", "trial_peak-a_2_ffffff.html")
    imported = import_legacy(old / "peak.db", new)
    assert [t.claimed.name for t in imported.added if t.claimed] == ["peak-a-3"]
    assert imported.known == 11


def test_a_number_that_was_given_meanwhile_is_not_given_again(old: Path, new: Path) -> None:
    import_legacy(old / "noise.db", new)
    append(old / "noise.db", "noparams", 2, COMMIT, 1.0, "1", "trial_noparams_2_eeeeee.html")
    with closing(sqlite3.connect(new / "noise.db")) as connection:
        connection.execute("UPDATE trial SET iteration = 3 WHERE iteration = 2")
        connection.commit()
    import_legacy(old / "noise.db", new)
    assert sorted(row["iteration"] for row in rows(new, "noise").values()) == [1, 3, 4]


@pytest.mark.parametrize("is_hidden", [False, True])
def test_an_import_that_was_interrupted_is_completed_by_the_next(
    old: Path, new: Path, is_hidden: bool
) -> None:
    import_legacy(old / "peak.db", new)
    before = rows(new)
    for path in new.glob("peak.db*"):
        path.unlink()
    shown = new / before["peak-low-4-1"]["folder"]
    if is_hidden:
        shown.rename(shown.with_name(f".{shown.name}"))
        (new / before["peak-low-4-1"]["html"]).unlink()
    imported = import_legacy(old / "peak.db", new)
    assert len(imported.added) == 11
    assert rows(new) == before
    assert len(list(new.glob("trial_*"))) == 11
    assert not list(new.glob(".*_*"))


def test_definitions_that_were_left_in_force_by_an_interrupted_import_are_freed(
    old: Path, new: Path
) -> None:
    import_legacy(old / "peak.db", new)
    with closing(sqlite3.connect(new / "peak.db")) as connection:
        connection.execute("DELETE FROM variant_act")
        connection.execute("UPDATE variant SET retired_at = NULL")
        connection.commit()
    import_legacy(old / "peak.db", new)
    assert locks(new)["amplitude=np"].acts
    assert not locks(new)["amplitude=low"].retired_at


def test_a_page_of_that_name_is_not_overwritten(old: Path, new: Path) -> None:
    new.mkdir()
    (new / "trial_waits-a-1.html").write_text("mine")
    import_legacy(old / "waits.db", new)
    assert (new / "trial_waits-a-1.html").read_text() == "mine"
    (row,) = rows(new, "waits").values()
    assert row["html"] == f"trial_waits-a-1_{row['key']}.html"


def test_files_of_the_trial_that_are_gone_cost_only_what_they_told(
    old: Path, new: Path
) -> None:
    for name in ("config.txt", "requirements.txt", "experiment.log", "source.py"):
        (old / "2026-11-21_46c110" / name).unlink()
    shutil.rmtree(old / "2026-11-21_553756")
    (old / "trial_peak-a_1_553756.html").unlink()
    imported = import_legacy(old / "peak.db", new)
    assert imported.faults == ()
    assert {"peak-a-1", "peak-a-2"} < rows(new).keys()


def test_the_old_folder_itself_cannot_take_them(old: Path) -> None:
    before = state_of(old)
    with pytest.raises(TrialsFolderError, match=r"peak\.db was written by mitosis"):
        import_legacy(old / "peak.db", old)
    assert state_of(old) == before


def test_a_file_of_another_program_is_refused(tmp_path: Path, new: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE notes (text)")
    with pytest.raises(ForeignDatabaseError):
        import_legacy(tmp_path / "other.db", new)
    assert not new.exists()


TOKEN = "ghp_" + "a1B2" * 9
PASSWORD = "correct horse battery"


def test_secrets_that_mitosis_0_6_kept_are_written_nowhere(old: Path, new: Path) -> None:
    trial = old / "2026-11-21_dc246e"
    named = (
        "for arg_name, var_name in {'amplitude': 'a', 'password': 'mine', 'x': 't'}.items():\n"
    )
    (trial / "source.py").write_text(f"{named}for arg_name, var_name in {{}}.items():\n")
    (trial / "config.txt").write_text(
        f"{{'amplitude': 4,\n 'password': '{PASSWORD}',\n 'x': '{TOKEN}'}}\n"
    )
    page = old / "trial_raises-a_0_dc246e.html"
    page.write_text(f"<body><pre>password = {PASSWORD}\nx = {TOKEN}</pre></body>")
    with closing(sqlite3.connect(old / "raises.db")) as connection:
        connection.execute("UPDATE trials_raises SET variant = 'raises-a-mine-t'")
        for argument, name, value in (("password", "mine", PASSWORD), ("x", "t", TOKEN)):
            connection.execute(f"CREATE TABLE raises_variant_{argument} (name, params)")
            row = (name, f"'{value}'")
            connection.execute(f"INSERT INTO raises_variant_{argument} VALUES (?, ?)", row)
        connection.commit()
    imported = import_legacy(old / "raises.db", new)
    assert "raises-a-mine-t-1" in rows(new, "raises")
    assert {v.variant.name for v in imported.variants if "secret" in v.doubt} == {"mine", "t"}
    written = b"".join(state_of(new).values())
    assert PASSWORD.encode() not in written
    assert TOKEN.encode() not in written
    assert b"<pre>password = ***" in written
