"""The secrets inside values: what they are, so that no file gets them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from mitosis._canonical import anatomy, table_secrets
from mitosis._model import Secret
from mitosis._redaction import (
    LEAST_KNOWN,
    calls_secret,
    has_token,
    is_called_secret,
    may_hold_token,
    pair_secrets,
)

_MOST_VALUES = 100_000
_NO_TEXT = {*map(id, (int, float, complex, bool, type(None)))}
_BARE = {*map(id, (dict, list, tuple, set, frozenset))}
_CLOSED = (ModuleType, FunctionType, BuiltinFunctionType, type)

_Entry = tuple[Any, str]
"""A value, and the name that leads to it."""


def secret_texts(value: object, name: str = "") -> set[str]:
    """Return the texts inside a value that are secrets.

    Looked into are containers, arrays of text, tables of pandas and what objects hold as
    attributes, the first hundred thousand values of them. Where a name stands inside a text,
    as in `password=...`, the whole text is one, and what the name leads to.

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
        elif pairs := pair_secrets(text):
            found |= {text, *(pair for pair in pairs if len(pair) >= LEAST_KNOWN)}
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
            if type(held) is int and calls_secret(called):
                yield str(held), called
            continue
        if type(held) is str or _is(held, str, bytes, bytearray):
            yield held, called
        elif id(held) not in seen:
            seen[id(held)] = held
            waiting += _inside(held, called)


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
    elif _is(value, list, tuple):
        yield from zip(value, _names(value, name), strict=False)
    elif _is(value, set, frozenset):
        yield from ((held, name) for held in value)
    elif _is_array(value):
        yield from ((held, name) for held in _texts(value))
    else:
        yield from ((Secret(text), "") for text in table_secrets(value))
    if id(type(value)) not in _BARE and not _is(value, *_CLOSED):
        kind = type(value)
        yield from (
            (held, str(attribute))
            for attribute, held in anatomy.instance_state(value, anatomy.lineage(kind))
        )


def _names(values: Any, name: str) -> Iterator[str]:
    """Yield what leads to each of several values: in a command line, the option before it."""
    yield name
    for before in values:
        is_option = type(before) is str and before.startswith("-")
        yield before if is_option and calls_secret(before) else name


def _is_array(value: object) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


def _texts(array: Any) -> list[Any]:
    """Return what an array of texts or objects holds."""
    if array.dtype.kind not in "SUO":
        return []
    held: list[Any] = array.reshape(-1)[:_MOST_VALUES].tolist()
    return held
