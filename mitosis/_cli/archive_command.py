"""`mitosis archive`: trials out of sight, and back."""

from __future__ import annotations

from pathlib import Path

import click

from mitosis._cli.chosen_trials import chosen, filter_option, names_text
from mitosis._cli.ending import CONTEXT, end, exit_status
from mitosis._cli.folder_option import folder_option
from mitosis._cli.screen import say


@click.command("archive", context_settings=CONTEXT)
@click.argument("trials", nargs=-1, metavar="TRIAL...")
@click.option("--undo", is_flag=True, help="Bring them back into sight.")
@filter_option
@folder_option
@exit_status
def archive_command(
    trials: tuple[str, ...], undo: bool, where: str | None, folder: Path | None
) -> None:
    """Put trials out of sight: tables of trials leave them out.

    Nothing is deleted: their files, numbers and locks stay, and who names one still finds it.

    \b
    mitosis archive 3f9a 77c0
    mitosis archive sine-exp --filter "status != 'succeeded'"

    Exit status: 0 done; 1 some could not be marked everywhere; 2 refused.
    """  # noqa: D301 - the control character keeps click from wrapping the example
    from mitosis._curation import annotate_all
    from mitosis._model import Mark

    found = chosen(trials, where, folder, archived=undo)
    said = annotate_all(found, [(Mark.UNARCHIVE if undo else Mark.ARCHIVE, "")])
    done = "back in sight" if undo else "archived"
    say(names_text(lambda count: f"{count} {done}", said.changed))
    end(said.faults)
