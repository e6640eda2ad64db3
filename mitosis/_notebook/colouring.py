"""Python code in the few colours that pages have.

Python's own tokenizer cuts it up: a lexer for colours takes longer to load than a page takes to
write. What is no Python, as a line for a shell, is left without colours from there on.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from itertools import accumulate
from keyword import iskeyword
from typing import TYPE_CHECKING

from mitosis._notebook.cleaning import markup

if TYPE_CHECKING:  # for annotations only: imported where it is used
    from markupsafe import Markup

Token = tuple[int, str, str]
"""Where a piece of code starts, the CSS class of its colour or "", and its text."""

_CONSTANTS = {"False", "None", "True"}
_CLASSES = {
    "COMMENT": "c",
    "FSTRING_END": "s",
    "FSTRING_MIDDLE": "s",
    "FSTRING_START": "s",
    "NUMBER": "m",
    "STRING": "s",
}
_UNSEEN = {"COMMENT", "DEDENT", "INDENT", "NL"}
_MOST_CHARACTERS = 100_000
"""Longer code takes seconds, for a text that nobody reads."""


def highlight(code: list[Token], start: int, stop: int) -> Markup:
    """Colour a slice of code with the few classes that ``style.css`` knows."""
    from markupsafe import escape

    pieces: list[str] = []
    for at, kind, value in code:
        text = escape(value[max(start - at, 0) : max(stop - at, 0)])
        pieces.append(f'<span class="{kind}">{text}</span>' if kind and text else text)
    return markup("".join(pieces))


def tokens(text: str) -> list[Token]:
    """Cut Python code into pieces of one colour each, which together are the whole of it."""
    pieces: list[Token] = []
    end = 0
    for start, stop, kind in _coloured(text) if len(text) <= _MOST_CHARACTERS else ():
        if start > end:
            pieces.append((end, "", text[end:start]))
        pieces.append((start, kind, text[start:stop]))
        end = stop
    return [*pieces, (end, "", text[end:])]


def _coloured(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield what has a colour: where it starts and stops, and the class."""
    import tokenize

    lines = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    before, is_decorator = "\n", False
    try:
        for token in tokenize.generate_tokens(StringIO(text).readline):
            name, word = tokenize.tok_name[token.type], token.string
            begins = word == "@" and before == "\n"
            is_decorator = begins or (is_decorator and (word == "." or word.isidentifier()))
            if kind := "f" if is_decorator else _class(name, word, before):
                (row, column), (end_row, end_column) = token.start, token.end
                yield lines[row - 1] + column, lines[end_row - 1] + end_column, kind
            if name not in _UNSEEN:
                before = word
    except (tokenize.TokenError, SyntaxError, ValueError):
        return


def _class(kind: str, word: str, before: str) -> str:
    if kind != "NAME":
        return _CLASSES.get(kind, "")
    if word in _CONSTANTS:
        return "m"
    if iskeyword(word):
        return "k"
    return "f" if before in ("def", "class") else ""
