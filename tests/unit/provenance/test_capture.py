"""Everything at once is the same as one after the other."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from mitosis._model import CodeState
from mitosis._provenance import (
    capture,
    code_state,
    environment,
    imported_code,
    machine,
    runner,
)
from mitosis._provenance.imports import loaded_files

from .repositories import GitFolder


def test_all_at_once_is_what_each_says(
    repository: GitFolder, trials_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "__file__", str(repository.write("new.py")))
    file = repository.root / "experiment.py"
    state, *rest = capture(file, trials_folder, ["run.py"], ["new.py"])
    expected = code_state(file, trials_folder, ["new.py"])
    assert state == imported_code(expected, loaded_files(), trials_folder)
    assert list(state.modules) == ["new.py"]
    assert rest == [environment(), machine(["run.py"]), runner()]


def test_outside_of_git_the_rest_is_told(tmp_path: Path) -> None:
    state, packages, *_ = capture(tmp_path, tmp_path / "trials", [])
    assert state.repository is None
    assert state.commit == CodeState().commit
    assert packages == environment()


def test_without_git_the_rest_is_told(
    repository: GitFolder, trials_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(repository.root))
    state, packages, *_ = capture(repository.root, trials_folder, [])
    assert state.repository is None
    assert packages == environment()


def test_a_pattern_that_git_could_not_use_leaves_no_process(
    repository: GitFolder, trials_folder: Path
) -> None:
    before = psutil.Process().children(recursive=True)
    with pytest.raises(ValueError, match="leads out"):
        capture(repository.root, trials_folder, [], ["../x"])
    assert psutil.Process().children(recursive=True) == before
