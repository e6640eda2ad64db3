"""What people say of trials, as columns and tags that follow it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from mitosis._dataclass import dataclass
from mitosis._model import Annotation, Mark
from mitosis._store.scalars import storable
from mitosis._store.schema import trial, trial_tag


@dataclass(frozen=True)
class Standing:
    """What all annotations of a trial come to."""

    note: str | None = None
    archived_at: datetime | None = None
    tags: frozenset[str] = frozenset()

    def after(self, annotations: Iterable[Annotation]) -> Standing:
        """Return how it stands when more has been said, in that order."""
        standing = self
        for said in annotations:
            standing = replace(standing, **standing._changes(said))
        return standing

    def _changes(self, said: Annotation) -> dict[str, Any]:
        text = storable(said.text)
        match said.mark:
            case Mark.NOTE:
                return {"note": text or None}
            case Mark.TAG:
                return {"tags": self.tags | {text}}
            case Mark.UNTAG:
                return {"tags": self.tags - {text}}
            case Mark.ARCHIVE:
                return {"archived_at": self.archived_at or said.at}
            case Mark.UNARCHIVE:
                return {"archived_at": None}


def annotate(connection: Connection, key: str, annotation: Annotation) -> bool:
    """Write down what somebody said of a trial; tell whether there is such a trial."""
    trial_id = connection.execute(select(trial.c.id).where(trial.c.key == key)).scalar()
    if trial_id is None:
        return False
    held = _standing(connection, trial_id)
    _write(connection, trial_id, held, held.after([annotation]))
    return True


def annotate_anew(
    connection: Connection, trial_id: int, annotations: Iterable[Annotation]
) -> bool:
    """Have a trial stand as all that was ever said of it comes to; tell what that changed."""
    held = _standing(connection, trial_id)
    told = Standing().after(sorted(annotations, key=lambda said: said.at))
    _write(connection, trial_id, held, told)
    return held != told


def _standing(connection: Connection, trial_id: int) -> Standing:
    c, t = trial.c, trial_tag.c
    row = connection.execute(select(c.note, c.archived_at).where(c.id == trial_id)).one()
    tags = connection.execute(select(t.tag).where(t.trial_id == trial_id)).scalars()
    return Standing(row.note, row.archived_at, frozenset(tags))


def _write(connection: Connection, trial_id: int, held: Standing, told: Standing) -> None:
    if (held.note, held.archived_at) != (told.note, told.archived_at):
        columns = {"note": told.note, "archived_at": told.archived_at}
        connection.execute(update(trial).where(trial.c.id == trial_id).values(columns))
    c = trial_tag.c
    if gone := held.tags - told.tags:
        connection.execute(delete(trial_tag).where(c.trial_id == trial_id, c.tag.in_(gone)))
    if new := sorted(told.tags - held.tags):
        rows = [{"trial_id": trial_id, "tag": tag} for tag in new]
        connection.execute(insert(trial_tag), rows)
