"""File names made from names that users choose: safe, short, and different."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mitosis import _layout
from mitosis._layout import TrialFolder, file_stem

NAMES = st.text(st.characters(), max_size=200)
SAFE_NAMES = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,118}[A-Za-z0-9])?", fullmatch=True)
HOSTILE = [
    "a/b", "..", ".", "...", "a/../b", "/etc/passwd", "a\\b", "it's", '"', "a\nb", "a\0b", "🧬",
    "größe", " ", "a b", "a_b", "-rf", ".hidden", "a.", "a-", "con:1", "x" * 300, "x" * 301,
    "~", "$HOME", "*", "\ud800", "\udcff", "e\u0301", "é",
]  # fmt: skip


@given(NAMES.filter(bool))
@example("..")
@example("\ud800")
@example("x" * 121)
def test_a_stem_is_a_safe_and_short_file_name(name: str) -> None:
    stem = file_stem(name)
    assert re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,131}[A-Za-z0-9])?", stem)
    assert ".." not in Path(f"trial_{stem}.html").parts


@given(SAFE_NAMES)
def test_a_safe_and_short_name_stays_as_it_is(name: str) -> None:
    assert file_stem(name) == name


@given(NAMES)
def test_a_stem_is_the_same_whenever_it_is_made(name: str) -> None:
    assert file_stem(name) == file_stem("".join(list(name)))


@given(st.lists(NAMES, unique=True, max_size=20))
@example(HOSTILE)
@example(["a b", "a_b", "a\nb", "a  b", "a/b", " a_b", "a_b "])
@example(["x" * 120, "x" * 121, "x" * 120 + "y", "x" * 120 + "-"])
def test_different_names_have_different_stems(names: list[str]) -> None:
    assert len({file_stem(name) for name in names}) == len(names)


def test_a_name_that_looks_like_the_stem_of_another_gets_one_of_its_own() -> None:
    assert file_stem(file_stem("a/b")) != file_stem("a/b")


def test_a_long_name_keeps_its_beginning() -> None:
    assert file_stem("sine-" + "x" * 400).startswith("sine-xxxx")


def test_a_database_is_named_after_its_experiment_unless_it_is_named() -> None:
    folder = Path("trials")
    assert _layout.database(folder, "sine") == folder / "sine.db"
    assert _layout.database(folder, "sine", "other.sqlite") == folder / "other.sqlite"
    assert _layout.database(folder, "../up").parent == folder


def test_keys_are_eight_hexadecimal_digits_and_differ() -> None:
    keys = {_layout.new_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(re.fullmatch("[0-9a-f]{8}", key) for key in keys)


def test_every_path_of_a_trial_lies_in_its_folder(tmp_path: Path) -> None:
    folder = TrialFolder(tmp_path)
    files = ["record", "task", "report", "results", "log", "experiment"]
    paths = [getattr(folder, name) for name in files]
    assert [path.name for path in paths] == [
        "record.json", "task.json", "report.json", "results.dill", "output.log",
        "experiment.dill",
    ]  # fmt: skip
    assert {path.parent for path in paths} == {tmp_path}


@pytest.mark.parametrize("argument", HOSTILE, ids=ascii)
def test_a_pickle_stays_in_the_folder_of_parameters(tmp_path: Path, argument: str) -> None:
    path = TrialFolder(tmp_path).parameter(argument)
    assert path.parent == tmp_path / "parameters"
    assert path.suffix == ".dill"
