"""`mitosis import`: trials that were recorded elsewhere, taken over into a trials folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from mitosis._cli.ending import CONTEXT, exit_status
from mitosis._cli.screen import say
from mitosis.errors import ArchiveError, MitosisError, NotADatabaseError

if TYPE_CHECKING:
    from mitosis._exchange import Options


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
@click.option(
    "--renumber",
    is_flag=True,
    help="Give an exported trial whose number is taken here the next free one; its key stays.",
)
@exit_status
def import_command(file: Path, folder: Path | None, dry_run: bool, renumber: bool) -> None:
    """Take over the trials of FILE, which `mitosis export` or mitosis 0.6 wrote.

    Exported trials come as they were, with their locks. The file is checked as a whole before
    any of it is taken over. What is here is never overwritten: trials that are here already
    are passed over, and those that contradict what is here stay out and are listed. Results
    are pickles, so import only from people whose code you would run.

    Of a database of mitosis 0.6 each trial gets a row, a folder and a page of today; FILE and
    what lies beside it are only read. A name is locked if the value that mitosis 0.6 locked
    can be told for certain; every other is free for the next trial that uses it.

    \b
    mitosis import for-ada.zip --dry-run
    mitosis import old_trials/my_exp.db --dry-run

    Exit status: 0 all was taken over; 1 something could not be; 2 refused, nothing changed.
    """  # noqa: D301 - the control character keeps click from wrapping the example
    from mitosis._cli.import_report import report_text
    from mitosis._exchange import Options, is_archive
    from mitosis._history.lookup import default_folder
    from mitosis._layout import is_own_database
    from mitosis._records.importing import import_legacy
    from mitosis._run.terminal import Terminal

    if is_own_database(file):
        msg = (
            f"{file} is a database of this mitosis, not of an earlier one. To put the trials "
            f"of its folder into another, run there: mitosis merge {file.parent}"
        )
        raise click.UsageError(msg)
    folder = default_folder(folder).resolve()
    if is_archive(file):
        _import_archive(file, folder, Options(file.name, renumber, dry_run))
    try:
        imported = import_legacy(file.resolve(), folder, dry_run=dry_run)
    except NotADatabaseError as exc:
        if exc.database != file.resolve():
            raise
        raise _no_export(file, exc.reason) from exc
    terminal = Terminal()
    terminal.say(report_text(imported, file, dry_run=dry_run))
    for fault in imported.faults:
        terminal.complain(fault)
    sys.exit(1 if imported.faults else 0)


def _no_export(file: Path, reason: str) -> MitosisError:
    said = "it is neither a file of `mitosis export` nor a database of mitosis 0.6"
    return ArchiveError(file=file, reason=f"{said}, or is damaged ({reason})")


def _import_archive(file: Path, folder: Path, options: Options) -> NoReturn:
    from mitosis._cli.exchange_report import taken_text
    from mitosis._cli.repair_report import progress
    from mitosis._exchange import import_archive

    with progress() as on_progress:
        taken = import_archive(file, folder, options, on_progress)
    say(taken_text(taken, f"mitosis import: {file}", dry_run=options.dry_run))
    sys.exit(1 if taken.left else 0)
