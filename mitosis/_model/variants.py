"""Parameters, the form in which they are locked, and what people do to locks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, field
from datetime import datetime
from enum import StrEnum
from textwrap import indent
from types import ModuleType
from typing import Any, NamedTuple

from mitosis._dataclass import dataclass


@dataclass(frozen=True)
class Parameter:
    """A variant: one value, under a name, for one argument of an experiment.

    Args:
        var_name: the variant's name, under which the value is locked once a recorded trial
            has used it. Any text that is not empty.
        arg_name: the argument of the experiment's `run` that receives the value.
        vals: the value. With `evaluate`, the text of a Python expression for it.
        modules: modules that the kernel imports before it unpickles the value. A value whose
            class stands in a package's `__init__.py` or in the running script names that
            module here.
        evaluate: whether `vals` is the text of an expression. It is evaluated when the trial
            is set up, and sees builtins, `modules` by their names, and what the experiment's
            module defines.
        track: whether the value is locked and counts as part of the trial's name.

    Example:
        >>> Parameter("low", "noise", 0.1)
        Parameter(var_name='low', arg_name='noise', vals=0.1)
    """

    var_name: str
    arg_name: str
    vals: Any
    modules: Sequence[ModuleType] | None = None
    _: KW_ONLY
    evaluate: bool = False
    track: bool = True

    def __repr__(self) -> str:
        return (
            f"Parameter(var_name={self.var_name!r}, arg_name={self.arg_name!r}, "
            f"vals={self.vals!r})"
        )


@dataclass(frozen=True)
class Variant:
    """A tracked parameter in the form that is locked.

    Attributes:
        text: canonical text of the value.
        digest: of that text.
        version: edition of the canonical form that wrote the text.
        former: the text under each earlier edition that writes this value otherwise.
    """

    parameter: str
    name: str
    text: str
    digest: str
    version: int
    former: Mapping[int, str] = field(default_factory=dict, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the former texts behind: earlier editions write secrets as any text."""
        return self.__dict__ | {"former": {}}

    def text_under(self, version: int) -> str:
        """Return the text that an edition gives this value."""
        return self.former.get(version, self.text)


class Action(StrEnum):
    """What people do to a lock, besides running trials; and to a trial, when it is purged."""

    IMPORTED = "imported"
    PURGED = "purged"
    RENAMED = "renamed"
    RETIRED = "retired"


@dataclass(frozen=True)
class Act:
    """What somebody did to a lock, or to a trial.

    Attributes:
        by: who did it, e.g. `"Ada <ada@example.org>"`.
        why: in their words; may be empty.
        former_name: the variant's name until it was renamed; else empty.
    """

    action: Action
    at: datetime
    by: str
    why: str = ""
    former_name: str = ""


@dataclass(frozen=True)
class Lock:
    """A variant as it is locked in a database, with the trial that locked it.

    Attributes:
        trial_name: the trial that locked it, here or in the database it was imported from;
            or the sweep that locked it before its first trial.
        trial_key: that trial's key; empty where a sweep locked it.
        commit: the commit that trial, or sweep, ran.
        used_by: how many trials of this database have run with it.
        retired_at: when its name was freed; None while it is in force.
        acts: what people did to it, in order.
        place: in a shared store, for whose trials folder it was locked: `user@host:path`.
    """

    experiment: str
    variant: Variant
    locked_at: datetime
    trial_name: str
    trial_key: str
    commit: str | None
    used_by: int = 0
    retired_at: datetime | None = None
    acts: tuple[Act, ...] = ()
    place: str = field(default="", compare=False)

    @property
    def full_name(self) -> LockName:
        """Where it is found while it is in force."""
        return LockName(self.experiment, self.variant.parameter, self.variant.name)

    @property
    def sweep(self) -> str | None:
        """The sweep that locked it before any trial ran with it; None if a trial locked it."""
        return None if self.trial_key else self.trial_name

    @property
    def locked_by(self) -> str:
        """The trial, or sweep, that locked it, in words."""
        if self.sweep is not None:
            return f"sweep {self.sweep!r}"
        return f"trial {self.trial_name!r} (key {self.trial_key})"

    @property
    def origin(self) -> str:
        """Since when, by whom and at which commit it is locked."""
        commit = f" at commit {self.commit[:10]}" if self.commit else ""
        place = f", in {self.place}" if self.place else ""
        return f"since {self.locked_at:%Y-%m-%d %H:%M} UTC, by {self.locked_by}{commit}{place}"


class LockName(NamedTuple):
    """Where a lock in force is found."""

    experiment: str
    parameter: str
    name: str

    @property
    def parts(self) -> tuple[str, str, str]:
        """The three in words, from the experiment down."""
        experiment = f"experiment {self.experiment!r}"
        parameter = f"parameter {self.parameter!r} of {experiment}"
        return experiment, parameter, f"variant {self.name!r} of {parameter}"

    @property
    def numbered(self) -> tuple[LockName, int] | None:
        """Of `low@2`, the name `low` and the number of its definition that is meant."""
        name, _, number = self.name.rpartition("@")
        if not number.isdecimal() or not number.isascii() or number.startswith("0"):
            return None
        return self._replace(name=name), int(number)

    def __str__(self) -> str:
        return self.parts[-1]


@dataclass(frozen=True)
class Conflict:
    """A locked variant that was given another value.

    Attributes:
        lock: what is locked.
        given: what was passed.
        differences: one `(path, locked, given)` for each place where the two differ.
    """

    lock: Lock
    given: Variant
    differences: tuple[tuple[str, str, str], ...]

    @property
    def description(self) -> str:
        """A few lines that name the variant, point at what differs and say who locked it."""
        shown = self.differences[:10]
        facts = [_fact(*difference) for difference in shown]
        if len(shown) < len(self.differences):
            facts.append(f"... and {len(self.differences) - len(shown)} more differences")
        return (
            f"variant {self.given.name!r} of parameter {self.given.parameter!r}\n"
            + indent("\n".join(facts), "    ")
            + f"\n    {self.lock.origin}"
        )


def _fact(path: str, locked: str, given: str) -> str:
    values = f"locked  {locked}\ngiven   {given}"
    return values if path == "$" else f"{path}\n{indent(values, '    ')}"
