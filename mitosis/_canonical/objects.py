"""Objects by their state: attributes, payload of a builtin base, or how pickle rebuilds them.

An object of a Python class is its `__dict__` and its slots, unless its class says otherwise
(`__getstate__`, `__reduce__`, copyreg). An object of a C class is what pickle would need.
"""

from __future__ import annotations

import copyreg
from collections.abc import Callable
from itertools import islice
from typing import Any

from mitosis._canonical import anatomy
from mitosis._canonical.names import find_name
from mitosis._canonical.refusal import Refusal
from mitosis._canonical.registry import Writer, inherited, key_of
from mitosis._canonical.wording import arguments, is_plain_name, mapping

Payload = Callable[[Any, Writer], list[str]]
"""Reads what a type holds besides attributes, as texts of arguments."""

_NO_STATE = {"__doc__", "__orig_class__", "__networkx_cache__", "_attrs_cached_hash"}
_STANDARD_STATE = {"dataclasses", "attr", "attrs", "pydantic"}
_MOST_ITEMS = 10_000_000
_MISSING = object()
_WHOLE = object()
"""Stands for the name of a state that is no dict of attributes."""

_NO_BASES: frozenset[str] = frozenset()


def payload(*names: str) -> Callable[[Payload], Payload]:
    """Register what a type holds; attributes of subclasses are written behind it."""
    bases = frozenset(names)

    def register(read: Payload) -> Payload:
        def rule(value: Any, writer: Writer) -> str:
            everything = read(value, writer) + attributes(state_of(value, bases), writer)
            return f"{writer.name(type(value))}({', '.join(everything)})"

        inherited(*names)(rule)
        return read

    return register


def general(value: Any, writer: Writer) -> str:
    """Write an object that no other rule is for."""
    kind = type(value)
    if kind is object:
        msg = "a bare object() is nothing but its address; use a member of an Enum"
        raise Refusal(msg)
    reference = named_instance(value)
    if reference is not None:
        return reference
    writer.name(kind)
    if anatomy.is_transparent(kind):
        held = attributes(state_of(value), writer)
        return f"{writer.name(kind)}({', '.join(held)})"
    return rebuilt(value, writer)


def named_instance(value: Any) -> str | None:
    """Return the tag of a callable that stands under its own name in a module."""
    if anatomy.find_static(type(value), "__call__") is None:
        return None
    module, qualname = (claim(value, name) for name in ("__module__", "__qualname__"))
    if type(module) is not str or type(qualname) is not str:
        return None
    name = find_name(value, module, qualname)
    return None if name is None else f"<function {name}>"


def state_of(value: Any, bases: frozenset[str] = _NO_BASES) -> list[tuple[Any, Any]]:
    """Return name and value of each attribute that is set and is no cache.

    Args:
        value: an object.
        bases: the class in its lineage whose own slots are no attributes, for its payload is
            read otherwise.
    """
    kind = type(value)
    lineage = _below(kind, bases)
    getter = _own_getstate(lineage)
    if getter is None:
        pairs = anatomy.instance_state(value, lineage)
    else:
        state = getter.__get__(value, kind)()
        pairs = [*state.items()] if type(state) is dict else [(_WHOLE, state)]
    return [pair for pair in pairs if not _is_cache(kind, pair[0])]


def attributes(pairs: list[tuple[Any, Any]], writer: Writer) -> list[str]:
    """Return `name=text` for attributes, and `**{...}` for keys that are no plain names."""
    plain: dict[str, str] = {}
    odd: list[tuple[str, str]] = []
    if len(pairs) == 1 and pairs[0][0] is _WHOLE:
        return ["<state>", writer.form(pairs[0][1], ".__getstate__()")]
    for name, held in pairs:
        if is_plain_name(name) and name not in plain:
            plain[name] = writer.form(held, f".{name}")
        else:
            key = writer.form(name, "<attribute>")
            odd.append((key, writer.form(held, f".__dict__[{key}]")))
    return arguments(plain.items()) + ([f"**{mapping(odd)}"] if odd else [])


def rebuilt(value: Any, writer: Writer) -> str:
    """Write an object as what pickle would rebuild it from."""
    kind = type(value)
    recipe = _reduced(value, kind)
    if type(recipe) is str:
        return _by_name(value, recipe, writer)
    if type(recipe) is not tuple or not 2 <= len(recipe) <= 6:
        msg = f"what __reduce_ex__ of {writer.name(kind)} returns is no recipe"
        raise Refusal(msg)
    padded: list[Any] = [*recipe, *[None] * (6 - len(recipe))]
    maker, args, state, items, pairs, setter = padded
    parts = _making(kind, maker, args, writer)
    if items is not None:
        parts.append(f"items={writer.form(_all(items), '')}")
    if pairs is not None:
        parts.append(f"pairs={_pairs(_all(pairs), writer)}")
    if setter is not None:
        parts.append(f"setter={writer.form(setter, '.__reduce__')}")
    parts += _state_parts(kind, state, writer)
    return f"{writer.name(kind)}({', '.join(parts)})"


def _all(yielded: Any) -> list[Any]:
    held = list(islice(yielded, _MOST_ITEMS + 1))
    if len(held) > _MOST_ITEMS:
        msg = "what its __reduce__ yields does not end; pass what it is built from instead"
        raise Refusal(msg)
    return held


def _own_getstate(lineage: tuple[type, ...]) -> Any:
    """Return the `__getstate__` that a user wrote, if any; each object has one since 3.11."""
    for cls in lineage:
        found = anatomy.own(cls).get("__getstate__")
        if found is not None:
            made_by = str(getattr(found, "__module__", None)).partition(".")[0]
            return None if cls is object or made_by in _STANDARD_STATE else found
    return None


def _below(kind: type, bases: frozenset[str]) -> tuple[type, ...]:
    lineage = anatomy.lineage(kind)
    if not bases:
        return lineage
    ends = [index for index, cls in enumerate(lineage) if key_of(cls) in bases]
    return lineage[: ends[0]] if ends else lineage


def _is_cache(kind: type, name: Any) -> bool:
    if type(name) is not str:
        return False
    if name == "_sklearn_version":
        return any(anatomy.home(cls).startswith("sklearn.") for cls in anatomy.lineage(kind))
    return name in _NO_STATE or anatomy.is_cached_property(kind, name)


def claim(value: Any, name: str) -> Any:
    """Return what an object says of itself under a name, in its `__dict__` or by its class."""
    held = anatomy.instance_dict(value).get(name, _MISSING)
    if held is not _MISSING:
        return held
    found = anatomy.find_static(type(value), name)
    return found.__get__(value) if anatomy.is_reader(found) else found


def _reduced(value: Any, kind: type) -> Any:
    if reducer := anatomy.registered(kind):
        return reducer(value)
    return anatomy.find_static(kind, "__reduce_ex__")(value, 4)


def _by_name(value: Any, name: str, writer: Writer) -> str:
    module = getattr(value, "__module__", None) or anatomy.home(type(value))
    found = find_name(value, module, name)
    if found == "typing.Annotated" and writer.since(2):
        # A class until 3.12.
        return f"<class {found}>"
    if found is not None:
        return f"<object {found}>"
    msg = f"claims to be {module}.{name}, but that name leads to something else"
    raise Refusal(msg)


def _making(kind: type, maker: Any, args: Any, writer: Writer) -> list[str]:
    held = tuple.__getitem__(args, slice(None))
    if maker is copyreg.__newobj__ and held and held[0] is kind:  # type: ignore[attr-defined] # not in typeshed
        return [_positional("new", held[1:], writer)] if held[1:] else []
    if maker is kind:
        return [_positional("args", held, writer)]
    return [f"by={writer.form(maker, '.__reduce__')}", _positional("args", held, writer)]


def _positional(name: str, held: tuple[Any, ...], writer: Writer) -> str:
    return f"{name}={writer.form(held, '.__reduce__')}"


def _state_parts(kind: type, state: Any, writer: Writer) -> list[str]:
    if state is None:
        return []
    if type(state) is dict and all(is_plain_name(name) for name in state):
        kept = {name: held for name, held in state.items() if not _is_cache(kind, name)}
        return ["<state>", *attributes(list(kept.items()), writer)]
    return [f"state={writer.form(state, '.__getstate__()')}"]


def _pairs(pairs: list[Any], writer: Writer) -> str:
    return mapping([(writer.form(k, "<key>"), writer.form(v, "[...]")) for k, v in pairs])
