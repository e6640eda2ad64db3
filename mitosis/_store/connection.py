"""Connections to an SQLite file: short, exclusive for writing, with errors of our own."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.pool import NullPool

from mitosis._layout import APPLICATION_ID
from mitosis._store.schema import SCHEMA_VERSION, meta, metadata
from mitosis.errors import (
    DatabaseBusyError,
    DatabaseError,
    ForeignDatabaseError,
    NewerDatabaseError,
    NotADatabaseError,
)

BUSY_SECONDS = 60.0
_HEADER = b"SQLite format 3\x00"


@contextmanager
def transaction(database: Path, *, create: bool) -> Iterator[Connection]:
    """Hold the database for writing, from `BEGIN IMMEDIATE` to commit or rollback.

    With `create`, a file that is missing or empty gets our schema inside the same
    transaction, so any number of processes may be the first.

    Raises:
        NotADatabaseError: the file is not SQLite, or is damaged.
        ForeignDatabaseError: another program made it.
        NewerDatabaseError: its schema is newer than ours.
        DatabaseBusyError: another process held it for `BUSY_SECONDS`.
        DatabaseError: anything else that SQLite reports.
    """
    with _connected(database, "rwc" if create else "rw", "BEGIN IMMEDIATE") as connection:
        _prepare(connection, database, create=create)
        yield connection


@contextmanager
def reading(database: Path) -> Iterator[Connection]:
    """Look at the database, also at one that a newer mitosis has written; write nothing.

    Raises:
        DatabaseError: as `transaction` does, but for `NewerDatabaseError`.
    """
    with _connected(database, "ro", "BEGIN") as connection:
        _prepare(connection, database, create=False, known=sys.maxsize)
        yield connection


@contextmanager
def _connected(database: Path, mode: str, begin: str) -> Iterator[Connection]:
    _check_header(database)
    engine = _engine(database, mode, begin)
    try:
        with engine.begin() as connection:
            yield connection
    except exc.DBAPIError as error:
        raise _translated(error, database) from error
    except UnicodeEncodeError as error:
        raise DatabaseError(database=database, reason=str(error)) from error
    finally:
        engine.dispose()


def _engine(database: Path, mode: str, begin: str) -> Engine:
    address = f"file:{quote(str(database))}?mode={mode}"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS),
        poolclass=NullPool,
    )

    @event.listens_for(engine, "connect")
    def _leave_transactions_to_us(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _check_header(database: Path) -> None:
    try:
        with database.open("rb") as file:
            header = file.read(len(_HEADER))
    except FileNotFoundError:
        return
    except OSError as error:
        reason = error.strerror or str(error)
        raise DatabaseError(database=database, reason=reason) from error
    if header and header != _HEADER:
        raise NotADatabaseError(database=database, reason="its first bytes are something else")


def _prepare(
    connection: Connection, database: Path, *, create: bool, known: int = SCHEMA_VERSION
) -> None:
    """Make sure that the schema is ours and known, or make it where there is none."""
    rows = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
    tables = tuple(sorted(row[0] for row in rows))
    application = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    if not tables and create:
        _make_schema(connection)
    elif application != APPLICATION_ID or "meta" not in tables:
        raise ForeignDatabaseError(database=database, tables=tables)
    else:
        _check_version(connection, database, known)


def _make_schema(connection: Connection) -> None:
    metadata.create_all(connection)
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(meta.insert().values(key="schema_version", value=str(SCHEMA_VERSION)))


def _check_version(connection: Connection, database: Path, known: int) -> None:
    query = meta.select().where(meta.c.key == "schema_version")
    row = connection.execute(query).one_or_none()
    if row is None or not row.value.isdecimal():
        raise DatabaseError(database=database, reason="its schema version cannot be read")
    found = int(row.value)
    if found > known:
        raise NewerDatabaseError(database=database, found=found, known=known)


def _translated(error: exc.DBAPIError, database: Path) -> DatabaseError:
    """Turn what SQLite reports into an error that says what to do."""
    name = getattr(error.orig, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return DatabaseBusyError(database=database, waited_seconds=BUSY_SECONDS)
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return NotADatabaseError(database=database, reason=str(error.orig))
    return DatabaseError(database=database, reason=str(error.orig))
