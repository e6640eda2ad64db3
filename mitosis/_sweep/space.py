"""What a search may choose from: a range or choices for each argument, as Optuna wants it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field, replace
from types import ModuleType
from typing import TYPE_CHECKING, Any

from mitosis._dataclass import dataclass
from mitosis._model import Given, Parameter
from mitosis._run.naming import variant_name
from mitosis._sweep.grown import number_of
from mitosis._sweep.points import Argument, Choice
from mitosis.errors import InvalidSweepError

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

_EXPECTED = "(low, high), a list of choices, or a distribution of Optuna's"
_NOT_INSTALLED = "a search takes Optuna, which is not installed: pip install 'mitosis[optuna]'"


@dataclass(frozen=True)
class Dimension:
    """What an argument may be.

    Attributes:
        distribution: of numbers, or of the names of the choices.
        choices: by the names of their variants; none where it is a number.
    """

    argument: str
    distribution: BaseDistribution
    choices: Mapping[str, Parameter] = field(default_factory=dict)

    def parameter(self, suggested: Any) -> Parameter:
        """Return what a trial is given for a suggestion of Optuna's.

        A number is named by its exact text, so the same suggestion is the same variant.
        """
        if self.choices:
            return self.choices[suggested]
        return Parameter(variant_name(self.argument, suggested), self.argument, suggested)

    def suggestion(self, variant: str) -> Any:
        """Return the suggestion that a variant was made from.

        Raises:
            ValueError: it was made from none.
        """
        if self.choices:
            return variant
        number = number_of(variant)
        return number if self._is_float else int(number)

    @property
    def argued(self) -> Argument:
        """Its choices as those of a sweep's argument; of numbers, the ends."""
        if self.choices:
            return Argument(
                self.argument, {n: Choice(p, Given.VALUE) for n, p in self.choices.items()}
            )
        ends = [self.parameter(getattr(self.distribution, end)) for end in ("low", "high")]
        return Argument(self.argument, {p.var_name: Choice(p, Given.EXPRESSION) for p in ends})

    @property
    def _is_float(self) -> bool:
        return type(self.distribution).__name__ == "FloatDistribution"


Space = Mapping[str, Dimension]
"""What a search may choose from, by argument."""


def the_optuna() -> ModuleType:
    """Return Optuna.

    Raises:
        InvalidSweepError: it is not installed.
    """
    try:
        import optuna
    except ImportError as exc:
        raise InvalidSweepError(faults=(_NOT_INSTALLED,)) from exc
    return optuna


@contextmanager
def quiet() -> Iterator[None]:
    """Have Optuna tell nothing on the terminal meanwhile."""
    logging = the_optuna().logging
    former = logging.get_verbosity()
    logging.set_verbosity(logging.ERROR)
    try:
        yield
    finally:
        logging.set_verbosity(former)


def read_space(given: Any, full: Callable[[str], str]) -> tuple[Space, list[str]]:
    """Return what a search may choose from, and everything that is wrong with it.

    Args:
        given: see `mitosis.optimize`.
        full: returns the full name of an argument.
    """
    if not isinstance(given, Mapping) or not given:
        return {}, [f"the space is no dict of arguments, each to {_EXPECTED}"]
    found: dict[str, Dimension] = {}
    faults = []
    for key, cell in given.items():
        argument = full(str(key))
        if argument in found:
            faults.append(f"{argument!r} is in the space twice")
            continue
        try:
            found[argument] = _dimension(argument, cell)
        except ValueError as exc:
            faults.append(f"{argument!r} {exc}")
    return found, faults


def _dimension(argument: str, cell: Any) -> Dimension:
    distributions = the_optuna().distributions
    if isinstance(cell, distributions.CategoricalDistribution):
        cell = list(cell.choices)
    if isinstance(cell, distributions.IntDistribution | distributions.FloatDistribution):
        return Dimension(argument, cell)
    if isinstance(cell, tuple):
        return Dimension(argument, _range(cell))
    if not isinstance(cell, list | range):
        raise ValueError(f"is given {cell!r:.60}, not {_EXPECTED}")
    choices = _choices(argument, list(cell))
    return Dimension(argument, distributions.CategoricalDistribution(list(choices)), choices)


def _range(cell: tuple[Any, ...]) -> BaseDistribution:
    distributions = the_optuna().distributions
    kinds = {type(end) for end in cell}
    if len(cell) != 2 or not kinds <= {int, float} or not all(map(math.isfinite, cell)):
        raise ValueError(f"is given {cell!r:.60}; a range is (low, high), of finite numbers")
    low, high = cell
    if low > high:
        raise ValueError(f"is given {cell!r}, whose low is above its high")
    kind = "FloatDistribution" if float in kinds else "IntDistribution"
    found: BaseDistribution = getattr(distributions, kind)(low, high)
    return found


def _choices(argument: str, cells: list[Any]) -> dict[str, Parameter]:
    found: dict[str, Parameter] = {}
    for cell in cells:
        parameter = cell
        if not isinstance(cell, Parameter):
            parameter = Parameter(variant_name(argument, cell), argument, cell)
        elif not cell.track:
            raise ValueError(f"has the choice {cell.var_name!r}, which is not tracked")
        if parameter.var_name in found:
            raise ValueError(f"has the choice {parameter.var_name!r} twice")
        found[parameter.var_name] = replace(parameter, arg_name=argument)
    if not found:
        raise ValueError("is given no choices")
    return found
