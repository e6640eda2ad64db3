"""The points of a search: its plan names none, they are what its trials were given."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mitosis._model import PlannedArgument, PlannedPoint, PlannedVariant, SweepPlan, SweepRow


def grown(plan: SweepPlan, rows: Sequence[SweepRow]) -> SweepPlan:
    """Return the plan of a search with the points that its trials so far are for.

    A number whose trials are gone has the variants of another one; no trial stands for it.

    Args:
        plan: the search's; what does not vary, and choices, are arguments of it.
        rows: its trials.
    """
    if not rows:
        return plan
    fixed = {argument.name: argument for argument in plan.arguments}
    numeric = [name for name in plan.options["space"] if name not in fixed]
    arguments = (*plan.arguments, *(_argument(name, rows) for name in numeric))
    points = {row.point: _point(arguments, row.variants, plan) for row in rows}
    stand_in = points[rows[0].point]
    found = tuple(points.get(number, stand_in) for number in range(max(points) + 1))
    return replace(plan, arguments=arguments, points=found)


def number_of(variant: str) -> float:
    """Return the number that the variant of one is named by."""
    return float(ast.literal_eval(variant))


def _argument(name: str, rows: Sequence[SweepRow]) -> PlannedArgument:
    names = {row.variants[name] for row in rows if name in row.variants}
    return PlannedArgument(name, tuple(map(PlannedVariant, sorted(names, key=number_of))))


def _point(
    arguments: Sequence[PlannedArgument], variants: Mapping[str, str], plan: SweepPlan
) -> PlannedPoint:
    names = (
        variants[argument.name] if argument.tracked else argument.variants[0].name
        for argument in arguments
    )
    return PlannedPoint(tuple(names), plan.options["seed"])
