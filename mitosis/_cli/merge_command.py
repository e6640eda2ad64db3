"""`mitosis merge`: the trials of another trials folder, taken into this one."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mitosis._cli.ending import CONTEXT, exit_status
from mitosis._cli.folder_option import folder_option
from mitosis._cli.screen import say


@click.command("merge", context_settings=CONTEXT)
@click.argument(
    "others",
    type=click.Path(exists=True, path_type=Path),
    metavar="OTHER_FOLDER|FILE.db...",
    nargs=-1,
    required=True,
)
@click.option(
    "--renumber",
    is_flag=True,
    help="Give a trial whose number is taken here the next free one; its key stays.",
)
@click.option("-n", "--dry-run", is_flag=True, help="Say what would be taken; change nothing.")
@folder_option
@exit_status
def merge_command(
    others: tuple[Path, ...], renumber: bool, dry_run: bool, folder: Path | None
) -> None:
    """Take over the trials of OTHER_FOLDER, a trials folder, with their locks.

    OTHER_FOLDER is only read, and nothing here is overwritten: trials that are here already
    are passed over, and those that contradict what is here stay out and are listed.

    \b
    mitosis merge /mnt/cluster/waves/trials --dry-run

    For a team with a server (store in [tool.mitosis]): FILE.db, a database of this trials
    folder from before it used the server, is taken into it. The file is kept under another
    name, and a variant that is locked on the server stays as it is locked.

    \b
    mitosis merge trials/waves.db trials/tides.db

    Exit status: 0 all is here now; 1 something stayed out; 2 refused, nothing changed.
    """  # noqa: D301 - the control character keeps click from wrapping the example
    from mitosis._cli.exchange_report import taken_text
    from mitosis._cli.repair_report import progress
    from mitosis._exchange import Options, Taken, bring_in, merge
    from mitosis._history.lookup import default_folder

    place = default_folder(folder).resolve()
    found: list[Taken] = []
    for other in others:
        if other.is_file():
            database = (
                place / other.name if other.resolve().parent == place else other.resolve()
            )
            taken = bring_in(database, dry_run=dry_run)
        else:
            options = Options(other.name, renumber, dry_run)
            with progress() as on_progress:
                taken = merge(other.resolve(), place, options, on_progress)
        say(taken_text(taken, f"mitosis merge: {other}", dry_run=dry_run))
        found.append(taken)
    sys.exit(1 if any(taken.left for taken in found) else 0)
