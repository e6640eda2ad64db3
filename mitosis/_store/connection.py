"""Connections to an SQLite file: short, exclusive for writing, with errors of our own."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from stat import S_ISDIR
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, event, exc
from sqlalchemy.pool import NullPool

from mitosis._layout import APPLICATION_ID
from mitosis._store.copying import backed_up, copy_in_memory
from mitosis._store.migrations import migrate
from mitosis._store.schema import SCHEMA_VERSION, meta, metadata
from mitosis.errors import (
    DatabaseBusyError,
    DatabaseError,
    ForeignDatabaseError,
    NewerDatabaseError,
    NotADatabaseError,
)

BUSY_SECONDS = 60.0


@contextmanager
def transaction(database: Path, *, create: bool) -> Iterator[Connection]:
    """Hold the database for writing, from `BEGIN IMMEDIATE` to commit or rollback.

    With `create`, a file that is missing or empty gets our schema inside the same
    transaction, so any number of processes may be the first. A file of an older schema is
    migrated inside it too, and a copy of what it was is left beside it.

    Raises:
        NotADatabaseError: the file is not SQLite, or is damaged.
        ForeignDatabaseError: another program made it.
        NewerDatabaseError: its schema is newer than ours.
        DatabaseBusyError: another process held it for `BUSY_SECONDS`.
        DatabaseError: anything else that SQLite reports.
    """
    with _connected(database, "rwc" if create else "rw", "BEGIN IMMEDIATE") as connection:
        found = _schema_of(connection, database, create=create)
        if found > SCHEMA_VERSION:
            raise NewerDatabaseError(database=database, found=found, known=SCHEMA_VERSION)
        if found == SCHEMA_VERSION:
            yield connection
            return
        with backed_up(database, found):
            migrate(connection, found)
            yield connection


@contextmanager
def reading(database: Path) -> Iterator[Connection]:
    """Look at the database, also at one that a newer mitosis has written; write nothing.

    One of an older schema is copied into memory and migrated there. Only what a process left
    half written when it died is undone, which SQLite does before it reads.

    Raises:
        DatabaseError: as `transaction` does, but for `NewerDatabaseError`.
    """
    with _connected(database, "rw", "BEGIN") as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
        found = _schema_of(connection, database, create=False)
        if found >= SCHEMA_VERSION:
            yield connection
            return
        with closing(copy_in_memory(connection)) as memory, _begun(lambda: memory) as copy:
            migrate(copy, found)
            yield copy


@contextmanager
def _connected(database: Path, mode: str, begin: str) -> Iterator[Connection]:
    _check_file(database)
    address = f"file:{quote(str(database))}?mode={mode}"
    try:
        with _begun(
            lambda: sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS), begin
        ) as connection:
            yield connection
    except exc.DBAPIError as error:
        raise _translated(error.orig, database) from error
    except sqlite3.Error as error:  # of a copy, which SQLAlchemy has no part in
        raise _translated(error, database) from error
    except UnicodeEncodeError as error:
        raise DatabaseError(database=database, reason=str(error)) from error


@contextmanager
def _begun(
    connect: Callable[[], sqlite3.Connection], begin: str = "BEGIN"
) -> Iterator[Connection]:
    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _leave_transactions_to_us(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _check_file(database: Path) -> None:
    """Refuse a file of which SQLite would not say what is wrong, without opening it.

    Closing it again would drop the locks that other threads of this process hold on it.
    """
    try:
        status = database.stat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise DatabaseError(database=database, reason=error.strerror or str(error)) from error
    if S_ISDIR(status.st_mode):
        raise DatabaseError(database=database, reason=os.strerror(errno.EISDIR))
    if not os.access(database, os.R_OK):
        raise DatabaseError(database=database, reason=os.strerror(errno.EACCES))
    if status.st_size == 1:  # to SQLite that is an empty file
        raise NotADatabaseError(database=database, reason="it holds one byte")


def _schema_of(connection: Connection, database: Path, *, create: bool) -> int:
    """Return the number of the file's schema; where there is none, make ours."""
    rows = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
    tables = tuple(sorted(row[0] for row in rows))
    application = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    if not tables and create:
        _make_schema(connection)
    elif application != APPLICATION_ID or "meta" not in tables:
        raise ForeignDatabaseError(database=database, tables=tables)
    return _version(connection, database)


def _make_schema(connection: Connection) -> None:
    metadata.create_all(connection)
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(meta.insert().values(key="schema_version", value=str(SCHEMA_VERSION)))


def _version(connection: Connection, database: Path) -> int:
    query = meta.select().where(meta.c.key == "schema_version")
    row = connection.execute(query).one_or_none()
    if row is None or not row.value.isdecimal() or row.value == "0":
        raise DatabaseError(database=database, reason="its schema version cannot be read")
    return int(row.value)


def _translated(error: BaseException | None, database: Path) -> DatabaseError:
    """Turn what SQLite reports into an error that says what to do."""
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return DatabaseBusyError(database=database, waited_seconds=BUSY_SECONDS)
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return NotADatabaseError(database=database, reason=str(error))
    return DatabaseError(database=database, reason=str(error))
