"""Trials that were there before and stand for points of a sweep: `if_needed=True`.

They are no trials of the sweep, so no row says it. What says it is a file beside the plan, a
line a point; a point whose line is lost is looked for again when the sweep is resumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mitosis._layout import append_lines, plan_file
from mitosis._model import SweepPlan, SweepRow
from mitosis._store import Store


def take(trials_folder: Path, sweep: str, point: int, key: str) -> None:
    """Write down that a trial stands for a point."""
    append_lines(_file(trials_folder, sweep), [f"{point} {key}"])


def forget(trials_folder: Path, plan: SweepPlan) -> None:
    """Remove what is left of a sweep of that name whose plan was deleted."""
    if not plan_file(trials_folder, plan.name).exists():
        _file(trials_folder, plan.name).unlink(missing_ok=True)


def taken(trials_folder: Path, sweep: str) -> Mapping[int, str]:
    """Return points to keys of the trials that stand for them."""
    try:
        lines = _file(trials_folder, sweep).read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return {}
    pairs = (line.split() for line in lines)
    return {int(p[0]): p[1] for p in pairs if len(p) == 2 and p[0].isdecimal()}


def sweep_rows(store: Store, sweep: str) -> list[SweepRow]:
    """Return the trials of a sweep, and those that stand for a point; the newest last."""
    return store.sweep_rows(sweep, taken(store.path.parent, sweep))


def _file(trials_folder: Path, sweep: str) -> Path:
    return plan_file(trials_folder, sweep).with_suffix(".taken")
