"""Git without anything that is set on this machine, and a fresh repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .repositories import GitFolder, new_repository

_SETTINGS = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}


@pytest.fixture(autouse=True)
def _hermetic_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name, value in _SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent.resolve()))


@pytest.fixture
def repository(tmp_path: Path) -> GitFolder:
    """A clean repository with one commit that holds `experiment.py`."""
    return new_repository(tmp_path / "project")


@pytest.fixture
def trials_folder(repository: GitFolder) -> Path:
    """A trials folder inside the repository, not yet made."""
    return repository.root / "trials"
