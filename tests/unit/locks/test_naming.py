"""How people name locks, also those whose name was freed."""

from __future__ import annotations

from pathlib import Path

import pytest

from mitosis._locks import Named, find_definitions, find_lock, held_locks
from mitosis._model import Action, LockName
from mitosis.errors import UnknownLockError

from .databases import do, hold, lock

LOW = LockName("sine", "noise", "low")


def found(folder: Path, name: str) -> list[Named]:
    return find_definitions(held_locks(folder), LockName("sine", "noise", name))


def values(named: list[Named]) -> list[str]:
    return [one.held.lock.variant.text for one in named]


@pytest.fixture
def thrice(tmp_path: Path) -> Path:
    """Three definitions of one name, the last of them in force."""
    for value in (1, 2, 3):
        hold(tmp_path, lock("low", value))
        if value < 3:
            do(tmp_path, Action.RETIRED, lock("low"))
    return tmp_path


def test_a_name_means_the_definition_in_force_and_brings_the_former_ones(thrice: Path) -> None:
    assert values(found(thrice, "low")) == ["3", "1", "2"]


def test_a_number_means_a_former_definition(thrice: Path) -> None:
    assert values(found(thrice, "low@1")) == ["1", "2", "3"]
    assert values(found(thrice, "low@2")) == ["2", "1", "3"]
    assert values(found(thrice, "low@3")) == ["3", "1", "2"]


def test_labels_tell_definitions_of_one_name_apart(thrice: Path) -> None:
    assert [one.label for one in found(thrice, "low")] == ["low", "low@1", "low@2"]


def test_a_name_that_nothing_has_now_means_the_last_definition_that_had_it(
    thrice: Path,
) -> None:
    do(thrice, Action.RETIRED, lock("low"))
    assert values(found(thrice, "low"))[0] == "3"
    assert [one.label for one in found(thrice, "low")] == ["low@3", "low@1", "low@2"]


@pytest.mark.parametrize("name", ["low@0", "low@4", "low@", "low@x", "low@-1"])
def test_numbers_that_no_definition_has_are_unknown(thrice: Path, name: str) -> None:
    with pytest.raises(UnknownLockError, match="did you mean 'low'"):
        found(thrice, name)


def test_a_name_that_itself_ends_in_a_number_is_taken_as_it_stands(thrice: Path) -> None:
    hold(thrice, lock("low@1", 7))
    assert values(found(thrice, "low@1")) == ["7"]
    assert values(found(thrice, "low@2")) == ["2", "1", "3"]


def test_a_renamed_definition_is_found_under_both_names(tmp_path: Path) -> None:
    hold(tmp_path, lock("low", 1))
    do(tmp_path, Action.RENAMED, lock("low"), "tiny")
    hold(tmp_path, lock("low", 2))
    assert values(found(tmp_path, "tiny")) == ["1"]
    assert values(found(tmp_path, "low")) == ["2", "1"]
    assert [one.label for one in found(tmp_path, "low")] == ["low", "low@1"]


def test_only_a_lock_in_force_can_be_changed(thrice: Path) -> None:
    assert find_lock(held_locks(thrice), LOW).lock.variant.text == "3"
    do(thrice, Action.RETIRED, lock("low"))
    with pytest.raises(UnknownLockError, match="Nothing is locked"):
        find_lock(held_locks(thrice), LOW)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (LockName("snie", "noise", "low"), "under experiment 'snie'; did you mean 'sine'?"),
        (LockName("sine", "nosie", "low"), "parameter 'nosie' of experiment 'sine'; did you"),
        (LockName("sine", "noise", "lwo"), "variant 'lwo' of parameter 'noise'"),
    ],
)
def test_the_part_that_nothing_has_is_told_with_what_is_like_it(
    thrice: Path, wanted: LockName, said: str
) -> None:
    for find in (find_lock, find_definitions):
        with pytest.raises(UnknownLockError) as caught:
            find(held_locks(thrice), wanted)
        assert said in caught.value.message
        assert caught.value.near


def test_without_any_locks_nothing_is_found(tmp_path: Path) -> None:
    with pytest.raises(UnknownLockError, match="under experiment 'sine'") as caught:
        find_lock(held_locks(tmp_path), LOW)
    assert caught.value.near == ()
