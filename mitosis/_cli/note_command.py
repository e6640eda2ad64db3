"""`mitosis note`: what somebody has to say of a trial, kept with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mitosis._cli.ending import CONTEXT, end, exit_status
from mitosis._cli.folder_option import folder_option
from mitosis._cli.screen import say
from mitosis._wording import shown

if TYPE_CHECKING:
    from mitosis._history.lookup import Found


@click.command("note", context_settings=CONTEXT)
@click.argument("trial", metavar="TRIAL")
@click.argument("text", required=False)
@click.option("--remove", is_flag=True, help="Take the note away.")
@folder_option
@exit_status
def note_command(trial: str, text: str | None, remove: bool, folder: Path | None) -> None:
    """Keep a note with TRIAL, or show the one that it has.

    A new note takes the place of the former one, which stays in the trial's folder. What the
    trial itself recorded never changes.

    \b
    mitosis note 3f9a "the lamp was warm, see page 12"

    Exit status: 0 done; 1 it could not be kept everywhere; 2 refused.
    """  # noqa: D301 - the control character keeps click from wrapping the example
    from mitosis._curation import annotate_all, cleaned_note
    from mitosis._history.lookup import find
    from mitosis._model import Mark

    if text is not None and remove:
        raise click.UsageError("Give a note, or take it away with --remove.")
    found = find(trial, folder)
    if text is None and not remove:
        say(_note_text(found))
        return
    try:
        words = cleaned_note(text or "")
    except ValueError as exc:
        raise click.BadParameter(str(exc)) from None
    if not words and not remove:
        raise click.BadParameter("the note is empty; --remove takes one away")
    said = annotate_all([found], [(Mark.NOTE, words)])
    if not said.faults:
        done = "noted" if words else "the note is gone"
        say(f"{shown(found.name)}: {done if said.changed else 'it was so already'}")
    end(said.faults)


def _note_text(trial: Found) -> str:
    from mitosis._curation import note_of

    note = note_of(trial.folder)
    if note is None:
        return f"{shown(trial.name)} has no note"
    return f"{note.text}\n({note.by_whom}, {note.at:%Y-%m-%d %H:%M} UTC)"
