"""Points in the form that is locked and stored, and found again from their plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mitosis import Secret
from mitosis._canonical import digest
from mitosis._model import Given, LockName, Parameter, Variant
from mitosis._records import read_plan
from mitosis._run.arguments import Arguments, without_secret_names
from mitosis._run.locking import lockable
from mitosis._store import Store
from mitosis._sweep.plan import Asked, Points, again, expand, new_name, record, settle
from mitosis.errors import (
    InvalidSweepError,
    NotCanonicalError,
    SweepExistsError,
    VariantConflictError,
)

from .grids import LOOKUP, NOON, planned, points

KEY = b"k" * 32


def canonical(parameters: Any) -> tuple[Variant, ...]:
    """Return variants as a trial locks them, secrets out of their names."""
    arguments = Arguments(tuple(parameters), 0, False, {})
    return lockable(without_secret_names(arguments, KEY).tracked, KEY).variants


def test_each_tracked_choice_gets_its_own_locked_form() -> None:
    found = points({"amplitude": "low,high", "frequency": [0.25]}, seeds=range(2))
    locked = list(planned(found).locked)
    assert [(v.parameter, v.name, v.text) for v in locked] == [
        ("amplitude", "low", "1"),
        ("amplitude", "high", "4"),
        ("frequency", "0.25", "0.25"),
    ]
    assert locked[0].digest == digest(1)


def test_all_values_that_have_no_text_are_named() -> None:
    bad = [Parameter("v0", "amplitude", iter([])), Parameter("v1", "amplitude", [iter([])])]
    with pytest.raises(NotCanonicalError) as caught:
        points({"amplitude": ["low", *bad]})
    told = [where for where, _ in caught.value.faults]
    assert len(told) == 2
    assert all(f"variant 'v{n}'" in where for n, where in enumerate(told))


def test_a_secret_is_in_no_name_of_the_plan() -> None:
    secret = "hunter22-very-long"
    grid = {"amplitude": [Parameter(secret, "amplitude", Secret(secret)), 3]}
    found = settle(expand(Asked(grid), LOOKUP), canonical)
    (argument,) = found.planned
    name = argument.variants[0].name
    assert name.startswith("secret-")
    assert argument.variants[0].given is Given.VALUE
    assert [point.variants for point in found.points] == [(name,), ("3",)]
    assert found.parameters(0)[0].vals == secret
    assert secret not in repr(planned(found))


def test_a_plan_is_recorded_with_its_locks(tmp_path: Path) -> None:
    plan, store = planned(points({"amplitude": "*"})), Store(tmp_path / "sine.db")
    record(plan, tmp_path, store)
    assert read_plan(tmp_path, "night") == plan
    assert {lock.sweep for lock in store.variants()} == {"night"}


def test_a_conflict_leaves_no_plan(tmp_path: Path) -> None:
    store = Store(tmp_path / "sine.db")
    record(planned(points({"amplitude": "*"})), tmp_path, store)
    other = [Parameter("low", "amplitude", 2), Parameter("new", "amplitude", 3)]
    with pytest.raises(VariantConflictError, match="by sweep 'night'"):
        record(planned(points({"amplitude": other}), name="day"), tmp_path, store)
    assert [path.name for path in (tmp_path / ".sweeps").iterdir()] == ["night.json"]


def test_a_taken_name_leaves_no_locks(tmp_path: Path) -> None:
    store = Store(tmp_path / "sine.db")
    record(planned(points({"amplitude": "low"})), tmp_path, store)
    before = store.variants()
    with pytest.raises(SweepExistsError, match="resume night"):
        record(planned(points({"amplitude": "*"})), tmp_path, store)
    assert store.variants() == before


@pytest.mark.parametrize("name", ["", "  ", "half \ud800"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidSweepError, match="its name is"):
        new_name(name, "sine", NOON, tmp_path, Store(tmp_path / "x.db"))
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_a_sweep_has_is_refused_before_anything_else(tmp_path: Path) -> None:
    store = Store(tmp_path / "sine.db")
    record(planned(points({"amplitude": "*"})), tmp_path, store)
    with pytest.raises(SweepExistsError, match="resume night"):
        new_name("night", "sine", NOON, tmp_path, store)
    assert new_name("day", "sine", NOON, tmp_path, store) == "day"


def test_a_name_is_made_of_experiment_and_date(tmp_path: Path) -> None:
    store = Store(tmp_path / "x.db")
    first, second = (new_name(None, "sine", NOON, tmp_path, store) for _ in range(2))
    assert first.startswith("sine-2026-05-06-")
    assert first != second


def test_a_plan_is_found_again_with_its_values(tmp_path: Path) -> None:
    found = points({"amplitude": ["low", 0.5], "frequency": ["own"]}, seeds="0-1")
    record(planned(found), tmp_path, Store(tmp_path / "sine.db"))
    anew = again(read_plan(tmp_path, "night"), LOOKUP)
    values = [p.vals for p in anew.parameters(2)]
    assert (values, anew.parameters(2)[0].evaluate) == (["0.5", 9], True)
    assert anew.points == found.points


def test_values_that_cannot_be_found_are_named_unless_they_are_given(tmp_path: Path) -> None:
    given = points({"amplitude": [Parameter("mine", "amplitude", [1])], "frequency": "fast"})
    plan = planned(given)
    with pytest.raises(InvalidSweepError) as caught:
        again(plan, lambda _: {})
    assert caught.value.faults == (
        "variant 'mine' of 'amplitude' was a value in a script: go on there, with resume=True",
        "variant 'fast' of 'frequency' is gone",
    )
    assert again(plan, lambda _: {}, given).parameters(0) == given.parameters(0)


def test_the_names_of_locks_are_those_of_trials() -> None:
    (variant,) = planned(points({"frequency": "own"})).locked
    assert LockName("sine", variant.parameter, variant.name).name == "own-name"
    assert isinstance(points({"frequency": "own"}), Points)
