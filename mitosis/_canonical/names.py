"""Names that lead back: by which name another process finds this very object.

A name is given only when importing it yields the identical object. The shortest importable
prefix is taken, so that a class keeps its name when a library moves it between private
modules. What stands in the running script has a name only for those who say that it travels
with its values; it is then named by the script.
"""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import field
from importlib import import_module
from pathlib import Path
from typing import Any

from mitosis._canonical import anatomy
from mitosis._canonical.lookup import follow, leads_to, prefixes
from mitosis._canonical.refusal import Refusal
from mitosis._canonical.wording import escaped, is_dotted_name
from mitosis._dataclass import dataclass

MAIN = ("__main__", "__mp_main__")
"""Names of the module that Python was started with."""
_RENAMED = {"numpy.bool_": "numpy.bool", "numpy.char.chararray": "numpy.chararray"}
"""Classes that another version of a library knows by another name."""

_GENERIC = "__pydantic_generic_metadata__"
"""Where pydantic keeps what it made a class from."""


@dataclass
class Script:
    """The running script, and whether its things travel with the values that hold them.

    Attributes:
        names: qualified name of what was met, to the name it was written by.
        is_vouched: whether what no kernel can import travels all the same.
        has_arrived: whether this is another process than the script's, where things of
            `__main__` are copies that only `names` can tell of.
    """

    names: dict[str, str] = field(default_factory=dict)
    is_vouched: bool = False
    has_arrived: bool = False


_SCRIPT: ContextVar[Script | None] = ContextVar("mitosis_script", default=None)


@contextmanager
def script_travels(*, vouched: bool) -> Iterator[Script]:
    """Collect the names of what stands in the running script.

    Args:
        vouched: whether to name what no kernel can import by the script, instead of refusing
            it: the caller knows that it travels.
    """
    script = Script(is_vouched=vouched)
    token = _SCRIPT.set(script)
    try:
        yield script
    finally:
        _SCRIPT.reset(token)


@contextmanager
def script_arrived(names: Mapping[str, str]) -> Iterator[None]:
    """Call what came from another process's script by the names that it had there."""
    token = _SCRIPT.set(Script(dict(names), has_arrived=True))
    try:
        yield
    finally:
        _SCRIPT.reset(token)


def class_name(kind: type) -> str:
    """Return the name of a class.

    Raises:
        Refusal: the class is local, stands in a session, or is not what its name leads to.
    """
    module, qualname = anatomy.home(kind), anatomy.qualname(kind)
    if module == "builtins":
        return _builtin_class_name(kind, qualname)
    made_from = generic_origin(kind)
    if made_from is not None:
        return _generic_name(kind, *made_from)
    name = dotted_name(kind, module, qualname, "class")
    return _RENAMED.get(name, name)


def generic_origin(kind: type) -> tuple[Any, tuple[Any, ...]] | None:
    """Return the generic model and the arguments that pydantic has made a class from."""
    made_from = anatomy.own(kind).get(_GENERIC)
    if type(made_from) is not dict or not made_from.get("args"):
        return None
    origin, arguments = made_from["origin"], made_from["args"]
    leads_back = anatomy.descends(type(origin), type) and origin[arguments] is kind
    return (origin, arguments) if leads_back else None


def _generic_name(kind: type, origin: type, arguments: tuple[Any, ...]) -> str:
    """Return `pkg.Model[builtins.int]`."""
    if not all(anatomy.descends(type(each), type) for each in arguments):
        raise Refusal(_local(anatomy.qualname(kind), "class"))
    return f"{class_name(origin)}[{', '.join(map(class_name, arguments))}]"


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
    if module in MAIN:
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


def module_name(module: types.ModuleType) -> str:
    """Return the name of a module.

    Raises:
        Refusal: it is not what is imported under its name, or is a session.
    """
    name: Any = anatomy.instance_dict(module).get("__name__")
    if name in MAIN:
        return _main_prefix("module __main__")
    if not is_dotted_name(name) or sys.modules.get(name) is not module:
        msg = "a module that cannot be imported under its own name"
        raise Refusal(msg)
    return escaped(name)


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
    script = _SCRIPT.get()
    if script and script.has_arrived and qualname in script.names:
        return script.names[qualname]
    name = _name_in_main(obj, qualname, noun)
    if script:
        script.names[qualname] = name
    return name


def _name_in_main(obj: object, qualname: str, noun: str) -> str:
    prefix = _main_prefix(f"{noun} {qualname}")
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


def _main_prefix(what: str) -> str:
    main = anatomy.instance_dict(sys.modules["__main__"])
    spec, file = main.get("__spec__"), main.get("__file__")
    if spec is not None and is_dotted_name(spec.name):
        return str(spec.name)
    if type(file) is not str:
        msg = f"the {what} is defined in an interactive session; move it to a module"
        raise Refusal(msg)
    script = _SCRIPT.get()
    if script is None or not script.is_vouched:
        msg = (
            f"the {what} stands in the running script, where no kernel can import it; move it "
            "to a module, or let the script travel: "
            "Parameter(..., modules=[sys.modules['__main__']])"
        )
        raise Refusal(msg)
    return f"__main__[{Path(file).name!a}]"


def _local(qualname: str, noun: str) -> str:
    if qualname.endswith("<lambda>"):
        return "a lambda has no importable name; define a function at the top of a module"
    if "<locals>" in qualname:
        plain = qualname.replace(".<locals>", "")
        return f"the {noun} {plain} is local to a function; move it to the top of a module"
    return f"the {noun} {qualname!r} has no importable name; define it in a module"
