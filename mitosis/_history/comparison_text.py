"""A comparison as a text of some width: what differs in columns, long things in lines."""

from __future__ import annotations

import itertools
import string
from collections.abc import Callable, Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from mitosis._wording import counted, printable, shown

if TYPE_CHECKING:
    from mitosis._history.contrast import Contrast, Row

WIDTH = 80
_LEAST_COLUMN = 6
_MOST_ITEM = 28
_MOST_LINES = 6
_MOST_CODE = 100
_GAP = 2

Colour = Callable[[str, str], str]
"""Gives a text a colour by its name; does nothing where there are none."""


def plain(text: str, _colour: str) -> str:
    """Return a text as it is."""
    return text


def comparison_text(comparison: Contrast, width: int = WIDTH, colour: Colour = plain) -> str:
    """Return a comparison for people to read.

    Args:
        comparison: what to show.
        width: how long lines may be; those of code are as long as they are.
        colour: used for headings and for what was added and removed in code.
    """
    names = letters(len(comparison.trials))
    blocks = ["\n".join(_legend(comparison, names))]
    rows = comparison.shown
    if len(comparison.trials) > 1 and not any(row.differs for row in comparison.rows):
        blocks.append("Nothing differs in what was recorded.")
    table = _Table(names, rows, width)
    for section, members in itertools.groupby(rows, lambda row: row.section):
        lines = [colour(table.heading(section), "bold")]
        blocks.append("\n".join([*lines, *(table.lines(list(members)))]))
    blocks += [f"Not compared: {printable(note)}" for note in comparison.notes]
    if comparison.code:
        is_cut = not comparison.all
        blocks.append("\n".join(_code_lines(comparison.code, colour, is_cut=is_cut)))
    return "\n\n".join(blocks)


def letters(number: int) -> list[str]:
    """Return short names for so many trials: A to Z, then AA and so on."""
    one = string.ascii_uppercase
    two = ("".join(pair) for pair in itertools.product(one, one))
    return list(itertools.islice(itertools.chain(one, two), number))


def _legend(comparison: Contrast, names: Sequence[str]) -> Iterator[str]:
    room = max(len(name) for name in names) if names else 1
    for name, trial in zip(names, comparison.trials, strict=True):
        yield f"{name:<{room}}  {trial.key}  {trial.status.value:<9}  {shown(trial.name)}"


class _Table:
    """Rows of all sections under the same columns."""

    def __init__(self, names: Sequence[str], rows: Sequence[Row], width: int) -> None:
        self._names, self._width = names, width
        items = [max(len(row.item) + 2, len(row.section)) for row in rows]
        self._item = min(_MOST_ITEM + 2, max(items, default=0))
        room = (width - self._item) // max(len(names), 1) - _GAP
        texts = [text for row in rows for text in row.texts if len(text) <= room]
        longest = max(map(len, texts), default=_LEAST_COLUMN)
        self._column = max(longest, len(names[-1]) if names else 1) if room >= 1 else 0
        self._is_columned = room >= _LEAST_COLUMN

    def heading(self, section: str) -> str:
        if not self._is_columned:
            return section
        return f"{section:<{self._item}}{self._cells(self._names)}".rstrip()

    def lines(self, rows: Sequence[Row]) -> Iterator[str]:
        for row in rows:
            texts, item = [printable(text) for text in row.texts], printable(row.item)
            is_short = len(item) <= self._item - 2 and max(map(len, texts)) <= self._column
            if self._is_columned and is_short:
                yield f"  {item:<{self._item - 2}}{self._cells(texts)}".rstrip()
            else:
                yield from self._in_lines(item, texts)

    def _cells(self, texts: Sequence[str]) -> str:
        return "".join(f"{' ' * _GAP}{text:<{self._column}}" for text in texts)

    def _in_lines(self, item: str, texts: Sequence[str]) -> Iterator[str]:
        """Yield an item and each of its values with the trials that have it."""
        yield f"  {item}"
        for text in dict.fromkeys(texts):
            having = [n for n, other in zip(self._names, texts, strict=True) if other == text]
            head = f"    {' '.join(having)}  "
            indent = len(head) if len(head) <= self._width // 2 else 6
            lines = wrap(text, max(20, self._width - indent)) or ["(nothing)"]
            if indent != len(head):
                yield from wrap(head, self._width, initial_indent="", subsequent_indent="    ")
                head = " " * indent
            yield f"{head}{lines[0]}"
            yield from (f"{' ' * indent}{line}" for line in lines[1:_MOST_LINES])
            if len(lines) > _MOST_LINES:
                yield f"{' ' * indent}..."


def _code_lines(code: str, colour: Colour, *, is_cut: bool) -> Iterator[str]:
    yield colour("code, line by line", "bold")
    lines = code.rstrip("\n").split("\n")
    most = _MOST_CODE if is_cut else len(lines)
    for line in lines[:most]:
        yield colour("  " + "\t".join(map(printable, line.split("\t"))), _line_colour(line))
    if len(lines) > most:
        yield f"  ... and {counted(len(lines) - most, 'more line')}; --all shows them"


def _line_colour(line: str) -> str:
    if line.startswith(("+++", "---", "diff ", "@@", "# ")):
        return "bold"
    return {"+": "green", "-": "red"}.get(line[:1], "")
