"""What holds for everything that a program may write, in whatever chunks."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mitosis._plaintext import PlainText

PIECES = [
    "a", "bc", "größe 🧬", " ", "\n", "\r", "\r\n", "\b", "\t", "\x1b[A", "\x1b[2A", "\x1b[K",
    "\x1b[2K", "\x1b[31m", "\x1b[1;38;5;208m", "\x1b[0m", "\x1b[?25l", "\x1b]0;title\x07",
    "\x1bM",
]  # fmt: skip
RARE_PIECES = [
    "\x1b]8;;https://example.org\x1b\\",  # a link, ended by ESC \
    "\x1b(B",  # what `tput sgr0` writes
    "\x1b[38:2::255:0:0m",  # a colour in the form of ITU T.416
    "\x1b[0 q",  # the shape of the cursor
    "\x1b7",
    "\x1b=",
]
WRITTEN = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
ORDINARY = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n\t"), max_size=300
)
SHAPES = st.lists(st.integers(0, 300), max_size=12)


def chunks(text: str, cuts: list[int]) -> list[str]:
    """Cut a text at some places."""
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    return [text[start:end] for start, end in pairwise(places)]


def plain(*written: str) -> str:
    """Return the whole plain text of what was written in chunks."""
    text = PlainText(redraw_seconds=None)
    return "".join([*map(text.feed, written), text.end()])


@given(ORDINARY, SHAPES)
@example("x\n" * 149, [])
def test_ordinary_text_comes_out_at_once_and_unchanged(written: str, cuts: list[int]) -> None:
    text = PlainText()
    for chunk in chunks(written, cuts):
        assert text.feed(chunk) == chunk


@given(ORDINARY, SHAPES)
def test_the_end_of_ordinary_text_adds_no_more_than_a_newline(
    written: str, cuts: list[int]
) -> None:
    missing = "" if written.endswith("\n") or not written else "\n"
    assert plain(*chunks(written, cuts)) == written + missing


@given(WRITTEN, SHAPES)
def test_chunks_make_no_difference(written: str, cuts: list[int]) -> None:
    assert plain(*chunks(written, cuts)) == plain(written)


@given(WRITTEN)
def test_single_characters_make_no_difference(written: str) -> None:
    assert plain(*written) == plain(written)


@pytest.mark.parametrize("piece", RARE_PIECES, ids=ascii)
def test_a_rare_sequence_leaves_no_trace_wherever_it_is_cut(piece: str) -> None:
    for cut in range(len(piece) + 1):
        assert plain(f"a{piece[:cut]}", f"{piece[cut:]}b\n") == "ab\n"


@given(WRITTEN, SHAPES, st.floats(0, 20))
def test_no_colours_and_no_moves_come_out(
    written: str, cuts: list[int], seconds: float
) -> None:
    text = PlainText(redraw_seconds=1.0)
    parts = chunks(written, cuts)
    out = [text.feed(chunk, now=n * seconds) for n, chunk in enumerate(parts)]
    assert not set("".join([*out, text.end()])) & set("\x1b\r\b")


@given(st.text(max_size=50), SHAPES)
def test_whatever_is_written_no_colours_and_no_moves_come_out(
    written: str, cuts: list[int]
) -> None:
    assert not set(plain(*chunks(written, cuts))) & set("\x1b\r\b")


def test_no_control_character_comes_out() -> None:
    controls = "".join(map(chr, range(0xA0)))
    found = {c for c in plain(f"{controls}\n") if unicodedata.category(c) == "Cc"}
    assert found <= {"\n", "\t"}


def screen(written: list[str]) -> list[str]:
    """Return the lines that a terminal of any height shows in the end."""
    rows, row, column = [""], 0, 0
    for piece in written:
        if piece == "\n":
            row, column = row + 1, 0
            rows += [""] * (row == len(rows))
        elif piece == "\r":
            column = 0
        elif piece == "\b":
            column = max(0, column - 1)
        elif piece == "\x1b[A":
            row = max(0, row - 1)
        elif piece == "\x1b[K":
            rows[row] = rows[row][:column]
        else:
            before, after = rows[row][:column].ljust(column), rows[row][column + len(piece) :]
            rows[row], column = before + piece + after, column + len(piece)
    return [line.rstrip() for line in rows if line.strip()]


def lost(written: list[str]) -> list[str]:
    """Return the lines that a terminal shows in the end and the plain text does not hold."""
    lines = [line.rstrip() for line in plain(*written).splitlines()]
    return [line for line in screen(written) if line not in lines]


@given(
    st.lists(
        st.sampled_from(["a", "bc", "def", "\n", "\r", "\b", "\x1b[A", "\x1b[K"]), max_size=30
    )
)
def test_every_line_that_a_terminal_shows_in_the_end_is_in_the_log(written: list[str]) -> None:
    assert lost(written) == []


@pytest.mark.parametrize("erase", ["\x1b[K", "\x1b[0K", "\x1b[2K"], ids=ascii)
def test_a_line_that_is_erased_and_written_anew_is_in_the_log(erase: str) -> None:
    assert plain("working ", f"\r{erase}", "done\n") == "working \ndone\n"


def test_a_line_that_is_corrected_and_goes_on_is_in_the_log() -> None:
    assert lost(["aa", "\b", "\x1b[K", "b"]) == []


def test_an_empty_chunk_changes_nothing() -> None:
    assert plain("aa\b\x1b[K", "") == plain("aa\b\x1b[K")
