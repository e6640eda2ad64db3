"""`mitosis sweeps`: which sweeps there are, and how they stand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mitosis._cli.ending import CONTEXT, end, exit_status
from mitosis._cli.folder_option import folder_option
from mitosis._cli.screen import say, terminal_width
from mitosis._model import Status

if TYPE_CHECKING:
    from mitosis._history.sheet import Cell
    from mitosis._model import SweepPlan
    from mitosis._store import Store

_TITLES = (
    *("name", "experiment", "trials", "succeeded", "failed", "running", "missing"),
    "planned_at",
)


@click.command("sweeps", context_settings=CONTEXT)
@click.argument("name", required=False, metavar="[NAME]")
@folder_option
@exit_status
def sweeps_command(name: str | None, folder: Path | None) -> None:
    """List all sweeps, or show how one stands.

    Without NAME, each sweep is a line: how many trials it is to have, and how many of them
    have succeeded, did not (failed, killed, timed out or lost), are running, or are missing.
    With NAME: its table by variant, and what failed.

    \b
    mitosis sweeps
    mitosis sweeps night

    What is missing or failed is run by: mitosis sweep --resume NAME

    Exit status: 0 shown; 1 some plans cannot be read; 2 refused: there is no such sweep.
    """  # noqa: D301 - the control character keeps click from wrapping the example
    from mitosis._history.lookup import default_folder
    from mitosis._records import read_plan, recorded_plans

    place = default_folder(folder)
    if name is not None:
        say(_shown(read_plan(place, name), place))
        return
    plans, faults = recorded_plans(place)
    say(_listed(plans, place) if plans else f"There are no sweeps in {place}.")
    end([str(fault) for fault in faults])


def _shown(plan: SweepPlan, place: Path) -> str:
    from mitosis._layout import sweep_page
    from mitosis._records import close_dead
    from mitosis._store import Store
    from mitosis._sweep.summary import end_text
    from mitosis._sweep.taken import sweep_rows

    store = Store(place / plan.database)
    close_dead(place, store)
    rows = sweep_rows(store, plan.name)
    return end_text(plan, rows, sweep_page(place, plan.name), terminal_width())


def _listed(plans: list[SweepPlan], place: Path) -> str:
    from mitosis._history.sheet import Sheet
    from mitosis._history.sheet_text import sheet_text
    from mitosis._records import close_dead
    from mitosis._store import Store

    stores = {plan.database: Store(place / plan.database) for plan in plans}
    for store in stores.values():
        close_dead(place, store)
    rows = tuple(_row(plan, _counts(plan, stores[plan.database])) for plan in plans)
    return sheet_text(Sheet(_TITLES, rows, 1), terminal_width(), may_drop=True)


def _counts(plan: SweepPlan, store: Store) -> Mapping[Status, int]:
    from mitosis._sweep.overview import Overview
    from mitosis._sweep.taken import sweep_rows, taken

    if taken(store.path.parent, plan.name):
        return Overview(plan, sweep_rows(store, plan.name)).counts
    return store.sweep_counts(plan.name)


def _row(plan: SweepPlan, counts: Mapping[Status, int]) -> tuple[Cell, ...]:
    from mitosis._history.sheet import make_cell

    succeeded = counts.get(Status.SUCCEEDED, 0)
    running = counts.get(Status.RUNNING, 0)
    ended = sum(counts.values())
    total = max(plan.size, ended)  # a search may be given more trials later
    told = (
        plan.name,
        plan.experiment,
        total,
        succeeded,
        ended - succeeded - running,
        running,
        max(0, total - ended),
        f"{plan.created_at:%Y-%m-%d %H:%M}",
    )
    return tuple(make_cell(title, value) for title, value in zip(_TITLES, told, strict=True))
