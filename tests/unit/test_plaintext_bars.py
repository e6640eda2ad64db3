"""Bars, colours and corrections, as real programs write them."""

from __future__ import annotations

import io
from typing import Any

import pytest
import tqdm

from mitosis._plaintext import PlainText


def fed(*written: str, redraw_seconds: float | None = None) -> str:
    text = PlainText(redraw_seconds)
    return "".join([*map(text.feed, written), text.end()])


class Recorder(io.StringIO):
    """Keeps each write for itself, as a kernel sends them on."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []

    def write(self, text: str) -> int:
        self.written.append(text)
        return len(text)


def bar(file: Recorder, count: int, **options: Any) -> Any:
    return tqdm.tqdm(range(count), file=file, mininterval=0, miniters=1, ncols=60, **options)


@pytest.mark.slow
def test_a_bar_of_ten_thousand_updates_leaves_its_last_state() -> None:
    file = Recorder()
    for _ in bar(file, 10_000):
        pass
    assert len(file.written) > 10_000
    lines = fed(*file.written).splitlines()
    assert len(lines) <= 2
    assert lines[-1].startswith("100%")
    assert "10000/10000" in lines[-1]


def test_nested_bars_leave_a_line_each() -> None:
    file = Recorder()
    for _ in bar(file, 5, desc="outer", position=0):
        for _ in bar(file, 200, desc="inner", position=1, leave=False):
            pass
    lines = [line for line in fed(*file.written).splitlines() if line.strip()]
    assert len(lines) <= 20
    assert any(line.startswith("outer: 100%") for line in lines)
    assert any("5/5" in line for line in lines)


def test_text_between_bars_stays_in_its_place() -> None:
    file = Recorder()
    file.write("before\n")
    for _ in bar(file, 100):
        pass
    file.write("after\n")
    lines = fed(*file.written).splitlines()
    assert (lines[0], lines[-1]) == ("before", "after")
    assert len(lines) <= 4


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (["one\r\ntwo\r\n"], "one\ntwo\n"),
        (["one\r", "\ntwo\r", "\n"], "one\ntwo\n"),
        (["ab\bc\n"], "ab\nac\n"),
        (["\x1b[31mred\x1b[0m\n"], "red\n"),
        (["\x1b", "[3", "1mred\x1b[", "0m\n"], "red\n"),
        (["\r 10%", "\r 50%", "\r100%\n"], "100%\n"),
        ([" 10%", "\r 50%", "\r100%\n"], " 10%\n100%\n"),
        (["."] * 5 + ["\n"], ".....\n"),
        (["long line\rshort\x1b[K\n"], "long line\nshort\n"),
        (["unfinished"], "unfinished\n"),
        (["\rredrawn"], "redrawn\n"),
        (["\n\n\n"], "\n\n\n"),
        (["   indented   \n"], "   indented   \n"),
        (["\b\b\bx\n"], "x\n"),
        (["a\n\x1b[9Ab\n"], "a\nb\n"),
        (["\x1b"], ""),
        ([""], ""),
    ],
)
def test_what_is_written_becomes_what_is_shown(written: list[str], shown: str) -> None:
    assert fed(*written) == shown


def test_an_unfinished_line_comes_out_at_once_and_goes_on() -> None:
    text = PlainText()
    assert text.feed("loading ...") == "loading ..."
    assert text.feed(" done\n") == " done\n"
    assert text.end() == ""


def test_a_redrawn_line_is_shown_again_after_the_interval() -> None:
    text = PlainText(redraw_seconds=10.0)
    shown = [text.feed(f"\r{now}%", now=float(now)) for now in range(31)]
    assert [n for n, out in enumerate(shown) if out] == [10, 20, 30]
    assert [out for out in shown if out] == ["10%\n", "20%\n", "30%\n"]
    assert text.feed("\r100%\n", now=31.0) == "100%\n"


def test_without_an_interval_a_redrawn_line_is_shown_once() -> None:
    text = PlainText(redraw_seconds=None)
    assert "".join(text.feed(f"\r{now}%", now=1000.0 * now) for now in range(50)) == ""
    assert text.end() == "49%\n"


def test_a_long_flood_keeps_little_in_memory() -> None:
    text = PlainText()
    for _ in range(1000):
        text.feed("line\n" * 1000)
    assert len(text._rows) <= 64


def test_the_end_hands_nothing_out_twice() -> None:
    text = PlainText()
    assert (text.feed("abc"), text.end()) == ("abc", "\n")
    assert text.end() == ""


def test_text_goes_on_after_the_end_without_repeating_the_line() -> None:
    text = PlainText()
    assert (text.feed("loading "), text.end()) == ("loading ", "\n")
    assert text.feed("done\n") == "done\n"
