"""The seeds of a sweep: numbers, or a text of them."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Iterator
from typing import Any

_MOST = 1_000_000
_MOST_FLOAT = 2.0**53  # above it they skip numbers
_RANGE = re.compile(r"\s*(\d+)\s*(?:-\s*(\d+)\s*)?")


def read_seeds(seeds: Any) -> tuple[list[int | None], list[str]]:
    """Return the seeds that each combination of variants is run with, and what is wrong.

    Args:
        seeds: whole numbers from 0, or a text such as `"0-9,12"`; None for one seed that is
            generated for each trial.

    Example:
        >>> read_seeds("0-2, 7")
        ([0, 1, 2, 7], [])
    """
    if seeds is None:
        return [None], []
    faults: list[str] = []
    found = list(_texts(seeds, faults) if isinstance(seeds, str) else _numbers(seeds, faults))
    if not found and not faults:
        faults.append("there are no seeds in what is given as seeds")
    return list(found), faults


def as_seed(value: Any) -> int | None:
    """Return a value as a seed; None if it can be none."""
    if isinstance(value, str) and value.isdecimal() and value.isascii():
        return int(value)
    if isinstance(value, float) and value.is_integer() and value <= _MOST_FLOAT:
        value = int(value)  # a column of pandas that had a gap once
    try:
        number = operator.index(value)
    except TypeError:
        return None
    return number if number >= 0 and not isinstance(value, bool) else None


def _texts(text: str, faults: list[str]) -> Iterator[int]:
    for part in text.split(","):
        matched = _RANGE.fullmatch(part)
        first = int(matched[1]) if matched else 0
        last = int(matched[2]) if matched and matched[2] else first
        if matched is None or last < first:
            faults.append(f"{part.strip()!r} is no seed, and no range of seeds such as 0-9")
        elif last - first >= _MOST:
            faults.append(f"{part.strip()!r} is more than a million seeds")
        else:
            yield from range(first, last + 1)


def _numbers(seeds: Any, faults: list[str]) -> Iterator[int]:
    if not isinstance(seeds, Iterable):
        faults.append(f"the seeds are {seeds!r}: give a list, range({seeds!r}) or [{seeds!r}]")
        return
    for value in seeds:
        seed = None if isinstance(value, str) else as_seed(value)
        if seed is None:
            faults.append(f"the seed {value!r} is no whole number from 0")
        else:
            yield seed
