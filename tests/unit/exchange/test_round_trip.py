"""Trials that travel: what arrives is what was sent."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from shutil import copytree

import pytest

from mitosis._exchange.manifest import MANIFEST
from mitosis._model import Act, Action, Annotation, LockName, Mark, SweepPoint
from mitosis._records import annotate, repair
from mitosis._store import Store
from mitosis.errors import ArchiveError, StillRunningError
from tests.unit.exchange.machines import (
    contents,
    keys,
    locks,
    pack,
    record_trial,
    take,
    unite,
)
from tests.unit.records.trials import NOON, begin, elsewhere, files, variant
from tests.unit.store.plans import plan

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three trials of two variants, to be copied."""
    folder = tmp_path_factory.mktemp("three")
    record_trial(folder)
    record_trial(folder, variant("high", "0.9"), started_at=NOON + HOUR)
    second = record_trial(folder, started_at=NOON + 2 * HOUR)
    annotate(second.folder, [Annotation(Mark.TAG, "draft", NOON + 3 * HOUR, "Ada")])
    return folder


@pytest.fixture
def here(three: Path, tmp_path: Path) -> Path:
    """A trials folder with these."""
    return copytree(three, tmp_path / "here")


def without_databases(folder: Path) -> dict[str, bytes]:
    return {name: content for name, content in files(folder).items() if ".db" not in name}


def test_an_import_brings_every_file_byte_for_byte(here: Path, tmp_path: Path) -> None:
    exported = pack(here, tmp_path / "t.zip")
    taken = take(tmp_path / "t.zip", tmp_path / "there")
    assert (exported.trials, len(taken.added), taken.left) == (3, 3, [])
    assert without_databases(tmp_path / "there") == without_databases(here)
    assert keys(tmp_path / "there") == keys(here)


def test_a_merge_brings_every_file_byte_for_byte(here: Path, tmp_path: Path) -> None:
    taken = unite(here, tmp_path / "there")
    assert (len(taken.added), taken.left) == (3, [])
    assert without_databases(tmp_path / "there") == without_databases(here)
    assert keys(tmp_path / "there") == keys(here)


def test_an_archive_holds_a_trials_folder_without_databases(here: Path, tmp_path: Path) -> None:
    pack(here, tmp_path / "t.zip")
    names = set(contents(tmp_path / "t.zip")) - {MANIFEST, "sine.db.acts"}
    assert names == set(without_databases(here))


def test_what_is_unpacked_by_hand_can_be_repaired(here: Path, tmp_path: Path) -> None:
    import zipfile

    pack(here, tmp_path / "t.zip")
    with zipfile.ZipFile(tmp_path / "t.zip") as archive:
        archive.extractall(tmp_path / "there")
    assert repair(tmp_path / "there").is_sound
    assert keys(tmp_path / "there") == keys(here)
    assert locks(tmp_path / "there") == locks(here)


@pytest.mark.parametrize("is_merged", [False, True], ids=["import", "merge"])
def test_trials_of_a_sweep_keep_their_points_and_its_locks(
    tmp_path: Path, is_merged: bool
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    store = Store(here / "sine.db")
    store.lock(plan(variant(), variant("high", "0.9")))
    trial = record_trial(here, sweep=SweepPoint("night", 3))
    if is_merged:
        unite(here, there)
    else:
        pack(here, tmp_path / "t.zip")
        take(tmp_path / "t.zip", there)
    arrived = Store(there / "sine.db")
    assert arrived.sweep_rows("night") == store.sweep_rows("night")
    assert [(row.point, row.key) for row in arrived.sweep_rows("night")] == [(3, trial.key)]
    (lock,) = arrived.variants()
    assert (lock.sweep, lock.locked_at) == ("night", NOON - HOUR)


def test_the_same_trials_make_the_same_bytes(here: Path, tmp_path: Path) -> None:
    pack(here, tmp_path / "one.zip")
    pack(here, tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_locks_come_with_where_they_were_locked_first(here: Path, tmp_path: Path) -> None:
    pack(here, tmp_path / "t.zip")
    taken = take(tmp_path / "t.zip", tmp_path / "there")
    assert taken.locks == 2
    assert locks(tmp_path / "there") == locks(here)
    (act,) = Store(tmp_path / "there" / "sine.db").variants()[0].acts
    assert (act.action, act.why) == (Action.IMPORTED, "with trials of t.zip")


def test_a_lock_tells_its_first_trial_even_if_that_stays_behind(
    here: Path, tmp_path: Path
) -> None:
    from mitosis._exchange import export
    from mitosis._layout import trial_folders

    of_low = [f for f in trial_folders(here) if f.root.name.startswith("sine-low-2")]
    export(of_low, tmp_path / "t.zip", "0.7.0", lambda *_: None)
    take(tmp_path / "t.zip", tmp_path / "there")
    (low,) = [k for k in Store(here / "sine.db").variants() if k.variant.name == "low"]
    (lock,) = Store(tmp_path / "there" / "sine.db").variants()
    assert (lock.trial_name, lock.trial_key, lock.locked_at) == (
        "sine-low-1",
        low.trial_key,
        NOON,
    )


def test_what_people_said_comes_along_into_the_database(here: Path, tmp_path: Path) -> None:
    from mitosis._model import Field, Kind, Query

    pack(here, tmp_path / "t.zip")
    take(tmp_path / "t.zip", tmp_path / "there")
    fields = [Field(Kind.COLUMN, "name"), Field(Kind.COLUMN, "tags")]
    table = Store(tmp_path / "there" / "sine.db").table(Query(), fields)
    assert dict(zip(*table, strict=True))["sine-low-2"] == ("draft",)


def test_importing_again_passes_over_what_is_here(here: Path, tmp_path: Path) -> None:
    pack(here, tmp_path / "t.zip")
    take(tmp_path / "t.zip", tmp_path / "there")
    before = files(tmp_path / "there")
    taken = take(tmp_path / "t.zip", tmp_path / "there")
    assert (taken.added, len(taken.here), taken.left, taken.locks) == ([], 3, [], 0)
    assert files(tmp_path / "there") == before


def test_merges_in_both_directions_end_with_the_same_set(here: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    record_trial(there, variant("tiny", "0.01"))
    assert unite(here, there).left == []
    assert unite(there, here).left == []
    assert without_databases(here) == without_databases(there)
    assert keys(here) == keys(there)
    assert locks(here) == locks(there)


def test_a_retired_lock_arrives_retired(here: Path, tmp_path: Path) -> None:
    act = Act(Action.RETIRED, NOON + 3 * HOUR, "Ada", "wrong unit")
    Store(here / "sine.db").retire(LockName("sine", "noise", "low"), act)
    record_trial(here, variant("low", "0.2"), started_at=NOON + 4 * HOUR)
    pack(here, tmp_path / "t.zip")
    assert take(tmp_path / "t.zip", tmp_path / "there").left == []
    assert locks(tmp_path / "there") == locks(here)
    (tmp_path / "there" / "sine.db").unlink()
    assert repair(tmp_path / "there").is_sound
    assert {lock[:2] for lock in locks(tmp_path / "there")} == {
        lock[:2] for lock in locks(here)
    }


def test_a_renamed_lock_arrives_under_its_new_name(here: Path, tmp_path: Path) -> None:
    act = Act(Action.RENAMED, NOON + 3 * HOUR, "Ada", "there is a lower one")
    Store(here / "sine.db").rename(LockName("sine", "noise", "low"), "medium", act)
    pack(here, tmp_path / "t.zip")
    assert take(tmp_path / "t.zip", tmp_path / "there").left == []
    assert locks(tmp_path / "there") == locks(here)


def test_what_was_said_of_a_trial_there_is_added_here(here: Path, tmp_path: Path) -> None:
    from mitosis._layout import trial_folders

    there = tmp_path / "there"
    unite(here, there)
    for folder, text, hours in ((here, "first", 4), (there, "second", 5)):
        note = Annotation(Mark.NOTE, text, NOON + hours * HOUR, "Ada")
        annotate(trial_folders(folder)[0], [note])
    assert unite(here, there).left == []
    row = next(r for r in Store(there / "sine.db").trials() if r["name"] == "sine-high-1")
    assert row["note"] == "second"
    assert "first" in trial_folders(there)[0].annotations.read_text()


def test_trials_that_run_are_not_exported(here: Path, tmp_path: Path) -> None:
    running = begin(here, runner=elsewhere())
    with pytest.raises(StillRunningError) as caught:
        pack(here, tmp_path / "t.zip")
    assert caught.value.trials == (f"{running.key}  {running.name}",)
    assert not (tmp_path / "t.zip").exists()


def test_trials_that_run_there_are_left_out_of_a_merge(here: Path, tmp_path: Path) -> None:
    begin(here, runner=elsewhere())
    taken = unite(here, tmp_path / "there")
    assert taken.left == ["sine-low-3: it has not ended there"]
    assert len(taken.added) == 3


def test_an_export_overwrites_nothing(here: Path, tmp_path: Path) -> None:
    (tmp_path / "t.zip").write_text("a user's")
    with pytest.raises(ArchiveError, match="it is there already"):
        pack(here, tmp_path / "t.zip")
    assert (tmp_path / "t.zip").read_text() == "a user's"


def test_an_export_that_cannot_be_written_leaves_nothing(here: Path, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="No such file or directory"):
        pack(here, tmp_path / "nowhere" / "t.zip")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["here"]


def test_links_to_files_elsewhere_stay_behind(here: Path, tmp_path: Path) -> None:
    from mitosis._layout import trial_folders

    (tmp_path / "private").write_text("not the trial's")
    (trial_folders(here)[0].root / "link").symlink_to(tmp_path / "private")
    pack(here, tmp_path / "t.zip")
    assert not any(name.endswith("link") for name in contents(tmp_path / "t.zip"))


def test_a_missing_environment_is_told(here: Path, tmp_path: Path) -> None:
    (environment,) = (here / ".environments").iterdir()
    environment.unlink()
    exported = pack(here, tmp_path / "t.zip")
    assert exported.left == (f".environments/{environment.name}: it is not there",)
    assert take(tmp_path / "t.zip", tmp_path / "there").left == []


def test_trials_that_locked_a_secret_are_named(tmp_path: Path) -> None:
    text = f"Secret('3f9a2c01:{'a' * 64}')"
    record_trial(tmp_path / "here", variant("mine", text, "token"))
    exported = pack(tmp_path / "here", tmp_path / "t.zip")
    taken = take(tmp_path / "t.zip", tmp_path / "there")
    assert exported.with_secrets == ("sine-mine-1",)
    assert taken.with_secrets == ["sine-mine-1"]


def test_a_dry_run_changes_nothing(here: Path, tmp_path: Path) -> None:
    pack(here, tmp_path / "t.zip")
    before = files(tmp_path)
    assert len(take(tmp_path / "t.zip", tmp_path / "there", dry_run=True).added) == 3
    assert len(unite(here, tmp_path / "there", dry_run=True).added) == 3
    assert files(tmp_path) == before
