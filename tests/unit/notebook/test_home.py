"""The folder of a kernel's sockets: gone when it is done with, or when another one is made."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest

from mitosis._notebook import home
from mitosis._notebook.home import kernel_home, sweep, sweep_now_and_then

HOLDER = """
import sys
from mitosis._notebook.home import kernel_home
with kernel_home() as home:
    print(home, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    short = Path(mkdtemp(dir="/tmp"))  # paths of sockets have to be short
    monkeypatch.setattr("tempfile.tempdir", str(short))
    monkeypatch.setenv("TMPDIR", str(short))
    monkeypatch.setattr(home, "_YOUNG_SECONDS", -1.0)
    yield short
    rmtree(short)


def hold() -> tuple[subprocess.Popen[str], Path]:
    """Start a process that makes such a folder and keeps it."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    return process, Path(process.stdout.readline().strip())


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_a_home_is_closed_to_others_and_gone_at_the_end(place: Path) -> None:
    with kernel_home() as made:
        assert made.parent == place
        assert made.stat().st_mode & 0o077 == 0
    assert not made.exists()


@pytest.mark.slow
def test_what_a_killed_runner_left_is_removed_and_what_a_live_one_has_stays(
    place: Path,
) -> None:
    dead, left = hold()
    alive, kept = hold()
    kill(dead)
    assert left.exists()
    sweep(place)
    assert (left.exists(), kept.exists()) == (False, True)
    kill(alive)
    sweep(place)
    assert not kept.exists()


def test_what_is_not_ours_stays(place: Path) -> None:
    names = ["mitosis-backup", "mitosis-ab12cd34", "mitosis-link1234", "other"]
    for name in names[:2]:
        (place / name).mkdir()
        (place / name / "thesis.tex").touch()
    (place / names[2]).symlink_to(place / names[0])
    (place / names[3]).mkdir()
    (place / names[3] / "runner.lock").touch()
    sweep(place)
    assert all((place / name).exists() for name in names)
    assert (place / "mitosis-backup" / "thesis.tex").exists()


def test_a_young_home_stays_for_its_runner_may_not_have_locked_it_yet(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "_YOUNG_SECONDS", 60.0)
    young = place / "mitosis-abcd1234"
    young.mkdir()
    (young / "runner.lock").touch()
    sweep(place)
    assert young.exists()
    hour_ago = time.time() - 3600
    os.utime(young, (hour_ago, hour_ago))
    sweep(place)
    assert not young.exists()


def test_a_process_that_runs_many_trials_sweeps_now_and_then(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(name: str) -> Path:
        left = place / name
        left.mkdir()
        (left / "runner.lock").touch()
        return left

    first = leave("mitosis-abcd1234")
    sweep_now_and_then(place)
    assert not first.exists()
    second = leave("mitosis-abcd5678")
    monkeypatch.setitem(home._next_sweep, place, time.monotonic() + 60)
    sweep_now_and_then(place)
    assert second.exists()
    monkeypatch.setitem(home._next_sweep, place, time.monotonic() - 1)
    sweep_now_and_then(place)
    assert not second.exists()


def test_a_place_that_cannot_be_listed_costs_nothing(tmp_path: Path) -> None:
    sweep(tmp_path / "missing")
    assert list(tmp_path.iterdir()) == []
