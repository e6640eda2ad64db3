"""The tables as a whole: made anew, and of which version they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, insert, select

from mitosis._store.schema import SCHEMA_VERSION, Unreadable, meta, metadata
from mitosis.errors import DatabaseError, NewerDatabaseError

UNREADABLE_VERSION = "its schema version cannot be read"


def make_tables(connection: Connection) -> None:
    """Make all tables of today's schema where there are none."""
    metadata.create_all(connection, checkfirst=False)
    connection.execute(insert(meta).values(key="schema_version", value=str(SCHEMA_VERSION)))


def version(connection: Connection, database: Path) -> int:
    """Return the number of the schema.

    Raises:
        DatabaseError: there is none.
    """
    value: str | None = connection.execute(_version()).scalar()
    if value is None or not value.isdecimal() or value == "0":
        raise DatabaseError(database=database, reason=UNREADABLE_VERSION)
    return int(value)


@cache
def _version() -> Select[Any]:
    return select(meta.c.value).where(meta.c.key == "schema_version")


@contextmanager
def understood(database: Path, found: int) -> Iterator[None]:
    """Say of values that cannot be read whether a newer mitosis may have written them."""
    try:
        yield
    except Unreadable as error:
        if found > SCHEMA_VERSION:
            raise NewerDatabaseError(
                database=database, found=found, known=SCHEMA_VERSION
            ) from error
        raise DatabaseError(database=database, reason=str(error)) from error
