"""From what stands in a cell of a grid or table to a choice under the name of its variant."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from mitosis._canonical import digest
from mitosis._model import Given, Parameter
from mitosis._run.naming import variant_name
from mitosis._run.variants import Lookup
from mitosis._suggestion import near
from mitosis._sweep.points import Argument, Choice
from mitosis.errors import NotCanonicalError

ALL = "*"
"""Stands for all variants of an argument."""


class Chooser:
    """Gathers the choices of each argument.

    Args:
        lookup: gives all variants of an argument by name.
        untracked: arguments whose values are neither locked nor named in trials.

    Attributes:
        faults: everything that could not be understood so far.
    """

    def __init__(self, lookup: Lookup, untracked: Collection[str] = ()) -> None:
        self.faults: list[str] = []
        self._lookup = lookup
        self._untracked = untracked
        self._known: dict[str, Mapping[str, Parameter]] = {}
        self._choices: dict[str, dict[str, Choice]] = {}

    def argument(self, name: str) -> Argument:
        """Return what an argument was given so far."""
        return Argument(name, self._choices.get(name, {}))

    def choose_all(self, argument: str, cells: Any) -> list[str]:
        """Return the names of the variants for all that an argument of a grid is given.

        Args:
            argument: its name.
            cells: a list of values, or one; or a text of names with commas between them, or
                `"*"`.
        """
        listed = self._named(argument, cells) if isinstance(cells, str) else _listed(cells)
        if not listed:
            self.faults.append(f"{argument!r} is given no values")
        found = [self.choose(argument, cell) for cell in listed]
        return [name for name in found if name is not None]

    def _named(self, argument: str, text: str) -> list[str]:
        known = self._variants(argument)
        if text.strip() == ALL and known:
            return list(known)
        return [text] if text in known else [part.strip() for part in text.split(",")]

    def choose(
        self, argument: str, cell: Any, where: str = "", *, is_text: bool = False
    ) -> str | None:
        """Return the name of the variant for a cell; None, and a fault, where there is none.

        Args:
            argument: what it is for.
            cell: a variant's name, a `Parameter`, or any other value, which is one itself.
            where: what is said before a fault, to find the cell.
            is_text: whether a text that names no variant may be the literal of a value.
        """
        if isinstance(cell, str):
            chosen = self._by_name(argument, cell, is_text=is_text)
        elif isinstance(cell, Parameter):
            chosen = Choice(cell, Given.EXPRESSION if _is_expression(cell) else Given.VALUE)
        else:
            chosen = _literal(argument, cell)
        if isinstance(chosen, Choice):
            fault = self._take(argument, chosen)
            if not fault:
                return chosen.parameter.var_name
        else:
            fault = chosen
        self.faults.append(f"{where}: {fault}" if where else fault)
        return None

    def _variants(self, argument: str) -> Mapping[str, Parameter]:
        if argument not in self._known:
            self._known[argument] = self._lookup(argument)
        return self._known[argument]

    def _by_name(self, argument: str, name: str, *, is_text: bool) -> Choice | str:
        known = self._variants(argument)
        if name in known:
            return Choice(known[name], Given.VARIANT)
        if is_text:
            try:
                return _literal(argument, ast.literal_eval(name))
            except (ValueError, SyntaxError, MemoryError, RecursionError):
                pass
        if not known:
            return f"no dict of variants is named {argument!r}, so {name!r} names no variant"
        return f"parameter {argument!r} has no variant {name!r}{near(name, known)}"

    def _take(self, argument: str, chosen: Choice) -> str:
        """Add a choice, and return what keeps it out; empty if nothing does."""
        parameter = chosen.parameter
        if argument in self._untracked:
            parameter = replace(parameter, track=False)
            chosen = replace(chosen, parameter=parameter)
        if parameter.arg_name != argument:
            return f"{argument!r} is given a Parameter for {parameter.arg_name!r}"
        choices = self._choices.setdefault(argument, {})
        for other in choices.values():
            if other.parameter.track != parameter.track:
                return f"{argument!r} is tracked at some points only"
            break
        former = choices.setdefault(parameter.var_name, chosen)
        if former is not chosen and not _are_same(former.parameter, parameter):
            return f"variant {parameter.var_name!r} of {argument!r} stands for two values"
        return ""


def _literal(argument: str, value: Any) -> Choice:
    name = variant_name(argument, value)
    given = Given.EXPRESSION if name == repr(value) else Given.VALUE
    return Choice(Parameter(name, argument, value), given)


def _is_expression(parameter: Parameter) -> bool:
    return parameter.evaluate and parameter.vals == parameter.var_name and not parameter.modules


def _listed(cells: Any) -> list[Any]:
    """Return the values of a list, or the one value that is none."""
    if hasattr(cells, "tolist") and getattr(cells, "ndim", 0) == 1:  # of numpy or pandas
        return list(cells.tolist())
    return list(cells) if isinstance(cells, list | tuple | range | Iterator) else [cells]


def _are_same(one: Parameter, other: Parameter) -> bool:
    if one is other or (one.vals is other.vals and one.evaluate == other.evaluate):
        return True
    try:
        return one.evaluate == other.evaluate and digest(one.vals) == digest(other.vals)
    except NotCanonicalError:
        return False
