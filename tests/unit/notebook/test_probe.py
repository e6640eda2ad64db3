"""A kernel that is started only to see whether it comes up."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mitosis._notebook import probe_kernel

pytestmark = pytest.mark.slow


def test_the_interpreter_that_answers_is_this_one(tmp_path: Path) -> None:
    probe = probe_kernel(tmp_path)
    assert (probe.python, probe.words) == (sys.executable, "")
    assert 0 < probe.seconds < 60


def test_a_kernel_that_does_not_come_up_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ipykernel.py").write_text("raise SystemExit('broken on purpose')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    probe = probe_kernel(tmp_path)
    assert probe.python == ""
    assert probe.words.splitlines()[-2:] == ["broken on purpose", "it ended with exit status 1"]


def test_a_kernel_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    probe = probe_kernel(tmp_path, timeout_seconds=0.05)
    assert (probe.python, probe.words) == ("", "it did not answer within 0.05 s")


def test_a_folder_that_is_not_there_is_the_answer(tmp_path: Path) -> None:
    assert "No such file" in probe_kernel(tmp_path / "absent").words
