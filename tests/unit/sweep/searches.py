"""The plan of a search and rows of its trials; nothing runs for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from mitosis._model import PRUNED, Status, SweepPlan, SweepRow
from mitosis._sweep.preparing_search import Wanted, told_space
from mitosis._sweep.space import Space, read_space
from tests.unit.sweep.planned import COMMIT, NOON, grid


def space_of(**given: Any) -> Space:
    """Return what a search may choose from, which holds no fault."""
    space, faults = read_space(given, str)
    assert not faults
    return space


def search(space: Space, n_trials: int = 6, direction: str = "minimize") -> SweepPlan:
    """Return the plan of a search, with its choices as arguments."""
    choices = {name: list(each.choices) for name, each in space.items() if each.choices}
    options = {
        "space": told_space(space),
        "n_trials": n_trials,
        "direction": direction,
        "seed": None,
    }
    plan = grid(choices, name="search")
    return replace(plan, asked="search", points=(), options=options)


def trial(
    point: int,
    variants: Mapping[str, str],
    main: Any = 1.0,
    status: Status = Status.SUCCEEDED,
    reason: str = "",
) -> SweepRow:
    """Return a trial of a search; values are the variants' names, as numbers if they are."""
    return SweepRow(
        point=point,
        key=f"{point:08x}",
        name=f"exp-{point}",
        status=status,
        main=main if status is Status.SUCCEEDED else None,
        seed=7,
        started_at=NOON + timedelta(seconds=point),
        wall_seconds=2.0,
        reason=reason,
        html="",
        folder=f"exp-{point}",
        commit=COMMIT,
        variants=dict(variants),
        values={name: _value(text) for name, text in variants.items()},
    )


def pruned(point: int, variants: Mapping[str, str]) -> SweepRow:
    """Return a trial that its search has ended."""
    return trial(point, variants, status=Status.KILLED, reason=PRUNED)


def wanted(**fields: Any) -> Wanted:
    """Return what a search is asked to be."""
    usual: dict[str, Any] = {
        "space": {"x": (0.0, 1.0)},
        "n_trials": 6,
        "direction": "minimize",
        "params": (),
        "untracked": (),
        "seed": None,
        "sampler": None,
        "pruner": None,
        "prune_by": None,
    }
    return Wanted(**{**usual, **fields})


def _value(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
