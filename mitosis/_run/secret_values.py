"""The secrets inside values: what they are, so that no file gets them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from mitosis._canonical import anatomy
from mitosis._model import Secret
from mitosis._redaction import (
    bytes_hold_token,
    calls_secret,
    has_token,
    is_called_secret,
    may_hold_token,
)

LEAST_CHARACTERS = 6
"""What a secret has to have to be looked for elsewhere: a shorter one stands in other words."""

_MOST_VALUES = 100_000
_MOST_BYTES = 1 << 24
_NO_TEXT = {*map(id, (int, float, complex, bool, type(None)))}
_BARE = {*map(id, (dict, list, tuple, set, frozenset))}
_CLOSED = (ModuleType, FunctionType, BuiltinFunctionType, type)

_Entry = tuple[Any, str]
"""A value, and the name that leads to it."""


def secret_texts(value: object, name: str = "") -> set[str]:
    """Return the texts inside a value that are secrets.

    Looked into are containers, arrays of text and what objects hold as attributes, the first
    hundred thousand values of them.

    Args:
        value: anything.
        name: what leads to it, e.g. an argument's name.
    """
    found: set[str] = set()
    texts: list[tuple[str, str]] = []
    for held, called in _parts(value, name):
        text = _text(held)
        if type(held) is Secret or (called and is_called_secret(text, called)):
            found.add(text)
        else:
            texts.append((text, called))
    if may_hold_token("\n".join(text for text, _ in texts)):
        found |= {text for text, _ in texts if has_token(text)}
    return found - {""}


def _parts(value: object, name: str) -> Iterator[_Entry]:
    """Yield all texts and bytes inside a value with the names that lead to them."""
    seen: dict[int, Any] = {}
    waiting = [(value, name)]
    count = 0
    while waiting and count < _MOST_VALUES:
        count += 1
        held, called = waiting.pop()
        if id(type(held)) in _NO_TEXT:
            continue
        if type(held) is str or _is(held, str, bytes, bytearray):
            yield held, called
        elif id(held) not in seen:
            seen[id(held)] = held
            waiting += _inside(held, called)


def holds_any(data: bytes, known: Iterable[str]) -> bool:
    """Tell whether a pickle holds one of these texts, or a token of a known shape.

    Shapes are looked for in the first 16 MiB: what is larger is numbers.
    """
    return holds_known(data, known) or bytes_hold_token(data[:_MOST_BYTES])


def holds_known(data: bytes, known: Iterable[str]) -> bool:
    """Tell whether data hold one of these texts, as it is or as Python quotes it."""
    texts = (text for text in known if len(text) >= LEAST_CHARACTERS)
    return any(
        text.encode("utf-8", "surrogatepass") in data or ascii(text)[1:-1].encode() in data
        for text in texts
    )


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    return str.__str__(value) if _is(value, str) else bytes(value).decode("latin-1")


def _is(value: object, *kinds: type) -> bool:
    """Tell what a value is without asking it: `isinstance` runs code of its class."""
    return any(anatomy.descends(type(value), kind) for kind in kinds)


def _inside(value: object, name: str) -> list[_Entry]:
    try:
        return list(_members(value, name if calls_secret(name) else ""))
    except Exception:  # noqa: BLE001 - users' classes may raise anything
        return []


def _members(value: Any, name: str) -> Iterator[_Entry]:
    if _is(value, dict):
        for key, held in dict.items(value):
            called = str.__str__(key) if _is(key, str) else ""
            yield key, ""
            yield held, called if calls_secret(called) or not name else name
    elif _is(value, tuple) and len(value) == 2 and _is(value[0], str):
        yield value[0], name
        yield value[1], value[0] if calls_secret(value[0]) or not name else name
    elif _is(value, list, tuple, set, frozenset):
        yield from ((held, name) for held in value)
    elif _is_array(value):
        yield from ((held, name) for held in _texts(value))
    if id(type(value)) not in _BARE and not _is(value, *_CLOSED):
        kind = type(value)
        yield from (
            (held, str(attribute))
            for attribute, held in anatomy.instance_state(value, anatomy.lineage(kind))
        )


def _is_array(value: object) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


def _texts(array: Any) -> list[Any]:
    """Return what an array of texts or objects holds."""
    if array.dtype.kind not in "SUO":
        return []
    held: list[Any] = array.reshape(-1)[:_MOST_VALUES].tolist()
    return held
