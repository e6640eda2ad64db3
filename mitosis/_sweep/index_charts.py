"""What a sweep reported, as pictures against each parameter and as a table of two of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mitosis._history.groups import make_spread
from mitosis._sweep.overview import Group, Overview
from mitosis._sweep.standing import is_number
from mitosis._wording import shown

_MOST_CHARTS = 12
_MOST_SIDE = 20
_DARKEST = 45
_ALL = "all trials"


def charts(overview: Overview) -> dict[str, Any]:
    """Return pictures of main against each parameter that varies, and what to know of them."""
    from mitosis._curves import dependence_svg
    from mitosis._notebook import Picture

    rows = overview.numbered
    if not rows:
        return {"charts": [], "chart_note": ""}
    mains = [float(row.main) for row in rows]
    limits = (min(mains), max(mains))
    found = []
    for dependence in _dependences(overview, mains):
        svg = dependence_svg(dependence, "main", limits=limits).encode("utf-8", "replace")
        name = f"main by {shown(dependence.name)}: mean and standard deviation of trials"
        found.append({"name": name, "src": Picture(name, "image/svg+xml", svg).uri})
    return {"charts": found, "chart_note": _note(overview)}


def _note(overview: Overview) -> str:
    note = (
        "Squares and bars are mean ± standard deviation of all trials with that value, "
        "whatever their other parameters; circles are single trials, or, where there are too "
        "many, thin lines reach from the lowest to the highest."
    )
    more = len(overview.varying) - _MOST_CHARTS
    return f"{note} {more} more parameters are not drawn." if more > 0 else note


def _dependences(overview: Overview, mains: Sequence[float]) -> list[Any]:
    from mitosis._curves import Dependence

    if not overview.varying:
        return [Dependence(_ALL, [0.0] * len(mains), mains, (shown(overview.plan.name),))]
    found = []
    for at in overview.varying[:_MOST_CHARTS]:
        argument = overview.plan.arguments[at]
        used = [overview.plan.points[row.point].variants[at] for row in overview.numbered]
        numbers = _numbers(overview, at)
        ranks = {variant.name: rank for rank, variant in enumerate(argument.variants)}
        x = [numbers[name] if numbers else float(ranks[name]) for name in used]
        found.append(Dependence(argument.name, x, mains, () if numbers else tuple(ranks)))
    return found


def _numbers(overview: Overview, at: int) -> Mapping[str, float]:
    """Return the number of each variant of an argument; nothing where one is no number."""
    name = overview.plan.arguments[at].name
    found: dict[str, float] = {}
    for row in overview.numbered:
        value = row.values.get(name)
        if not is_number(value):
            return {}
        found[overview.plan.points[row.point].variants[at]] = float(value)  # type: ignore[arg-type]
    return found


def pivot(overview: Overview, groups: Sequence[Group]) -> dict[str, Any] | None:
    """Return the means by two parameters, if just two vary and there are not too many."""
    known = {group.variants: group for group in groups}
    if len(overview.varying) != 2 or not overview.numbered:
        return None
    rows, columns = (list(dict.fromkeys(names)) for names in zip(*known, strict=True))
    if max(len(rows), len(columns)) > _MOST_SIDE:
        return None
    means = [group.mean for group in groups if group.n]
    low, high = min(means), max(means)
    first, second = map(shown, overview.arguments)
    return {
        "title": f"main by {first} and {second}",
        "corner": f"{first} \\ {second}",
        "columns": [shown(name) for name in columns],
        "rows": [
            {
                "name": shown(row),
                "cells": [_cell(known.get((row, name)), low, high) for name in columns],
            }
            for row in rows
        ],
    }


def _cell(group: Group | None, low: float, high: float) -> dict[str, Any]:
    if group is None or not group.n:
        return {"text": "" if group is None else "–", "share": None}  # noqa: RUF001 - a dash
    share = round(_DARKEST * (group.mean / 2 - low / 2) / ((high / 2 - low / 2) or 1.0))
    return {"text": make_spread(group.mean, group.std).text, "share": share}
