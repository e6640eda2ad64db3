"""Plans of sweeps and rows of their trials, as many as a test wants; nothing runs for them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from mitosis._model import Status
from mitosis._model.sweeps import (
    PlannedArgument,
    PlannedPoint,
    PlannedVariant,
    SweepPlan,
    SweepRow,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
COMMIT = "3f9a2c71" * 5


def grid(
    variants: Mapping[str, Any],
    seeds: Iterable[int | None] = (None,),
    name: str = "grid",
    **fields: Any,
) -> SweepPlan:
    """Return the plan of a product; the variants' names are the texts of their values."""
    arguments = tuple(
        PlannedArgument(argument, tuple(PlannedVariant(str(value)) for value in values))
        for argument, values in variants.items()
    )
    names = [[variant.name for variant in argument.variants] for argument in arguments]
    points = itertools.product(itertools.product(*names), list(seeds))
    return SweepPlan(
        name=name,
        experiment=fields.pop("experiment", "kmeans"),
        created_at=NOON,
        database="kmeans.db",
        arguments=arguments,
        points=tuple(PlannedPoint(chosen, seed) for chosen, seed in points),
        commit=COMMIT,
        **fields,
    )


def row(
    plan: SweepPlan,
    point: int,
    main: Any = 1.0,
    status: Status = Status.SUCCEEDED,
    **fields: Any,
) -> SweepRow:
    """Return the trial of a point; values are the variants' names, as numbers if they are."""
    variants = plan.variants_of(point)
    name = fields.pop("name", "-".join([plan.experiment, *variants.values(), str(point)]))
    told: dict[str, Any] = {
        "key": f"{point:08x}",
        "seed": plan.points[point].seed,
        "started_at": NOON + timedelta(seconds=point),
        "wall_seconds": 2.0,
        "reason": "",
        "html": f"trial_{name}.html",
        "folder": f"{name}_{point:08x}",
        "commit": COMMIT,
        "variants": variants,
        "values": {argument: _value(text) for argument, text in variants.items()},
    }
    reported = main if status is Status.SUCCEEDED else None
    return SweepRow(point=point, name=name, status=status, main=reported, **{**told, **fields})


def _value(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def rows(plan: SweepPlan, main: Callable[[Mapping[str, Any], int], Any]) -> list[SweepRow]:
    """Return a trial that succeeded for each point, with a main made of values and point."""
    made = (row(plan, point) for point in range(len(plan.points)))
    return [row(plan, each.point, main(each.values, each.point)) for each in made]
