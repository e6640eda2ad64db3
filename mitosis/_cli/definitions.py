"""Every variant that the code defines for an experiment, found as `mitosis run` finds it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from mitosis._cli.experiments import Found
from mitosis._dataclass import dataclass
from mitosis._locks import Definition
from mitosis._model import LockName, Parameter
from mitosis._run.arguments import evaluate, name_faults
from mitosis._run.experiment import Experiment
from mitosis._run.locking import lockable
from mitosis._run.variants import as_parameter
from mitosis.errors import InvalidParameterError, NotCanonicalError


@dataclass(frozen=True)
class Definitions:
    """What the code defines for one experiment.

    Attributes:
        faults: why a value cannot be locked, each with the variant it belongs to.
        unsound: the names of these.
    """

    sound: tuple[Definition, ...]
    faults: tuple[str, ...]
    unsound: tuple[LockName, ...]


def define(found: Found, experiment: Experiment, locked: Collection[str]) -> Definitions:
    """Make canonical every variant that a trial of the experiment could be given by name.

    Variants stand in dicts named like an argument of `run`; a `Parameter` in any dict counts
    for the argument that it names. Untracked ones are left out. Expressions are evaluated;
    nothing else runs.

    Args:
        found: the experiment, and where its variants may stand.
        experiment: the same, described.
        locked: names of parameters that have locks, in case `run` takes any argument.
    """
    sound: dict[tuple[str, str], Definition] = {}
    faults = []
    names = []
    for parameter in _parameters(found, _arguments(found, experiment, locked)):
        names.append(LockName(experiment.name, parameter.arg_name, str(parameter.var_name)))
        where = f"variant {parameter.var_name!r} of parameter {parameter.arg_name!r}"
        try:
            definition = _definition(experiment, parameter)
        except InvalidParameterError as exc:
            faults += [f"{where}: {fault}" for fault in exc.faults]
        except NotCanonicalError as exc:
            faults += [f"{where}, {path}: {reason}" for path, reason in exc.faults]
        else:
            key = parameter.arg_name, parameter.var_name
            if sound.setdefault(key, definition).variant.text != definition.variant.text:
                faults.append(f"{where}: it is defined twice, with different values")
    unsound = tuple(name for name in names if (name.parameter, name.name) not in sound)
    return Definitions(tuple(sound.values()), tuple(faults), unsound)


def _definition(experiment: Experiment, parameter: Parameter) -> Definition:
    if faults := tuple(name_faults(parameter)):
        raise InvalidParameterError(faults=faults)
    (evaluated,) = evaluate(experiment, [parameter])
    (variant,) = lockable((evaluated,)).variants
    return Definition(experiment.name, variant)


def _arguments(found: Found, experiment: Experiment, locked: Collection[str]) -> set[str]:
    """Return the names of arguments for which a variant may be defined."""
    names = experiment.by_name
    if experiment.takes_any:
        names |= set(locked)
        if found.step:  # its dict holds variants and nothing else
            names |= {name for space, _ in found.spaces for name in space}
    return names


def _parameters(found: Found, arguments: set[str]) -> Iterator[Parameter]:
    """Yield tracked variants; of two with the same name in two places, the first place's."""
    seen = set()
    for space, module in found.spaces:
        for name, values in space.items():
            if not isinstance(values, dict):
                continue
            for key, value in values.items():
                is_shadowed = (name, str(key)) in seen
                seen.add((name, str(key)))
                if is_shadowed or not (name in arguments or isinstance(value, Parameter)):
                    continue
                parameter = as_parameter(value, name, str(key), module)
                if parameter.track and _takes(arguments, parameter.arg_name):
                    yield parameter


def _takes(arguments: set[str], name: object) -> bool:
    return isinstance(name, str) and name in arguments  # a `Parameter` may name anything
