"""Whatever happens to a runner, a database or a page: the trials' folders bring it back."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.functional.conftest import Project, record, trial_folder

pytestmark = pytest.mark.slow

SLOW = """
import base64, os, time
from IPython.display import Image, display
name = "slow"
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)
def run(seconds):
    "It takes its time."
    print("first words", flush=True)
    display(Image(base64.b64decode(PIXEL)))
    print("last words", flush=True)
    until = time.monotonic() + seconds
    while time.monotonic() < until and not os.path.exists(os.environ["GO"]):
        time.sleep(0.05)
    return {"main": seconds}
"""
RUN = ["-m", "mitosis", "run", "slow"]
DATABASE = "trials/slow.db"


@pytest.fixture
def slow(project: Project) -> Project:
    project.write(slow=SLOW)
    project.commit()
    project.environment["GO"] = str(project.root.parent / "go")
    return project


def wait_for(condition: Callable[[], bool], seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.05)


def start(project: Project) -> subprocess.Popen[str]:
    """Start a trial of ten minutes, and wait until it has printed its last words."""
    process = project.start(*RUN, "-e", "seconds=600")
    logs = project.root / "trials"
    wait_for(lambda: any("last words" in log.read_text() for log in logs.glob("*/output.log")))
    return process


def end(project: Project, process: subprocess.Popen[str]) -> str:
    """Let a trial come to its end, and return what its runner printed."""
    (project.root.parent / "go").touch()
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return out


def murder(process: subprocess.Popen[str]) -> None:
    """Kill a runner with SIGKILL, and its kernel, which would end by itself a little later."""
    kernels = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    for kernel in kernels:
        with suppress(psutil.NoSuchProcess):
            kernel.kill()
    process.communicate(timeout=300)


def change(database: Path, statement: str, *values: Any) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(statement, values)
        connection.commit()


@pytest.mark.parametrize(
    "reader",
    [
        ["variants"],
        ["check", "slow"],
        ["run", "slow", "-e", "seconds=0"],
        ["repair"],
    ],
    ids=lambda words: words[0],
)
def test_whoever_reads_after_a_runner_was_killed_closes_its_trial_once(
    slow: Project, reader: list[str]
) -> None:
    process = start(slow)
    murder(process)
    (row,) = slow.rows(DATABASE)
    assert row["status"] == "running"
    assert row["folder"] == trial_folder(slow.root).name
    done = slow.mitosis(*reader)
    assert done.status == 0, done
    assert done.err.count("slow-600-1 is lost") == 1
    row = slow.rows(DATABASE)[0]
    kept = record(slow.root / "trials" / row["folder"])
    assert row["status"] == kept["status"] == "lost"
    assert row["reason"] == kept["reason"]
    assert f"process {process.pid} on " in row["reason"]
    page = (slow.root / "trials" / row["html"]).read_text(encoding="utf-8")
    words = [page.rindex(text) for text in ("first words", "data:image/png", "last words")]
    assert words == sorted(words)
    again = slow.mitosis("variants")
    assert "is lost" not in again.out + again.err


def test_a_runner_that_was_taken_for_dead_and_finishes_takes_its_trial_back(
    slow: Project,
) -> None:
    process = start(slow)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    change(slow.root / DATABASE, "UPDATE trial SET pid = ?", gone.pid)
    done = slow.mitosis("variants")
    assert "slow-600-1 is lost" in done.err, done
    assert record(trial_folder(slow.root))["status"] == "lost"
    out = end(slow, process)
    (row,) = slow.rows(DATABASE)
    assert (row["status"], row["main"]) == ("succeeded", 600.0)
    assert record(trial_folder(slow.root))["status"] == "succeeded"
    page = (slow.root / "trials" / row["html"]).read_text(encoding="utf-8")
    assert 'class="status succeeded"' in page
    assert "slow-600-1 succeeded" in out


def test_a_lost_database_comes_back_and_numbers_go_on(slow: Project) -> None:
    for _ in range(2):
        assert slow.python(*RUN, "-e", "seconds=0").status == 0
    before = slow.rows(DATABASE)
    (slow.root / DATABASE).unlink()
    (slow.root / "trials" / before[1]["html"]).unlink()
    told = slow.mitosis("repair", "--dry-run")
    assert told.status == 0, told
    assert not (slow.root / DATABASE).exists()
    done = slow.mitosis("repair")
    assert done.status == 0, done
    assert "slow.db: was missing, made anew: 2 trials added" in done.out
    assert before[1]["html"] in done.out
    assert slow.rows(DATABASE) == before
    assert "It takes its time" in (slow.root / "trials" / before[1]["html"]).read_text()
    assert slow.python(*RUN, "-e", "seconds=0").status == 0
    assert [row["iteration"] for row in slow.rows(DATABASE)] == [1, 2, 3]
    assert "nothing had to be done" in slow.mitosis("repair").out
    assert max(len(line) for line in done.out.splitlines()[1:]) <= 80


def test_a_trial_whose_database_went_away_while_it_ran_ends_well_and_is_taken_in(
    slow: Project,
) -> None:
    process = start(slow)
    (slow.root / DATABASE).unlink()
    end(slow, process)
    done = slow.mitosis("repair", str(slow.root / "trials"))
    assert done.status == 0, done
    (row,) = slow.rows(DATABASE)
    assert (row["status"], row["main"]) == ("succeeded", 600.0)


def test_a_database_that_is_repaired_while_a_trial_runs_gets_its_end(slow: Project) -> None:
    process = start(slow)
    (slow.root / DATABASE).write_bytes(b"garbage" * 1000)
    done = slow.mitosis("repair")
    assert done.status == 0, done
    assert "the damaged one is kept as slow.db.damaged-1" in done.out
    assert "slow-600-1 is running" in done.out
    end(slow, process)
    (row,) = slow.rows(DATABASE)
    assert (row["status"], row["main"]) == ("succeeded", 600.0)
    assert slow.python(*RUN, "-e", "seconds=0").status == 0, "its own files make nothing dirty"


def test_contradictions_are_told_with_both_sides_and_end_with_status_1(slow: Project) -> None:
    assert slow.python(*RUN, "-e", "seconds=0").status == 0
    change(slow.root / DATABASE, "UPDATE trial SET status = 'failed', main_json = '7'")
    done = slow.mitosis("repair")
    assert done.status == 1, done
    assert "CONTRADICTIONS" in done.out
    assert "'failed' in the database, 'succeeded' in its folder" in " ".join(done.out.split())
    assert slow.rows(DATABASE)[0]["status"] == "failed"


def test_without_a_trials_folder_repair_is_refused(slow: Project) -> None:
    for words in (["repair"], ["repair", "-F", "nowhere"], ["repair", "a", "-F", "b"]):
        assert slow.mitosis(*words).status == 2


def test_a_stopped_runner_is_not_taken_for_dead(slow: Project) -> None:
    process = start(slow)
    os.kill(process.pid, signal.SIGSTOP)
    try:
        slow.mitosis("variants")
        assert slow.rows(DATABASE)[0]["status"] == "running"
    finally:
        os.kill(process.pid, signal.SIGCONT)
    end(slow, process)
    assert slow.rows(DATABASE)[0]["status"] == "succeeded"
