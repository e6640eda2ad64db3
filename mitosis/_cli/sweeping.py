"""From the words of `mitosis sweep` to a sweep, new or resumed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from mitosis._cli.experiments import Found, find_all
from mitosis._cli.grids import asked_grid
from mitosis._cli.screen import say
from mitosis._cli.variants import way_to_give
from mitosis._history.lookup import default_folder
from mitosis._records import read_plan
from mitosis._run.options import Options
from mitosis._run.story import Request
from mitosis._run.variants import lookup_in
from mitosis._settings import Settings
from mitosis._sweep.conduct import Conduct
from mitosis._sweep.plan import Asked
from mitosis._sweep.pools import usual_jobs
from mitosis._sweep.preparing import Call, Prepared, prepare, prepare_again
from mitosis._sweep.result import Sweep
from mitosis._sweep.story import go_on, start
from mitosis._wording import counted, shown
from mitosis.errors import ExperimentNotFoundError, InvalidArgumentsError

_MOST_SHOWN = 20


def run_sweep(
    experiments: tuple[str, ...], settings: Settings, options: dict[str, Any]
) -> bool:
    """Start a sweep, go on with one, or show it; tell whether all its trials succeeded.

    Args:
        experiments: as the command got them.
        settings: that apply to them.
        options: all that the command got.
    """
    names = experiments or _planned_experiments(options)
    found = find_all(names, settings)
    call = _call(found, names, settings, options)
    try:
        if options["dry_run"]:
            return _show(call, options)
        jobs, failures = options["jobs"], 1 if options["fail_fast"] else options["max_failures"]
        with _executor(options["dask"], jobs) as executor:
            sweep = _swept(call, options, Conduct(executor, jobs, failures))
    except InvalidArgumentsError as exc:
        place = found.places()
        ways = tuple(way_to_give(place(name), name) for name in exc.missing)
        raise replace(exc, ways=ways) from exc
    return sweep.is_done


def _swept(call: Call, options: dict[str, Any], manner: Conduct) -> Sweep:
    if not options["resume"]:
        return start(call, options["name"], manner)
    return go_on(
        call,
        options["resume"],
        manner,
        options["retry"],
        despite_changes=options["despite_changes"],
    )


@contextmanager
def _executor(cluster: str | None, jobs: int | None) -> Iterator[Executor | None]:
    if cluster is None:
        yield None
        return
    from mitosis._sweep.dask_cluster import dask_cluster

    with dask_cluster(cluster, jobs or usual_jobs()) as executor:
        yield executor


def _planned_experiments(options: dict[str, Any]) -> list[str]:
    """Return what the plan of a sweep says its experiment is found by.

    Raises:
        UnknownSweepError: there is no such sweep.
        ExperimentNotFoundError: it was started by a script, which says it nowhere.
    """
    plan = read_plan(default_folder(options["folder"]), options["resume"])
    if not plan.found_by:
        reason = (
            f"sweep {plan.name!r} was started by a script: go on there with resume=True, or "
            f"say where it is: mitosis sweep EXPERIMENT --resume {shlex.quote(plan.name)}"
        )
        raise ExperimentNotFoundError(name=plan.experiment, reason=reason)
    return shlex.split(plan.found_by)


def _call(found: Found, names: Any, settings: Settings, options: dict[str, Any]) -> Call:
    grid, untracked = asked_grid(options["named"], options["evaluated"])
    asked = Asked(grid, options["table"], options["zipped"], options["seeds"], untracked)
    is_asked = bool(grid) or any(options[name] for name in ("table", "zipped", "seeds"))
    return Call(
        experiment=found.experiment,
        asked=None if options["resume"] and not is_asked else asked,
        request=Request(group=options["group"], trials_folder=options["folder"]),
        options=Options(
            output_extension=options["output_extension"],
            timeout_seconds=options["timeout"],
            hypothesis=options["hypothesis"],
            data=options["data"],
            if_needed=options["if_needed"],
        ),
        lookup=lookup_in(found.places()),
        settings=settings if options["config"] else None,
        found_by=shlex.join(names),
    )


def _prepared(call: Call, options: dict[str, Any]) -> Prepared:
    if not options["resume"]:
        return prepare(call, options["name"])
    return prepare_again(
        call,
        options["resume"],
        options["retry"],
        despite_changes=options["despite_changes"],
    )


def _show(call: Call, options: dict[str, Any]) -> bool:
    """Show the trials of a sweep that is not started, and leave no trace."""
    prepared = _prepared(call, options)
    with suppress(OSError):  # which says that something is in it
        prepared.campaign.place.trials_folder.rmdir()
    plan, due = prepared.plan, prepared.due()
    lines = [f"Sweep of {shown(plan.experiment)}: {counted(len(due), 'trial')} to run"]
    for number in due[:_MOST_SHOWN]:
        pairs = [f"{name}={shown(v)}" for name, v in plan.variants_of(number).items()]
        seed = plan.points[number].seed
        pairs += [] if seed is None else [f"seed={seed}"]
        lines.append(f"  {', '.join(pairs)}")
    if len(due) > _MOST_SHOWN:
        lines.append(f"  ... and {len(due) - _MOST_SHOWN} more")
    lines.append("Nothing was run or written (--dry-run).")
    say("\n".join(lines))
    return True
