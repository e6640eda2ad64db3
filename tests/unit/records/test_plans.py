"""Plans of sweeps as files: written whole and once, read back, and what they bring back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mitosis import _layout
from mitosis._model import (
    Given,
    PlannedArgument,
    PlannedPoint,
    PlannedVariant,
    SweepPlan,
    SweepPoint,
)
from mitosis._provenance import runner
from mitosis._records import (
    read_plan,
    read_record,
    recorded_plans,
    repair,
    restore_missing,
    write_plan,
)
from mitosis._store import Store
from mitosis.errors import RecordError, SweepExistsError, TrialsFolderError, UnknownSweepError
from tests.conftest import Unprivileged
from tests.unit.records.trials import NOON, begin, variant

PLAN = SweepPlan(
    name="night",
    experiment="sine",
    created_at=NOON,
    database="sine.db",
    arguments=(
        PlannedArgument(
            "noise",
            (
                PlannedVariant("low", Given.VARIANT, variant()),
                PlannedVariant("0.5", Given.EXPRESSION, variant("0.5", "0.5")),
            ),
        ),
        PlannedArgument("plot", (PlannedVariant("größer 🧬", Given.VALUE),), tracked=False),
    ),
    points=(
        PlannedPoint(("low", "größer 🧬"), 3),
        PlannedPoint(("0.5", "größer 🧬")),
        PlannedPoint(("low", "größer 🧬"), 2**70),
    ),
    group="g",
    found_by="pkg.sine",
    asked="table",
    argv=("mitosis", "sweep"),
    options={"timeout_seconds": 1.5},
    commit="c" * 40,
    environment="e" * 64,
)


def plan_file(folder: Path) -> Path:
    return folder / ".sweeps" / "night.json"


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = write_plan(tmp_path, PLAN)
    assert file == plan_file(tmp_path)
    assert read_plan(tmp_path, "night") == PLAN
    assert [path.name for path in file.parent.iterdir()] == ["night.json"]
    assert _layout.is_own(file, tmp_path)
    lines = file.read_text().splitlines()
    assert lines[-5] == '  ["low", "gr\\u00f6\\u00dfer \\ud83e\\uddec", 3],'


def test_a_name_of_any_letters_has_a_file(tmp_path: Path) -> None:
    odd = replace(PLAN, name="../día: 1")
    file = write_plan(tmp_path, odd)
    assert file.parent == tmp_path / ".sweeps"
    assert _layout.is_own(file, tmp_path)
    assert read_plan(tmp_path, odd.name) == odd


def test_a_taken_name_is_refused_and_the_first_plan_stays(tmp_path: Path) -> None:
    write_plan(tmp_path, PLAN)
    with pytest.raises(SweepExistsError, match="There is a sweep 'night'"):
        write_plan(tmp_path, replace(PLAN, experiment="other"))
    assert read_plan(tmp_path, "night") == PLAN
    assert len(list((tmp_path / ".sweeps").iterdir())) == 1


def test_a_folder_that_takes_no_file_is_told(
    open_folder: Path, unprivileged: Unprivileged
) -> None:
    open_folder.chmod(0o555)
    with unprivileged(), pytest.raises(TrialsFolderError, match="Permission denied"):
        write_plan(open_folder, PLAN)


def test_an_unknown_sweep_is_told_with_the_names_that_come_near(tmp_path: Path) -> None:
    write_plan(tmp_path, PLAN)
    with pytest.raises(UnknownSweepError, match="'nigth'; did you mean 'night'"):
        read_plan(tmp_path, "nigth")


def test_all_plans_are_listed_the_oldest_first_and_those_that_are_damaged(
    tmp_path: Path,
) -> None:
    assert recorded_plans(tmp_path) == ([], [])
    write_plan(tmp_path, replace(PLAN, name="b"))
    write_plan(tmp_path, replace(PLAN, name="a", created_at=NOON.replace(hour=13)))
    write_plan(tmp_path, PLAN).write_text("{}")
    (tmp_path / ".sweeps" / ".c.json.0123abcd").write_text("half")
    plans, faults = recorded_plans(tmp_path)
    assert [plan.name for plan in plans] == ["b", "a"]
    assert [fault.file for fault in faults] == [plan_file(tmp_path)]


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda told: told.update(plan_version=2), "only a newer mitosis understands"),
        (lambda told: told.update(plan_version="1"), "version '1'"),
        (lambda told: told.pop("points"), "it lacks 'points'"),
        (lambda told: told.update(name="day"), "the plan of sweep 'day'"),
        (lambda told: told.update(database="../x.db"), "database is '../x.db'"),
        (lambda told: told.update(experiment=""), "experiment is ''"),
        (lambda told: told.update(group=3), "group is '3'"),
        (lambda told: told["arguments"][0]["variants"][0].update(text="9"), "digest"),
        (lambda told: told["arguments"][0].update(tracked=1), "an argument is"),
        (lambda told: told["arguments"][0]["variants"][0].update(given="x"), "'x'"),
        (lambda told: told["points"].append(["mid", "x", 1]), "point 3 is none"),
        (lambda told: told["points"].append(["low", 1]), "point 3 is none"),
        (lambda told: told["points"][0].__setitem__(2, -1), "seed of point 0 is -1"),
        (lambda told: told.update(created_at="then"), "Invalid isoformat"),
    ],
)
def test_a_plan_that_is_not_whole_is_refused(
    tmp_path: Path, change: Change, reason: str
) -> None:
    file = write_plan(tmp_path, PLAN)
    told = json.loads(file.read_bytes())
    change(told)
    file.write_text(json.dumps(told))
    with pytest.raises(RecordError, match=reason) as caught:
        read_plan(tmp_path, "night")
    assert caught.value.file == file


@pytest.mark.parametrize("content", [b"", b"\xff", b"[" * 100_000, b"[]", b"null"])
def test_a_file_that_is_no_plan_is_refused(tmp_path: Path, content: bytes) -> None:
    write_plan(tmp_path, PLAN).write_bytes(content)
    with pytest.raises(RecordError, match=r"night\.json cannot be read"):
        read_plan(tmp_path, "night")


def test_the_record_and_row_of_a_trial_name_its_point(tmp_path: Path) -> None:
    point = SweepPoint("night", 2)
    trial = begin(tmp_path, sweep=point).finish()
    told = json.loads(trial.folder.record.read_bytes())
    assert told["sweep"] == {"name": "night", "point": 2}
    assert read_record(trial.folder).claim.sweep == point
    (tmp_path / "sine.db").unlink()
    assert repair(tmp_path).is_sound
    assert [row.point for row in trial.store.sweep_rows("night")] == [2]


def test_a_record_without_a_sweep_is_read(tmp_path: Path) -> None:
    trial = begin(tmp_path).finish()
    told = json.loads(trial.folder.record.read_bytes())
    assert told.pop("sweep") is None
    trial.folder.record.write_text(json.dumps(told))
    assert read_record(trial.folder).claim.sweep is None


@pytest.mark.parametrize("sweep", ["night", {"name": 3, "point": 1}, {"name": "night"}])
def test_a_record_whose_sweep_is_none_is_refused(tmp_path: Path, sweep: Any) -> None:
    trial = begin(tmp_path).finish()
    told = json.loads(trial.folder.record.read_bytes())
    trial.folder.record.write_text(json.dumps({**told, "sweep": sweep}))
    with pytest.raises(RecordError, match="it does not hold what it should"):
        read_record(trial.folder)


def locked(folder: Path) -> Store:
    """Return the database of a sweep with one trial, and a variant that none has run with."""
    store = Store(folder / "sine.db")
    store.lock(PLAN, lambda: write_plan(folder, PLAN))
    begin(folder, sweep=SweepPoint("night", 0)).finish()
    return store


def test_repair_brings_the_locks_of_a_sweep_back_that_no_trial_has_run_with(
    tmp_path: Path,
) -> None:
    store = locked(tmp_path)
    before = store.variants()
    assert [(lock.sweep, lock.used_by) for lock in before] == [("night", 0), ("night", 1)]
    store.path.unlink()
    (done,) = repair(tmp_path).databases
    assert done.replayed == ("2 variants locked by sweep 'night'",)
    assert store.variants() == before
    again = repair(tmp_path)
    assert again.is_sound
    assert not again.databases[0].replayed


def test_a_claim_makes_a_lost_database_anew_with_the_locks_of_sweeps(tmp_path: Path) -> None:
    store = Store(tmp_path / "sine.db")
    store.lock(PLAN, lambda: write_plan(tmp_path, PLAN))
    before = store.variants()
    store.path.unlink()
    restore_missing(tmp_path, store.path)
    assert store.variants() == before


def test_repair_tells_of_a_damaged_plan_and_goes_on(tmp_path: Path) -> None:
    store = locked(tmp_path)
    plan_file(tmp_path).write_text("{")
    store.path.unlink()
    repaired = repair(tmp_path)
    assert [fault for fault in repaired.faults if "night.json cannot be read" in fault]
    assert [lock.variant.name for lock in store.variants()] == ["low"]


def test_a_database_that_only_a_plan_names_is_made(tmp_path: Path) -> None:
    write_plan(tmp_path, PLAN)
    repair(tmp_path)
    assert len(Store(tmp_path / "sine.db").variants()) == 2


def test_a_sweep_that_runs_is_left_alone(tmp_path: Path) -> None:
    locked(tmp_path)
    trial = begin(tmp_path, sweep=SweepPoint("night", 1), runner=runner())
    repair(tmp_path)
    assert [row.status.value for row in trial.store.sweep_rows("night")] == [
        "succeeded",
        "running",
    ]
