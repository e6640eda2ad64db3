"""Trials that are deleted: all of them, and nothing else, whenever the process dies."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from mitosis._curation import Purged, purge, weighed
from mitosis._history.lookup import find_all
from mitosis._layout import trial_folders
from mitosis._records import complete_stale, repair
from mitosis._store import Store
from mitosis.errors import StillRunningError, TrialsFolderError
from tests.conftest import Unprivileged
from tests.unit.exchange.machines import keys, locks, record_trial
from tests.unit.records.trials import NOON, begin, claim, elsewhere, files, variant

HOUR = timedelta(hours=1)


def delete(trials_folder: Path, *names: str, why: str = "") -> Purged:
    found = find_all(names, trials_folder)
    return purge(weighed(found), why, lambda *_: None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A trials folder with `sine-low-1`, `sine-low-2` and `sine-high-1`."""
    place = tmp_path / "trials"
    record_trial(place)
    record_trial(place, started_at=NOON + HOUR)
    record_trial(place, variant("high", "0.9"), started_at=NOON + 2 * HOUR)
    return place


def test_folder_page_and_row_are_gone_and_the_others_are_as_they_were(folder: Path) -> None:
    before = files(folder)
    purged = delete(folder, "sine-low-1")
    assert purged.names == ["sine-low-1"]
    assert purged.size_bytes > 1000
    gone = before.keys() - files(folder).keys()
    assert all("sine-low-1" in name for name in gone)
    assert not any("sine-low-1" in name for name in files(folder))
    assert sorted(keys(folder).values()) == ["sine-high-1", "sine-low-2"]
    kept = {n: c for n, c in files(folder).items() if not n.startswith("sine.db")}
    assert kept == {name: before[name] for name in kept}


def test_the_number_is_never_given_again(folder: Path) -> None:
    delete(folder, "sine-low-2")
    assert Store(folder / "sine.db").claim(claim()).name == "sine-low-3"


def test_nor_after_the_database_was_made_anew(folder: Path) -> None:
    delete(folder, "sine-low-2")
    (folder / "sine.db").unlink()
    assert repair(folder).is_sound
    assert Store(folder / "sine.db").claim(claim()).name == "sine-low-3"


def test_locks_stay_with_the_trial_that_locked_them(folder: Path) -> None:
    before = locks(folder)
    delete(folder, "sine-low-1", "sine-low-2", "sine-high-1")
    assert locks(folder) == before
    (folder / "sine.db").unlink()
    assert repair(folder).is_sound


def test_who_purged_it_and_why_stands_beside_the_database(folder: Path) -> None:
    delete(folder, "sine-low-1", why="wrong data")
    assert "wrong data" in (folder / "sine.db.acts").read_text()


def test_a_repair_does_not_bring_it_back(folder: Path) -> None:
    delete(folder, "sine-low-1")
    repaired = repair(folder)
    assert repaired.is_sound
    assert "sine-low-1" not in keys(folder).values()


def test_a_folder_that_somebody_brings_back_is_told_and_left_alone(
    folder: Path, tmp_path: Path
) -> None:
    (trial,) = (f.root for f in trial_folders(folder) if f.root.name.startswith("sine-low-1"))
    shutil.copytree(trial, tmp_path / trial.name)
    delete(folder, "sine-low-1")
    shutil.move(tmp_path / trial.name, trial)
    (told,) = repair(folder).contradictions
    assert "'sine-low-1'" in told
    assert "purged" in told
    assert trial.exists()


def test_a_folder_that_cannot_be_written_is_refused_before_anything_goes(
    open_folder: Path, unprivileged: Unprivileged
) -> None:
    record_trial(open_folder).folder.root.chmod(0o555)
    before = files(open_folder)
    with unprivileged(), pytest.raises(TrialsFolderError, match="Permission denied"):
        delete(open_folder, "sine-low-1")
    assert files(open_folder) == before


def test_trials_that_run_are_refused_and_nothing_is_deleted(folder: Path) -> None:
    running = begin(folder, runner=elsewhere())
    before = files(folder)
    with pytest.raises(StillRunningError) as caught:
        delete(folder, "sine-low-1", running.name)
    assert caught.value.trials == (f"{running.key}  {running.name}",)
    assert files(folder) == before


def test_shared_files_stay_while_another_trial_needs_them(folder: Path) -> None:
    purged = delete(folder, "sine-low-1")
    assert (purged.shared, purged.kept) == ([], 2)
    assert len(list((folder / ".values").iterdir())) == 1


def test_shared_files_go_with_the_last_trial_that_needs_them(folder: Path) -> None:
    purged = delete(folder, *keys(folder))
    assert {file.parent.name for file in purged.shared} == {".values", ".environments"}
    assert purged.shared_bytes > 1000
    assert [*(folder / ".values").iterdir(), *(folder / ".environments").iterdir()] == []


def test_shared_files_stay_while_any_trial_runs(folder: Path) -> None:
    begin(folder, runner=elsewhere())
    purged = delete(
        folder, *(key for key, name in keys(folder).items() if name != "sine-low-3")
    )
    assert (purged.shared, purged.kept) == ([], 2)


def test_a_page_that_another_trial_has_stays(folder: Path) -> None:
    page = folder / "trial_sine-low-1.html"
    page.write_text("of another database")
    delete(folder, "sine-low-1")
    assert page.read_text() == "of another database"


def test_a_trial_in_debug_mode_can_be_deleted(folder: Path) -> None:
    from mitosis._layout import TrialFolder, show_trial_folder
    from mitosis._records import write_record
    from tests.unit.records.trials import dead

    given = claim(runner=dead(), key="0123abcd")
    debug = TrialFolder(folder / ".sine-low_debug_0123abcd")
    debug.root.mkdir()
    write_record(debug, given, None, folder / "trial_sine-low_debug_0123abcd.html")
    debug = show_trial_folder(debug)
    assert delete(folder, str(debug.root)).names == ["sine-low"]
    assert not debug.root.exists()


PURGE = """
import sys
from pathlib import Path
from mitosis._curation import purge, weighed
from mitosis._history.lookup import find_all
purge(weighed(find_all(sys.argv[2:], Path(sys.argv[1]))), "", lambda *_: None)
"""


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_at_any_step_the_next_repair_or_purge_completes_it(
    folder: Path, tmp_path: Path
) -> None:
    """Each snapshot is what a kill at that moment leaves behind."""
    snapshots = tmp_path / "snapshots"
    snapshots.mkdir()
    by_name = {name: key for key, name in keys(folder).items()}
    faults = Path(__file__).parents[2] / "functional" / "faults"
    env = os.environ | {
        "PYTHONPATH": str(faults),
        "FAULT_MODE": "snapshot",
        "FAULT_FOLDER": str(folder),
        "FAULT_SNAPSHOTS": str(snapshots),
    }
    code = [sys.executable, "-c", PURGE, str(folder), by_name["sine-low-2"]]
    assert subprocess.run(code, env=env, check=False, timeout=200).returncode == 0
    left = sorted(snapshots.iterdir())
    assert len(left) > 8
    outcomes = []
    for place in left:
        complete_stale(place, place / "sine.db")  # as the next trial may do
        repaired = repair(place)
        assert repaired.is_sound, (place, repaired)
        is_there = by_name["sine-low-2"] in keys(place)
        outcomes.append(is_there)
        visible = [f.root.name for f in trial_folders(place)]
        assert len(visible) == 2 + is_there, (place, visible)
        assert (place / "trial_sine-low-2.html").exists() == is_there, place
        if is_there:
            delete(place, "sine-low-2")
        assert sorted(keys(place).values()) == ["sine-high-1", "sine-low-1"]
        assert Store(place / "sine.db").claim(claim()).name == "sine-low-3", place
    assert outcomes == sorted(outcomes, reverse=True)
    assert {True, False} == set(outcomes)


@pytest.mark.slow
def test_a_purge_that_was_killed_is_completed_by_the_same_command(
    folder: Path, tmp_path: Path
) -> None:
    from mitosis._model import Act, Action

    (key,) = (key for key, name in keys(folder).items() if name == "sine-low-2")
    Store(folder / "sine.db").purge([key], Act(Action.PURGED, NOON, "Ada", ""))
    assert len(repair(folder).contradictions) == 1
    assert delete(folder, key).names == ["sine-low-2"]
    assert not any("sine-low-2" in name for name in files(folder))


def test_purges_and_a_trial_that_starts_do_not_meet(folder: Path) -> None:
    """A trial that begins while shared files are looked at has them put back."""
    from mitosis._curation.sharing import _put_back

    (value,) = (folder / ".values").iterdir()
    hidden = value.with_name(f".{value.name}.0123abcd")
    content = value.read_bytes()
    value.rename(hidden)
    _put_back([(value, hidden)])
    assert value.read_bytes() == content
    assert not hidden.exists()
