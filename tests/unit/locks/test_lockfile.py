"""`mitosis.lock`: stable, complete, and refused as a whole if any of it is unsound."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitosis._canonical import VERSION
from mitosis._locks import lock_file_text, read_lock_file, write_lock_file
from mitosis._model import Lock
from mitosis.errors import LockFileError

from .databases import lock

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
LOCKS = [
    lock("low", 0.1),
    lock("high", [1, {"deep": "x" * 500}]),
    lock("low", "é\n\t\"'\\ \x7f", parameter="text"),
    lock("2 * unit", 4, experiment="another one"),
]


def refused(file: Path, text: str) -> tuple[str, ...]:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(LockFileError, match=r"mitosis\.lock cannot be used") as caught:
        read_lock_file(file)
    return caught.value.faults


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mitosis.lock"


def test_what_was_written_is_read(file: Path) -> None:
    write_lock_file(file, LOCKS)
    assert sorted(read_lock_file(file), key=str) == sorted(LOCKS, key=str)


def test_a_lock_that_a_sweep_made_names_it_in_the_place_of_a_trial(file: Path) -> None:
    one = replace(lock("low", 0.1), trial_name="night", trial_key="")
    write_lock_file(file, [one, LOCKS[1]])
    text = file.read_text(encoding="utf-8")
    assert (
        text.count('sweep = "night"') == text.count("\nkey = ") == text.count("\ntrial = ") == 1
    )
    assert read_lock_file(file)[1] == one
    (fault,) = refused(file, text.replace('sweep = "night"', 'sweep = ""'))
    assert fault.endswith("sweep is empty")


@pytest.mark.slow
@given(experiment=NAMES, parameter=NAMES, name=NAMES, commit=st.none() | st.just("c0ffee"))
def test_any_names_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory,
    experiment: str,
    parameter: str,
    name: str,
    commit: str | None,
) -> None:
    one = replace(lock(name, parameter=parameter, experiment=experiment), commit=commit)
    file = tmp_path_factory.getbasetemp() / "mitosis.lock"
    write_lock_file(file, [one])
    assert read_lock_file(file) == [one]


def test_the_same_locks_make_the_same_bytes_in_any_order() -> None:
    shuffled = LOCKS.copy()
    Random(1).shuffle(shuffled)
    assert shuffled != LOCKS
    assert lock_file_text(shuffled) == lock_file_text(LOCKS)


def test_a_further_lock_adds_lines_and_changes_none() -> None:
    before = lock_file_text(LOCKS).splitlines()
    after = lock_file_text([*LOCKS, lock("middle", 0.5)]).splitlines()
    added = [line for line in after if line not in before]
    assert [line for line in before if line not in after] == []
    assert any('"middle"' in line for line in added)


def test_how_often_a_lock_was_used_makes_no_difference() -> None:
    assert lock_file_text([replace(LOCKS[0], used_by=7)]) == lock_file_text([LOCKS[0]])


def test_the_file_is_ordinary_toml_with_a_remark_on_what_it_is() -> None:
    text = lock_file_text(LOCKS[:1])
    assert text.startswith("# The locked variants of this project")
    content = tomllib.loads(text)
    assert content["version"] == 1
    assert content["variant"][0]["text"] == "0.1"


def test_a_moment_written_by_hand_in_another_zone_is_read_in_utc(file: Path) -> None:
    text = lock_file_text(LOCKS[:1])
    (moment,) = re.findall(r"locked_at = (.*)", text)
    east = LOCKS[0].locked_at.astimezone(timezone(timedelta(hours=5)))
    file.write_text(text.replace(moment, east.isoformat()), encoding="utf-8")
    (read,) = read_lock_file(file)
    assert read == LOCKS[0]
    assert read.origin == LOCKS[0].origin


def test_no_locks_make_a_file_that_can_be_read(file: Path) -> None:
    write_lock_file(file, [])
    assert read_lock_file(file) == []


def test_a_missing_file_is_named(file: Path) -> None:
    with pytest.raises(LockFileError, match="there is no such file") as caught:
        read_lock_file(file)
    assert caught.value.file == file


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(LockFileError, match="No such file or directory"):
        write_lock_file(tmp_path / "absent" / "mitosis.lock", LOCKS)


def test_what_is_no_toml_is_refused(file: Path) -> None:
    (fault,) = refused(file, "version = ")
    assert "not TOML" in fault


def test_bytes_that_are_no_text_are_refused(file: Path) -> None:
    file.write_bytes(b"version = 1 # \xff")
    with pytest.raises(LockFileError, match="not TOML: 'utf-8' codec"):
        read_lock_file(file)


def test_a_merge_that_git_left_half_done_is_recognised(file: Path) -> None:
    text = lock_file_text(LOCKS[:1])
    half = f"<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> theirs\n"
    assert "merge conflict" in refused(file, half)[1]


@pytest.mark.parametrize("version", ["2", '"1"', "true"])
def test_another_version_is_refused_and_nothing_else_is_read(file: Path, version: str) -> None:
    (fault,) = refused(file, f"version = {version}\nvariant = 3")
    assert "this mitosis reads version 1" in fault


@pytest.mark.parametrize("variant", ["3", "[3]", '"x"'])
def test_variants_have_to_be_tables(file: Path, variant: str) -> None:
    assert refused(file, f"version = 1\nvariant = {variant}") == (
        "`variant` is no array of tables",
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('text = "0.1"', 'text = "0.2"', "digest is not that of text"),
        ('text = "0.1"', 'text = "é"', "text holds letters beyond ASCII"),
        ('text = "0.1"', "", "text is missing"),
        ('text = "0.1"', "text = 0.1", "text is 0.1, which is no str"),
        ('name = "low"', 'name = ""', "name is empty"),
        ('name = "low"', 'naem = "low"', "unknown key 'naem'"),
        ("+00:00", "", "locked_at has no time zone"),
        ("locked_at = ", "locked_at = 2026-11-21 #", "locked_at is datetime.date"),
        (f"edition = {VERSION}", "edition = 0", "edition is 0"),
        (f"edition = {VERSION}", "edition = true", "edition is True, which is no int"),
        ("version = 1", "version = 1\nversoin = 2", "unknown key 'versoin'"),
    ],
)
def test_a_slip_is_told_with_its_place(file: Path, before: str, after: str, said: str) -> None:
    text = lock_file_text([lock("low", 0.1)])
    assert before in text
    assert said in "\n".join(refused(file, text.replace(before, after, 1)))


def test_all_slips_are_told_at_once_with_the_variant_of_each(file: Path) -> None:
    text = lock_file_text([lock("low", 0.1), lock("tiny", 0.01)])
    faults = refused(file, text.replace('"0.01"', '"0.02"').replace('"0.1"', '"0.2"'))
    assert [fault.partition(":")[0] for fault in faults] == [
        "variant 1 (sine, noise=low)",
        "variant 2 (sine, noise=tiny)",
    ]


def test_locks_of_a_newer_edition_are_read_for_a_newer_mitosis_to_compare(file: Path) -> None:
    newer = lock("low", 0.1)
    newer = replace(newer, variant=replace(newer.variant, version=VERSION + 1))
    write_lock_file(file, [newer])
    assert read_lock_file(file) == [newer]


def test_a_name_that_stands_there_twice_is_refused(file: Path) -> None:
    one: Lock = lock("low", 0.1)
    faults = refused(file, lock_file_text([one, one, lock("high")]))
    assert faults == ("(sine, noise=low) stands there 2 times",)
