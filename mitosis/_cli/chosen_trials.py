"""Which trials a command is about: named one by one, or all that an expression fits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mitosis._wording import counted, shown

if TYPE_CHECKING:
    from mitosis._history.lookup import Found

_MOST_NAMES = 20

filter_option = click.option(
    "--filter",
    "where",
    metavar="EXPR",
    help="All trials that an expression fits, such as \"status != 'succeeded' and k > 3\". The "
    "arguments then name experiments; none of them means all.",
)


def chosen(
    named: Sequence[str], where: str | None, folder: Path | None, *, archived: bool = False
) -> list[Found]:
    """Return the trials that are meant, each once.

    Args:
        named: trials; with an expression, experiments.
        where: the expression, if any.
        folder: the trials folder; None for the usual one.
        archived: whether an expression finds trials that are out of sight.

    Raises:
        MitosisError: some are not there, or only a colleague has their folders, or the
            expression is none.
    """
    from mitosis._history.lookup import find_all

    if where is not None:
        return _matching(named, where, folder, archived=archived)
    if not named:
        raise click.UsageError("Name a trial, or choose trials with --filter.")
    return list({(f.store.path, f.key): f for f in find_all(named, folder)}.values())


def _matching(
    experiments: Sequence[str], where: str, folder: Path | None, *, archived: bool
) -> list[Found]:
    from mitosis._history.expression import parse
    from mitosis._history.frame import known_names
    from mitosis._history.history import Place
    from mitosis._history.lookup import default_folder, found_row, require_here
    from mitosis._history.names import Names
    from mitosis._model import Field, Kind, Query

    sources = Place(list(experiments) or None, default_folder(folder)).sources()
    condition = parse(where, Names(known_names(sources)))
    found = []
    for source in sources:
        query = Query(source.experiment, condition, with_archived=archived)
        (keys,) = source.store.table(query, [Field(Kind.COLUMN, "key")])
        found += [found_row(source.store, trial) for trial in source.store.keyed(keys)]
    return require_here(found)


def names_text(headline: Callable[[str], str], names: Iterable[str]) -> str:
    """Return a line on a number of trials, and their names below it."""
    lines = [shown(name) for name in names]
    return "\n".join([headline(counted(len(lines), "trial")), *listed_names(lines)])


def listed_names(names: Iterable[str]) -> list[str]:
    """Return a line for each name, and of many only for the first."""
    lines = [f"  {name}" for name in names]
    if len(lines) <= _MOST_NAMES:
        return lines
    more = len(lines) - _MOST_NAMES + 1
    return [*lines[: _MOST_NAMES - 1], f"  ... and {more} more"]
