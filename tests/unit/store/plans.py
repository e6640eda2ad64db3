"""Plans of sweeps for the tests of the store."""

from __future__ import annotations

from datetime import timedelta

from mitosis._model import (
    Given,
    PlannedArgument,
    PlannedPoint,
    PlannedVariant,
    SweepPlan,
    Variant,
)

from .claims import COMMIT, NOON


def plan(*variants: Variant, name: str = "night") -> SweepPlan:
    planned = tuple(PlannedVariant(v.name, Given.VARIANT, v) for v in variants)
    return SweepPlan(
        name=name,
        experiment="sine",
        created_at=NOON - timedelta(hours=1),
        database="sine.db",
        arguments=(PlannedArgument("noise", planned),),
        points=tuple(PlannedPoint((v.name,)) for v in variants),
        commit=COMMIT,
    )
