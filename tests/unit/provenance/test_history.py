"""What git still knows of code that ran."""

from __future__ import annotations

from pathlib import Path

import pytest

from mitosis._provenance import code_difference, committed_files
from mitosis.errors import NoRepositoryError

from .repositories import GitFolder, new_repository


@pytest.fixture
def place(tmp_path: Path) -> GitFolder:
    return new_repository(tmp_path / "waves")


def test_files_are_those_of_the_commit_not_of_the_work_tree(place: GitFolder) -> None:
    place.write("deep/odd name.py", "a = 1\n")
    commit = place.commit()
    place.write("deep/odd name.py", "a = 2\n")
    found = committed_files([place.root], commit, ["deep/odd name.py", "gone.py"])
    assert found == {"deep/odd name.py": "a = 1\n"}


def test_only_the_files_that_mattered_are_compared(place: GitFolder) -> None:
    place.write("a.py", "a = 1\n")
    place.write("b*.py", "b = 1\n")
    before = place.commit()
    place.write("a.py", "a = 2\n")
    place.write("b*.py", "b = 2\n")
    place.write("bc.py", "c = 2\n")
    after = place.commit()
    text = code_difference([place.root / "deep"], before, after, ["b*.py"])
    assert [line for line in text.splitlines() if line[:1] in "+-"] == [
        "--- a/b*.py",
        "+++ b/b*.py",
        "-b = 1",
        "+b = 2",
    ]
    assert code_difference([place.root], before, after, []) == ""
    assert code_difference([place.root], before, before, ["a.py"]) == ""


def test_what_a_user_set_for_their_own_eyes_changes_nothing(place: GitFolder) -> None:
    place.write("a.py", "a = 1\n")
    before = place.commit()
    place.write("a.py", "a = 2\n")
    after = place.commit()
    plain = code_difference([place.root], before, after, ["a.py"])
    for name, value in (
        ("color.ui", "always"),
        ("diff.noprefix", "true"),
        ("diff.external", "x"),
    ):
        place.git("config", name, value)
    assert code_difference([place.root], before, after, ["a.py"]) == plain


def test_secrets_are_taken_out(place: GitFolder) -> None:
    place.write("a.py", "password = 'hunter22'\n")
    commit = place.commit()
    assert "hunter22" not in committed_files([place.root], commit, ["a.py"])["a.py"]


def test_the_repository_that_has_the_commit_is_found_among_several(
    place: GitFolder, tmp_path: Path
) -> None:
    other = new_repository(tmp_path / "other")
    other.write("only.py", "here = 1\n")
    commit = other.commit()
    assert committed_files([tmp_path, place.root, other.root], commit, ["only.py"])


@pytest.mark.parametrize(
    "commit", [None, "", "f" * 40, "--output=stolen", "HEAD", "a" * 40 + "^"]
)
def test_what_is_no_commit_here_is_refused_and_never_an_option(
    commit: str | None, place: GitFolder
) -> None:
    head = place.git("rev-parse", "HEAD")
    with pytest.raises(NoRepositoryError):
        code_difference([place.root], head, commit, ["experiment.py"])
    with pytest.raises(NoRepositoryError):
        committed_files([place.root], commit, ["experiment.py"])
    assert not (place.root / "stolen").exists()
