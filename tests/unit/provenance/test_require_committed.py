"""When a trial is refused because no commit says what would run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mitosis._provenance import code_state, require_committed
from mitosis.errors import (
    DirtyRepositoryError,
    NoRepositoryError,
    UncommittedExperimentError,
)

from .repositories import GitFolder, new_repository


def require(place: Path, trials_folder: Path) -> None:
    require_committed(code_state(place, trials_folder), place)


def test_a_committed_experiment_passes(repository: GitFolder, trials_folder: Path) -> None:
    require(repository.root / "experiment.py", trials_folder)


def test_a_folder_in_a_clean_repository_passes(
    repository: GitFolder, trials_folder: Path
) -> None:
    require(repository.root, trials_folder)


def test_all_changed_files_are_named(repository: GitFolder, trials_folder: Path) -> None:
    for number in range(50):
        repository.write(f"new_{number:02}.py")
    with pytest.raises(DirtyRepositoryError, match="not clean") as caught:
        require(repository.root, trials_folder)
    assert len(caught.value.files) == 50
    assert caught.value.repository == repository.root


def test_no_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoRepositoryError, match="there is no git repository") as caught:
        require(tmp_path, tmp_path / "trials")
    assert caught.value.place == tmp_path


def test_a_repository_without_a_commit_is_refused(tmp_path: Path) -> None:
    folder = new_repository(tmp_path / "new", committed=False)
    with pytest.raises(NoRepositoryError, match="no commit yet"):
        require(folder.root, folder.root / "trials")


def test_git_s_own_folder_is_refused(repository: GitFolder, trials_folder: Path) -> None:
    with pytest.raises(NoRepositoryError, match=r"bare repository or \.git"):
        require(repository.root / ".git", trials_folder)


def test_an_ownership_that_git_doubts_is_refused_in_git_s_words(
    repository: GitFolder, trials_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(NoRepositoryError, match=r"git refuses.*dubious ownership.*safe\.dir"):
        require(repository.root, trials_folder)


def test_a_damaged_repository_is_refused_in_git_s_words(
    repository: GitFolder, trials_folder: Path
) -> None:
    (repository.root / ".git" / "index").write_bytes(b"no index")
    with pytest.raises(NoRepositoryError, match=r"git refuses.*index file"):
        require(repository.root, trials_folder)


@pytest.mark.parametrize("name", [".venv/lib/package/experiment.py", ".venv/e*.py"])
def test_an_experiment_that_git_ignores_is_refused(
    repository: GitFolder, trials_folder: Path, name: str
) -> None:
    repository.write(".gitignore", ".venv/*\n!.venv/ex.py\n")
    repository.write(".venv/ex.py")
    repository.commit()
    file = repository.write(name)
    with pytest.raises(UncommittedExperimentError, match="ignored by git") as caught:
        require(file, trials_folder)
    assert caught.value.file == file
    assert caught.value.repository == repository.root


def test_an_experiment_that_is_tracked_although_ignored_passes(
    repository: GitFolder, trials_folder: Path
) -> None:
    file = repository.write("ignored/[odd] name.py")
    repository.commit()
    repository.write(".gitignore", "ignored/\n")
    repository.commit()
    require(file, trials_folder)


def test_an_ignored_folder_passes(repository: GitFolder, trials_folder: Path) -> None:
    repository.write(".gitignore", "build/\n")
    repository.commit()
    repository.write("build/x.py")
    require(repository.root / "build", trials_folder)


_WITHOUT_GIT = """
import sys
from pathlib import Path
from mitosis._model import CodeState
from mitosis._provenance import code_state, require_committed
from mitosis.errors import NoRepositoryError
place = Path(sys.argv[1])
for _ in range(2):
    state = code_state(place, place / "trials")
    assert state == CodeState(), state
    try:
        require_committed(state, place)
    except NoRepositoryError as exc:
        print(exc.reason)
"""


@pytest.mark.parametrize("setting", [{}, {"GIT_PYTHON_REFRESH": "quiet"}])
def test_a_machine_without_git_is_refused_as_such(
    repository: GitFolder, tmp_path: Path, setting: dict[str, str]
) -> None:
    checkout = str(Path(__file__).parents[3])
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _WITHOUT_GIT, str(repository.root)],
        env={"PATH": "", "PYTHONPATH": checkout, **setting},
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert done.stdout == "there is no git on this machine\n" * 2
