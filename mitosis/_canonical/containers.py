"""Builtin containers, exact ones and what subclasses of builtins hold.

Subclasses may override anything, so their payload is read by the base class's own methods.
No more than six frames lie between two levels of a value, so that 150 fit into the 1000 that
the interpreter grants.
"""

from __future__ import annotations

from typing import Any

from mitosis._canonical import anatomy
from mitosis._canonical.objects import payload
from mitosis._canonical.registry import Writer, exact
from mitosis._canonical.scalars import LEAVES, byte_array, complex_number, integer, quoted
from mitosis._canonical.wording import brief, escaped, is_name, mapping, row


@exact(list)
def write_list(value: list[Any], writer: Writer) -> str:
    """Write `[a, b]`."""
    return _in_brackets(members(value, writer))


@exact(tuple)
def write_tuple(value: tuple[Any, ...], writer: Writer) -> str:
    """Write `(a, b)`, `(a,)` or `()`."""
    return row(members(value, writer))


@exact(dict)
def write_dict(value: dict[Any, Any], writer: Writer) -> str:
    """Write `{key: value}`, sorted by the keys' texts."""
    leaf_of = LEAVES.get
    pairs = []
    for key, held in dict.items(value):
        leaf = leaf_of(id(type(key)))
        name = leaf(key) if leaf else writer.form(key, f"<key {_kind(key)}>")
        leaf = leaf_of(id(type(held)))
        pairs.append((name, leaf(held) if leaf else writer.form(held, f"[{brief(name)}]")))
    return mapping(pairs)


@exact(set)
def write_set(value: set[Any], writer: Writer) -> str:
    """Write `{a, b}`, sorted by text, or `set()`."""
    return _in_braces(unordered(set.__iter__(value), writer))


@exact(frozenset)
def write_frozenset(value: frozenset[Any], writer: Writer) -> str:
    """Write `frozenset({a, b})` or `frozenset()`."""
    return _frozen(unordered(frozenset.__iter__(value), writer))


@exact(slice)
def write_slice(value: slice, writer: Writer) -> str:
    """Write `slice(start, stop, step)`."""
    parts = [
        writer.form(getattr(value, name), f".{name}") for name in ("start", "stop", "step")
    ]
    return f"slice({', '.join(parts)})"


def members(values: Any, writer: Writer) -> list[str]:
    """Return the texts of an exact list's or tuple's members, in order."""
    leaf_of = LEAVES.get
    return [
        leaf(held) if (leaf := leaf_of(id(type(held)))) else writer.form(held, f"[{index}]")
        for index, held in enumerate(values)
    ]


def unordered(values: Any, writer: Writer) -> list[str]:
    """Return the texts of a set's members, sorted."""
    return sorted([writer.form(held, f"<member {_kind(held)}>") for held in values])


@payload("builtins.list")
def list_payload(value: Any, writer: Writer) -> list[str]:
    """Read what a subclass of list holds."""
    return [_in_brackets(members(list.__getitem__(value, slice(None)), writer))]


@payload("builtins.tuple")
def tuple_payload(value: Any, writer: Writer) -> list[str]:
    """Read a subclass of tuple; the fields of a named tuple by name."""
    held = tuple.__getitem__(value, slice(None))
    fields = anatomy.find_static(type(value), "_fields")
    if type(fields) is not tuple or len(fields) != len(held) or not all(map(is_name, fields)):
        return [row(members(held, writer))]
    names = [escaped(name) for name in fields]
    texts = [writer.form(part, f".{name}") for name, part in zip(names, held, strict=True)]
    return [f"{name}={text}" for name, text in zip(names, texts, strict=True)]


@payload("builtins.dict")
def dict_payload(value: Any, writer: Writer) -> list[str]:
    """Read what a subclass of dict holds."""
    return [write_dict(value, writer)]


@payload("builtins.set")
def set_payload(value: Any, writer: Writer) -> list[str]:
    """Read what a subclass of set holds."""
    return [_in_braces(unordered(set.__iter__(value), writer))]


@payload("builtins.frozenset")
def frozenset_payload(value: Any, writer: Writer) -> list[str]:
    """Read what a subclass of frozenset holds."""
    return [_frozen(unordered(frozenset.__iter__(value), writer))]


@payload("builtins.int")
def int_payload(value: Any, _: Writer) -> list[str]:
    """Read a subclass of int."""
    return [integer(int.__int__(value))]


@payload("builtins.float")
def float_payload(value: Any, _: Writer) -> list[str]:
    """Read a subclass of float."""
    return [float.__repr__(float.__float__(value))]


@payload("builtins.complex")
def complex_payload(value: Any, _: Writer) -> list[str]:
    """Read a subclass of complex."""
    return [complex_number(complex.__complex__(value))]


@payload("builtins.str")
def str_payload(value: Any, _: Writer) -> list[str]:
    """Read a subclass of str."""
    return [quoted(str.__str__(value))]


@payload("builtins.bytes")
def bytes_payload(value: Any, _: Writer) -> list[str]:
    """Read a subclass of bytes."""
    return [quoted(bytes.__getitem__(value, slice(None)))]


@payload("builtins.bytearray")
def bytearray_payload(value: Any, _: Writer) -> list[str]:
    """Read a subclass of bytearray."""
    return [byte_array(bytearray.__getitem__(value, slice(None)))]


def _in_brackets(texts: list[str]) -> str:
    return f"[{', '.join(texts)}]"


def _in_braces(texts: list[str]) -> str:
    return f"{{{', '.join(texts)}}}" if texts else "set()"


def _frozen(texts: list[str]) -> str:
    return f"frozenset({_in_braces(texts)})" if texts else "frozenset()"


def _kind(value: Any) -> str:
    return anatomy.qualname(type(value))
