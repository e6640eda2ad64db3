"""From `argument=a,b,c` on a command line to what a sweep is asked to vary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from mitosis._model import Parameter
from mitosis.errors import InvalidParameterError

_CLOSED_BY = {"(": ")", "[": "]", "{": "}"}
_QUOTES = "'\""


def asked_grid(
    named: Iterable[str], evaluated: Iterable[str]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return argument to what it is given, and which arguments are not tracked.

    Args:
        named: texts like `"frequency=slow,fast"` or `"frequency=*"`; a leading `+` leaves the
            parameter untracked.
        evaluated: texts like `"k=1,2,3"`, each part of whose right side is an expression.

    Raises:
        InvalidParameterError: texts without a name on each side of `=`; all at once.
    """
    faults: list[str] = []
    pairs = list(_pairs(named, "VARIANT,VARIANT,...", faults))
    others = list(_pairs(evaluated, "EXPRESSION,EXPRESSION,...", faults))
    if faults:
        raise InvalidParameterError(faults=tuple(faults))
    grid: dict[str, list[Any]] = {}
    for name, text, _ in pairs:
        grid.setdefault(name, []).extend(split_outside(text))
    for name, text, _ in others:
        parts = split_outside(text)
        found = [Parameter(part, name, part, evaluate=True) for part in parts]
        grid.setdefault(name, []).extend(found)
    untracked = tuple(name for name, _, is_tracked in [*pairs, *others] if not is_tracked)
    return {name: _cells(found) for name, found in grid.items()}, untracked


def _pairs(
    texts: Iterable[str], right: str, faults: list[str]
) -> Iterator[tuple[str, str, bool]]:
    """Yield argument, right side, and whether it is tracked."""
    for text in texts:
        argument, equals, value = text.partition("=")
        name = argument.strip().removeprefix("+").strip()
        if equals and name and all(split_outside(value)):
            yield name, value, not argument.strip().startswith("+")
        else:
            faults.append(f"{text!r} has to read ARGUMENT={right}")


def _cells(found: list[Any]) -> Any:
    return found[0] if found == ["*"] else found


def split_outside(text: str) -> list[str]:
    """Split a text at commas that stand in no quotes and no brackets.

    Example:
        >>> split_outside("1, [2, 3], 'a,b'")
        ['1', '[2, 3]', "'a,b'"]
    """
    cuts = [-1, *_outer_commas(text), len(text)]
    return [text[a + 1 : b].strip() for a, b in pairwise(cuts)]


def _outer_commas(text: str) -> Iterator[int]:
    quote, is_escaped = "", False
    awaited: list[str] = []
    for at, letter in enumerate(text):
        if quote:
            is_end = letter == quote and not is_escaped
            is_escaped = letter == "\\" and not is_escaped
            quote = "" if is_end else quote
        elif letter in _QUOTES:
            quote = letter
        elif letter in _CLOSED_BY:
            awaited.append(_CLOSED_BY[letter])
        elif awaited and letter == awaited[-1]:
            awaited.pop()
        elif letter == "," and not awaited:
            yield at
