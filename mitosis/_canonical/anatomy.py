"""Read classes and instances as the interpreter does, past whatever they pretend.

`__getattribute__`, `__class__`, `__dict__`, `__slots__` and metaclasses can be overridden;
the descriptors of `type` and the slots of a layout cannot.
"""

from __future__ import annotations

import copyreg
import functools
from collections.abc import Callable, Iterator, Mapping
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any

_MRO: Callable[[type], tuple[type, ...]] = type.__dict__["__mro__"].__get__
_VARS: Callable[[type], Mapping[str, Any]] = type.__dict__["__dict__"].__get__
_QUALNAME: Callable[[type], Any] = type.__dict__["__qualname__"].__get__
_MODULE: Callable[[type], Any] = type.__dict__["__module__"].__get__
_LAYOUT = {
    name: type.__dict__[name].__get__
    for name in (
        "__basicsize__",
        "__itemsize__",
        "__dictoffset__",
        "__weakrefoffset__",
        "__flags__",
    )
}
_WORD = 8
_MANAGED_WEAKREF, _MANAGED_DICT = 1 << 3, 1 << 4
_MISSING = object()


def lineage(kind: type) -> tuple[type, ...]:
    """Return the method resolution order of a class."""
    return _MRO(kind)


def descends(kind: type, base: type) -> bool:
    """Tell whether a class has another among its bases, or is it."""
    return any(cls is base for cls in _MRO(kind))


def own(cls: type) -> Mapping[str, Any]:
    """Return what a class itself defines."""
    return _VARS(cls)


def qualname(kind: type) -> str:
    """Return the qualified name of a class."""
    return str(_QUALNAME(kind))


def home(kind: type) -> str:
    """Return the name of the module that a class claims, or '' if that is no text."""
    claimed = _MODULE(kind)
    return claimed if type(claimed) is str else ""


def find_static(kind: type, name: str, default: Any = None) -> Any:
    """Return what a class or its bases define under a name, without binding it."""
    for cls in _MRO(kind):
        found = _VARS(cls).get(name, _MISSING)
        if found is not _MISSING:
            return found
    return default


def instance_dict(value: object) -> dict[Any, Any]:
    """Return the true `__dict__` of an instance, empty if it has none."""
    kind = type(value)
    if not _LAYOUT["__dictoffset__"](kind):
        return {}
    for cls in _MRO(kind):
        reader: Any = _VARS(cls).get("__dict__")
        if is_reader(reader):
            return _exact_dict(reader.__get__(value))
    # The class hides it behind a `__dict__` of its own; the state that pickle takes shows it.
    state = object.__getstate__(value)
    return _exact_dict(state[0] if type(state) is tuple else state)


def _exact_dict(found: Any) -> dict[Any, Any]:
    if type(found) is dict:
        return found
    return {} if found is None else dict(dict.items(found))


def is_reader(found: Any) -> bool:
    """Tell whether something in a class is the interpreter's own access to an instance."""
    return type(found) is GetSetDescriptorType or type(found) is MemberDescriptorType


def slots(lineage: tuple[type, ...]) -> Iterator[tuple[str, Any]]:
    """Yield name and descriptor of each slot that these classes define."""
    for cls in lineage:
        held = _VARS(cls)
        for name, found in held.items() if "__slots__" in held else ():
            if (
                type(found) is MemberDescriptorType
                and found.__objclass__ is cls
                and name != "__dict__"
            ):
                yield name, found


def instance_state(value: object, lineage: tuple[type, ...]) -> list[tuple[Any, Any]]:
    """Return name and value of each slot of these classes that is set, and of each entry.

    What an empty slot of the same name hides is named with the class that it is of, so that it
    is not taken for that slot.
    """
    filled: dict[str, bool] = {}
    pairs: list[tuple[Any, Any]] = []
    for name, descriptor in slots(lineage):
        held = _held(descriptor, value)
        if held is not _MISSING:
            visible = filled.get(name, True)
            pairs.append((name if visible else (descriptor.__objclass__, name), held))
        filled[name] = filled.get(name, False) or held is not _MISSING
    entries = instance_dict(value)
    if not filled:
        return [*entries.items()]
    for key, held in entries.items():
        visible = type(key) is not str or filled.get(key, True)
        pairs.append((key if visible else ("__dict__", key), held))
    return pairs


def _held(slot: Any, value: object) -> Any:
    try:
        return slot.__get__(value)
    except AttributeError:
        return _MISSING


def is_transparent(kind: type) -> bool:
    """Tell whether `__dict__` and slots are all that an instance holds.

    The same sum that pickle makes (`object_getstate_default` in CPython's typeobject.c): what
    a C type keeps in a larger structure would be invisible.
    """
    size, item, dictionary, weak, flags = (read(kind) for read in _LAYOUT.values())
    words = sum(1 for _ in slots(_MRO(kind)))
    words += bool(dictionary) and not flags & _MANAGED_DICT
    words += bool(weak) and not flags & _MANAGED_WEAKREF
    return bool(item == 0 and size <= object.__basicsize__ + _WORD * words)


def is_cached_property(kind: type, name: str) -> bool:
    """Tell whether an attribute is only the memory of a cached property."""
    found = find_static(kind, name)
    if found is None:
        return False
    return descends(type(found), functools.cached_property) or _is_cached_slot(kind, name)


def _is_cached_slot(kind: type, name: str) -> bool:
    """Tell whether attrs has made a slot of a cached property, which `__getattr__` fills."""
    for cls in _MRO(kind):
        given = getattr(_VARS(cls).get("__getattr__"), "__defaults__", None) or (None,)
        if "__attrs_attrs__" in _VARS(cls) and type(given[0]) is dict and name in given[0]:
            return True
    return False


def registered(kind: type) -> Callable[[Any], Any] | None:
    """Return what `copyreg` has been told to make of a type.

    What tblib tells it of exceptions does not count: many a library has it do so when it is
    imported, and a text must not depend on that.
    """
    for cls, reducer in copyreg.dispatch_table.items():
        if cls is kind and getattr(reducer, "__module__", "") != "tblib.pickling_support":
            return reducer
    return None
