"""The texts of values without parts, by exact type. They never refuse and never recurse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mitosis._canonical.wording import LONG, shorten

_HUGE = 1 << 2000


def integer(value: int) -> str:
    """Return an int in decimal; one of more than 600 digits, which may be forbidden, in hex."""
    return repr(value) if -_HUGE < value < _HUGE else shorten(hex(value))


def complex_number(value: complex) -> str:
    """Return both parts, for Python's own text loses signs of zeros."""
    return f"complex({value.real!r}, {value.imag!r})"


def quoted(value: str | bytes) -> str:
    """Return text or bytes as a Python literal in ASCII."""
    text = ascii(value)
    return text if len(text) <= LONG else shorten(text)


def byte_array(value: bytearray) -> str:
    """Return a bytearray with its bytes."""
    return shorten(f"bytearray({bytes(value)!r})")


def numbers_range(value: range) -> str:
    """Return a range by what it yields: `range(0, 3, 2)` is `range(0, 4, 2)` to Python too."""
    if not value:
        return "range(0, 0)"
    one = value[0] == value[-1]
    bounds = [value[0], value[0] + 1] if one else [value[0], value[-1] + value.step]
    if not one and value.step != 1:
        bounds.append(value.step)
    return f"range({', '.join(map(integer, bounds))})"


_RULES: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "None",
    bool: lambda value: "True" if value else "False",
    type(...): lambda _: "Ellipsis",
    type(NotImplemented): lambda _: "NotImplemented",
    int: integer,
    float: float.__repr__,
    complex: complex_number,
    str: quoted,
    bytes: quoted,
    bytearray: byte_array,
    range: numbers_range,
}

LEAVES: dict[int, Callable[[Any], str]] = {id(kind): rule for kind, rule in _RULES.items()}
"""Rules by the identity of a type: the metaclass of another may lie about hash and equality."""
