"""Containers of the standard library beyond the builtin ones."""

from __future__ import annotations

import gc
import types
from itertools import islice
from typing import Any

from mitosis._canonical import anatomy
from mitosis._canonical.containers import members, write_dict
from mitosis._canonical.objects import attributes, payload
from mitosis._canonical.references import singleton
from mitosis._canonical.refusal import Refusal
from mitosis._canonical.registry import Writer, exact, named
from mitosis._canonical.scalars import integer, quoted
from mitosis._canonical.standard_values import base_of, read
from mitosis._canonical.wording import blake3_hex, brief


@payload("collections.Counter")
def counter_payload(value: Any, writer: Writer) -> list[str]:
    """Read counts by element."""
    return [write_dict(value, writer)]


@payload("collections.defaultdict")
def defaultdict_payload(value: Any, writer: Writer) -> list[str]:
    """Read the factory and the entries."""
    factory = read(value, base_of(value, "collections.defaultdict"), "default_factory")
    return [writer.form(factory, ".default_factory"), write_dict(value, writer)]


@payload("collections.OrderedDict")
def ordered_payload(value: Any, writer: Writer) -> list[str]:
    """Read the entries in their order, which counts."""
    pairs = []
    for key, held in _in_order(value):
        name = writer.form(key, "<key>")
        pairs.append(f"({name}, {writer.form(held, f'[{brief(name)}]')})")
    return [f"[{', '.join(pairs)}]"] if pairs else []


def _in_order(value: Any) -> list[tuple[Any, Any]]:
    # Iteration asks keys for hash and equality: those that lie lead it astray, without end.
    entries = {id(key): (key, held) for key, held in dict.items(value)}
    order = base_of(value, "collections.OrderedDict").__iter__(value)
    keys = [id(key) for key in islice(order, len(entries))]
    if {*keys} != entries.keys():
        msg = "its keys cannot be found in it again; use keys that keep hash and equality"
        raise Refusal(msg)
    return [entries[key] for key in keys]


@payload("collections.deque")
def deque_payload(value: Any, writer: Writer) -> list[str]:
    """Read the elements, and the greatest length or None."""
    base = base_of(value, "collections.deque")
    most = read(value, base, "maxlen")
    texts = members(list(base.__iter__(value)), writer)
    return [f"[{', '.join(texts)}]", f"maxlen={most}"]


@exact(types.MappingProxyType)
def write_proxy(value: Any, writer: Writer) -> str:
    """Write a read-only view with the mapping behind it."""
    (behind,) = gc.get_referents(value)
    return f"types.MappingProxyType({writer.form(behind, '')})"


@payload("array.array")
def array_payload(value: Any, writer: Writer) -> list[str]:
    """Read type code and elements."""
    base = base_of(value, "array.array")
    code = read(value, base, "typecode")
    return [quoted(code), writer.form(base.tolist(value), "")]


@payload("types.SimpleNamespace")
def namespace_payload(_value: Any, _writer: Writer) -> list[str]:
    """Read nothing: a namespace is its attributes."""
    return []


@named("random.Random")
def write_random(value: Any, writer: Writer) -> str:
    """Write a generator by the digest of its state; the module's own by name."""
    known = singleton(value)
    if known is not None:
        return known
    version, numbers, _ = base_of(value, "random.Random").getstate(value)
    digest = blake3_hex(",".join(map(integer, numbers)).encode("ascii"))
    parts = [f"version={version}", f"state=<blake3 {digest}>"]
    parts += attributes([*anatomy.instance_dict(value).items()], writer)
    return f"{writer.name(type(value))}({', '.join(parts)})"


@named("random.SystemRandom")
def write_system_random(_value: Any, _writer: Writer) -> str:
    """Refuse a generator without a state."""
    msg = "draws from the operating system and cannot be repeated; use random.Random(seed)"
    raise Refusal(msg)
