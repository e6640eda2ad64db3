"""What a dotted name leads to. Nothing is called for it but a module's own `__getattr__`."""

from __future__ import annotations

import sys
import types
import warnings
from typing import Any

from mitosis._canonical import anatomy

_MISSING = object()


def prefixes(module: str) -> list[str]:
    """Return `["a", "a.b"]` for `a.b`."""
    parts = module.split(".")
    return [".".join(parts[: count + 1]) for count in range(len(parts))]


def leads_to(module: str, qualname: str, obj: object) -> bool:
    """Tell whether a name in a loaded module is the identical object."""
    found = follow(sys.modules.get(module), qualname)
    return found is obj or _unwrapped(found) is obj


def follow(found: Any, qualname: str) -> Any:
    """Return what a dotted name leads to, nothing found being a private sentinel."""
    for part in qualname.split("."):
        _, found = step_into(found, part)
    return found


def step_into(holder: Any, name: str) -> tuple[str, Any]:
    """Return under which name an attribute really stands, and what stands there."""
    if anatomy.descends(type(holder), type):
        name = _mangled(holder, name)
        return name, anatomy.find_static(holder, name, _MISSING)
    if not anatomy.descends(type(holder), types.ModuleType):
        return name, _MISSING
    found = anatomy.instance_dict(holder).get(name, _MISSING)
    return name, found if found is not _MISSING else _lazy_attribute(holder, name)


def _mangled(holder: type, name: str) -> str:
    # What a class keeps private does not stand in it under the name that it calls itself.
    if not name.startswith("__") or name.endswith("__"):
        return name
    own = anatomy.qualname(holder).rpartition(".")[2].lstrip("_")
    return f"_{own}{name}" if own else name


def _lazy_attribute(module: types.ModuleType, name: str) -> Any:
    # Facades load names when asked; a name must not depend on who asked before.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return getattr(module, name, _MISSING)
        except Exception:  # noqa: BLE001 - a module's __getattr__ may raise anything
            return _MISSING


def _unwrapped(found: Any) -> Any:
    is_wrapped = type(found) is staticmethod or type(found) is classmethod
    return found.__func__ if is_wrapped else _MISSING
