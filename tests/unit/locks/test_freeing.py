"""Retiring and renaming: who, when and why are kept."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mitosis._locks import find_lock, held_locks, rename, retire
from mitosis._model import Action, LockName
from mitosis.errors import RenameError, UnknownLockError

from .databases import hold, lock, texts

LOW = LockName("sine", "noise", "low")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for role in ("NAME", "EMAIL"):
        monkeypatch.setenv(f"GIT_AUTHOR_{role}", {"NAME": "Ada", "EMAIL": "a@b.org"}[role])
    hold(tmp_path, lock("low", 0.1), lock("high", 2))
    return tmp_path


def test_a_retired_name_is_free_and_its_history_says_who_did_it(folder: Path) -> None:
    before = datetime.now(UTC)
    retired = retire(find_lock(held_locks(folder), LOW), "wrong unit")
    (act,) = retired.acts
    assert (act.action, act.by, act.why) == (Action.RETIRED, "Ada <a@b.org>", "wrong unit")
    assert before <= act.at <= datetime.now(UTC)
    assert texts(folder) == {("sine", "noise", "high"): "2"}
    hold(folder, lock("low", 0.7))
    assert texts(folder)["sine", "noise", "low"] == "0.7"


def test_a_renamed_lock_keeps_text_and_trials(folder: Path) -> None:
    renamed = rename(find_lock(held_locks(folder), LOW), "tiny")
    assert (renamed.variant.name, renamed.variant.text, renamed.used_by) == ("tiny", "0.1", 1)
    assert renamed.acts[0].former_name == "low"
    assert set(texts(folder)) == {("sine", "noise", "high"), ("sine", "noise", "tiny")}


@pytest.mark.parametrize("name", ["high", "low", ""])
def test_a_name_that_cannot_be_taken_changes_nothing(folder: Path, name: str) -> None:
    before = texts(folder)
    with pytest.raises(RenameError) as caught:
        rename(find_lock(held_locks(folder), LOW), name)
    assert caught.value.new_name == name
    assert texts(folder) == before


def test_what_another_process_retired_meanwhile_is_refused(folder: Path) -> None:
    held = find_lock(held_locks(folder), LOW)
    retire(held, "first")
    with pytest.raises(UnknownLockError):
        retire(held, "second")
