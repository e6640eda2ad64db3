"""From `argument=variant` on a command line to a `Parameter`, with near names for slips."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from mitosis._model import Parameter
from mitosis._run.variants import Place, Space, as_parameter
from mitosis._suggestion import near
from mitosis._wording import shown
from mitosis.errors import InvalidParameterError, UnknownVariantError

_MOST = 20


def parameters(
    place: Callable[[str], Place], named: Iterable[str], evaluated: Iterable[str]
) -> list[Parameter]:
    """Resolve all parameters of one command line.

    Args:
        place: tells where the variants of an argument stand.
        named: texts like `"frequency=slow"`; a leading `+` leaves the parameter untracked.
        evaluated: texts like `"amplitude=4"`, whose right side is a Python expression.

    Raises:
        InvalidParameterError: texts without a name on each side of `=`; all at once.
        UnknownVariantError: unknown parameters and variants, with near names; all at once.
    """
    faults: list[str] = []
    pairs = _pairs(named, "VARIANT")
    found = [_named(place(name), variant, track, faults) for name, variant, track in pairs]
    expressions = [
        _evaluated(place(name), expression, track)
        for name, expression, track in _pairs(evaluated, "EXPRESSION")
    ]
    if faults:
        raise UnknownVariantError(faults=tuple(faults))
    return [p for p in found if p] + expressions


def way_to_give(place: Place, argument: str) -> str:
    """Return what a command line may say to give an argument, with its variants if any."""
    if argument == "group":
        return "-g GROUP"
    names = list(dict.fromkeys(shown(str(key)) for values, _ in place.dicts for key in values))
    if not names:
        return f"-e {argument}=VALUE"
    more = ", ..." if len(names) > _MOST else ""
    return f"-p {argument}=VARIANT ({', '.join(names[:_MOST])}{more})"


def variants_by_parameter(space: Space) -> dict[str, list[str]]:
    """Return the names of all variants that a module defines, by parameter."""
    return {
        name: [str(key) for key in value]
        for name, value in space.items()
        if not name.startswith("_") and isinstance(value, dict) and value
    }


def _pairs(texts: Iterable[str], right: str) -> list[tuple[str, str, bool]]:
    faults, pairs = [], []
    for text in texts:
        argument, equals, value = text.partition("=")
        name = argument.strip().removeprefix("+")
        if not (equals and name and value.strip()):
            faults.append(f"{text!r} has to read ARGUMENT={right}")
        pairs.append((name, value.strip(), not argument.strip().startswith("+")))
    if faults:
        raise InvalidParameterError(faults=tuple(faults))
    return pairs


def _evaluated(place: Place, expression: str, track: bool) -> Parameter:
    name = f"{place.prefix}{place.key}"
    return Parameter(expression, name, expression, evaluate=True, track=track)


def _named(place: Place, variant: str, track: bool, faults: list[str]) -> Parameter | None:
    argument, dicts = place.key, place.dicts
    for values, module in dicts:
        for key, value in values.items():
            if str(key) == variant:
                found = as_parameter(value, argument, variant, module, track)
                return replace(found, arg_name=f"{place.prefix}{found.arg_name}")
    if dicts:
        known = {str(key) for values, _ in dicts for key in values}
        faults.append(
            f"parameter {place.prefix + argument!r} has no variant {variant!r}"
            f"{near(variant, known)} "
            f"(a value without a variant: -e {place.prefix}{argument}={variant})"
        )
    else:
        known = {name for space, _ in place.spaces for name in variants_by_parameter(space)}
        faults.append(
            f"no dict of variants is named {argument!r}{near(argument, known)} "
            f"(a value without a variant: -e {place.prefix}{argument}=VALUE)"
        )
    return None
