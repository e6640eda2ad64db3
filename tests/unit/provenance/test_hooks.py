"""Git's own variables, as a hook sees them, mislead no one."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from mitosis._provenance import code_state

from .repositories import GitFolder, new_repository

_ASK = """
import sys
from pathlib import Path
from mitosis._provenance import code_state
place, answer = map(Path, sys.argv[1:])
state = code_state(place, place / "trials")
answer.write_text(repr((str(state.repository), state.commit, state.branch, state.changes)))
"""


def add_asking_hook(folder: GitFolder, place: Path, answer: Path) -> None:
    """Have every commit ask for the code state of `place` before it is made."""
    words = [sys.executable, "-c", _ASK, str(place), str(answer)]
    checkout = Path(__file__).parents[3]
    hook = folder.write(
        ".git/hooks/pre-commit",
        f"#!/bin/sh\nPYTHONPATH={shlex.quote(str(checkout))} {shlex.join(words)}\n",
    )
    hook.chmod(0o755)


def test_within_a_hook_the_repository_of_the_place_is_found(
    repository: GitFolder, tmp_path: Path
) -> None:
    other = new_repository(tmp_path / "other")
    other.write("new.py")
    answer = tmp_path / "answer"
    add_asking_hook(repository, other.root, answer)
    commit = other.git("rev-parse", "HEAD")
    repository.write("more.py")
    repository.commit()
    assert answer.read_text() == repr((str(other.root), commit, "main", ("?? new.py",)))


def test_within_a_hook_the_whole_index_counts_not_the_one_being_committed(
    repository: GitFolder, tmp_path: Path
) -> None:
    answer = tmp_path / "answer"
    add_asking_hook(repository, repository.root, answer)
    commit = repository.git("rev-parse", "HEAD")
    repository.write("experiment.py", "x = 2\n")
    repository.write("staged.py")
    repository.git("add", "staged.py")
    repository.git("commit", "--quiet", "--message=x", "--only", "experiment.py")
    changes = (" M experiment.py", "A  staged.py")
    assert answer.read_text() == repr((str(repository.root), commit, "main", changes))


def test_variables_that_point_elsewhere_are_not_followed(
    repository: GitFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = new_repository(tmp_path / "other")
    other.write("new.py")
    expected = code_state(repository.root, repository.root / "trials")
    git = other.root / ".git"
    monkeypatch.setenv("GIT_DIR", str(git))
    monkeypatch.setenv("GIT_COMMON_DIR", str(git))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
    monkeypatch.setenv("GIT_INDEX_FILE", str(git / "index"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(git / "objects"))
    monkeypatch.setenv("GIT_PREFIX", "somewhere/")
    assert expected.repository == repository.root
    assert code_state(repository.root, repository.root / "trials") == expected


def test_switches_for_patterns_are_not_followed(
    repository: GitFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_GLOB_PATHSPECS", "1")
    assert code_state(repository.root, repository.root / "trials").commit
