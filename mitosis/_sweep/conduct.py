"""A prepared sweep from its first trial to its page and its table."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from mitosis._dataclass import dataclass
from mitosis._model import SweepRow
from mitosis._run.here import warm_up
from mitosis._run.terminal import Terminal
from mitosis._sweep.desk import TrialDesk
from mitosis._sweep.halt import Halt
from mitosis._sweep.holding import held
from mitosis._sweep.index_page import IndexPage
from mitosis._sweep.overview import Overview
from mitosis._sweep.pools import TrialPool
from mitosis._sweep.preparing import Prepared
from mitosis._sweep.progress import Progress, make_progress
from mitosis._sweep.result import Sweep
from mitosis._sweep.scheduler import Desk, Scheduler, Tally
from mitosis._sweep.summary import end_text
from mitosis._sweep.taken import sweep_rows
from mitosis._wording import counted, shown


@dataclass(frozen=True)
class Conduct:
    """How a sweep is run; see `sweep`."""

    executor: Executor | None = None
    jobs: int | None = None
    max_failures: int | None = None


MakeDesk = Callable[[Prepared, Progress, Callable[[], object]], Desk[int, Any]]
"""Makes the desk of a sweep, from where it is shown and what else is done now and then."""


def trial_desk(
    prepared: Prepared, progress: Progress, at_tick: Callable[[], object]
) -> Desk[int, Any]:
    """Return the desk of a sweep whose points are known."""
    name = prepared.plan.name
    return TrialDesk(prepared.campaign, name, prepared.points, progress, at_tick)


def conduct(prepared: Prepared, manner: Conduct, make_desk: MakeDesk = trial_desk) -> Sweep:
    """Run the trials of all points that are due, and show what came of them.

    Raises:
        SweepRunningError: another process runs it.
        MitosisError: a claim or a worker was refused; all trials that ran are recorded.
        KeyboardInterrupt: it was asked to end; all trials that ran are recorded.
    """
    plan, store = prepared.plan, prepared.campaign.store
    folder = prepared.campaign.place.trials_folder
    page = IndexPage(folder, plan, lambda: sweep_rows(store, plan.name))
    with held(folder, plan.name), store.kept_open(), _told(prepared, page):
        tally = _run(prepared, manner, page, make_desk)
    if tally.interrupted:
        raise KeyboardInterrupt
    return Sweep(plan.name, plan.experiment, page.path, plan, store)


def _run(prepared: Prepared, manner: Conduct, page: IndexPage, make_desk: MakeDesk) -> Tally:
    due = prepared.due()
    if not due:
        _begin(prepared, 0, 0)
        return Tally()
    if manner.executor is None:
        warm_up(prepared.campaign.libraries)
    with (
        Halt() as halt,
        TrialPool(manner.jobs, manner.executor) as pool,
        _progress(prepared, due, pool.jobs) as progress,
    ):
        desk = make_desk(prepared, progress, page.tick)
        return Scheduler(desk, pool, lambda: pool.jobs, halt, manner.max_failures).run(due)


def _progress(prepared: Prepared, due: Sequence[int], jobs: int) -> Progress:
    _begin(prepared, len(due), jobs)
    plan = prepared.plan
    before = _settled(prepared, due)
    best = plan.options["direction"][:3] if plan.is_search else None  # min or max
    return make_progress(plan.name, plan.size, before=before, jobs=max(1, jobs), best=best)


def _begin(prepared: Prepared, due: int, jobs: int) -> None:
    plan = prepared.plan
    facts = [counted(plan.size, "trial")]
    if due < plan.size:
        facts.append(f"{due} of them to run")
    if due:
        facts.append(f"{jobs} at a time" if jobs else "no worker yet")
    if commit := prepared.campaign.origin.code.commit:
        facts.append(f"commit {commit[:10]}")
    verb = "starts" if prepared.is_new else "goes on"
    Terminal().say(f"mitosis: {plan.word} {shown(plan.name)} {verb} ({', '.join(facts)})")


def _settled(prepared: Prepared, due: Sequence[int]) -> Iterator[SweepRow]:
    """Yield the trials that count of all points that are not run."""
    runs = frozenset(due)
    plan = prepared.plan
    rows = Overview(plan, sweep_rows(prepared.campaign.store, plan.name)).rows
    return (row for row in rows if row.point not in runs)


@contextmanager
def _told(prepared: Prepared, page: IndexPage) -> Iterator[None]:
    """Write the page and tell how the sweep stands, however it ends."""
    try:
        yield
    finally:
        page.write()
        rows = sweep_rows(prepared.campaign.store, prepared.plan.name)
        width = shutil.get_terminal_size().columns if _is_watched() else None
        Terminal().say(f"\n{end_text(prepared.plan, rows, page.path, width)}")


def _is_watched() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()
