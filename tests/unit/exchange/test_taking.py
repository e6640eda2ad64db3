"""Trials that arrive where others are: nothing here is changed, and nothing is taken twice."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from mitosis._layout import TrialFolder, trial_folders
from mitosis._model import Act, Action, LockName
from mitosis._records import read_record, repair
from mitosis._store import Store
from tests.unit.exchange.machines import (
    contents,
    keys,
    locks,
    pack,
    record,
    record_trial,
    take,
    unite,
)
from tests.unit.records.trials import NOON, claim, files, variant

HOUR = timedelta(hours=1)


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """Another machine's folder, with the trial sine-low-1."""
    record_trial(tmp_path / "there")
    return tmp_path / "there"


def test_a_trial_whose_number_is_taken_stays_out(there: Path, tmp_path: Path) -> None:
    own = record_trial(tmp_path / "here")
    before = files(tmp_path / "here")
    (other,) = keys(there)
    taken = unite(there, tmp_path / "here")
    told = f"sine-low-1 (key {other}): another trial has its number here (key {own.key})"
    assert (taken.added, taken.left) == ([], [told])
    assert files(tmp_path / "here") == before


def test_the_others_come_in_all_the_same(there: Path, tmp_path: Path) -> None:
    record_trial(tmp_path / "here")
    record_trial(there, started_at=NOON + HOUR)
    taken = unite(there, tmp_path / "here")
    assert (taken.added, len(taken.left)) == (["sine-low-2"], 1)


def test_renumbered_it_keeps_key_results_and_its_former_name(
    there: Path, tmp_path: Path
) -> None:
    record_trial(tmp_path / "here")
    (key,) = keys(there)
    taken = unite(there, tmp_path / "here", renumber=True)
    assert taken.renumbered == [("sine-low-1", "sine-low-2")]
    folder = TrialFolder(tmp_path / "here" / f"sine-low-2_{key}")
    assert keys(tmp_path / "here")[key] == "sine-low-2"
    told = record(folder)
    assert (told["name"], told["iteration"]) == ("sine-low-2", 2)
    assert told["former_name"] == "sine-low-1"
    assert folder.results.read_bytes() == f"results of {key}".encode()
    page = (tmp_path / "here" / "trial_sine-low-2.html").read_text()
    assert "sine-low-2" in page
    assert f"printed by {key}" in page
    assert repair(tmp_path / "here").is_sound
    assert Store(tmp_path / "here" / "sine.db").claim(claim()).iteration == 3


def test_a_renumbered_trial_is_known_when_it_comes_again(there: Path, tmp_path: Path) -> None:
    record_trial(tmp_path / "here")
    unite(there, tmp_path / "here", renumber=True)
    before = files(tmp_path / "here")
    taken = unite(there, tmp_path / "here", renumber=True)
    assert (taken.added, taken.here, taken.left) == ([], ["sine-low-1"], [])
    assert files(tmp_path / "here") == before


def test_several_of_one_number_get_different_ones(there: Path, tmp_path: Path) -> None:
    third = record_trial(tmp_path / "third", started_at=NOON + HOUR)
    shutil.copytree(third.folder.root, there / third.folder.root.name)
    record_trial(tmp_path / "here")
    taken = unite(there, tmp_path / "here", renumber=True)
    assert sorted(taken.added) == ["sine-low-2", "sine-low-3"]


def test_a_page_of_one_name_gets_another(there: Path, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "trial_sine-low-1.html").write_text("of a database moved away")
    (key,) = keys(there)
    assert unite(there, tmp_path / "here").left == []
    assert (tmp_path / "here" / f"trial_sine-low-1_{key}.html").exists()
    assert record(trial_folders(tmp_path / "here")[0])["html"].endswith(f"{key}.html")
    assert repair(tmp_path / "here").is_sound


def test_names_locked_to_other_values_keep_their_trials_out(
    there: Path, tmp_path: Path
) -> None:
    here = tmp_path / "here"
    record_trial(there, variant("fast", "9", "speed"), started_at=NOON + HOUR)
    record_trial(there, variant("tiny", "0.01"), started_at=NOON + HOUR)
    record_trial(here, variant("low", "0.5"), variant("fast", "8", "speed"))
    before = locks(here)
    taken = unite(there, here)
    assert taken.added == ["sine-tiny-1"]
    assert len(taken.left) == 2
    assert "is locked to 0.5 here, and ran as 0.1 there" in taken.left[0]
    assert "is locked to 8 here, and ran as 9 there" in taken.left[1]
    assert before < locks(here)
    assert {lock[0] for lock in locks(here) - before} == {"tiny"}


def test_after_the_name_is_freed_the_trial_comes_in(there: Path, tmp_path: Path) -> None:
    here = tmp_path / "here"
    record_trial(here, variant("low", "0.5"), started_at=NOON - HOUR)
    act = Act(Action.RENAMED, NOON, "Ada", "make room")
    Store(here / "sine.db").rename(LockName("sine", "noise", "low"), "medium", act)
    taken = unite(there, here)
    (reason,) = taken.left
    assert "another trial has its number here" in reason
    assert unite(there, here, renumber=True).renumbered == [("sine-low-1", "sine-low-2")]


def test_an_act_elsewhere_frees_no_name_here(there: Path, tmp_path: Path) -> None:
    """There `low` was retired; here it is in force, and stays so."""
    here = tmp_path / "here"
    record_trial(here, started_at=NOON + HOUR)
    act = Act(Action.RETIRED, NOON + 2 * HOUR, "Ada", "wrong unit")
    Store(there / "sine.db").retire(LockName("sine", "noise", "low"), act)
    assert unite(there, here, renumber=True).left == []
    assert [lock[0::3] for lock in locks(here)] == [("low", None)]


def test_the_same_trial_with_another_content_is_told(there: Path, tmp_path: Path) -> None:
    unite(there, tmp_path / "here")
    folder = trial_folders(tmp_path / "here")[0]
    folder.record.write_text(folder.record.read_text().replace('"main": 1.5', '"main": 2.5'))
    folder.results.write_bytes(b"others")
    (reason,) = unite(there, tmp_path / "here").left
    assert reason.endswith("it is here already, with another content: main, results.dill")


def test_a_trial_that_was_purged_here_stays_out(there: Path, tmp_path: Path) -> None:
    here = tmp_path / "here"
    unite(there, here)
    (key,) = keys(here)
    Store(here / "sine.db").purge([key], Act(Action.PURGED, NOON, "Ada", ""))
    shutil.rmtree(trial_folders(here)[0].root)
    taken = unite(there, here)
    assert taken.left == [f"sine-low-1 (key {key}): it was purged here"]
    assert keys(here) == {}


def test_the_number_of_a_purged_trial_is_not_given_again(there: Path, tmp_path: Path) -> None:
    here = tmp_path / "here"
    own = record_trial(here)
    Store(here / "sine.db").purge([own.key], Act(Action.PURGED, NOON, "Ada", ""))
    shutil.rmtree(own.folder.root)
    assert len(unite(there, here).left) == 1
    assert unite(there, here, renumber=True).renumbered == [("sine-low-1", "sine-low-2")]


def test_a_database_that_is_gone_here_is_made_up_first(there: Path, tmp_path: Path) -> None:
    here = tmp_path / "here"
    own = record_trial(here)
    (here / "sine.db").unlink()
    assert len(unite(there, here).left) == 1
    assert set(keys(here)) == {own.key}


def test_folders_can_be_merged_where_the_other_has_no_database(
    there: Path, tmp_path: Path
) -> None:
    expected = keys(there)
    (there / "sine.db").unlink()
    assert unite(there, tmp_path / "here").left == []
    assert keys(tmp_path / "here") == expected
    assert not (there / "sine.db").exists()


def test_a_record_that_cannot_be_read_costs_the_others_nothing(
    there: Path, tmp_path: Path
) -> None:
    second = record_trial(there, started_at=NOON + HOUR)
    second.folder.record.write_text("{")
    taken = unite(there, tmp_path / "here")
    assert taken.added == ["sine-low-1"]
    (reason,) = taken.left
    assert reason.startswith(f"{second.folder.root.name}: it is no JSON")


TAKE = """
import sys
from pathlib import Path
from mitosis._exchange import Options, import_archive
file, place = map(Path, sys.argv[1:])
print(len(import_archive(file, place, Options(file.name), lambda *_: None).added))
"""


def importing(file: Path, place: Path, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", TAKE, str(file), str(place)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | more,
    )


@pytest.mark.slow
def test_imports_of_one_file_at_once_take_each_trial_once(there: Path, tmp_path: Path) -> None:
    for hours in range(1, 6):
        record_trial(there, started_at=NOON + hours * HOUR)
    pack(there, tmp_path / "t.zip")
    processes = [importing(tmp_path / "t.zip", tmp_path / "here") for _ in range(4)]
    counts = [int(process.communicate(timeout=100)[0]) for process in processes]
    assert sum(counts) == 6
    assert keys(tmp_path / "here") == keys(there)
    assert repair(tmp_path / "here").removed == ()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_at_any_step_an_import_can_be_done_again(there: Path, tmp_path: Path) -> None:
    """Each snapshot is what a kill at that moment leaves behind."""
    record_trial(there, variant("high", "0.9"), started_at=NOON + HOUR)
    pack(there, tmp_path / "t.zip")
    here, snapshots = tmp_path / "here", tmp_path / "snapshots"
    here.mkdir()
    snapshots.mkdir()
    faults = Path(__file__).parents[2] / "functional" / "faults"
    env = {
        "PYTHONPATH": str(faults),
        "FAULT_MODE": "snapshot",
        "FAULT_FOLDER": str(here),
        "FAULT_SNAPSHOTS": str(snapshots),
    }
    process = importing(tmp_path / "t.zip", here, **env)
    process.communicate(timeout=200)
    assert process.returncode == 0
    left = sorted(snapshots.iterdir())
    assert len(left) > 20
    for folder in left:
        visible = trial_folders(folder)
        assert all(read_record(trial).outcome for trial in visible), folder
        taken = take(tmp_path / "t.zip", folder)
        assert (taken.left, keys(folder)) == ([], keys(there)), folder
        age(folder)
        repaired = repair(folder)
        assert repaired.is_sound, (folder, repaired)
        assert not list(folder.glob(".import.*")), folder
        assert locks(folder) == locks(there), folder


def age(folder: Path) -> None:
    """Have everything hidden look as if it was left behind two days ago."""
    for path in folder.glob(".*"):
        os.utime(path, (time.time() - 2 * 86400,) * 2)


@pytest.mark.slow
def test_a_killed_import_leaves_only_a_hidden_folder(there: Path, tmp_path: Path) -> None:
    pack(there, tmp_path / "t.zip")
    here = tmp_path / "here"
    here.mkdir()
    faults = Path(__file__).parents[2] / "functional" / "faults"
    env = {"PYTHONPATH": str(faults), "FAULT_MODE": "kill", "FAULT_FOLDER": str(here)}
    hit = {"FAULT_HIT": str(tmp_path / "hit"), "FAULT_WHERE": "runner", "FAULT_WHOM": "runner"}
    for at in range(200, 6000, 200):
        process = importing(tmp_path / "t.zip", here, **env, **hit, FAULT_AT=str(at))
        process.communicate(timeout=100)
        if process.returncode == -signal.SIGKILL and list(here.iterdir()):
            break
    assert [path.name[:8] for path in here.iterdir()] == [".import."]
    assert take(tmp_path / "t.zip", here).left == []
    assert contents(tmp_path / "t.zip").keys() >= {
        f"{f.root.name}/record.json" for f in trial_folders(here)
    }
