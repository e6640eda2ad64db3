"""`mitosis sweeps`: which sweeps there are, and how they stand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mitosis._cli.ending import CONTEXT, end, exit_status
from mitosis._cli.folder_option import folder_option
from mitosis._cli.screen import say, terminal_width

if TYPE_CHECKING:
    from mitosis._model import SweepPlan
    from mitosis._store import Store

_IF_ANY = {"pruned"}


@click.command("sweeps", context_settings=CONTEXT)
@click.argument("name", required=False, metavar="[NAME]")
@folder_option
@exit_status
def sweeps_command(name: str | None, folder: Path | None) -> None:
    """List all sweeps, or show how one stands.

    Without NAME, each sweep is a line: how many trials it is to have, and how many of them
    have succeeded, did not (failed, killed, timed out or lost), were pruned by a search, are
    running, or are missing.
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
    from mitosis._history.sheet import Sheet, make_cell
    from mitosis._history.sheet_text import sheet_text
    from mitosis._records import close_dead
    from mitosis._store import Store

    stores = {plan.database: Store(place / plan.database) for plan in plans}
    for store in stores.values():
        close_dead(place, store)
    told = [_told(plan, _counts(plan, stores[plan.database])) for plan in plans]
    titles = tuple(
        title for title in told[0] if title not in _IF_ANY or any(row[title] for row in told)
    )
    rows = tuple(tuple(make_cell(title, row[title]) for title in titles) for row in told)
    return sheet_text(Sheet(titles, rows, 1), terminal_width(), may_drop=True)


def _counts(plan: SweepPlan, store: Store) -> Mapping[str, int]:
    from mitosis._sweep.overview import Overview
    from mitosis._sweep.taken import sweep_rows, taken

    if plan.is_search or taken(store.path.parent, plan.name):
        return Overview(plan, sweep_rows(store, plan.name)).outcomes
    return {status.value: n for status, n in store.sweep_counts(plan.name).items()}


def _told(plan: SweepPlan, counts: Mapping[str, int]) -> dict[str, Any]:
    succeeded, pruned, running = (
        counts.get(word, 0) for word in ("succeeded", "pruned", "running")
    )
    ended = sum(counts.values())
    total = max(plan.size, ended)  # a search may be given more trials later
    return {
        "name": plan.name,
        "experiment": plan.experiment,
        "trials": total,
        "succeeded": succeeded,
        "failed": ended - succeeded - pruned - running,
        "pruned": pruned,
        "running": running,
        "missing": max(0, total - ended),
        "planned_at": f"{plan.created_at:%Y-%m-%d %H:%M}",
    }
