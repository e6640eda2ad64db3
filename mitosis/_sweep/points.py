"""The points of a sweep: what each of its trials is to be given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from mitosis._dataclass import dataclass
from mitosis._model import (
    Given,
    Parameter,
    PlannedArgument,
    PlannedPoint,
    PlannedVariant,
    SweepPlan,
    Variant,
)
from mitosis._redaction import redact_text
from mitosis._run.variants import Lookup
from mitosis._suggestion import near
from mitosis.errors import InvalidSweepError, NotCanonicalError

Canonical = Callable[[Sequence[Parameter]], Iterable[Variant]]
"""Gives the tracked parameters of one trial in the form in which they are locked."""


@dataclass(frozen=True)
class Choice:
    """A value that an argument is given at some points.

    Attributes:
        given: how it was given.
        locked: the form in which it is locked; None before that is settled, or if untracked.
    """

    parameter: Parameter
    given: Given
    locked: Variant | None = None


@dataclass(frozen=True)
class Argument:
    """An argument, and what it is given: choices by the names of their variants."""

    name: str
    choices: Mapping[str, Choice]

    @property
    def tracked(self) -> bool:
        """Whether its values are locked."""
        return all(choice.parameter.track for choice in self.choices.values())

    @property
    def planned(self) -> PlannedArgument:
        """What the plan tells of it."""
        variants = (PlannedVariant(n, c.given, c.locked) for n, c in self.choices.items())
        return PlannedArgument(self.name, tuple(variants), self.tracked)


@dataclass(frozen=True)
class Points:
    """All points of a sweep, with the values that only this process has.

    Attributes:
        points: names of variants in the order of the arguments, and the seed.
    """

    arguments: tuple[Argument, ...]
    points: tuple[PlannedPoint, ...]

    def __len__(self) -> int:
        return len(self.points)

    def parameters(self, number: int) -> list[Parameter]:
        """Return the parameters of a point."""
        names = self.points[number].variants
        pairs = zip(self.arguments, names, strict=True)
        return [argument.choices[name].parameter for argument, name in pairs]

    @property
    def planned(self) -> tuple[PlannedArgument, ...]:
        """What the plan tells of the arguments."""
        return tuple(argument.planned for argument in self.arguments)


def settle(points: Points, canonical: Canonical) -> Points:
    """Give every choice the form in which it is locked, and a name that tells no secret.

    Args:
        points: as they were asked for.
        canonical: is called with one choice for each argument, as often as it takes.

    Raises:
        NotCanonicalError: names all values that cannot be made canonical.
    """
    locked = dict(_locked(points.arguments, canonical))
    arguments, renamed = [], []
    for argument in points.arguments:
        names, choices = {}, {}
        for name, choice in argument.choices.items():
            settled = _settled(choice, name, locked.get((argument.name, name)))
            names[name] = settled.locked.name if settled.locked else redact_text(name)
            choices[names[name]] = settled
        arguments.append(replace(argument, choices=choices))
        renamed.append(names)
    if all(old == new for names in renamed for old, new in names.items()):
        return Points(tuple(arguments), points.points)
    found = [
        point._replace(
            variants=tuple(n[v] for n, v in zip(renamed, point.variants, strict=True))
        )
        for point in points.points
    ]
    return Points(tuple(arguments), tuple(found))


def _settled(choice: Choice, name: str, locked: Variant | None) -> Choice:
    final = locked.name if locked else redact_text(name)
    return replace(choice, locked=locked, given=choice.given if final == name else Given.VALUE)


def _locked(
    arguments: Sequence[Argument], canonical: Canonical
) -> Iterator[tuple[tuple[str, str], Variant]]:
    """Yield the locked form of every tracked choice, by the names that it was asked for."""
    refused: dict[str, NotCanonicalError] = {}
    choices = [(a.name, a.tracked, list(a.choices.items())) for a in arguments]
    for number in range(max((len(each) for *_, each in choices), default=0)):
        # Each of these is what one trial may be given: no argument may be missing.
        taken = {name: each[number % len(each)] for name, _, each in choices}
        try:
            variants = canonical([choice.parameter for _, choice in taken.values()])
        except NotCanonicalError as exc:
            refused[str(exc)] = exc
            continue
        by_argument = {variant.parameter: variant for variant in variants}
        for name, is_tracked, each in choices:
            if is_tracked and number < len(each):
                parameter = taken[name][1].parameter
                yield (name, taken[name][0]), by_argument[parameter.arg_name]
    if refused:
        raise _together(list(refused.values()))


def _together(refused: list[NotCanonicalError]) -> NotCanonicalError:
    if len(refused) == 1:
        return refused[0]
    faults = ((f"{exc.subject}, {path}", why) for exc in refused for path, why in exc.faults)
    return NotCanonicalError(
        faults=tuple(faults), subject=f"Parameters of {len(refused)} points"
    )


def again(plan: SweepPlan, lookup: Lookup, given: Points | None = None) -> Points:
    """Return the points of a plan, with values that are found as they were found then.

    Args:
        plan: the sweep's.
        lookup: gives all variants of an argument by name.
        given: what the sweep is asked to be now, whose values come first.

    Raises:
        InvalidSweepError: names all that cannot be found: variants that are gone, and values
            that only a script had.
    """
    faults: list[str] = []
    anew = {argument.name: argument.choices for argument in given.arguments} if given else {}
    arguments = [_found(a, anew.get(a.name, {}), lookup, faults) for a in plan.arguments]
    if faults:
        raise InvalidSweepError(faults=tuple(faults))
    return Points(tuple(arguments), plan.points)


def _found(
    argument: PlannedArgument, anew: Mapping[str, Choice], lookup: Lookup, faults: list[str]
) -> Argument:
    known = lookup(argument.name)
    choices = {}
    for variant in argument.variants:
        name = variant.name
        if name in anew:
            choices[name] = anew[name]
            continue
        by_name = (p for p in known.values() if p.var_name == name)
        parameter = known.get(name) or next(by_name, None)
        if variant.given is Given.EXPRESSION:
            parameter = Parameter(name, argument.name, name, evaluate=True)
        if parameter is None:
            where = f"variant {name!r} of {argument.name!r}"
            faults.append(
                f"{where} was a value in a script: go on there, with resume=True"
                if variant.given is Given.VALUE
                else f"{where} is gone{near(name, known)}"
            )
            continue
        choices[name] = Choice(replace(parameter, track=argument.tracked), variant.given)
    return Argument(argument.name, choices)
