"""`mitosis sweep`: many recorded trials of one experiment, from a stored plan."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mitosis._cli.ending import CONTEXT, exit_status
from mitosis._cli.trial_options import keeping_options, with_options
from mitosis._loading import collect_rarely

if TYPE_CHECKING:
    from mitosis._settings import Settings

_RETRIED = ("failed", "killed", "timed_out", "lost")


def _statuses(
    _context: click.Context, _parameter: click.Parameter, given: str | None
) -> tuple[str, ...] | None:
    """Take a list of statuses apart that commas separate."""
    if given is None:
        return None
    names = tuple(name.strip().replace("-", "_") for name in given.split(",") if name.strip())
    if wrong := [name for name in names if name not in _RETRIED]:
        msg = f"{', '.join(map(repr, wrong))}: choose from {', '.join(_RETRIED)}"
        raise click.BadParameter(msg)
    return names


def _plan_options(function: Callable[..., None]) -> Callable[..., None]:
    options = (
        click.option(
            "-p",
            "--param",
            "named",
            multiple=True,
            metavar="ARGUMENT=A,B,...",
            help='Try the variants of these names; "ARGUMENT=*" is all of them. Repeat for '
            "each argument. With + before the argument, it is neither locked nor part of the "
            "trials' names.",
        ),
        click.option(
            "-e",
            "--eval-param",
            "evaluated",
            multiple=True,
            metavar="ARGUMENT=X,Y,...",
            help="Try the values of these Python expressions. Commas inside brackets and "
            "quotes do not separate.",
        ),
        click.option(
            "--seed",
            "seeds",
            metavar="SEEDS",
            help="Run each combination with all of these seeds: 0-9 (ten of them), or 0,3,7. "
            "Default: once, with a generated seed.",
        ),
        click.option(
            "--zip",
            "zipped",
            is_flag=True,
            help="Take the first of each argument together, then the second, and so on, "
            "instead of every combination.",
        ),
        click.option(
            "--table",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            metavar="FILE.csv",
            help="Take the trials from a table: a column for each argument (and seed), a row "
            "for each trial.",
        ),
        click.option("--name", help="What the sweep is called. Default: a name with the date."),
        click.option(
            "--resume",
            metavar="NAME",
            help="Go on with a sweep: run what is missing or did not succeed. EXPERIMENT and "
            "all else that was asked for need not be given again.",
        ),
        click.option(
            "--retry",
            callback=_statuses,
            metavar="STATUS,...",
            help="With --resume: of the trials that did not succeed, run only these again: "
            f"{', '.join(_RETRIED)}.  [default: all]",
        ),
        click.option(
            "--despite-changes",
            is_flag=True,
            help="With --resume: go on with the stored plan although code, packages or what is "
            "asked for have changed.",
        ),
        click.option("--dry-run", is_flag=True, help="Show the trials; run and write nothing."),
    )
    return with_options(options, function)


def _course_options(function: Callable[..., None]) -> Callable[..., None]:
    options = (
        click.option(
            "-j",
            "--jobs",
            type=click.IntRange(min=1),
            metavar="N",
            help="How many trials run at a time. Default: half as many as there are "
            "processors.",
        ),
        click.option(
            "--dask",
            metavar="CLUSTER",
            help="Run the trials on a Dask cluster: its address (tcp://host:8786), its "
            "scheduler file (FILE.json), or the word local, for processes of this machine. "
            "Without -j, as many run at a time as its workers have threads.",
        ),
        click.option(
            "--keep-going",
            is_flag=True,
            help="Run all trials, also if some fail. This is what happens anyway.",
        ),
        click.option(
            "--fail-fast", is_flag=True, help="Start no further trial once one has failed."
        ),
        click.option(
            "--max-failures",
            type=click.IntRange(min=1),
            metavar="N",
            help="Start no further trial once N have failed.",
        ),
        click.option(
            "--if-needed",
            is_flag=True,
            help="Run nothing where a trial of the same variants, seed, code and data has "
            "succeeded.",
        ),
    )
    return with_options(options, function)


@click.command("sweep", context_settings=CONTEXT)
@click.argument("experiments", nargs=-1, metavar="EXPERIMENT...")
@_plan_options
@_course_options
@keeping_options
@exit_status
def sweep_command(experiments: tuple[str, ...], **options: Any) -> None:
    """Run many recorded trials of EXPERIMENT: all combinations of variants and seeds.

    EXPERIMENT is what `mitosis run` takes: a module, a notebook, or a registered name. Each
    trial has a process, a record and a notebook of its own.

    \b
    mitosis sweep project_pkg.exp1 -p amplitude=low,high -p "rate=*" --seed 0-9

    The plan is stored under a name before the first trial starts, and all its variants are
    locked. If the sweep is interrupted, or its machine dies, go on where it stopped:

    \b
    mitosis sweep --resume NAME

    `mitosis sweeps` lists all sweeps. Ctrl-C interrupts the trials that run and records them;
    a second Ctrl-C kills them. Exit status: 0 all trials succeeded, 1 some did not, 2 refused
    or misused, 130 interrupted.
    """  # noqa: D301 - the control character keeps click from wrapping the example
    if fault := _misuse(experiments, options):
        raise click.UsageError(fault)
    from mitosis._settings import find_settings

    settings = find_settings(Path.cwd(), options["config"])
    with _nursery(experiments, settings, options):
        collect_rarely()  # not before: what was forked runs the experiment, too
        from mitosis._cli.sweeping import run_sweep

        sys.path.insert(0, str(Path.cwd()))
        all_succeeded = run_sweep(experiments, settings, options)
    if not all_succeeded:
        sys.exit(1)


def _nursery(
    experiments: tuple[str, ...], settings: Settings, options: dict[str, Any]
) -> AbstractContextManager[None]:
    """Have a nursery warm up from now on, if trials will run here of what is known by now."""
    if not experiments or options["dask"] or options["dry_run"]:
        return nullcontext()
    from mitosis._early import nursery_at_hand

    return nursery_at_hand(experiments, settings, for_many=True)


def _misuse(experiments: tuple[str, ...], options: dict[str, Any]) -> str:
    """Say which options do not go together; empty if all do."""
    if not options["resume"]:
        if not experiments:
            return "Missing argument 'EXPERIMENT...'. (To go on with a sweep: --resume NAME)"
        if options["retry"] or options["despite_changes"]:
            return "--retry and --despite-changes go with --resume NAME."
    elif options["name"]:
        return "--resume names the sweep already; --name is for a new one."
    if options["zipped"] and options["table"]:
        return "--zip has no meaning for a table: each of its rows is a trial."
    policies = [options[name] for name in ("keep_going", "fail_fast", "max_failures")]
    if sum(map(bool, policies)) > 1:
        return "Give one of --keep-going, --fail-fast and --max-failures."
    return ""
