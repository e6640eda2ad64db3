"""`mitosis tag`: words by which trials are found again."""

from __future__ import annotations

from pathlib import Path

import click

from mitosis._cli.chosen_trials import chosen, filter_option, names_text
from mitosis._cli.ending import CONTEXT, end, exit_status
from mitosis._cli.folder_option import folder_option
from mitosis._cli.screen import say


@click.command("tag", context_settings=CONTEXT)
@click.argument("trial", metavar="TRIAL")
@click.argument("tags", nargs=-1, required=True, metavar="TAG...")
@click.option("--remove", is_flag=True, help="Take the tags away.")
@filter_option
@folder_option
@exit_status
def tag_command(
    trial: str, tags: tuple[str, ...], remove: bool, where: str | None, folder: Path | None
) -> None:
    """Give TRIAL one or more tags, each a single word.

    With --filter, TRIAL names the experiment whose trials are meant.

    \b
    mitosis tag 3f9a figure-2 draft
    mitosis tag sine-exp outlier --filter "main > 100"

    Exit status: 0 done; 1 some could not be kept everywhere; 2 refused.
    """  # noqa: D301 - the control character keeps click from wrapping the example
    from mitosis._curation import annotate_all, tag_fault
    from mitosis._model import Mark

    faults = [f"{tag!r}: {fault}" for tag in tags if (fault := tag_fault(tag))]
    if faults and not remove:
        raise click.BadParameter("; ".join(faults))
    found = chosen([trial], where, folder, archived=remove)
    said = annotate_all(
        found, [(Mark.UNTAG if remove else Mark.TAG, tag) for tag in dict.fromkeys(tags)]
    )
    done = "taken from" if remove else "given to"
    words = ", ".join(dict.fromkeys(tags))
    say(names_text(lambda count: f"{words}: {done} {count}", said.changed))
    end(said.faults)
