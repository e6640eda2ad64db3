"""A sweep: a named, stored plan of points, each of which wants one trial that succeeded.

How a sweep stands is never stored: it is derived from the rows of its trials.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from mitosis._model.trials import PRUNED, Status
from mitosis._model.variants import Variant

SEARCH = "search"
"""How a sweep is asked for whose points are found while it runs."""


class Given(StrEnum):
    """How the value of a planned variant was given, and so how it is found again."""

    VARIANT = "variant"
    EXPRESSION = "expression"
    VALUE = "value"


@dataclass(frozen=True)
class PlannedVariant:
    """A variant that points of a sweep use.

    Attributes:
        given: by its name in a dict of variants, by an expression that is its name, or by a
            value that only the caller has.
        locked: the form in which it is locked; None where the argument is not tracked.
    """

    name: str
    given: Given = Given.VARIANT
    locked: Variant | None = None


@dataclass(frozen=True)
class PlannedArgument:
    """An argument of the experiment, and all variants that points of a sweep give it.

    Attributes:
        variants: in the order in which they were asked for.
    """

    name: str
    variants: tuple[PlannedVariant, ...]
    tracked: bool = True


class PlannedPoint(NamedTuple):
    """What one trial of a sweep is to be.

    Attributes:
        variants: name of the variant of each argument, in the order of the plan's arguments.
        seed: None for one that is generated.
    """

    variants: tuple[str, ...]
    seed: int | None = None


@dataclass(frozen=True)
class SweepPlan:
    """All that is fixed before the first trial of a sweep.

    Attributes:
        experiment: its name.
        found_by: how a command line finds the experiment again; empty if it cannot.
        database: name of the file in the trials folder that its trials' rows stand in.
        asked: how it was asked for: `grid`, `zip` or `table`; or `search`, whose points are
            what its trials were given.
        argv: the command line it came from, without secrets.
        options: what else its trials are run with, as JSON holds it.
        arguments: in the order in which they were asked for; points follow it.
        commit: full hash of what its trials run; None without one.
        environment: digest of the packages, which names a file.
    """

    name: str
    experiment: str
    created_at: datetime
    database: str
    arguments: tuple[PlannedArgument, ...]
    points: tuple[PlannedPoint, ...]
    group: str | None = None
    found_by: str = ""
    asked: str = "grid"
    argv: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    commit: str | None = None
    environment: str = ""

    @property
    def locked(self) -> Iterator[Variant]:
        """All variants that the sweep locks, each once."""
        for argument in self.arguments:
            yield from (v.locked for v in argument.variants if v.locked)

    @property
    def is_search(self) -> bool:
        """Whether its points are found while it runs."""
        return self.asked == SEARCH

    @property
    def word(self) -> str:
        """What it is called where people read of it."""
        return SEARCH if self.is_search else "sweep"

    @property
    def size(self) -> int:
        """How many points it has, or is to have."""
        return max(len(self.points), self.options["n_trials"] if self.is_search else 0)

    def variants_of(self, point: int) -> dict[str, str]:
        """Return argument to variant's name of a point, tracked arguments and others."""
        names = (argument.name for argument in self.arguments)
        return dict(zip(names, self.points[point].variants, strict=True))


@dataclass(frozen=True, slots=True)
class SweepRow:
    """A trial of a sweep, as its row tells it.

    Attributes:
        point: the number of the point that it is for.
        main: `results["main"]` as JSON holds it, integers too; None if there is none.
        html, folder: below the trials folder; empty where there is none.
        variants: argument to variant's name, of the tracked ones.
        values: argument to its value where that is a JSON scalar, else a short text of it.
    """

    point: int
    key: str
    name: str
    status: Status
    main: Any
    seed: int | None
    started_at: datetime
    wall_seconds: float | None
    reason: str
    html: str
    folder: str
    commit: str | None
    variants: Mapping[str, str]
    values: Mapping[str, Any]

    @property
    def is_pruned(self) -> bool:
        """Whether its search ended it."""
        return self.status is Status.KILLED and self.reason == PRUNED


@dataclass(frozen=True)
class SweepState:
    """How the points of a sweep stand.

    Attributes:
        statuses: of each point, that of the trial that counts: one that succeeded, else one
            that runs, else the newest; None where there is none.
    """

    statuses: tuple[Status | None, ...]

    @property
    def counts(self) -> dict[Status | None, int]:
        """How many points have each status; those that no point has are left out."""
        return {s: self.statuses.count(s) for s in (*Status, None) if s in self.statuses}

    @property
    def is_done(self) -> bool:
        """Whether every point has a trial that succeeded."""
        return all(status is Status.SUCCEEDED for status in self.statuses)
