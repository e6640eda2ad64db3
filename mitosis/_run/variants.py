"""Where the variants of arguments stand: dicts in a module and the packages around it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

from mitosis._dataclass import dataclass
from mitosis._model import Parameter
from mitosis._run.interface import Experiment

Space = Mapping[str, Any]
"""Where dicts of variants stand: the names of a module, or one registered dict of dicts."""

Lookup = Callable[[str], Mapping[str, Parameter]]
"""Gives all variants of an argument by name; none where no dict is named so."""


@dataclass(frozen=True)
class Place:
    """Where the variants of an argument stand.

    Attributes:
        key: what their dict is called.
        spaces: where to look for it, the first place first, each with the module that a kernel
            imports before it unpickles a value from there.
        prefix: what stands before the names of arguments from there, e.g. `"prepare."`.
    """

    key: str
    spaces: tuple[tuple[Space, ModuleType], ...]
    prefix: str = ""

    @property
    def dicts(self) -> list[tuple[Mapping[Any, Any], ModuleType]]:
        """The dicts of that name, each with its module."""
        return [(space[self.key], m) for space, m in self.spaces if _holds(space, self.key)]

    def variants(self) -> dict[str, Parameter]:
        """Return all variants that stand there; of one name, the first counts."""
        found: dict[str, Parameter] = {}
        for values, module in self.dicts:
            for name, value in values.items():
                if str(name) not in found:
                    parameter = as_parameter(value, self.key, str(name), module)
                    full = f"{self.prefix}{parameter.arg_name}"
                    found[str(name)] = replace(parameter, arg_name=full)
        return found


Spaces = tuple[tuple[Space, ModuleType], ...]
"""Dicts of variants by parameter, the first place first, with their modules."""


def places(
    experiment: Experiment, spaces: Spaces, steps: Sequence[Spaces] = ()
) -> Callable[[str], Place]:
    """Return what tells where the variants of an argument stand.

    Args:
        experiment: whose arguments they are for.
        spaces: where they may stand.
        steps: where those of each step may stand, if it has several.
    """
    named = dict(zip(experiment.step_names, steps, strict=True))

    def place(argument: str) -> Place:
        full, *others = experiment.full_names(argument)
        names = [name for name in named if not others and full.startswith(f"{name}.")]
        step = max(names, key=len, default="")
        if step:
            return Place(full.removeprefix(f"{step}."), named[step], f"{step}.")
        return Place(full if not others else argument, spaces)

    return place


def lookup_in(place: Callable[[str], Place]) -> Lookup:
    """Return what looks variants up where each argument's stand."""
    return lambda argument: place(argument).variants()


def module_spaces(module: ModuleType) -> tuple[tuple[Space, ModuleType], ...]:
    """Return where a module's variants stand: in itself, then in the packages around it."""
    parts = module.__name__.split(".")
    names = [".".join(parts[:n]) for n in range(len(parts), 0, -1)]
    return tuple((vars(m), m) for m in map(importlib.import_module, names))


def as_parameter(
    value: Any, argument: str, variant: str, module: ModuleType, track: bool = True
) -> Parameter:
    """Return an entry of a dict of variants as a `Parameter`, which it may be already."""
    if isinstance(value, Parameter):
        return replace(value, track=value.track and track)
    return Parameter(variant, argument, value, [module], track=track)


def _holds(space: Space, argument: str) -> bool:
    return isinstance(space.get(argument), dict)
