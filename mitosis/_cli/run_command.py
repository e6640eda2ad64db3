"""`mitosis run`: one recorded trial."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from mitosis._cli.ending import CONTEXT, exit_status
from mitosis._cli.trial_options import run_found, trial_options
from mitosis._loading import collect_rarely


@click.command("run", context_settings=CONTEXT)
@click.argument("experiments", nargs=-1, required=True, metavar="EXPERIMENT...")
@trial_options
@exit_status
def run_command(experiments: tuple[str, ...], config: Path | None, **options: Any) -> None:
    """Run one recorded trial of EXPERIMENT.

    EXPERIMENT is a module (project_pkg.exp1), an object in one (project_pkg.exp1:slow_exp), or
    a name registered in [tool.mitosis.steps]. Its variants are dicts named like the arguments
    of its run function, in its module or the packages around it. It may be a notebook, too
    (train.ipynb; a script or a page of Markdown for jupytext): what a cell tagged parameters
    assigns are its arguments, and the cell tagged main shows the main result.

    \b
    mitosis run project_pkg.exp1 -p frequency=slow -e amplitude=4

    Several are the steps of one experiment: what one returns as "data" becomes the first
    argument of the next. Their parameters are called STEP.ARGUMENT.

    \b
    mitosis run prepare fit -p prepare.source=lab -e fit.alpha=0.1

    The last line printed is the path of the trial's notebook. Exit status: 0 succeeded,
    1 recorded but not succeeded, 2 refused or misused, 130 interrupted.
    """  # noqa: D301 - the control character keeps click from wrapping the example
    from mitosis._early import nursery_at_hand
    from mitosis._settings import find_settings

    settings = find_settings(Path.cwd(), config)
    with nursery_at_hand(experiments, settings):
        collect_rarely()  # not before: what was forked runs the experiment, too
        from mitosis._cli.experiments import find_all

        sys.path.insert(0, str(Path.cwd()))
        found = find_all(experiments, settings)
        run_found(found, settings if config else None, options)
