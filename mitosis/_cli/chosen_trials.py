"""Which trials a command is about: named one by one, or all that an expression fits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mitosis._wording import counted, shown

if TYPE_CHECKING:
    from mitosis._history.lookup import Found
    from mitosis._store import Store

_COLUMNS = ("key", "name", "folder", "html", "started_at")
_MOST_NAMES = 20

folder_option = click.option(
    "-F",
    "--folder",
    type=click.Path(path_type=Path),
    help="The trials folder. Default: the one in [tool.mitosis], else trials in the "
    "repository's root.",
)
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
        MitosisError: some are not there, or the expression is none.
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
    from mitosis._history.lookup import default_folder
    from mitosis._history.names import Names
    from mitosis._model import Field, Kind, Query

    sources = Place(list(experiments) or None, default_folder(folder)).sources()
    condition = parse(where, Names(known_names(sources)))
    fields = [Field(Kind.COLUMN, name) for name in _COLUMNS]
    found = []
    for source in sources:
        query = Query(source.experiment, condition, with_archived=archived)
        rows = zip(*source.store.table(query, fields), strict=True)
        found += [_found(source.store, dict(zip(_COLUMNS, row, strict=True))) for row in rows]
    return found


def _found(store: Store, row: Mapping[str, Any]) -> Found:
    from mitosis._history.lookup import Found
    from mitosis._layout import TrialFolder, file_stem

    trials_folder = store.path.parent
    place = row["folder"] or f"{file_stem(row['name'])}_{row['key']}"
    return Found(
        store=store,
        key=row["key"],
        name=row["name"],
        folder=TrialFolder(trials_folder / place),
        html=trials_folder / (row["html"] or ""),
        started_at=row["started_at"],
    )


def names_text(headline: Callable[[str], str], names: Iterable[str]) -> str:
    """Return a line on a number of trials, and their names below it."""
    listed = [f"  {shown(name)}" for name in names]
    lines = listed if len(listed) <= _MOST_NAMES else listed[: _MOST_NAMES - 1]
    more = len(listed) - len(lines)
    lines += [f"  ... and {more} more"] if more else []
    return "\n".join([headline(counted(len(listed), "trial")), *lines])
