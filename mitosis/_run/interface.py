"""What the rest of a trial asks of an experiment, whatever kind it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

from mitosis._dataclass import dataclass
from mitosis._notebook import PlannedCell
from mitosis._suggestion import near


@dataclass(frozen=True)
class Interface:
    """The arguments that an experiment takes, under the names that parameters have.

    Attributes:
        owner: what takes them, for messages, e.g. `"run()"`.
        text: how they are written: the signature of `run`, or else a phrase.
        by_name: those that can be passed by name.
        required: those without a default, in their order.
        any_under: what names of further arguments may begin with; `""` where any are taken.
        filled: arguments that the experiment fills by itself, to what that is.
    """

    owner: str
    text: str
    by_name: frozenset[str]
    required: tuple[str, ...] = ()
    any_under: tuple[str, ...] = ()
    filled: Mapping[str, str] = field(default_factory=dict)

    def faults(self, given: Sequence[str]) -> list[str]:
        """Say which arguments are doubled, unknown or missing."""
        taken = set(given) & self.by_name
        twice = (f"{name!r} is given {n} times" for name, n in Counter(given).items() if n > 1)
        unknown = (
            self._unknown(name, self.by_name - taken)
            for name in dict.fromkeys(given)
            if name in self.filled
            or (name not in self.by_name and not name.startswith(self.any_under))
        )
        missing = (self._missing(name) for name in self.required if name not in taken)
        return [*twice, *unknown, *missing]

    def missing(self, given: Collection[str]) -> tuple[str, ...]:
        """Return the arguments that have to be given, can be, and are not."""
        return tuple(n for n in self.required if n in self.by_name and n not in given)

    def _unknown(self, name: str, free: Collection[str]) -> str:
        if name in self.filled:
            return f"argument {name!r} is filled with {self.filled[name]}"
        known = {*free, *(full.rpartition(".")[2] for full in free)}  # steps may be left out
        return f"{self.owner} takes no argument {name!r}{near(name, known, or_all=False)}"

    def _missing(self, name: str) -> str:
        what = f"argument {name!r} of {self.owner} is"
        if name in self.by_name:
            return f"{what} missing"
        return f"{what} positional-only; parameters are passed by name"


@dataclass(frozen=True)
class Experiment(ABC):
    """What can be said of an experiment before it runs.

    Attributes:
        file: where it is defined; None in an interactive session.
        hypothesis: what it claims; empty where it claims nothing.
    """

    name: str
    file: Path | None
    hypothesis: str

    @property
    @abstractmethod
    def interface(self) -> Interface:
        """The arguments that it takes."""

    @abstractmethod
    def cells(self, opening: Sequence[str], given: Mapping[str, str]) -> Iterator[PlannedCell]:
        """Yield the cells that make `results`, after the one that makes `parameters`.

        Args:
            opening: lines that have to run once the code is loaded, and before any of it runs.
            given: the keys of `parameters`, to the code of their values.
        """

    @property
    def by_name(self) -> set[str]:
        """The arguments that can be passed by name."""
        return set(self.interface.by_name)

    def takes(self, name: str) -> bool:
        """Tell whether an argument has this very name."""
        return name in self.interface.by_name or name in self.interface.required

    @property
    def takes_any(self) -> bool:
        """Whether arguments are taken that have no name of their own."""
        return bool(self.interface.any_under)

    @property
    def files(self) -> tuple[Path | None, ...]:
        """Where all of it is defined."""
        return (self.file,)

    @property
    def import_folders(self) -> tuple[Path, ...]:
        """Folders that its code imports from, before all others."""
        return ()

    @property
    def step_names(self) -> tuple[str, ...]:
        """The names of its steps; of an experiment of one piece there are none."""
        return ()

    @property
    def payload(self) -> Any:
        """What has to be pickled for the kernel, for it can be imported by no name; or None."""
        return None

    def namespace(self, argument: str) -> Mapping[str, Any]:  # noqa: ARG002 - others need it
        """Return the names that the expression for an argument may use."""
        return {}

    def full_names(self, argument: str) -> tuple[str, ...]:
        """Return the arguments that are meant by a name: one, if it is unambiguous."""
        return (argument,)
