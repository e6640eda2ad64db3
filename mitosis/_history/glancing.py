"""The plain listing of few trials, which is what one looks at most, without any delay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mitosis import _layout
from mitosis._history.names import Names
from mitosis._history.sheet import Sheet, telling, trials_sheet
from mitosis._model.queries import Field, Kind
from mitosis._settings import default_trials_folder, find_settings
from mitosis._store.glance import GlancedTrial, glance, names_of

_COLUMNS = ("key", "name", "status", "main", "group", "tags", "note", "started_at")
_TOLD = (Kind.VALUE, Kind.RESULT, Kind.METRIC)


def glanced_sheet(
    folder: Path | None,
    experiments: Sequence[str] = (),
    *,
    tail: int | None = None,
    archived: bool = False,
    best: str | None = None,
) -> Sheet | None:
    """Return what `list_trials` shows of all trials, or of some experiments.

    Args:
        folder: the trials folder; default: as for `mitosis.run` in the working directory.
        experiments: names; default: all.
        tail: only the last so many.
        archived: include trials that were archived.
        best: as for `list_trials`.

    Returns:
        None where this cannot be told so simply, or there is nothing to show.
    """
    place = _own_folder(folder)
    trials = glance(sorted(place.glob("*.db"))) if place else None
    if not trials or not {trial.experiment for trial in trials}.issuperset(experiments):
        return None
    # Several experiments of one database stand one after the other: the store knows how.
    if len(experiments) > 1:
        return None
    chosen = [trial for trial in trials if not experiments or trial.experiment in experiments]
    columns = _columns(chosen, tail, archived=archived)
    return trials_sheet(telling(columns), best) if columns["key"] else None


def _own_folder(folder: Path | None) -> Path | None:
    """Return the trials folder, unless its databases are on a server."""
    if folder is None:
        here = Path.cwd()
        settings = find_settings(here)
        folder = None if settings.store else default_trials_folder(here, settings)
    if folder is None or _layout.store_file(folder).exists():
        return None
    return folder


def _columns(
    trials: Sequence[GlancedTrial], tail: int | None, *, archived: bool
) -> Mapping[str, list[Any]]:
    names = Names(names_of(trials))
    shown = [trial for trial in trials if archived or not trial.is_archived]
    if tail is not None:
        by_start = sorted(shown, key=lambda trial: trial.columns["started_at"])
        shown = by_start[-tail:]
    fields = {name: Field(Kind.COLUMN, name) for name in _COLUMNS}
    fields |= {names.label(one): one for one in names.usual() if one.kind in _TOLD}
    return {name: [trial.get(field) for trial in shown] for name, field in fields.items()}
