"""Functions, classes, methods and modules: written by the name that leads back to them."""

from __future__ import annotations

import functools
import types
from typing import Any

from mitosis._canonical import anatomy
from mitosis._canonical.names import class_name, dotted_name, find_name, leads_to, module_name
from mitosis._canonical.refusal import Refusal
from mitosis._canonical.registry import Writer, exact, named, nameless
from mitosis._canonical.wording import escaped

_SINGLETONS = ("random._inst", "numpy.random.mtrand._rand")


@exact(types.FunctionType)
def write_function(value: types.FunctionType, _: Writer) -> str:
    """Write `<function pkg.mod.f>`."""
    return f"<function {dotted_name(value, value.__module__, value.__qualname__, 'function')}>"


@named("functools._lru_cache_wrapper")
def write_cached_function(value: Any, _: Writer) -> str:
    """Write a function that remembers its results like the function itself."""
    return f"<function {dotted_name(value, value.__module__, value.__qualname__, 'function')}>"


@exact(
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
)
def write_descriptor(value: Any, _: Writer) -> str:
    """Write a method of a C class, e.g. `<function builtins.str.upper>`."""
    name = f"{class_name(value.__objclass__)}.{value.__name__}"
    if anatomy.own(value.__objclass__).get(value.__name__) is not value:
        msg = f"a method that is not what {name} leads to"
        raise Refusal(msg)
    return f"<function {name}>"


@exact(types.BuiltinFunctionType, types.MethodWrapperType)
def write_builtin(value: Any, writer: Writer) -> str:
    """Write `<builtin len>`, `<function math.sqrt>`, or a method with what it is bound to."""
    owner = value.__self__
    if type(owner) is types.ModuleType or owner is None:
        return _builtin_function(value)
    return _module_level(value, type(owner)) or _bound(f"'{value.__name__}'", owner, writer)


@exact(types.MethodType)
def write_method(value: types.MethodType, writer: Writer) -> str:
    """Write `method(<function pkg.Foo.bar>, pkg.Foo(x=1))`, or a module's own by name."""
    owner, function = value.__self__, value.__func__
    place = getattr(function, "__module__", None)
    name = getattr(function, "__name__", None)
    if type(place) is str and type(name) is str and leads_to(place, name, value):
        return f"<function {escaped(f'{place}.{name}')}>"
    return _bound(writer.form(function, ".__func__"), owner, writer)


@nameless("builtins.type")
def write_class(value: type, _: Writer) -> str:
    """Write `<class pkg.mod.Foo>`."""
    return f"<class {class_name(value).removeprefix('builtins.')}>"


@named("builtins.module")
def write_module(value: types.ModuleType, _: Writer) -> str:
    """Write `<module numpy>`."""
    return f"<module {module_name(value)}>"


@exact(functools.partial)
def write_partial(value: functools.partial[Any], writer: Writer) -> str:
    """Write a partial call with its function and arguments."""
    parts = [f"{name}={writer.form(held, step)}" for name, step, held in _partial_parts(value)]
    return f"functools.partial({', '.join(parts)})"


@exact(types.GenericAlias)
def write_alias(value: types.GenericAlias, writer: Writer) -> str:
    """Write `list[int]` as origin and arguments."""
    origin = writer.form(value.__origin__, ".__origin__")
    return f"types.GenericAlias({origin}, {writer.form(value.__args__, '.__args__')})"


def singleton(value: Any) -> str | None:
    """Return the tag of a generator that a library keeps for all, seeded by the system."""
    for name in _SINGLETONS:
        module, _, attribute = name.rpartition(".")
        if leads_to(module, attribute, value):
            return f"<object {name}>"
    return None


def _partial_parts(value: functools.partial[Any]) -> list[tuple[str, str, Any]]:
    extra = anatomy.instance_dict(value)
    parts: list[tuple[str, str, Any]] = [
        ("func", ".func", value.func),
        ("args", ".args", value.args),
        ("keywords", ".keywords", value.keywords),
    ]
    return parts + ([("attributes", "", extra)] if extra else [])


def _builtin_function(value: Any) -> str:
    module, name = value.__module__, value.__qualname__
    if module == "builtins" and leads_to("builtins", name, value):
        return f"<builtin {name}>"
    return f"<function {dotted_name(value, module, name, 'function')}>"


def _module_level(value: Any, owner: type) -> str | None:
    """Return the tag of a method that a module offers as a function, `numpy.random.normal`."""
    name = find_name(value, anatomy.home(owner), value.__name__)
    return None if name is None else f"<function {name}>"


def _bound(function: str, owner: Any, writer: Writer) -> str:
    return f"method({function}, {writer.form(owner, '.__self__')})"
