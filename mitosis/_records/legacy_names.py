"""Which variants a trial of mitosis 0.6 ran with: its joined name, taken apart.

That mitosis joined the names of a step's variants by `-`, in the order of the arguments, after
the name of the step; steps by `+`; and wrote `noparams` for a step without arguments. Names may
hold both signs, so the joined one can mean several things. What the trial's own folder says
settles it; without one, only a single way to read the name by the names that are known does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from mitosis._dataclass import dataclass
from mitosis._store.legacy import LegacyDatabase, LegacyTrial

WHOLE = "(joined)"
"""The one parameter of a trial whose joined name cannot be taken apart."""

_NOTHING = "noparams"
_GROUP = "group"

Step = tuple[str, Mapping[str, str]]
"""Its name, empty where nothing tells it, and its arguments with their variants' names."""


class Place(NamedTuple):
    """An argument of a step, with the number of the step in its trial, from 0."""

    number: int
    step: str
    argument: str


@dataclass(frozen=True)
class Reading:
    """What a trial ran with.

    Attributes:
        experiment: its name today: that of the only step, else all that 0.6 joined.
        group: of the only step, if it had one.
        variants: parameter to name of its variant, of what was locked.
        places: the same parameters to where they stand.
        untracked: parameters that were not locked, to the names of their variants.
        fault: why the joined name stands as it is; empty where it was taken apart.
    """

    experiment: str
    group: str | None
    variants: Mapping[str, str]
    places: Mapping[str, Place]
    untracked: Mapping[str, str]
    fault: str = ""


def read_names(
    database: LegacyDatabase, trial: LegacyTrial, told: Sequence[Mapping[str, str]]
) -> Reading:
    """Take the joined name of a trial's variants apart.

    Args:
        database: the names that are known.
        trial: the trial.
        told: of each step the arguments with the names of their variants, as the trial's
            folder has them; nothing without a folder.
    """
    found = _told(trial, told) if told else list(islice(_guessed(database, trial.variant), 2))
    if len(found) != 1:
        ways = "in several ways" if found else "in no way that fits the names that are known"
        fault = f"its name {trial.variant!r} can be read {ways}"
        whole = {WHOLE: trial.variant}
        return Reading(trial.experiment, None, whole, {}, {}, fault)
    return _reading(database, trial, found[0])


def _reading(database: LegacyDatabase, trial: LegacyTrial, steps: list[Step]) -> Reading:
    experiment, group = _experiment(trial.experiment, steps)
    variants, places, untracked = {}, {}, {}
    for number, (step, arguments) in enumerate(steps):
        for argument, name in arguments.items():
            parameter = argument if len(steps) == 1 else f"{step}.{argument}"
            if name in database.names(step, argument):
                variants[parameter] = name
                places[parameter] = Place(number, step, argument)
            else:
                untracked[parameter] = name
    return Reading(experiment, group, variants, places, untracked)


def _experiment(joined: str, steps: list[Step]) -> tuple[str, str | None]:
    """Tell the group from the step, where there is but one."""
    ((step, _), *others) = steps
    if others or not step or not joined.startswith(f"{step}_"):
        return joined, None
    return step, joined.removeprefix(f"{step}_")


def _told(trial: LegacyTrial, told: Sequence[Mapping[str, str]]) -> list[list[Step]]:
    """Return the one way to read a name by what the folder says; none if they contradict."""
    for arguments in (told, [_without_group(step) for step in told]):
        pattern = r"\+".join(map(_pattern, arguments))
        if found := re.fullmatch(pattern, trial.variant, re.DOTALL):
            names = iter(found.groups())
            return [[(next(names) if step else "", step) for step in arguments]]
    return []


def _without_group(step: Mapping[str, str]) -> Mapping[str, str]:
    """Leave out the group, which is an argument but no part of the joined name."""
    return {argument: name for argument, name in step.items() if argument != _GROUP}


def _pattern(step: Mapping[str, str]) -> str:
    joined = "-".join(name for _, name in sorted(step.items()))
    return f"(.+?)-{re.escape(joined)}" if step else _NOTHING


def _guessed(database: LegacyDatabase, text: str) -> Iterator[list[Step]]:
    """Yield each way to read a joined name by the names that are known."""
    if text == _NOTHING:
        yield [("", {})]
    if text.startswith(f"{_NOTHING}+"):
        rest = text.removeprefix(f"{_NOTHING}+")
        yield from ([("", {}), *steps] for steps in _guessed(database, rest))
    for step in sorted({step for step, _ in database.parameters}):
        arguments = sorted(argument for name, argument in database.parameters if name == step)
        if text.startswith(f"{step}-"):
            known = [(argument, database.names(step, argument)) for argument in arguments]
            for names, rest in _matched(known, text.removeprefix(step)):
                if not rest:
                    yield [(step, names)]
                elif rest.startswith("+"):
                    yield from ([(step, names), *o] for o in _guessed(database, rest[1:]))


def _matched(
    known: Sequence[tuple[str, Mapping[str, str]]], text: str
) -> Iterator[tuple[dict[str, str], str]]:
    """Yield names for some of the arguments with which a text can begin, and its rest."""
    for index, (argument, names) in enumerate(known):
        for name in names:
            rest = text.removeprefix(f"-{name}")
            if rest == text or not (rest == "" or rest[0] in "+-"):
                continue
            yield {argument: name}, rest
            for more, end in _matched(known[index + 1 :], rest):
                yield {argument: name} | more, end
