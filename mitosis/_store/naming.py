"""Finding trials by what people call them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, select

from mitosis._dataclass import dataclass
from mitosis._store.scalars import storable
from mitosis._store.schema import trial

_AT_ONCE = 500
T = TypeVar("T")
_LAST = "\U0010ffff"


@dataclass(frozen=True)
class NamedTrial:
    """A trial that fits what was asked for.

    Attributes:
        folder: its name below the trials folder; empty where none is known.
        html: likewise, of its page.
        is_archived: whether it is out of sight.
        elsewhere: the trials folder that has its folder, if that is another one that shares
            the server: `user@host:path`.
    """

    key: str
    name: str
    experiment: str
    started_at: datetime
    folder: str
    html: str
    is_archived: bool
    elsewhere: str = ""


def named(connection: Connection, text: str, most: int) -> list[NamedTrial]:
    """Return trials by key, name or the beginning of a key, those that fit best first."""
    c, text = trial.c, storable(text)
    begins = c.key > text, c.key < text + _LAST
    fitting: tuple[tuple[ColumnElement[bool], ...], ...] = (
        (c.key == text,), (c.name == text,), begins,
    )  # fmt: skip
    found: dict[str, NamedTrial] = {}
    here = connection.info.get("folder_id")
    for conditions in fitting if text else ():
        query = select(trial).where(*conditions).order_by(c.id).limit(most)
        for row in connection.execute(query):
            found.setdefault(row.key, _named(row, here))
    return list(found.values())


def _named(row: Any, here: str | None) -> NamedTrial:
    return NamedTrial(
        key=row.key,
        name=row.name,
        experiment=row.experiment,
        started_at=row.started_at,
        folder=row.folder or "",
        html=row.html or "",
        is_archived=row.archived_at is not None,
        elsewhere=row.folder_place or "" if row.folder_id not in (None, here) else "",
    )


def keyed(connection: Connection, keys: Sequence[str]) -> list[NamedTrial]:
    """Return the trials that have one of some keys, in the order of the keys."""
    here, c = connection.info.get("folder_id"), trial.c
    found = {}
    for some in in_parts([storable(key) for key in keys]):
        for row in connection.execute(select(trial).where(c.key.in_(some))):
            found[row.key] = _named(row, here)
    return [found[key] for key in keys if key in found]


def rows(connection: Connection, keys: Sequence[str]) -> list[RowMapping]:
    """Return the rows of trials, in the order of their keys."""
    found = {row["key"]: row for row in _rows(connection, keys)}
    return [found[key] for key in keys if key in found]


def _rows(connection: Connection, keys: Sequence[str]) -> Iterator[RowMapping]:
    for some in in_parts([storable(key) for key in keys]):
        yield from connection.execute(select(trial).where(trial.c.key.in_(some))).mappings()


def in_parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield values in parts that one statement can take."""
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
