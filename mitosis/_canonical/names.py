"""Names that lead back: by which name another process finds this very object.

A name is given only when importing it yields the identical object. The shortest importable
prefix is taken, so that a class keeps its name when a library moves it between private
modules. What stands in the running script is named by the script.
"""

from __future__ import annotations

import builtins
import sys
import types
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

from mitosis._canonical import anatomy
from mitosis._canonical.refusal import Refusal
from mitosis._canonical.wording import escaped, is_dotted_name

_MAIN = ("__main__", "__mp_main__")
_RENAMED = {"numpy.bool_": "numpy.bool"}
"""Classes that the other major version of a library knows by another name."""

_MISSING = object()


def class_name(kind: type) -> str:
    """Return the name of a class.

    Raises:
        Refusal: the class is local, stands in a session, or is not what its name leads to.
    """
    module, qualname = anatomy.home(kind), anatomy.qualname(kind)
    if module == "builtins":
        return _builtin_class_name(kind, qualname)
    name = dotted_name(kind, module, qualname, "class")
    return _RENAMED.get(name, name)


def dotted_name(obj: object, module: object, qualname: object, noun: str) -> str:
    """Return the shortest dotted name under which an object is found.

    Args:
        obj: the object to be found.
        module: the module that it claims.
        qualname: the name in it that it claims.
        noun: what to call it in a refusal, e.g. "function".

    Raises:
        Refusal: no such name leads back to it.
    """
    if type(module) is not str or type(qualname) is not str:
        msg = f"a {noun} without a name that can be imported; define it in a module"
        raise Refusal(msg)
    if not is_dotted_name(qualname):
        raise Refusal(_local(qualname, noun))
    if module in _MAIN:
        return _main_name(obj, qualname, noun)
    name = find_name(obj, module, qualname)
    if name is not None:
        return name
    msg = (
        f"this {noun} claims to be {module}.{qualname}, but that name leads to something else "
        "or to nothing; pass what can be imported under its own name"
    )
    raise Refusal(msg)


def find_name(obj: object, module: str, qualname: str) -> str | None:
    """Return the shortest name under which an object is found, None if there is none."""
    for prefix in [*_public_twin(module), *prefixes(module)]:
        if leads_to(prefix, qualname, obj):
            return escaped(f"{prefix}.{qualname}")
    return None


def prefixes(module: str) -> list[str]:
    """Return `["a", "a.b"]` for `a.b`."""
    parts = module.split(".")
    return [".".join(parts[: count + 1]) for count in range(len(parts))]


def module_name(module: types.ModuleType) -> str:
    """Return the name of a module.

    Raises:
        Refusal: it is not what is imported under its name, or is a session.
    """
    name: Any = anatomy.instance_dict(module).get("__name__")
    if name in _MAIN:
        return _main_prefix("module")
    if not is_dotted_name(name) or sys.modules.get(name) is not module:
        msg = "a module that cannot be imported under its own name"
        raise Refusal(msg)
    return escaped(name)


def leads_to(module: str, qualname: str, obj: object) -> bool:
    """Tell whether a name in a loaded module is the identical object."""
    found = follow(sys.modules.get(module), qualname)
    return found is obj or _unwrapped(found) is obj


def follow(found: Any, qualname: str) -> Any:
    """Return what a dotted name leads to, nothing found being a private sentinel."""
    for part in qualname.split("."):
        found = _attribute(found, part)
    return found


def _attribute(holder: Any, name: str) -> Any:
    if anatomy.descends(type(holder), type):
        return anatomy.find_static(holder, name, _MISSING)
    if not anatomy.descends(type(holder), types.ModuleType):
        return _MISSING
    found = anatomy.instance_dict(holder).get(name, _MISSING)
    return found if found is not _MISSING else _lazy_attribute(holder, name)


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


def _public_twin(module: str) -> list[str]:
    """Return `["operator"]` for `_operator`, where the C part of a standard module hides."""
    public = module.removeprefix("_")
    if public == module or not {module, public} <= sys.stdlib_module_names:
        return []
    import_module(public)
    return [public]


def _builtin_class_name(kind: type, qualname: str) -> str:
    if anatomy.instance_dict(builtins).get(qualname) is kind:
        return f"builtins.{qualname}"
    public = anatomy.instance_dict(types)
    names = sorted(name for name in public if public[name] is kind and name[0].isupper())
    if not names:
        msg = f"the type {qualname!r} cannot be imported; convert the value to a plain one"
        raise Refusal(msg)
    return f"types.{names[0]}"


def _main_name(obj: object, qualname: str, noun: str) -> str:
    prefix = _main_prefix(noun)
    if not leads_to("__main__", qualname, obj):
        msg = f"this {noun} is not what {qualname} in the running script leads to"
        raise Refusal(msg)
    for shorter in prefixes(prefix) if is_dotted_name(prefix) else ():
        if _is_twin(follow(sys.modules.get(shorter), qualname), prefix, qualname):
            return escaped(f"{shorter}.{qualname}")
    return escaped(f"{prefix}.{qualname}") if is_dotted_name(prefix) else f"{prefix}.{qualname}"


def _is_twin(found: Any, module: str, qualname: str) -> bool:
    # `python -m pkg.mod` defines everything twice once pkg imports pkg.mod itself.
    claimed = getattr(found, "__module__", None), getattr(found, "__qualname__", None)
    return claimed == (module, qualname)


def _main_prefix(noun: str) -> str:
    main = anatomy.instance_dict(sys.modules["__main__"])
    spec, file = main.get("__spec__"), main.get("__file__")
    if spec is not None and is_dotted_name(spec.name):
        return str(spec.name)
    if type(file) is not str:
        msg = f"a {noun} defined in an interactive session; move it to a module"
        raise Refusal(msg)
    return f"__main__[{Path(file).name!a}]"


def _local(qualname: str, noun: str) -> str:
    if qualname.endswith("<lambda>"):
        return "a lambda has no importable name; define a function at the top of a module"
    if "<locals>" in qualname:
        plain = qualname.replace(".<locals>", "")
        return f"the {noun} {plain} is local to a function; move it to the top of a module"
    return f"the {noun} {qualname!r} has no importable name; define it in a module"
