"""`mitosis variants` after real trials, on terminals and in pipes."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.functional.conftest import Project
from tests.unit.locks.databases import hold, lock

pytestmark = pytest.mark.slow

PEAK = """
name = "peak"
amplitude = {amplitude}
def run(amplitude):
    return {{"main": 1}}
"""


def define(lab: Project, amplitude: str) -> None:
    lab.write(peak=PEAK.format(amplitude=amplitude))
    lab.commit()


@pytest.fixture
def lab(project: Project) -> Project:
    project.write({".gitignore": "__pycache__/\ntrials/\n"})
    define(project, "{'low': 1}")
    return project


@pytest.fixture
def locked(lab: Project) -> Project:
    """A project whose locks need no trial to have run in this test."""
    hold(
        lab.root / "trials",
        lock("low", 1, parameter="amplitude", experiment="peak"),
        lock("high", {"deep": [1] * 200}, parameter="amplitude", experiment="peak"),
    )
    return lab


def on_a_terminal(lab: Project, command: str, answer: str = "", columns: int = 80) -> str:
    """Run a line of shell on a terminal, type an answer, and return what it showed."""
    screen, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {k: v for k, v in lab.environment.items() if k not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        ["bash", "-c", command],
        cwd=lab.root,
        env=environment | {"PATH": path, "TERM": "xterm-256color"},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    os.write(screen, answer.encode())
    shown, deadline = b"", time.monotonic() + 200
    while time.monotonic() < deadline:
        if select.select([screen], [], [], 0.2)[0]:
            try:
                shown += os.read(screen, 65536)
            except OSError:  # the last process has closed the terminal
                break
    process.wait(timeout=100)
    os.close(screen)
    return shown.decode().replace("\r\n", "\n")


def test_a_name_is_freed_by_the_command_that_the_refusal_shows(lab: Project) -> None:
    run = ("run", "peak", "-p", "amplitude=low")
    assert lab.mitosis(*run).status == 0
    define(lab, "{'low': 3}")
    refused = lab.mitosis(*run)
    assert refused.status == 2
    (line,) = re.findall(r"^ +(mitosis variants retire .*)$", refused.err, re.MULTILINE)
    shown = on_a_terminal(lab, line, answer="it was in the wrong unit\n")
    assert "Why is it retired: " in shown
    assert "experiment 'peak': it was in the wrong unit" in shown
    assert "    value   1\n" in shown
    assert "The trial that used it keeps its own name." in shown
    assert lab.mitosis(*run).out.count("peak-low-2 ") == 2
    (now,) = json.loads(lab.mitosis("variants", "--json").out)
    assert (now["text"], now["used_by"]) == ("3", 1)
    whole = lab.mitosis("variants", "show", "peak", "amplitude=low").out
    assert "amplitude=low@1  1" in whole
    assert "retired by Ada <ada@example.org>: it was in the wrong unit" in whole
    difference = ("diff", "peak", "amplitude=low@1", "amplitude=low")
    assert lab.mitosis("variants", *difference).out == "low@1  1\nlow    3\n"


def test_a_renamed_lock_serves_under_its_new_name(locked: Project) -> None:
    renamed = locked.mitosis("variants", "rename", "peak", "amplitude=low", "tiny")
    assert renamed.status == 0, renamed
    define(locked, "{'tiny': 2, 'low': 5}")
    refused = locked.mitosis("run", "peak", "-p", "amplitude=tiny")
    assert "locked  1\n    given   2\n" in refused.err
    assert "peak-low-2 succeeded" in locked.mitosis("run", "peak", "-p", "amplitude=low").out
    assert (
        "renamed from 'low'" in locked.mitosis("variants", "show", "peak", "amplitude=tiny").out
    )


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_on_a_terminal_lines_fit_and_have_colours(locked: Project, columns: int) -> None:
    shown = on_a_terminal(locked, "mitosis variants", columns=columns)
    assert "\x1b[" in shown
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()
    assert max(map(len, lines)) <= columns
    assert {"low", "amplitude"} <= set(re.findall(r"\w+", shown))


def test_in_a_pipe_a_lock_is_one_plain_line(locked: Project) -> None:
    done = locked.mitosis("variants", env={"COLUMNS": "40"})
    assert "\x1b" not in done.out
    (low,) = [line for line in done.out.splitlines() if " low " in line]
    assert low.split()[:4] == ["peak", "amplitude", "low", "1"]


def test_locks_travel_through_a_clone(locked: Project, tmp_path: Path) -> None:
    assert locked.mitosis("variants", "export").status == 0
    locked.git("add", "mitosis.lock")
    locked.commit()
    locked.git("clone", "-q", ".", str(tmp_path / "clone"))
    other = Project(tmp_path / "clone")
    done = other.mitosis("variants", "import")
    assert done.status == 0, done
    assert "mitosis.lock: 2 new, 0 there already" in done.out
    before = (other.root / "mitosis.lock").read_bytes()
    assert other.mitosis("variants", "export").status == 0
    assert (other.root / "mitosis.lock").read_bytes() == before
    other.write(peak=PEAK.format(amplitude="{'low': 3}"))
    other.commit()
    refused = other.mitosis("run", "peak", "-p", "amplitude=low")
    assert "locked  1\n    given   3\n" in refused.err


def test_a_folder_in_the_settings_is_the_one_that_is_listed(locked: Project) -> None:
    (locked.root / "trials").rename(locked.root / "kept")
    locked.write({"pyproject.toml": "[tool.mitosis]\ntrials_folder = 'kept'\n"})
    assert "peak" in locked.mitosis("variants").out
    assert "no trials folder" in locked.mitosis("variants", "-F", "trials").out


def test_looking_writes_nothing(locked: Project) -> None:
    before = locked.snapshot()
    for words in ([], ["show", "peak", "amplitude=low"], ["export", "-o", "-"]):
        assert locked.mitosis("variants", *words).status == 0
    assert locked.snapshot() == before


def test_names_that_the_terminal_has_no_letters_for_are_shown_in_escapes(lab: Project) -> None:
    hold(lab.root / "trials", lock("größe", "é", parameter="amplitude", experiment="peak"))
    done = lab.mitosis("variants", env={"PYTHONIOENCODING": "ascii"})
    assert done.status == 0, done
    assert "gr\\xf6\\xdfe" in done.out
