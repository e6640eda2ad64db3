"""Mitosis's own files never make a repository dirty; a user's files always do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mitosis._provenance import code_state

from .repositories import GitFolder, write_own_files


@pytest.fixture(params=[".", "trials", "deep/down here"])
def trials_folder(request: pytest.FixtureRequest, repository: GitFolder) -> Path:
    """A trials folder: the repository's root itself, or somewhere in it."""
    return repository.root / str(request.param)


def test_own_files_that_nobody_ignores_are_no_change(
    repository: GitFolder, trials_folder: Path
) -> None:
    write_own_files(trials_folder)
    assert code_state(repository.root, trials_folder).changes == ()


def test_own_files_that_are_tracked_and_modified_are_no_change(
    repository: GitFolder, trials_folder: Path
) -> None:
    own = write_own_files(trials_folder)
    repository.commit()
    for path in own:
        path.write_bytes(path.read_bytes() + b"more")
    assert code_state(repository.root, trials_folder).changes == ()


def test_a_file_of_the_user_in_the_trials_folder_is_a_change(
    repository: GitFolder, trials_folder: Path
) -> None:
    write_own_files(trials_folder)
    file = GitFolder(trials_folder).write("mine.py")
    shown = file.relative_to(repository.root).as_posix()
    assert code_state(repository.root, trials_folder).changes == (f"?? {shown}",)


def test_a_folder_that_only_looks_like_a_trial_s_is_a_change(
    repository: GitFolder, trials_folder: Path
) -> None:
    GitFolder(trials_folder).write("data_0123abcd/values.csv")
    assert len(code_state(repository.root, trials_folder).changes) == 1


def test_a_database_of_another_program_is_a_change(
    repository: GitFolder, trials_folder: Path
) -> None:
    database = write_own_files(trials_folder)[0]
    database.write_bytes(database.read_bytes()[:68] + bytes(4))
    changes = code_state(repository.root, trials_folder).changes
    assert {Path(line[3:]).name for line in changes} == {"sine.db", "sine.db-journal"}


def test_own_files_of_another_trials_folder_are_changes(
    repository: GitFolder, tmp_path: Path
) -> None:
    own = write_own_files(repository.root / "elsewhere")
    assert len(code_state(repository.root, tmp_path / "far").changes) == len(own)


def test_a_user_s_file_renamed_to_look_like_a_page_is_a_change(
    repository: GitFolder,
) -> None:
    repository.git("mv", "experiment.py", "trial_x.html")
    assert len(code_state(repository.root, repository.root).changes) == 1


def test_a_trials_folder_named_through_a_symbolic_link_is_recognised(
    repository: GitFolder, tmp_path: Path
) -> None:
    write_own_files(repository.root / "trials")
    link = tmp_path / "link"
    link.symlink_to(repository.root)
    assert code_state(link, link / "trials").changes == ()


def test_own_files_in_the_folder_of_a_removed_trial_are_shown(
    repository: GitFolder, trials_folder: Path
) -> None:
    write_own_files(trials_folder)
    repository.commit()
    shutil.rmtree(trials_folder / "sine-low-1_0123abcd")
    assert len(code_state(repository.root, trials_folder).changes) == 3
