"""`mitosis export`: whole trials as one file."""

from __future__ import annotations

from pathlib import Path

import click

from mitosis._cli.chosen_trials import chosen, filter_option
from mitosis._cli.ending import CONTEXT, end, exit_status
from mitosis._cli.folder_option import folder_option
from mitosis._cli.screen import say


@click.command("export", context_settings=CONTEXT)
@click.argument("trials", nargs=-1, metavar="TRIAL...")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The file to write, such as trials.zip; it must not be there yet.",
)
@filter_option
@folder_option
@exit_status
def export_command(
    trials: tuple[str, ...], output: Path, where: str | None, folder: Path | None
) -> None:
    """Write whole trials into one file, for another machine or a reader.

    In it are their folders, pages, large values, environments and locks. `mitosis import`
    takes them into another trials folder. Tables for a paper come from `mitosis history`.

    \b
    mitosis export 3f9a 77c0 -o for-ada.zip
    mitosis export sine-exp --filter "'figure-2' in tags" -o figure-2.zip

    Exit status: 0 done; 1 written, but something is missing in it; 2 refused, nothing written.
    """  # noqa: D301 - the control character keeps click from wrapping the example
    from mitosis import __version__
    from mitosis._cli.exchange_report import exported_text
    from mitosis._cli.repair_report import progress
    from mitosis._exchange import export

    found = chosen(trials, where, folder)
    if not found:
        raise click.UsageError("No trial fits; nothing was written.")
    with progress() as on_progress:
        folders = [trial.folder for trial in found]
        exported = export(folders, output, __version__, on_progress)
    say(exported_text(exported))
    end([f"not in it: {missing}" for missing in exported.left])
