"""What all `mitosis variants` commands share: which databases, and which lock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mitosis._cli.folder_option import folder_option

if TYPE_CHECKING:
    from mitosis._locks import Holdings
    from mitosis._model import LockName

Pair = tuple[str, str]


def variant_name(text: str) -> Pair:
    """Take `PARAMETER=NAME` apart."""
    parameter, equals, name = text.partition("=")
    if not (equals and parameter.strip() and name):
        msg = f"{text!r} has to read PARAMETER=NAME"
        raise click.BadParameter(msg)
    return parameter.strip(), name


def place_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which databases are meant."""
    options = (
        folder_option,
        click.option(
            "--logfile",
            metavar="NAME",
            help="Look only into this database of the trials folder. Needed where several hold "
            "locks of one experiment.",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def find_holdings(folder: Path | None, logfile: str | None) -> Holdings:
    """Return the locks in the trials folder that the options name."""
    from mitosis._history.lookup import default_folder
    from mitosis._locks import held_locks

    return held_locks(default_folder(folder), logfile)


def sound_holdings(**place: Any) -> Holdings:
    """Return the locks; say what could not be read, which may be where a lock is missed."""
    holdings = find_holdings(**place)
    for fault in holdings.faults:
        click.echo(fault.message, err=True)
    return holdings


def whole_holdings(**place: Any) -> Holdings:
    """Return the locks for a command that changes some of them.

    Raises:
        DatabaseError: a file cannot be read, and may hold the ones that are meant.
    """
    holdings = find_holdings(**place)
    holdings.require_readable()
    return holdings


def lock_name(experiment: str, variant: Pair) -> LockName:
    """Return where a lock is found."""
    from mitosis._model import LockName

    return LockName(experiment, *variant)


def nothing_text(holdings: Holdings, experiment: str | None, all_: bool) -> str:
    """Say that there is nothing to show, and what there is instead."""
    from mitosis._suggestion import near

    if not holdings.folder.is_dir():
        return (
            f"No variant is locked: there is no trials folder {holdings.folder}{_shared_text()}"
        )
    if experiment is None or not holdings.experiments:
        more = "" if all_ or not holdings.held else " now; --all shows the retired ones"
        return f"No variant is locked in {holdings.folder}{more}"
    if experiment in holdings.experiments:
        return f"No variant of experiment {experiment!r} is locked now; --all shows more"
    return (
        f"No variant of an experiment {experiment!r} is locked in {holdings.folder}"
        f"{near(experiment, holdings.experiments)}"
    )


def _shared_text() -> str:
    from mitosis._settings import default_lock_file

    file = default_lock_file(Path.cwd())
    if not file.exists():
        return ""
    return f"\n{file.name} holds locks of others: mitosis variants import"
