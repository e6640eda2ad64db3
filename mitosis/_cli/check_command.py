"""`mitosis check`: hold what the code defines against what is locked; run nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mitosis._cli.ending import CONTEXT, exit_status

if TYPE_CHECKING:
    from mitosis._settings import Settings


@click.command("check", context_settings=CONTEXT)
@click.argument("names", nargs=-1, metavar="[PACKAGE_OR_EXPERIMENT]...")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but what is wrong.")
@click.option(
    "-F",
    "--folder",
    type=click.Path(path_type=Path),
    help="The trials folder. Default: for each experiment the one that its trials go to.",
)
@click.option("--logfile", metavar="NAME", help="Look only into this database of the folder.")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read [tool.mitosis] from this file. Default: the nearest pyproject.toml.",
)
@exit_status
def check_command(
    names: tuple[str, ...],
    quiet: bool,
    folder: Path | None,
    logfile: str | None,
    config: Path | None,
) -> None:
    """Compare the variants in the code with the locks; run nothing.

    Names are packages (project_pkg), or experiments as mitosis run takes them. Without any,
    all packages and steps in [tool.mitosis] of the nearest pyproject.toml are checked. Their
    modules are imported; no trial runs and nothing is written.

    Locks are looked for in the databases of the trials folder and in mitosis.lock in the
    repository's root.

    Exit status: 0 if nothing contradicts a lock; 1 if a value does, or cannot be locked;
    2 if something could not be checked, such as a module that cannot be imported.
    """
    from dataclasses import replace

    from mitosis._cli.check_report import report_text
    from mitosis._cli.checking import Places, check
    from mitosis._recording import trials_refused
    from mitosis._run.terminal import Terminal
    from mitosis._settings import find_settings

    here = Path.cwd()
    sys.path.insert(0, str(here))
    settings = find_settings(here, config)
    places = Places(folder or (settings.trials_folder if config else None), logfile)
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        with trials_refused():
            checked = check(names or _configured(settings), settings, places)
    finally:
        sys.dont_write_bytecode = before
    if names:  # whoever asks for some does not want to hear of the others
        checked = replace(checked, unseen=())
    terminal = Terminal()
    if text := report_text(checked, here, quiet=quiet):
        terminal.say(text)
    for problem in checked.problems:
        terminal.complain(problem)
    sys.exit(checked.exit_status)


def _configured(settings: Settings) -> tuple[str, ...]:
    names = (*settings.packages, *settings.steps)
    if not names:
        msg = (
            "Nothing to check. Name a package or an experiment, or write into pyproject.toml:\n"
            '    [tool.mitosis]\n    packages = ["project_pkg"]'
        )
        raise click.UsageError(msg)
    return names
