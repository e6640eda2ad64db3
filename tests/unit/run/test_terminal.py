"""What a person sees: lines of mitosis's own between those of the experiment."""

from __future__ import annotations

import io
import math
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from mitosis._model import Status, Trial
from mitosis._run.terminal import Terminal, changes_text, end_line, start_line, told
from mitosis._wording import duration_text, main_text, shown

TRIAL = Trial(
    name="sine-low-1",
    key="3f9a2c11",
    experiment="sine",
    variants={"noise": "low"},
    iteration=1,
    seed=7,
    status=Status.RUNNING,
    html=Path("/trials/trial_sine-low-1.html"),
    folder=Path("/trials/sine-low-1_3f9a2c11"),
    commit="0123456789abcdef",
)


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


class Left(io.StringIO):
    def write(self, text: str) -> NoReturn:
        raise BrokenPipeError


def test_a_file_gets_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    terminal.say("starts")
    terminal.echo("stdout", "\x1b[31mred\x1b[0m\n")
    for n in range(101):
        terminal.echo("stderr", f"\r{n}%")
    terminal.settle()
    out, err = capsys.readouterr()
    assert (out, err) == ("starts\nred\n", "100%\n")


def test_a_screen_gets_what_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    terminal = Terminal()
    terminal.echo("stdout", "\x1b[31mred\x1b[0m\r10%")
    terminal.settle()
    assert screen.getvalue() == "\x1b[31mred\x1b[0m\r10%"


def test_a_line_of_our_own_starts_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    terminal.echo("stdout", "unfinished")
    terminal.say("ends")
    assert capsys.readouterr().out == "unfinished\nends\n"


@pytest.mark.parametrize("out", [Left(), "closed"], ids=["left", "closed"])
def test_a_reader_that_has_left_does_not_end_the_trial(
    monkeypatch: pytest.MonkeyPatch, out: Any
) -> None:
    if out == "closed":
        out = io.StringIO()
        out.close()
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    terminal.say("nobody reads this")


def test_a_stream_of_another_encoding_gets_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, "ascii"))
    Terminal().say("größe 🧬")
    assert raw.getvalue() == b"gr\\xf6\\xdfe \\U0001f9ec\n"


def test_the_start_line_names_trial_key_seed_and_commit() -> None:
    line = start_line(TRIAL, seed_is_generated=True)
    assert line == (
        "mitosis: sine-low-1 starts (key 3f9a2c11, seed 7 (generated), commit 0123456789)"
    )


def test_the_start_line_in_debug_mode_says_that_nothing_is_recorded() -> None:
    trial = replace(TRIAL, iteration=None, seed=None, commit=None)
    line = start_line(trial, seed_is_generated=False)
    assert line == "mitosis: sine-low-1 starts (key 3f9a2c11, debug: not recorded)"


def test_the_end_line_is_followed_by_the_path_alone() -> None:
    lines = end_line(TRIAL, "succeeded", 0.123456789, 83.4).splitlines()
    assert lines == [
        "mitosis: sine-low-1 succeeded, main = 0.123457, 1 min 23 s",
        "/trials/trial_sine-low-1.html",
    ]


def test_the_end_line_says_why_a_trial_did_not_succeed() -> None:
    assert end_line(TRIAL, "was killed by SIGKILL", None, 0.25).startswith(
        "mitosis: sine-low-1 was killed by SIGKILL, 0.2 s\n"
    )


@pytest.mark.parametrize("status", sorted({*Status} - {Status.RUNNING, Status.LOST}))
def test_each_end_is_told_with_and_without_a_reason(status: Status) -> None:
    without = told(status, "")
    assert without
    assert not without.endswith((":", " "))
    assert told(status, "what happened").endswith("what happened")


def test_each_long_path_in_a_change_is_shortened_by_itself() -> None:
    paths = [f"{letter * 150}/{letter}.py" for letter in "abcde"]
    fact = f"code 1 -> 2: M {', M '.join(paths)} and 3 more files"
    text = changes_text("sine-low-1", [fact, "R " + " -> ".join(paths[:2]), "x\n1"])
    for letter in "abcde":
        assert f"{letter}/{letter}.py" in text
    assert "a" * 100 not in text
    said = " ".join(text.split())
    assert "e.py and 3 more files; R aaa" in said
    assert said.endswith("b/b.py; x\\n1")


def test_of_many_changes_the_rest_is_counted() -> None:
    text = changes_text("sine-low-1", [f"fact{n}" for n in range(10)])
    assert text.count("fact") == 8
    assert text.endswith("2 more differences, on the page")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("größe 🧬", "größe 🧬"),
        ("a\nb\x1b[31m", "a\\nb\\x1b[31m"),
        ("x" * 100, "x" * 100),
        ("x" * 60 + "y" * 300 + "z" * 36, "x" * 60 + "..." + "z" * 36),
    ],
)
def test_a_name_is_shown_on_one_line(name: str, text: str) -> None:
    assert shown(name) == text


@pytest.mark.parametrize(
    ("main", "text"),
    [
        (1 / 3, "0.333333"),
        (1e300, "1e+300"),
        (math.nan, "nan"),
        (12345678, "12345678"),
        (True, "True"),
        ("a\n  b", "a b"),
        ("x" * 61, "x" * 56 + " ..."),
    ],
)
def test_main_is_shown_as_people_read_it(main: Any, text: str) -> None:
    assert main_text(main) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.0 s"),
        (59.9, "59.9 s"),
        (60, "1 min 00 s"),
        (119.6, "2 min 00 s"),
        (3599.9, "1 h 00 min"),
        (90_000, "25 h 00 min"),
    ],
)
def test_durations_are_shown_as_people_read_them(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_just_under_a_minute_is_not_shown_as_sixty_seconds() -> None:
    assert duration_text(59.97) == "1 min 00 s"
