"""The look that a sweep takes before each of its trials."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from mitosis._model import CodeState
from mitosis._provenance import CodeWatch, code_state

from .repositories import GitFolder, new_repository, write_own_files

Importing = Callable[[Path], None]


@pytest.fixture
def imported(monkeypatch: pytest.MonkeyPatch) -> Importing:
    """A way to have a file count as one that this process has imported."""

    def pretend(file: Path) -> None:
        module = types.ModuleType(file.stem)
        module.__file__ = str(file)
        monkeypatch.setitem(sys.modules, f"pretended_{file.stem}", module)

    return pretend


def watch(folder: GitFolder, *ignored: str) -> CodeWatch:
    trials = folder.root / "trials"
    return CodeWatch(code_state(folder.root, trials, ignored), trials, ignored)


def test_code_that_stays_as_it_is_has_no_changes(
    repository: GitFolder, trials_folder: Path
) -> None:
    watched = watch(repository)
    write_own_files(trials_folder)
    (repository.root / "experiment.py").touch()
    assert watched.changes() == ()


def test_each_kind_of_change_is_told_by_name(repository: GitFolder) -> None:
    before = repository.git("rev-parse", "HEAD")
    watched = watch(repository)
    repository.write("experiment.py", "x = 2\n")
    repository.write("new.py")
    assert set(watched.changes()) == {" M experiment.py", "?? new.py"}
    after = repository.commit()
    assert watched.changes() == (f"HEAD {before[:10]} -> {after[:10]}",)


def test_a_change_between_capture_and_watch_is_told(repository: GitFolder) -> None:
    state = code_state(repository.root, repository.root / "trials")
    repository.write("new.py")
    assert CodeWatch(state, repository.root / "trials").changes() == ("?? new.py",)


def test_what_does_not_count_when_code_is_captured_does_not_count_later(
    repository: GitFolder,
) -> None:
    watched = watch(repository, "notes")
    repository.write("notes/today.txt")
    assert watched.changes() == ()


def test_imported_files_that_git_is_not_asked_about_are_told(
    repository: GitFolder, tmp_path: Path, imported: Importing
) -> None:
    elsewhere = new_repository(tmp_path / "other").write("library.py")
    made = repository.write("made.py")
    repository.write(".gitignore", "made.py\n")
    repository.commit()
    for file in (elsewhere, made):
        imported(file)
    watched = watch(repository)
    made.write_text("x = 1\n")  # again, but as it was
    assert watched.changes() == ()
    made.write_text("x = 2\n")
    elsewhere.unlink()
    assert set(watched.changes()) == {"made.py", str(elsewhere)}


def test_a_file_hidden_from_git_is_told(repository: GitFolder) -> None:
    repository.git("update-index", "--assume-unchanged", "experiment.py")
    watched = watch(repository)
    repository.write("experiment.py", "x = 2\n")
    assert watched.changes() == ("experiment.py",)


def test_outside_of_a_repository_imported_files_are_watched(
    tmp_path: Path, imported: Importing
) -> None:
    script = tmp_path / "script.py"
    script.write_text("x = 1\n")
    imported(script)
    watched = CodeWatch(CodeState(), tmp_path / "trials")
    assert watched.changes() == ()
    script.write_text("x = 2\n")
    assert watched.changes() == (str(script),)
