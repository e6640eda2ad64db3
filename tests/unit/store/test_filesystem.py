"""Which file system a database lies on, and what that changes."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path

import psutil
import pytest

from mitosis._store import Store, file_system, filesystem, network_file_system

from .claims import claim, execute

Mount = tuple[str, str]


def mounted(monkeypatch: pytest.MonkeyPatch, *mounts: Mount) -> None:
    """Have the operating system tell other mounts than it has."""
    (part, *_) = psutil.disk_partitions(all=True)
    parts = [part._replace(mountpoint=point, fstype=kind) for point, kind in mounts]
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: parts)  # noqa: A006 - its name
    monkeypatch.setattr(filesystem, "_MOUNTS", Path("/none"))


@pytest.mark.parametrize(
    "kind",
    ["nfs", "nfs4", "cifs", "fuse.sshfs", "lustre", "beegfs", "gpfs", "afs", "9p", "ceph"],
)
def test_a_network_file_system_is_named(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounted(monkeypatch, ("/", "ext4"), (str(tmp_path), kind))
    assert network_file_system(tmp_path / "trials" / "sine.db") == kind
    assert network_file_system(tmp_path.parent) is None


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "tmpfs", "overlay", "fuse.gocryptfs"])
def test_a_local_file_system_is_none(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounted(monkeypatch, ("/", kind))
    assert network_file_system(tmp_path) is None
    assert file_system(tmp_path) == kind


def test_the_innermost_mount_counts_and_of_two_on_one_place_the_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "scratch"
    mounts = [(str(inner), "ext4"), ("/", "nfs"), (str(tmp_path), "autofs")]
    mounted(monkeypatch, *mounts, (str(tmp_path), "nfs4"), (f"{tmp_path}2", "lustre"))
    assert network_file_system(tmp_path / "sine.db") == "nfs4"
    assert network_file_system(inner / "sine.db") is None


def test_a_link_is_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "near").symlink_to(tmp_path / "far")
    mounted(monkeypatch, ("/", "ext4"), (str(tmp_path / "far"), "nfs4"))
    assert network_file_system(tmp_path / "near" / "sine.db") == "nfs4"


def test_where_no_mounts_are_told_nothing_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounted(monkeypatch)
    assert file_system(tmp_path) == ""
    assert network_file_system(tmp_path) is None


def test_linux_writes_some_characters_of_a_mount_in_octal_digits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, folder = tmp_path / "mounts", tmp_path / "my ä\\trials"
    folder.mkdir()
    place = str(folder).replace("\\", "\\134").replace(" ", "\\040")
    told.write_text(f"/dev/vda1 / ext4 rw 0 0\nserver:/home {place} nfs4 rw,noatime 0 0\n")
    monkeypatch.setattr(filesystem, "_MOUNTS", told)
    assert network_file_system(folder / "sine.db") == "nfs4"
    assert file_system(tmp_path) == "ext4"


@pytest.mark.skipif(not psutil.LINUX, reason="elsewhere psutil itself is asked")
def test_the_mounts_of_this_machine_are_those_that_psutil_tells() -> None:
    told = [(Path(m.mountpoint), m.fstype) for m in psutil.disk_partitions(all=True)]
    assert list(filesystem._mounts()) == told


def test_a_mount_of_this_machine_is_seen(tmp_path: Path) -> None:
    if os.system(f"mount -t tmpfs -o size=100k tmpfs {tmp_path} 2>/dev/null"):
        pytest.skip("this machine allows no mounts")
    try:
        assert file_system(tmp_path / "sine.db") == "tmpfs"
    finally:
        os.system(f"umount -l {tmp_path}")


def test_it_takes_less_than_five_milliseconds(tmp_path: Path) -> None:
    network_file_system(tmp_path)
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        network_file_system(tmp_path / "sine.db")
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.005


def test_a_write_ahead_log_is_given_up_on_a_network_by_the_first_who_writes(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store.claim(claim())
    execute(store.path, "PRAGMA journal_mode = WAL")
    assert store.claim(claim()).iteration == 2
    assert store.state().journal_mode == "wal"
    assert caplog.records == []
    mounted(monkeypatch, ("/", "nfs4"))
    assert len(store.trials()) == 2
    assert store.state().journal_mode == "wal"
    assert [store.claim(claim()).iteration for _ in range(2)] == [3, 4]
    assert store.state().journal_mode == "delete"
    assert [p.name for p in store.path.parent.iterdir()] == ["sine.db"]
    (told,) = caplog.records
    assert (told.levelno, told.name) == (logging.WARNING, "mitosis")
    assert told.getMessage().startswith(
        "sine.db had a write-ahead log, which is not safe on nfs4"
    )


def test_every_commit_waits_for_the_folder_too(store: Store) -> None:
    from mitosis._store.connection import transaction

    with transaction(store.path, create=True) as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 3
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "delete"
