"""Experiments' variants and plans for the tests of sweeps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

from mitosis._model import Parameter, SweepPlan
from mitosis._run.locking import lockable
from mitosis._run.variants import Place, lookup_in
from mitosis._sweep.plan import Asked, Points, expand, settle

MODULE = ModuleType("experiments")
MODULE.__dict__.update(
    amplitude={"low": 1, "high": 4, "a,b": 5},
    frequency={"slow": 0.5, "fast": 2.0, "own": Parameter("own-name", "frequency", 9)},
)
NOON = datetime(2026, 5, 6, 12, tzinfo=UTC)
LOOKUP = lookup_in(lambda argument: Place(argument, ((vars(MODULE), MODULE),)))


def points(grid: Mapping[str, Any] | None = None, **asked: Any) -> Points:
    """Return the points of a sweep, with what is locked."""
    return settle(expand(Asked(grid or {}, **asked), LOOKUP), lambda ps: lockable(ps).variants)


def told(found: Points) -> list[str]:
    """Return each point in one line."""
    return [
        " ".join([*point.variants, *([] if point.seed is None else [f"seed={point.seed}"])])
        for point in found.points
    ]


def planned(found: Points, **fields: Any) -> SweepPlan:
    """Return the plan of some points."""
    known: dict[str, Any] = {
        "name": "night",
        "experiment": "sine",
        "created_at": NOON,
        "database": "sine.db",
        "arguments": found.planned,
        "points": found.points,
        "commit": "0" * 40,
        "environment": "e" * 64,
    }
    return SweepPlan(**known | fields)
