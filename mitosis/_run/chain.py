"""Several steps as one experiment: each gets what the one before it hands on."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from keyword import iskeyword
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from mitosis._dataclass import dataclass
from mitosis._notebook import PlannedCell, source_cell
from mitosis._redaction import redact_code
from mitosis._run.function_experiment import FunctionExperiment, describe_function
from mitosis._run.interface import Experiment, Interface
from mitosis.errors import InvalidExperimentError

_SHARED = ("seed", "group")
"""Arguments that mitosis gives to each step that takes them."""

_POSITIONAL = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.VAR_POSITIONAL,
)


@dataclass(frozen=True)
class Chain(Experiment):
    """An experiment of several steps; parameters are called `step.argument`.

    Attributes:
        steps: each is an experiment of its own.
    """

    steps: tuple[FunctionExperiment, ...]

    @property
    def step_names(self) -> tuple[str, ...]:
        """The names of its steps, in their order."""
        return tuple(step.name for step in self.steps)

    @property
    def files(self) -> tuple[Path | None, ...]:
        """Where its steps are defined."""
        return tuple(step.file for step in self.steps)

    @cached_property
    def interface(self) -> Interface:
        """The arguments of all steps, without those that are filled with data."""
        filled = dict(self._filled())
        names = {_shared_or_full(s, n) for s in self.steps for n in s.interface.by_name}
        required = [_shared_or_full(s, n) for s in self.steps for n in s.interface.required]
        return Interface(
            owner="the experiment",
            text=f"Its steps are {' and '.join(f'{s.name}{s.signature}' for s in self.steps)}.",
            by_name=frozenset(names - filled.keys()),
            required=tuple(n for n in dict.fromkeys(required) if n not in filled),
            any_under=tuple(f"{step.name}." for step in self.steps if step.takes_any),
            filled=filled,
        )

    def _filled(self) -> Iterator[tuple[str, str]]:
        for before, step in zip(self.steps, self.steps[1:], strict=False):
            if name := _data_argument(step):
                yield f"{step.name}.{name}", f'what step {before.name!r} hands on as "data"'

    @property
    def payload(self) -> Any:
        """The steps that the kernel cannot import, by their names."""
        return {s.name: s.payload for s in self.steps if s.payload is not None} or None

    def cells(self, opening: Sequence[str], given: Mapping[str, str]) -> Iterator[PlannedCell]:
        """Yield source and call of each step."""
        for number, step in enumerate(self.steps):
            if step.source:
                yield source_cell(redact_code(step.source))
            lines = [
                step.load_code("step", f"the_experiment()[{step.name!r}]"),
                "",
                *(opening if number == 0 else ()),
                _call(step, self._passed(step, given), gets_data=number > 0),
            ]
            if number + 1 < len(self.steps):
                lines.append(f"hand_on({step.name!r}, results)")
            yield PlannedCell("\n".join(lines), ("run", step.name))

    def _passed(self, step: FunctionExperiment, given: Collection[str]) -> dict[str, str]:
        """Return the arguments that a step is given by name, to the keys of `parameters`."""
        own = {name: key for key in given if (name := self._argument_of(step, key))}
        return {n: n for n in _SHARED if n in given and n in step.by_name} | own

    def _argument_of(self, step: FunctionExperiment, key: str) -> str | None:
        owners = [s for s in self.steps if key.startswith(f"{s.name}.")]
        owner = max(owners, key=lambda s: len(s.name), default=None)
        return key.removeprefix(f"{step.name}.") if owner is step else None

    def namespace(self, argument: str) -> Mapping[str, Any]:
        """Return the names that the step itself can use."""
        for step in self.steps:
            if self._argument_of(step, argument):
                return step.namespace(argument)
        return {}

    def full_names(self, argument: str) -> tuple[str, ...]:
        """Return the arguments that are meant by a name, with which the step may not stand."""
        if argument in self.by_name:
            return (argument,)
        named = {f"{step.name}.{argument}" for step in self.steps} & self.by_name
        return tuple(sorted(named)) or (argument,)


def describe_chain(subjects: Sequence[Any], hypothesis: str | None = None) -> Experiment:
    """Check what was passed as the steps of an experiment, and describe it.

    One step is described as the experiment that it is.

    Args:
        subjects: functions, and experiments with a `name` and a `run`.
        hypothesis: what it claims, where that is said from outside; else what the last step
            claims, which returns the main result.

    Raises:
        InvalidExperimentError: one is none, or two have the same name; names all faults.
    """
    faults: list[str] = [] if subjects else ["it has no steps"]
    steps = [step for n, each in enumerate(subjects, 1) if (step := _step(each, n, faults))]
    counts = Counter(step.name for step in steps)
    faults += [f"{n} of its steps are called {name!r}" for name, n in counts.items() if n > 1]
    if faults:
        raise InvalidExperimentError(experiment="The list of steps", faults=tuple(faults))
    if len(steps) == 1:
        return describe_function(_subject(subjects[0]), hypothesis)
    return Chain(
        name="_".join(counts),
        file=steps[0].file,
        hypothesis=inspect.cleandoc(hypothesis or "").strip() or steps[-1].hypothesis,
        steps=tuple(steps),
    )


def _step(subject: Any, number: int, faults: list[str]) -> FunctionExperiment | None:
    try:
        return describe_function(_subject(subject))
    except InvalidExperimentError as exc:
        faults += [f"step {number}: {fault}" for fault in exc.faults]
        return None


def _subject(subject: Any) -> Any:
    """Return an experiment for a function, which has no `run`."""
    if not callable(subject) or hasattr(subject, "run"):
        return subject
    name = getattr(subject, "__name__", None)
    return SimpleNamespace(name=None if name == "<lambda>" else name, run=subject)


def _shared_or_full(step: FunctionExperiment, argument: str) -> str:
    return argument if argument in _SHARED else f"{step.name}.{argument}"


def _data_argument(step: FunctionExperiment) -> str | None:
    """Return the argument that data are handed to: the first, if it may go without a name."""
    first = next(iter(step.signature.parameters.values()), None)
    is_taken = first is not None and first.kind in _POSITIONAL and first.name not in _SHARED
    return first.name if first and is_taken else None


def _call(step: FunctionExperiment, passed: Mapping[str, str], *, gets_data: bool) -> str:
    words = ["*handed_on()"] if gets_data and _data_argument(step) else []
    words += [f"{n}=parameters[{key!r}]" for n, key in passed.items() if _is_word(n)]
    others = [f"{n!r}: parameters[{key!r}]" for n, key in passed.items() if not _is_word(n)]
    words += [f"**{{{', '.join(others)}}}"] if others else []
    if len(words) < 2:
        return f"results = step.run({''.join(words)})"
    return "\n".join(["results = step.run(", *(f"    {word}," for word in words), ")"])


def _is_word(name: str) -> bool:
    return name.isidentifier() and not iskeyword(name)
