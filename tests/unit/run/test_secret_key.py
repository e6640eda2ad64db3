"""The key of a trials folder: made once, by whoever is first, and never twice."""

from __future__ import annotations

import errno
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mitosis import _layout
from mitosis._layout import secret_key_file
from mitosis._run.secret_key import KeyTakenError, SecretKey, find_key, store_key
from mitosis.errors import TrialsFolderError


def test_looking_for_a_key_makes_none(tmp_path: Path) -> None:
    folder = tmp_path / "trials"
    one, other = find_key(folder), find_key(folder)
    assert not folder.exists()
    assert not one.is_stored
    assert len(one.value) == 32
    assert one.value != other.value


def test_a_stored_key_is_found_again_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    key = find_key(tmp_path)
    store_key(key, tmp_path)
    assert find_key(tmp_path) == SecretKey(key.value, is_stored=True)
    assert stat.S_IMODE(secret_key_file(tmp_path).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [".secret-key"]


def test_storing_the_folders_own_key_changes_nothing(tmp_path: Path) -> None:
    store_key(find_key(tmp_path), tmp_path)
    before = secret_key_file(tmp_path).stat().st_mtime_ns
    store_key(find_key(tmp_path), tmp_path)
    assert secret_key_file(tmp_path).stat().st_mtime_ns == before


def test_of_many_who_store_a_key_one_is_first_and_the_others_are_told(tmp_path: Path) -> None:
    def store(_: int) -> bytes | None:
        key = find_key(tmp_path)
        try:
            store_key(key, tmp_path)
        except KeyTakenError:
            return None
        return None if key.is_stored else key.value

    with ThreadPoolExecutor(16) as pool:
        stored = [value for value in pool.map(store, range(64)) if value]
    assert stored == [find_key(tmp_path).value]
    assert [path.name for path in tmp_path.iterdir()] == [".secret-key"]


def test_a_file_system_without_links_gets_a_key_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    key = find_key(tmp_path)
    store_key(key, tmp_path)
    assert find_key(tmp_path).value == key.value
    with pytest.raises(KeyTakenError):
        store_key(SecretKey(b"x" * 32, is_stored=False), tmp_path)


def test_a_damaged_key_is_refused_with_its_name(tmp_path: Path) -> None:
    secret_key_file(tmp_path).write_bytes(b"short")
    with pytest.raises(TrialsFolderError, match=r"\.secret-key, is damaged"):
        find_key(tmp_path).require()


def test_a_key_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    secret_key_file(tmp_path).mkdir()
    with pytest.raises(TrialsFolderError, match=r"\.secret-key, cannot be read"):
        find_key(tmp_path).require()


def test_a_key_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(TrialsFolderError, match="key cannot be written"):
        store_key(find_key(tmp_path), tmp_path / "missing")


def test_the_key_makes_no_repository_dirty(tmp_path: Path) -> None:
    assert _layout.is_own(secret_key_file(tmp_path), tmp_path)
    assert not _layout.is_own(tmp_path / "other" / ".secret-key", tmp_path)


def test_a_key_shows_no_byte_of_itself() -> None:
    assert "kkk" not in repr(SecretKey(b"k" * 32, is_stored=True))
