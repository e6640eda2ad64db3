"""`mitosis repair`: databases and pages from the records in the trials' folders."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mitosis._cli.ending import CONTEXT, exit_status
from mitosis._cli.screen import say


@click.command("repair", context_settings=CONTEXT)
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option(
    "-F",
    "--folder",
    "named",
    type=click.Path(path_type=Path),
    help="The trials folder, as the other commands take it.",
)
@click.option(
    "--lost",
    multiple=True,
    metavar="TRIAL",
    help="Close this running trial, by name or key, as lost: you know that its process is "
    "gone, which cannot be told from here. Repeat for more.",
)
@click.option("-n", "--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@exit_status
def repair_command(
    folder: Path | None, named: Path | None, lost: tuple[str, ...], dry_run: bool
) -> None:
    """Rebuild or complete the databases of a trials folder.

    FOLDER is the trials folder. Default: the one in [tool.mitosis], else trials in the
    repository's root.

    Each trial's own folder holds a complete record. From these, a database that is missing or
    damaged is made anew (a damaged one is kept beside it), one that lacks trials or their ends
    gets them, pages that are missing are written again, and what dead processes left behind is
    removed. Trials that run are not disturbed, and running it twice does no harm.

    Exit status: 0 if all is well now; 1 if something is left to look at, such as two records
    that contradict each other; 2 if nothing could be done.
    """
    from mitosis._cli.repair_report import progress, report_text
    from mitosis._history.lookup import default_folder
    from mitosis._records import repair

    if folder and named:
        msg = "Name the folder once: as an argument, or with -F."
        raise click.UsageError(msg)
    place = default_folder(folder or named)
    with progress() as on_progress:
        repaired = repair(place, lost=lost, dry_run=dry_run, on_progress=on_progress)
    say(report_text(repaired, dry_run=dry_run))
    sys.exit(0 if repaired.is_sound else 1)
