"""The live display of a sweep in a real terminal, as a person sees it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest

pytestmark = pytest.mark.slow

SWEEP = """
import logging, os, sys, warnings
from dataclasses import replace
from pathlib import Path
from mitosis._messages import messages
from mitosis._model import Status, Trial
from mitosis._sweep.progress import make_progress

def trial(number):
    folder = Path(f"t{number}")
    folder.mkdir(exist_ok=True)
    (folder / "output.log").write_text(f"first\\nepoch {number} \\x1b[31m" + "x" * 200)
    return Trial(
        f"exp-{number}", f"{number:08x}", "exp", {}, 1, 0, Status.RUNNING, Path("p"), folder
    )

def go_on():
    while not os.path.exists("go"):
        progress.tick()
    os.remove("go")

print("before")
with messages(), make_progress("amplitudes", int(sys.argv[1]), jobs=3) as progress:
    running = [trial(number) for number in range(int(sys.argv[2]))]
    for each in running:
        progress.started(each)
    go_on()
    progress.ended(replace(running[0], status=Status.SUCCEEDED), main=0.125)
    progress.ended(replace(running[1], status=Status.FAILED), reason="ValueError: no\\x1b[2J")
    logging.getLogger("mitosis").warning("a message")
    warnings.warn("a warning")
    print("a print")
    progress.say("a word")
    go_on()
    if len(sys.argv) > 3:
        raise KeyboardInterrupt
print("after")
"""


class Seen:
    """A sweep in a terminal, and what stands on its screen."""

    def __init__(self, folder: Path, *words: str, rows: int = 24) -> None:
        self.folder = folder
        self.screen = pyte.Screen(80, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._master, terminal = pty.openpty()
        self.resize(80, rows)
        kept = {k: v for k, v in os.environ.items() if k not in ("CI", "COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            [sys.executable, "-c", SWEEP, *words],
            cwd=folder,
            env=kept | {"TERM": "xterm-256color"},
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
        )
        os.close(terminal)

    def resize(self, columns: int, rows: int) -> None:
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)
        self.screen.resize(rows, columns)

    def until(self, text: str, *, gone: bool = False) -> list[str]:
        """Return the lines of the screen once the text is there, or gone."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and (text in self.text) is gone:
            self._read()
        assert (text in self.text) is not gone, self.text
        return self.lines

    def _read(self) -> None:
        if select.select([self._master], [], [], 0.2)[0]:
            try:
                self._stream.feed(os.read(self._master, 65536))
            except OSError:  # the process has closed the terminal
                time.sleep(0.05)

    def go_on(self) -> None:
        (self.folder / "go").touch()

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display if line.strip()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)


@pytest.fixture
def seen(tmp_path: Path) -> Iterator[Seen]:
    terminal = Seen(tmp_path, "12", "3")
    yield terminal
    terminal.close()


def test_the_display_tells_how_the_sweep_stands_and_is_gone_at_the_end(seen: Seen) -> None:
    lines = seen.until("epoch 2")
    assert lines[0] == "before"
    assert lines[1].startswith("amplitudes ━━━━━━━━━━")
    assert lines[1].endswith("─ 0/12")
    assert lines[2].startswith("0 done, 0 failed, 3 running, 9 to go  ")
    assert lines[3].startswith("  exp-0         ")
    assert "  epoch 0 xxxxxxxx" in lines[3]
    assert lines[3].endswith("x…")
    assert len(lines[3]) == 79
    assert len(lines) == 6

    seen.go_on()
    seen.until("a word")
    lines = seen.until("2/12")
    assert lines[:2] == ["before", "mitosis: a message"]
    assert "a warning" in lines[2]
    shown = lines.index("a print")
    assert lines[shown + 1] == "a word"
    assert lines[shown + 2].endswith(" 2/12")
    assert lines[shown + 3].startswith("1 done, 1 failed, 1 running, 9 to go  ")
    assert lines[shown + 4] == "main: 0.125  exp-0"
    assert lines[shown + 5] == "last failure: exp-1: ValueError: no\\x1b[2J"
    assert lines[shown + 6].startswith("  exp-2 ")
    assert len(lines) == shown + 7

    seen.go_on()
    lines = seen.until("after")
    assert lines[-2:] == ["a word", "after"]
    assert not seen.screen.cursor.hidden


def test_a_narrower_window_gets_narrower_lines(seen: Seen) -> None:
    seen.until("epoch 2")
    seen.resize(40, 24)
    seen.go_on()
    seen.until("main: 0.125")
    assert max(map(len, seen.lines)) <= 40


def test_an_exception_leaves_a_clean_screen(tmp_path: Path) -> None:
    seen = Seen(tmp_path, "12", "3", "interrupt")
    try:
        seen.until("epoch 2")
        seen.go_on()
        seen.until("2/12")
        seen.go_on()
        seen.until("KeyboardInterrupt")
        assert "2/12" not in seen.text
        assert "epoch" not in seen.text
        assert not seen.screen.cursor.hidden
    finally:
        seen.close()


def test_many_jobs_take_no_more_room_than_there_is(tmp_path: Path) -> None:
    seen = Seen(tmp_path, "5000", "50", rows=14)
    try:
        lines = seen.until("and 44 more")
        assert len(lines) == 1 + 2 + 6 + 1
    finally:
        seen.close()
