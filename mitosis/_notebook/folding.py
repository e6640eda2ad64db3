"""Fold long texts and colour what is in them, as slices of HTML.

Nothing that a reader could see is lost: what does not fit waits behind a control. What is slow
to import (nbconvert) is imported where it is used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from mitosis._dataclass import dataclass
from mitosis._notebook.cleaning import markup
from mitosis._notebook.colouring import highlight, tokens

if TYPE_CHECKING:  # for annotations only: imported where it is used
    from markupsafe import Markup


@dataclass(frozen=True)
class Room:
    """How much text stays in sight: all of it up to a limit, then only its two ends."""

    lines: int
    head_lines: int
    tail_lines: int
    characters: int
    end_characters: int


_PRINTED = Room(30, 12, 12, characters=8000, end_characters=2500)
TRACEBACK = Room(120, 30, 60, characters=30_000, end_characters=6000)
"""Leave more of a traceback in sight than of what was printed."""


@dataclass(frozen=True)
class Folded:
    """A text as HTML. If it is long, its middle waits behind a control."""

    head: Markup
    middle: Markup
    tail: Markup
    size: str
    wide: bool


def _fold(text: str, room: Room, render: Callable[[int, int], Markup]) -> Folded:
    """Fold ``text`` if it outgrows ``room``; ``render`` makes HTML of one slice of it."""
    lines = text.split("\n")
    start = stop = len(text)
    if len(lines) > room.lines or len(text) > room.characters:
        head, tail = lines[: room.head_lines], lines[-room.tail_lines :]
        start = min(_length(head), room.end_characters)
        stop = len(text) - min(_length(tail) - 1, room.end_characters)
    return Folded(
        head=render(0, start),
        middle=render(start, stop),
        tail=render(stop, len(text)),
        size=_size(text, lines, room),
        wide=any(len(line) > 80 for line in lines),
    )


def _length(lines: Iterable[str]) -> int:
    return sum(len(line) + 1 for line in lines)


def _size(text: str, lines: list[str], room: Room) -> str:
    if len(lines) > room.lines:
        return f"{len(lines):,} lines"
    return f"{len(text):,} characters" if len(text) > room.characters else ""


def fold_text(text: str, room: Room = _PRINTED) -> Folded:
    """Fold what was printed, as a screen would show it in the end, in its colours."""
    left = _as_left_on_screen(text)
    return _fold(left, room, lambda start, stop: _coloured(left[start:stop]))


def _as_left_on_screen(text: str) -> str:
    """Keep of each line what a carriage return has not overwritten."""
    text = text.strip("\n")
    if "\r" not in text:
        return text
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_HUE = re.compile(r'style="color: (rgb\([\d,]+\))"')


def _coloured(text: str) -> Markup:
    from markupsafe import escape

    if "\x1b" not in text:
        return escape(_CONTROL.sub("", text))
    from nbconvert.filters.ansi import ansi2html

    html = "".join(map(ansi2html, _in_bits(text)))
    # A colour becomes a hue, which the style sheet mixes into what the theme can show.
    return markup(_HUE.sub(r'style="--hue:\1"', _CONTROL.sub("", html)))


def _in_bits(text: str) -> Iterator[str]:
    """Cut a text into bits that each begin with the colours in force.

    nbconvert's conversion takes time in the square of the number of colours.
    """
    pieces = re.split(r"(?=\x1b)", text)
    colours: list[str] = []
    for first in range(0, len(pieces), 100):
        bit = "".join([*colours, *pieces[first : first + 100]])
        yield bit
        colours = _COLOUR.findall(re.split(r"\x1b\[0?m", bit)[-1])[-8:]


@lru_cache(maxsize=16)  # the cells of a sweep's trials differ in their parameters alone
def fold_code(source: str) -> Folded:
    """Fold Python code, in colours."""
    text = source.strip("\n")
    found = tokens(text)
    return _fold(text, _PRINTED, lambda start, stop: highlight(found, start, stop))
