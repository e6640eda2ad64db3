"""Waiting for others is bounded, told, fair, and ended by Ctrl-C."""

from __future__ import annotations

import logging
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest

from mitosis._store import Store, waiting
from mitosis.errors import DatabaseBusyError

from .claims import claim

HOLD = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute(sys.argv[2])
connection.execute("SELECT * FROM trial").fetchall()
print("held", flush=True)
time.sleep(float(sys.argv[3]))
connection.execute("ROLLBACK")
"""


def held(path: Path, begin: str, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, str(path), begin, str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


@pytest.fixture
def used(store: Store) -> Store:
    store.claim(claim())
    return store


@pytest.mark.slow
@pytest.mark.parametrize(
    ("begin", "words"),
    [
        ("BEGIN IMMEDIATE", "which another process is writing"),
        ("BEGIN", "which another process is reading"),
    ],
)
def test_a_long_wait_is_told_once_and_then_goes_on(
    used: Store,
    begin: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(waiting, "TOLD_AFTER_SECONDS", 0.3)
    with held(used.path, begin, 1.5) as process:
        assert used.claim(claim()).iteration == 2
        assert process.wait() == 0
    told = [(r.name, r.levelno, r.getMessage()) for r in caplog.records]
    assert told == [
        ("mitosis", logging.WARNING, f"waiting for sine.db, {words} (at most 60 s)")
    ]


def test_a_reader_waits_for_a_writer_that_is_just_writing(used: Store) -> None:
    with held(used.path, "BEGIN EXCLUSIVE", 0.7):
        assert len(used.trials()) == 1


def test_a_short_wait_is_not_told(used: Store, caplog: pytest.LogCaptureFixture) -> None:
    with held(used.path, "BEGIN IMMEDIATE", 0.5):
        used.claim(claim())
    assert caplog.records == []


@pytest.mark.slow
def test_a_reader_that_never_ends_is_an_error_and_the_claim_is_undone(
    used: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "BUSY_SECONDS", 0.3)
    with held(used.path, "BEGIN", 2) as process:
        start = time.monotonic()
        with pytest.raises(DatabaseBusyError, match=r"for 0\.3 s"):
            used.claim(claim())
        assert time.monotonic() - start < 1.5
        process.wait()
    assert used.claim(claim()).iteration == 2


def test_ctrl_c_ends_the_wait_at_once(used: Store) -> None:
    with closing(sqlite3.connect(used.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        start = time.monotonic()
        timer = Timer(0.5, signal.raise_signal, [signal.SIGINT])
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            used.claim(claim())
        timer.join()
        assert time.monotonic() - start < 2
        other.execute("ROLLBACK")
    assert used.claim(claim()).iteration == 2
