"""Tables on the terminal."""

from __future__ import annotations

import re

import pytest

from mitosis._history.sheet import Cell, Sheet
from mitosis._history.sheet_text import sheet_text


def sheet(*titles: str, rows: int = 2, size: int = 8, **fields: object) -> Sheet:
    body = [[Cell(f"{title}{row}".ljust(size, ".")) for title in titles] for row in range(rows)]
    return Sheet(titles, tuple(map(tuple, body)), **fields)  # type: ignore[arg-type] # notes, heads


def plain(text: str) -> str:
    lines = re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()
    return "\n".join(line.rstrip() for line in lines)


def test_what_fits_is_one_table() -> None:
    text = plain(sheet_text(sheet("key", "a", "b"), 80))
    assert text.splitlines() == [
        "key       a         b",
        "key0....  a0......  b0......",
        "key1....  a1......  b1......",
    ]


def test_a_wide_table_folds_and_repeats_what_names_a_row() -> None:
    text = plain(sheet_text(sheet("key", *"abcde", notes=("a note",)), 32))
    blocks = text.split("\n\n")
    assert [block.split("\n")[0].split() for block in blocks] == [
        ["key", "a", "b"],
        ["key", "c", "d"],
        ["key", "e"],
        ["a", "note"],
    ]
    assert max(map(len, text.splitlines())) <= 32


def test_columns_that_nobody_asked_for_are_left_out_and_named() -> None:
    text = plain(sheet_text(sheet("key", *"abcde"), 32, may_drop=True))
    assert text.splitlines()[0].split() == ["key", "a", "b"]
    assert text.endswith("Not shown: c, d, e (--columns chooses)")


def test_a_key_is_never_broken_and_long_texts_lose_their_middle() -> None:
    wide = Sheet(("key", "name"), ((Cell("0123abcd"), Cell("start" + "-" * 50 + "end")),))
    line = plain(sheet_text(wide, 40)).splitlines()[1]
    assert line.startswith("0123abcd  start")
    assert line.endswith("end")
    assert "…" in line
    assert len(line) <= 40


def test_a_log_has_whole_lines_without_colours() -> None:
    text = sheet_text(sheet("key", *"abcdefghijklmnop", size=20), None)
    assert "\x1b" not in text
    assert len(text.splitlines()) == 3


def test_the_best_stands_out_with_colours_and_without() -> None:
    best = Sheet(("k", "main"), ((Cell("3"), Cell("0.5", "0.5", is_best=True, count="2")),))
    assert "\x1b[1m0.5\x1b[0m (2)" in sheet_text(best, 80)
    assert "0.5* (2)" in sheet_text(best, None)


def test_numbers_stand_to_the_right() -> None:
    numbers = Sheet(("k", "n"), tuple((Cell("a"), Cell(n, n)) for n in ("1", "1000")))
    assert sheet_text(numbers, None).splitlines()[1:] == ["a     1", "a  1000"]


@pytest.mark.parametrize("text", ["[red]", "日本語", "[/]"])
def test_texts_are_no_markup_and_wide_letters_count_double(text: str) -> None:
    lines = sheet_text(Sheet(("k", "n"), ((Cell(text), Cell("x")),)), None).splitlines()
    assert lines[1] == f"{text}  x"
