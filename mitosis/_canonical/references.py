"""Functions, classes, methods and modules: written by the name that leads back to them."""

from __future__ import annotations

import functools
import sys
import types
from typing import Any

from mitosis._canonical import anatomy
from mitosis._canonical.lookup import follow, leads_to, prefixes
from mitosis._canonical.names import class_name, dotted_name, find_name, module_name
from mitosis._canonical.refusal import Refusal
from mitosis._canonical.registry import Writer, exact, named, nameless
from mitosis._canonical.scalars import quoted
from mitosis._canonical.wording import escaped

_SINGLETONS = (("random", "_inst"), ("numpy.random.mtrand", "_rand"))

_DESCRIPTORS = (types.WrapperDescriptorType, types.MethodDescriptorType)
_ALIAS = ("__origin__", "__args__")


@exact(types.FunctionType)
def write_function(value: types.FunctionType, _: Writer) -> str:
    """Write `<function pkg.mod.f>`."""
    return f"<function {dotted_name(value, value.__module__, value.__qualname__, 'function')}>"


@named("functools._lru_cache_wrapper")
def write_cached_function(value: Any, _: Writer) -> str:
    """Write a function that remembers its results like the function itself."""
    return f"<function {dotted_name(value, value.__module__, value.__qualname__, 'function')}>"


@exact(*_DESCRIPTORS, types.ClassMethodDescriptorType)
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
    return _module_level(value, type(owner)) or _bound(
        _hidden(value, owner, writer) or f"'{value.__name__}'", owner, writer
    )


@exact(types.MethodType)
def write_method(value: types.MethodType, writer: Writer) -> str:
    """Write `method(<function pkg.Foo.bar>, pkg.Foo(x=1))`, or a module's own by name."""
    owner, function = value.__self__, value.__func__
    place = getattr(function, "__module__", None)
    name = getattr(function, "__name__", None)
    if type(place) is str and type(name) is str:
        found = follow(sys.modules.get(place), name)
        # Unpickling binds the method anew, to what the module has bound it to.
        if type(found) is types.MethodType and _binds(found, owner, function):
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
    parts = [writer.form(getattr(value, name), f".{name}") for name in _ALIAS]
    if value.__unpacked__ and writer.since(2):
        parts.append("unpacked=True")
    return f"types.GenericAlias({', '.join(parts)})"


@named("typing.ForwardRef")
def write_forward_reference(value: Any, writer: Writer) -> str:
    """Write a name that is to be looked up later; what it was compiled to is a cache."""
    parts = [quoted(value.__forward_arg__)]
    if value.__forward_module__ is not None:
        parts.append(f"module={writer.form(value.__forward_module__, '.__forward_module__')}")
    return f"typing.ForwardRef({', '.join(parts)})"


def singleton(value: Any) -> str | None:
    """Return the tag of a generator that a library keeps for all, seeded by the system."""
    place = process_wide(value)
    return place and f"<object {'.'.join(place)}>"


def process_wide(value: Any) -> tuple[str, str] | None:
    """Return module and name of a generator that a library keeps for the whole process."""
    for module, name in _SINGLETONS:
        if leads_to(module, name, value):
            return module, name
    return None


def may_be_process_wide(kind: type) -> bool:
    """Tell whether `process_wide` has to look at objects of a type."""
    kept = (follow(sys.modules.get(module), name) for module, name in _SINGLETONS)
    return any(type(generator) is kind for generator in kept)


def _partial_parts(value: functools.partial[Any]) -> list[tuple[str, str, Any]]:
    extra = anatomy.instance_dict(value)
    parts: list[tuple[str, str, Any]] = [
        ("func", ".func", value.func),
        ("args", ".args", value.args),
        ("keywords", ".keywords", value.keywords),
    ]
    return parts + ([("attributes", "", extra)] if extra else [])


def _builtin_function(value: Any) -> str:
    # A static method does not know its module; only those of builtin types are found.
    module, name = value.__module__ or "builtins", value.__qualname__
    if "." not in name and module == "builtins" and leads_to("builtins", name, value):
        return f"<builtin {name}>"
    # torch offers the static methods of a hidden class as functions.
    if "." in name and leads_to(module, value.__name__, value):
        name = value.__name__
    return f"<function {dotted_name(value, module, name, 'function')}>"


def _hidden(value: Any, owner: Any, writer: Writer) -> str | None:
    """Return the tag of a method that another of the same name hides from its owner."""
    lineage = anatomy.lineage(type(owner))
    found: list[Any] = [anatomy.own(cls).get(value.__name__) for cls in lineage]
    for method in [method for method in found if type(method) in _DESCRIPTORS][1:]:
        if method.__get__(owner, type(owner)) == value and writer.since(2):
            return writer.form(method, ".__func__")
    return None


def _module_level(value: Any, owner: type) -> str | None:
    """Return the tag of a method that a module offers as a function, `random.random`."""
    home = anatomy.home(owner)
    name = find_name(_offered(value, home), home, value.__name__)
    return None if name is None else f"<function {name}>"


def _offered(value: Any, home: str) -> Any:
    """Return the module's own binding of a method, which unpickling makes anew."""
    for prefix in prefixes(home):
        found = follow(sys.modules.get(prefix), value.__name__)
        if type(found) is type(value) and found.__self__ is value.__self__:
            return found
    return value


def _binds(method: types.MethodType, owner: Any, function: Any) -> bool:
    return method.__self__ is owner and method.__func__ is function


def _bound(function: str, owner: Any, writer: Writer) -> str:
    return f"method({function}, {writer.form(owner, '.__self__')})"
