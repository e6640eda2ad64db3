"""How modules are loaded that are many, and only when they are needed."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


@contextmanager
def not_collecting() -> Iterator[None]:
    """Look for no garbage inside the block, which imports modules.

    Imports make hardly any, but so many objects that the search takes a tenth of the time.
    """
    is_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_enabled:
            gc.enable()


def load(name: str) -> ModuleType:
    """Import a module, without looking for garbage meanwhile."""
    with not_collecting():
        return import_module(name)


def collect_rarely() -> None:
    """Look for garbage a hundred times less often, in a process that above all imports.

    A process that is forked from it does so, too.
    """
    gc.set_threshold(100_000)


def late_names(
    package: str, modules: Mapping[str, Sequence[str]]
) -> tuple[list[str], Callable[[str], Any]]:
    """Return `__all__` and `__getattr__` of a package that loads its names when first used.

    Args:
        package: its `__name__`.
        modules: the names that each of its modules defines. None of them may be a module's.
    """
    homes = {name: module for module, names in modules.items() for name in names}

    def __getattr__(name: str) -> Any:  # noqa: N807 - what it is for the package
        if name not in homes:
            msg = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(msg)
        found = getattr(load(f"{package}.{homes[name]}"), name)
        setattr(import_module(package), name, found)
        return found

    return sorted(homes), __getattr__
