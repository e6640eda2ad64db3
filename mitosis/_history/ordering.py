"""Sorting rows whose values may be of several types, or missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any


def positions(
    columns: Sequence[Sequence[Any]], *, reverse: bool = False, missing_first: bool = False
) -> list[int]:
    """Return the rows' numbers in the order of their values; equal rows keep theirs.

    Numbers come before texts, and these before all else.

    Args:
        columns: what to sort by: first by the first, then by the second, and so on; at least
            one.
        reverse: whether the largest comes first.
        missing_first: where rows without a value stand; either way whatever `reverse` says.
    """
    flag = missing_first == reverse
    keys = [[_key(value, flag) for value in column] for column in columns]
    rows = list(zip(*keys, strict=True))
    return sorted(range(len(rows)), key=rows.__getitem__, reverse=reverse)


def is_missing(value: Any) -> bool:
    """Tell whether a value is None, NaN, or what pandas has for missing."""
    if value is None:
        return True
    unequal = value != value  # as NaN and NaT are
    return unequal is not False and (unequal is True or str(value) in ("<NA>", "NaT", "nan"))


def _key(value: Any, missing_flag: bool) -> tuple[bool, int, Any]:
    if is_missing(value):
        return (missing_flag, 0, 0)
    if isinstance(value, str):
        return (not missing_flag, 1, value)
    if isinstance(value, datetime):
        return (not missing_flag, 2, value)
    try:
        value < 0  # noqa: B015 - whether it can be said at all
    except TypeError:
        return (not missing_flag, 3, str(value))
    return (not missing_flag, 0, value)
