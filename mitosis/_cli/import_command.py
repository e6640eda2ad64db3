"""`mitosis import`: trials that another mitosis recorded, taken over into a trials folder."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mitosis._cli.ending import CONTEXT, exit_status


@click.command("import", context_settings=CONTEXT)
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE"
)
@click.option(
    "-F",
    "--folder",
    type=click.Path(path_type=Path),
    help="The trials folder that takes them, another than the one that FILE lies in. Default: "
    "the one in [tool.mitosis], else trials in the repository's root.",
)
@click.option(
    "-n", "--dry-run", is_flag=True, help="Say what would be taken over; change nothing."
)
@exit_status
def import_command(file: Path, folder: Path | None, dry_run: bool) -> None:
    """Take over the trials of FILE, a database that mitosis 0.6 wrote.

    Each trial gets a row, a folder and a page of today. FILE and what lies beside it are only
    read. A name is locked if the value that mitosis 0.6 locked can be told for certain; every
    other is free for the next trial that uses it. What was imported before is passed over.

    \b
    mitosis import old_trials/my_exp.db --dry-run

    Exit status: 0 all was taken over; 1 something could not be; 2 refused, nothing changed.
    """  # noqa: D301 - the control character keeps click from wrapping the example
    from mitosis._cli.import_report import report_text
    from mitosis._layout import is_own_database
    from mitosis._records.importing import import_legacy
    from mitosis._run.terminal import Terminal
    from mitosis._settings import default_trials_folder, find_settings

    if is_own_database(file):
        msg = (
            f"{file} is a database of this mitosis, not of an earlier one. To put the trials "
            "of two folders together, copy one into the other and run: mitosis repair"
        )
        raise click.UsageError(msg)
    here = Path.cwd()
    folder = (folder or default_trials_folder(here, find_settings(here))).resolve()
    imported = import_legacy(file.resolve(), folder, dry_run=dry_run)
    terminal = Terminal()
    terminal.say(report_text(imported, file, dry_run=dry_run))
    for fault in imported.faults:
        terminal.complain(fault)
    sys.exit(1 if imported.faults else 0)
