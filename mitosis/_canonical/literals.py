"""Which values Python's own text recreates exactly."""

from __future__ import annotations

import ast
from typing import Any

from mitosis._canonical.text import canonical
from mitosis.errors import NotCanonicalError

_KINDS = {type(None), bool, int, float, complex, str, bytes, list, tuple, dict, set}
_FAILURES = (ValueError, SyntaxError, MemoryError, RecursionError, TypeError, NotCanonicalError)


def is_literal(value: object) -> bool:
    """Tell whether `repr(value)` is a Python literal that recreates the value exactly.

    Example:
        >>> is_literal({"a": [1, 2.5]}), is_literal(float("nan"))
        (True, False)
    """
    try:
        if not _is_plain(value, ()):
            return False
        return canonical(ast.literal_eval(repr(value))) == canonical(value)
    except _FAILURES:
        return False


def _is_plain(value: Any, above: tuple[int, ...]) -> bool:
    kind = type(value)
    if kind not in _KINDS or id(value) in above:
        return False
    if kind is dict:
        return _all_plain([*value.keys(), *value.values()], (*above, id(value)))
    if kind in (list, tuple, set):
        return _all_plain(value, (*above, id(value)))
    return True


def _all_plain(values: Any, above: tuple[int, ...]) -> bool:
    return all(_is_plain(held, above) for held in values)
