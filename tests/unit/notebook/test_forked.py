"""Processes that will be kernels, forked by a process that may do so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from mitosis._notebook import forked

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="forks only on Linux"),
]

_STANDARD_AND_ONE = 4
FORK = """
import sys, time
from mitosis._notebook import forked
held = open(__import__("os").devnull)
ours, theirs = forked.pair()
process = forked.fork_process(theirs, lambda _parent, connection: connection.recv(1))
theirs.close()
print(process.pid, flush=True)
{then}
"""


def start(then: str, folder: Path) -> tuple[subprocess.Popen[str], int]:
    """Start an interpreter that forks; return it and the id of its fork."""
    process = subprocess.Popen(
        [sys.executable, "-c", FORK.format(then=then)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
    )
    assert process.stdout
    return process, int(process.stdout.readline())


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@pytest.mark.parametrize("then", ["", "ours.close(); process.wait()", "raise SystemExit(2)"])
def test_a_fork_that_is_not_needed_is_gone_with_its_parent(tmp_path: Path, then: str) -> None:
    process, fork = start(then, tmp_path)
    process.communicate(timeout=20)
    wait_until(lambda: not psutil.pid_exists(fork))
    assert list(tmp_path.iterdir()) == []


def test_a_fork_is_gone_when_its_parent_is_killed(tmp_path: Path) -> None:
    process, fork = start("time.sleep(60)", tmp_path)
    wait_until(lambda: os.getsid(fork) == fork)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=20)
    wait_until(lambda: not psutil.pid_exists(fork))


def test_a_fork_holds_nothing_open_but_its_connection(tmp_path: Path) -> None:
    process, fork = start("time.sleep(60)", tmp_path)
    try:
        wait_until(lambda: len(list(Path(f"/proc/{fork}/fd").iterdir())) == _STANDARD_AND_ONE)
    finally:
        process.kill()
        process.communicate()


def test_a_process_with_modules_of_the_users_is_not_forked() -> None:
    assert "this process has" in forked.unsafe()


def test_a_process_with_a_second_thread_is_not_forked() -> None:
    code = (
        "import threading; from mitosis._notebook import forked; "
        "threading.Thread(target=threading.Event().wait, args=[1]).start(); "
        "print(forked.unsafe())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout == "this process has several threads\n"
