"""`mitosis` with `mitosis run`, and the command line of an experimenter's own package."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import click

from mitosis import __version__
from mitosis._cli.check_command import check_command
from mitosis._cli.doctor_command import doctor_command
from mitosis._cli.ending import CONTEXT, exit_status
from mitosis._cli.import_command import import_command
from mitosis._cli.lock_commands import variants_command
from mitosis._cli.repair_command import repair_command


def _trial_options(function: Callable[..., None]) -> Callable[..., None]:
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
            "-F",
            "--folder",
            type=click.Path(path_type=Path),
            help="The trials folder. Default: the one in [tool.mitosis], else trials in the "
            "repository's root.",
        ),
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
    for option in reversed(options):
        function = option(function)
    return function


@click.group(context_settings=CONTEXT)
@click.version_option(__version__, prog_name="mitosis")
def command() -> None:
    """Run numerical experiments so that no result lies about where it came from."""


command.add_command(variants_command)
command.add_command(check_command)
command.add_command(import_command)
command.add_command(repair_command)
command.add_command(doctor_command)


@command.command("run", context_settings=CONTEXT)
@click.argument("experiment")
@_trial_options
@exit_status
def run_command(experiment: str, config: Path | None, **options: Any) -> None:
    """Run one recorded trial of EXPERIMENT.

    EXPERIMENT is a module (project_pkg.exp1), an object in one (project_pkg.exp1:slow_exp), or
    a name registered in [tool.mitosis.steps]. Its variants are dicts named like the arguments
    of its run function, in its module or the packages around it.

    \b
    mitosis run project_pkg.exp1 -p frequency=slow -e amplitude=4

    The last line printed is the path of the trial's notebook. Exit status: 0 succeeded,
    1 recorded but not succeeded, 2 refused or misused, 130 interrupted.
    """  # noqa: D301 - the control character keeps click from wrapping the example
    from mitosis._cli.experiments import find
    from mitosis._run.settings import find_settings

    sys.path.insert(0, str(Path.cwd()))
    settings = find_settings(Path.cwd(), config)
    _run(find(experiment, settings), settings if config else None, options)


def main(package: ModuleType) -> None:
    """Be the command line of a package of experiments: all that its `__main__.py` calls.

    Options are those of `mitosis run`; `--exp_name` names a module of the package that
    defines `name` and `run`, or the experiment's own name, and may be left out if there is
    only one. Variants are dicts in that module or in the package, named like arguments.

    Args:
        package: the imported package.

    Example:
        The whole of `project_pkg/__main__.py`::

            import mitosis, project_pkg

            mitosis.main(project_pkg)
    """
    _package_command(package)(prog_name=f"python -m {package.__name__}")


def _package_command(package: ModuleType) -> click.Command:
    @click.command(
        context_settings=CONTEXT,
        help=f"Run one recorded trial of an experiment in {package.__name__}.",
        epilog=_Listing(package).text(),
    )
    @click.option("--exp_name", "--exp-name", metavar="NAME", help="The experiment to run.")
    @_trial_options
    @exit_status
    def package_command(exp_name: str | None, config: Path | None, **options: Any) -> None:
        from mitosis._cli.experiments import find_in_package
        from mitosis._run.settings import find_settings

        settings = find_settings(Path.cwd(), config) if config else None
        _run(find_in_package(package, exp_name), settings, options)

    return package_command


class _Listing:
    """What a package offers, for the end of its help."""

    def __init__(self, package: ModuleType) -> None:
        self._package = package

    def text(self) -> str:
        """Return experiments and variants, in click's form for lines that stay as they are."""
        from mitosis._cli.experiments import signatures
        from mitosis._cli.variants import variants_by_parameter

        found = signatures(self._package)
        experiments = [f"  {name}({arguments})" for name, arguments in sorted(found.items())]
        lines = ["\b", "Experiments and their arguments:", *(experiments or ["  (none)"])]
        variants = variants_by_parameter(vars(self._package))
        if variants:
            lines += ["", "\b", f"Variants defined in {self._package.__name__}:"]
            lines += [f"  {name}: {', '.join(keys)}" for name, keys in variants.items()]
        return "\n".join([*lines, *self._example(found, variants)])

    def _example(self, found: dict[str, str], variants: dict[str, list[str]]) -> list[str]:
        """Return a command line that could be typed, where the package has all it needs."""
        for name, arguments in sorted(found.items()):
            required = {text.strip() for text in arguments.split(",") if "=" not in text}
            needed = [name for name in variants if name in required]
            words = [f"-p {name}={variants[name][0]}" for name in needed]
            if words and required <= {*variants, "seed"}:
                command = f"python -m {self._package.__name__} --exp_name {name}"
                return ["", "\b", "For example:", f"  {' '.join([command, *words])}"]
        return []


def _run(found: Any, settings: Any, options: dict[str, Any]) -> None:
    """Run a trial, under settings from a file of their own or those beside the experiment."""
    from mitosis._cli.variants import parameters
    from mitosis._run import Options, Request, start

    start(
        found.experiment,
        Request(
            params=parameters(found.spaces, options["named"], options["evaluated"], found.step),
            seed=options["seed"],
            group=options["group"],
            trials_folder=options["folder"],
        ),
        Options(
            debug=options["debug"],
            output_extension=options["output_extension"],
            timeout_seconds=options["timeout"],
            hypothesis=options["hypothesis"],
            data=options["data"],
        ),
        settings,
    )
