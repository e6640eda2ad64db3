"""The commands of `mitosis variants` that change locks, or carry them from place to place."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mitosis._cli.ending import CONTEXT, exit_status
from mitosis._cli.lock_place import (
    Pair,
    find_holdings,
    lock_name,
    nothing_text,
    place_options,
    variant_name,
    whole_holdings,
)
from mitosis._cli.screen import say

if TYPE_CHECKING:
    from mitosis._model import Lock

_UNSAID = ("", "...")
"""No reasons: the message of a conflict puts "..." there for a person to fill in."""


@click.command("rename", context_settings=CONTEXT)
@click.argument("experiment")
@click.argument("variant", type=variant_name, metavar="PARAMETER=NAME")
@click.argument("new_name", metavar="NEW")
@click.option("--why", help="The reason, kept in the lock's history.")
@place_options
@exit_status
def rename_command(
    experiment: str, variant: Pair, new_name: str, why: str | None, **place: Any
) -> None:
    """Give a lock another name, NEW; its former name is free then.

    The definition and its trials stay. Trials keep the name they ran under.

    \b
    mitosis variants rename peak amplitude=low tiny --why "there is a lower one now"
    """  # noqa: D301 - the control character keeps click from wrapping the example
    from mitosis._cli.lock_descriptions import renamed_text
    from mitosis._locks import find_lock, rename

    held = find_lock(whole_holdings(**place), lock_name(experiment, variant))
    new_name = new_name.removeprefix(f"{variant[0]}=")  # as the other commands take names
    if why is None or why.strip() in _UNSAID:
        why = click.prompt("Why", default="", show_default=False) if _asks() else ""
    say(renamed_text(held, rename(held, new_name, str(why).strip())))
    _remind_of_export()


@click.command("retire", context_settings=CONTEXT)
@click.argument("experiment")
@click.argument(
    "variants", type=variant_name, metavar="PARAMETER=NAME...", nargs=-1, required=True
)
@click.option("--why", help="The reason, kept in the lock's history. Asked for if left out.")
@place_options
@exit_status
def retire_command(
    experiment: str, variants: tuple[Pair, ...], why: str | None, **place: Any
) -> None:
    """Free names: the next recorded trial that uses one locks it anew.

    The definition and its trials stay, readable as PARAMETER=NAME@1, with who retired it,
    when and why.

    \b
    mitosis variants retire peak amplitude=low --why "was in the wrong unit"
    """  # noqa: D301 - as above
    from mitosis._cli.lock_descriptions import retired_text
    from mitosis._locks import find_lock, retire

    holdings = whole_holdings(**place)
    found = [find_lock(holdings, lock_name(experiment, v)) for v in dict.fromkeys(variants)]
    why = _reason(why, experiment, variants)
    for held in found:
        say(retired_text(held, retire(held, why)))
    _remind_of_export()


@click.command("export", context_settings=CONTEXT)
@click.argument("experiments", nargs=-1, metavar="[EXPERIMENT]...")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Write to this file, or to the terminal with -. Default: mitosis.lock in the "
    "repository's root.",
)
@click.option(
    "--drop-unknown",
    is_flag=True,
    help="Leave out locks that the file holds and no database here knows; write a damaged "
    "file anew.",
)
@place_options
@exit_status
def export_command(
    experiments: tuple[str, ...], output: str | None, drop_unknown: bool, **place: Any
) -> None:
    """Write the locks in force to mitosis.lock, a text file to commit and review.

    The same locks make the same file, and retired ones are not in it. Where experiments are
    named, what the file holds of others stays.
    """
    from mitosis._cli.lock_descriptions import exported_text, loss_text
    from mitosis._locks import lock_file_text, shared_locks, unknown_locks, write_lock_file

    holdings = find_holdings(**place)
    for name in experiments:
        if name not in holdings.experiments and not holdings.faults:
            raise click.BadParameter(nothing_text(holdings, name, False))
    locks = shared_locks(holdings, experiments)
    if output == "-":
        click.echo(lock_file_text(locks), nl=False)
        return
    file = Path(output) if output else _lock_file()
    others: list[Lock] = []
    former: list[Lock] = []
    for lock in _former(file, drop_unknown):
        is_named = not experiments or lock.experiment in experiments
        (former if is_named else others).append(lock)
    unknown = unknown_locks(holdings, former)
    if unknown and not drop_unknown:
        raise click.UsageError(loss_text(file, unknown))
    write_lock_file(file, [*locks, *others])
    click.echo(exported_text(file, [*locks, *others]))


def _former(file: Path, drop_unknown: bool) -> list[Lock]:
    """Return the locks of a file that is to be written anew."""
    from mitosis._locks import read_lock_file
    from mitosis.errors import LockFileError

    if not file.exists():
        return []
    try:
        return read_lock_file(file)
    except LockFileError:
        if not drop_unknown:  # what it holds would be lost
            raise
        return []


@click.command("import", context_settings=CONTEXT)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--why", help="A remark, kept in the history of each new lock.")
@place_options
@exit_status
def import_command(file: Path | None, why: str | None, **place: Any) -> None:
    """Take over the locks of a mitosis.lock that are not here yet.

    FILE is mitosis.lock in the repository's root unless given. If any lock in it contradicts
    one that is in force here, all of them are shown and nothing is written.
    """
    from mitosis._cli.lock_descriptions import imported_text
    from mitosis._locks import import_locks, read_lock_file

    file = file or _lock_file()
    locks = read_lock_file(file)
    say(imported_text(file, import_locks(find_holdings(**place), locks, why or "")))


def _lock_file() -> Path:
    from mitosis._settings import default_lock_file

    return default_lock_file(Path.cwd())


def _remind_of_export() -> None:
    file = _lock_file()
    if file.exists():
        click.echo(
            f"Write {file.name} anew, so that others know of it: mitosis variants export"
        )


def _reason(why: str | None, experiment: str, variants: tuple[Pair, ...]) -> str:
    """Return the reason that was given, or ask a person for it."""
    if why is not None and why.strip() not in _UNSAID:
        return why.strip()
    if _asks():
        question = "Why is it retired" if len(variants) == 1 else "Why are they retired"
        return str(click.prompt(question)).strip()
    import shlex

    words = shlex.join([experiment, *map("=".join, variants)])
    example = f'mitosis variants retire {words} --why "was in the wrong unit"'
    raise click.UsageError(f"Say why, for those who find the trials later:\n    {example}")


def _asks() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


COMMANDS = (rename_command, retire_command, export_command, import_command)
