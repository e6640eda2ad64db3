"""`mitosis purge`: trials deleted for good, after a look at what would go."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mitosis._cli.chosen_trials import chosen, filter_option
from mitosis._cli.ending import CONTEXT, end, exit_status
from mitosis._cli.folder_option import folder_option
from mitosis._cli.screen import say
from mitosis._wording import counted, shown, size_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mitosis._curation import Purged, Weighed

_MOST_LISTED = 20


@click.command("purge", context_settings=CONTEXT)
@click.argument("trials", nargs=-1, metavar="TRIAL...")
@filter_option
@click.option("-n", "--dry-run", is_flag=True, help="Say what would go; delete nothing.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--why", default="", help="The reason, kept beside the database.")
@folder_option
@exit_status
def purge_command(
    trials: tuple[str, ...],
    where: str | None,
    dry_run: bool,
    yes: bool,
    why: str,
    folder: Path | None,
) -> None:
    """Delete trials for good: folder, page and row. This cannot be undone.

    Locks stay, also those that only these trials used, and no number is used a second time.
    Large values and environments that no other trial needs go, too. An expression finds
    archived trials as well.

    \b
    mitosis purge 3f9a --dry-run
    mitosis purge sine-exp --filter "status == 'failed'" --why "wrong data" --yes

    Exit status: 0 done, or there was nothing; 1 some files could not be deleted; 2 refused,
    nothing changed.
    """  # noqa: D301 - the control character keeps click from wrapping the example
    from mitosis._cli.repair_report import progress
    from mitosis._curation import cleaned_note, purge, refuse_running, weighed

    found = chosen(trials, where, folder, archived=True)
    refuse_running(found)
    weights = weighed(found)
    say(_what_goes(weights))
    if dry_run or not weights:
        return
    if not yes:
        _ask(len(weights))
    with progress() as on_progress:
        purged = purge(weights, cleaned_note(why), on_progress)
    say(_what_went(purged))
    end(purged.faults)


def _ask(number: int) -> None:
    if sys.stdin is None or not sys.stdin.isatty():
        raise click.UsageError("Nobody is there to be asked: say --yes to delete them.")
    click.confirm(f"Delete {counted(number, 'trial')} for good?", abort=True)


def _what_goes(weights: Sequence[Weighed]) -> str:
    if not weights:
        return "No trial fits; there is nothing to delete"
    lines = [
        f"  {w.trial.key}  {size_text(w.size_bytes):>8}  {shown(w.trial.name)}"
        for w in weights[:_MOST_LISTED]
    ]
    more = len(weights) - len(lines)
    lines += [f"  ... and {more} more"] if more else []
    files = counted(sum(w.files for w in weights), "file")
    size = size_text(sum(w.size_bytes for w in weights))
    return "\n".join([f"{counted(len(weights), 'trial')}, {files}, {size}:", *lines])


def _what_went(purged: Purged) -> str:
    lines = [f"mitosis purge: {counted(len(purged.names), 'trial')} deleted"]
    if purged.shared:
        shared = counted(len(purged.shared), "file")
        lines.append(f"  {shared} that only they needed, {size_text(purged.shared_bytes)}")
    if purged.kept:
        kept = counted(purged.kept, "shared file")
        need = "need it" if purged.kept == 1 else "need them"
        lines.append(f"  {kept} stayed: other trials {need}, or a trial is running")
    return "\n".join(lines)
