"""The options that say what a trial is, and the call that they become."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from mitosis import __version__
from mitosis._cli.folder_option import folder_option
from mitosis.errors import InvalidArgumentsError


def trial_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say what a trial is, in the order in which help shows them."""
    options = (
        click.option(
            "-p",
            "--param",
            "named",
            multiple=True,
            metavar="ARGUMENT=VARIANT",
            help="Use a variant that is defined under this name. Repeat for each argument. "
            "With + before the argument, it is neither locked nor part of the trial's name.",
        ),
        click.option(
            "-e",
            "--eval-param",
            "evaluated",
            multiple=True,
            metavar="ARGUMENT=EXPRESSION",
            help="Use the value of a Python expression; its text is the variant's name. "
            "+ works as above.",
        ),
        click.option(
            "--seed",
            type=click.IntRange(min=0),
            help="For the global generators, and for a run that takes one. Default: generated.",
        ),
        click.option(
            "-d",
            "--debug",
            is_flag=True,
            help="Run in a dirty repository, or in none. Records and locks nothing; still "
            "writes the notebook.",
        ),
        click.option(
            "--if-needed",
            is_flag=True,
            help="Run nothing if a trial of the same variants, seed, code and data has "
            "succeeded: show that one.",
        ),
    )
    return with_options(options, keeping_options(function))


def keeping_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say where trials go, and how each is run and kept."""
    options = (
        folder_option,
        click.option("-g", "--group", help="Separate trials of the same code; passed to run."),
        click.option(
            "--timeout",
            type=click.FloatRange(min=0, min_open=True),
            metavar="SECONDS",
            help="End the trial after this time. Default: the one in [tool.mitosis].",
        ),
        click.option(
            "-H",
            "--hypothesis",
            metavar="TEXT",
            help="What the experiment claims. Default: its attribute hypothesis, else its "
            "docstring.",
        ),
        click.option(
            "--data",
            multiple=True,
            type=click.Path(path_type=Path),
            metavar="PATH",
            help="Record the digest of this input file or folder. Repeat for more.",
        ),
        click.option(
            "--output-extension",
            type=click.Choice(["html", "ipynb"]),
            default="html",
            show_default=True,
            help="What the notebook is saved as.",
        ),
        click.option(
            "--config",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="Read [tool.mitosis] from this file. Default: the nearest pyproject.toml.",
        ),
        click.version_option(__version__, prog_name="mitosis"),
    )
    return with_options(options, function)


def with_options(
    options: Sequence[Callable[..., Any]], function: Callable[..., None]
) -> Callable[..., None]:
    """Add options to a command, before those that it has."""
    for option in reversed(options):
        function = option(function)
    return function


def run_found(found: Any, settings: Any, options: dict[str, Any]) -> None:
    """Run a trial, under settings from a file of their own or those beside the experiment."""
    from mitosis._cli.variants import parameters, way_to_give
    from mitosis._run.options import Options
    from mitosis._run.story import Request, start

    place = found.places()
    request = Request(
        params=parameters(place, options["named"], options["evaluated"]),
        seed=options["seed"],
        group=options["group"],
        trials_folder=options["folder"],
    )
    chosen = Options(
        debug=options["debug"],
        output_extension=options["output_extension"],
        timeout_seconds=options["timeout"],
        hypothesis=options["hypothesis"],
        data=options["data"],
        if_needed=options["if_needed"],
    )
    try:
        start(found.experiment, request, chosen, settings)
    except InvalidArgumentsError as exc:
        ways = tuple(way_to_give(place(name), name) for name in exc.missing)
        raise replace(exc, ways=ways) from exc
