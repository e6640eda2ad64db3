"""Output on its way to `output.log`: at once, in order, as plain text."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from mitosis._recording.secrecy import Secrets
from mitosis._recording.streams import Log, Output


class Stream(io.StringIO):
    """Stands in for ipykernel's `OutStream`: remembers what it was told, in order."""

    def __init__(self, name: str, told: list[str]) -> None:
        super().__init__()
        self._name, self._told = name, told

    def write(self, text: str) -> int:
        self._told.append(f"{self._name} {text!r}")
        return len(text)

    def flush(self) -> None:
        self._told.append(f"{self._name} flushed")


class Kernel:
    """Two streams that are routed through a log, and what they were told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.stdout: Any = Stream("stdout", self.told)
        self.stderr: Any = Stream("stderr", self.told)


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "output.log")


@pytest.fixture
def logged(tmp_path: Path) -> Path:
    return tmp_path / "output.log"


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch, log: Log) -> Kernel:
    kernel = Kernel()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", kernel.stdout)
        patch.setattr(sys, "stderr", kernel.stderr)
        Output(log)
    return kernel


def test_text_is_in_the_file_before_the_call_returns(log: Log, logged: Path) -> None:
    log.write("stdout", "unfinished")
    assert logged.read_text() == "unfinished"


def test_the_file_holds_no_colours_and_one_line_for_a_bar(log: Log, logged: Path) -> None:
    log.write("stdout", "\x1b[31mred\x1b[0m\n")
    for n in range(101):
        log.write("stderr", f"\r{n}%")
    log.write("stdout", "after\n")
    log.end()
    assert logged.read_text() == "red\nafter\n100%\n"


def test_what_is_there_already_stays(logged: Path) -> None:
    logged.write_text("before\n")
    Log(logged).write("stdout", "after\n")
    assert logged.read_text() == "before\nafter\n"


def test_a_child_that_inherits_the_file_writes_behind_what_is_there(
    log: Log, logged: Path
) -> None:
    log.write("stdout", "parent\n")
    inherited = os.dup(log._file)
    os.write(inherited, b"child\n")
    os.close(inherited)
    log.write("stdout", "parent\n")
    assert logged.read_text() == "parent\nchild\nparent\n"


def test_prints_reach_the_log_and_the_notebook(kernel: Kernel, logged: Path) -> None:
    print("b.", 1, file=kernel.stdout)
    assert logged.read_text() == "b. 1\n"
    assert kernel.told == ["stdout 'b.'", "stdout ' '", "stdout '1'", "stdout '\\n'"]


def test_a_stream_is_flushed_before_the_other_is_written(kernel: Kernel) -> None:
    kernel.stdout.write("1")
    kernel.stdout.write("2")
    kernel.stderr.write("3")
    kernel.stdout.write("4")
    flushes = ["stdout flushed", "stderr '3'", "stderr flushed"]
    assert kernel.told == ["stdout '1'", "stdout '2'", *flushes, "stdout '4'"]


def test_lone_surrogates_are_written_as_their_escapes(kernel: Kernel, logged: Path) -> None:
    kernel.stdout.write("a\udcffb\n")
    assert logged.read_text() == "a\\udcffb\n"
    assert kernel.told == [r"stdout 'a\\udcffb\n'"]


def test_bytes_may_be_written_valid_or_not(kernel: Kernel, logged: Path) -> None:
    assert kernel.stdout.buffer.write("größe".encode() + b"\xff\n") == 9
    kernel.stdout.buffer.flush()
    assert logged.read_text() == "größe\\xff\n"


def test_a_character_may_be_cut_between_two_writes_of_bytes(
    kernel: Kernel, logged: Path
) -> None:
    kernel.stdout.buffer.write("é".encode()[:1])
    kernel.stdout.buffer.write("é".encode()[1:] + b"\n")
    assert logged.read_text() == "é\n"


def test_a_log_that_cannot_be_written_costs_no_print(
    kernel: Kernel, log: Log, logged: Path
) -> None:
    file = os.dup(log._file)
    kernel.stdout.write("before\n")
    fill(log)
    kernel.stdout.write("lost\n")
    kernel.stdout.write("lost too\n")
    os.dup2(file, log._file)
    kernel.stdout.write("after\n")
    assert kernel.told == [
        r"stdout 'before\n'",
        r"stdout '[mitosis: output.log is incomplete from here: No space left on device]"
        r"\nlost\n'",
        r"stdout 'lost too\n'",
        r"stdout 'after\n'",
    ]
    gap = "[mitosis: 14 bytes are missing here: No space left on device]"
    assert logged.read_text() == f"before\n\n{gap}\nafter\n"
    assert (log.failure, log.missing_bytes) == ("No space left on device", 14)


def fill(log: Log) -> None:
    """Put a file on a full disk in the place of the log."""
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, log._file)
    os.close(full)


def test_what_is_written_is_redacted_for_log_and_notebook_alike(
    monkeypatch: pytest.MonkeyPatch, log: Log, logged: Path
) -> None:
    kernel = Kernel()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", kernel.stdout)
        patch.setattr(sys, "stderr", kernel.stderr)
        Output(log, Secrets(values=["secret"]))
    assert kernel.stdout.write("a secret") == len("a secret")
    assert logged.read_text() == "a ***"
    assert kernel.told == ["stdout 'a ***'"]


def test_a_secret_in_two_writes_is_redacted_in_log_and_notebook_alike(
    monkeypatch: pytest.MonkeyPatch, log: Log, logged: Path
) -> None:
    kernel = Kernel()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", kernel.stdout)
        patch.setattr(sys, "stderr", kernel.stderr)
        output = Output(log, Secrets(values=["hunter22"]))
    kernel.stdout.write("it is hunt")
    kernel.stdout.flush()
    kernel.stdout.buffer.write(b"er22")
    output.settle()
    assert logged.read_text() == "it is ***"
    assert [told for told in kernel.told if "flushed" not in told] == [
        "stdout 'it is '",
        "stdout '***'",
    ]


def test_the_size_counts_bytes_of_children_too(log: Log) -> None:
    log.write("stdout", "\u00e9\n")
    os.write(os.dup(log._file), b"child")
    assert log.size_bytes() == 8
