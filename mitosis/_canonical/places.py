"""Where a named object stands, as a path that plain attribute access follows.

For pickling: what is written by its name is to travel by it too, for a copy is another object.
"""

from __future__ import annotations

import sys
import types
from typing import Any

from mitosis._canonical import anatomy
from mitosis._canonical.lookup import step_into
from mitosis._canonical.names import MAIN
from mitosis._canonical.objects import claim
from mitosis._canonical.references import may_be_process_wide, process_wide

_BUILTIN = (
    types.BuiltinFunctionType,
    types.MethodType,
    types.MethodWrapperType,
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
)
"""Callables that pickle takes by name, or with what they are bound to, as we do."""


def place_of(obj: object) -> tuple[str, str] | None:
    """Return module and attribute path that lead to an object that any pickler would copy.

    The path to a module itself is empty. None if there is no such place, and for functions
    that stand in it under their own name, which picklers find.

    Example:
        >>> import random
        >>> place_of(random._inst), place_of(3)
        (('random', '_inst'), None)
    """
    kind = type(obj)
    if anatomy.descends(kind, types.ModuleType):
        return _place_of_module(obj)
    if any(kind is builtin for builtin in _BUILTIN) or anatomy.descends(kind, type):
        return None
    if anatomy.find_static(kind, "__call__") is not None:
        return _place_of_callable(obj)
    return process_wide(obj)


def may_have_place(kind: type) -> bool:
    """Tell whether `place_of` has to look at objects of a type."""
    return (
        anatomy.find_static(kind, "__call__") is not None
        or anatomy.descends(kind, types.ModuleType)
        or may_be_process_wide(kind)
    )


def _place_of_module(module: object) -> tuple[str, str] | None:
    name = anatomy.instance_dict(module).get("__name__")
    if type(name) is not str or name in MAIN or sys.modules.get(name) is not module:
        return None
    return name, ""


def _place_of_callable(obj: object) -> tuple[str, str] | None:
    module, qualname = claim(obj, "__module__"), claim(obj, "__qualname__")
    if type(module) is not str or type(qualname) is not str or module in MAIN:
        return None
    path = _path(sys.modules.get(module), qualname, obj)
    if path is None or (path == qualname and type(obj) is types.FunctionType):
        return None
    return module, path


def _path(holder: Any, qualname: str, obj: object) -> str | None:
    names = []
    for part in qualname.split("."):
        name, holder = step_into(holder, part)
        names.append(name)
    if type(holder) is classmethod:
        names.append("__func__")
    if holder is obj or getattr(holder, "__func__", None) is obj:
        return ".".join(names)
    return None
