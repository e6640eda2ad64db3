"""Connections to a database: short, exclusive for writing, with errors of our own.

A database is an SQLite file, unless its trials folder is joined to a server.
"""

from __future__ import annotations

import errno
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from functools import cache, partial
from pathlib import Path
from stat import S_ISDIR
from urllib.parse import quote

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.pool import NullPool

from mitosis._dataclass import dataclass
from mitosis._layout import APPLICATION_ID
from mitosis._store import waiting
from mitosis._store.copying import back_up, copy_in_memory, removed_on_error, show
from mitosis._store.filesystem import network_file_system
from mitosis._store.joining import home_of
from mitosis._store.keeping import kept_for
from mitosis._store.schema import SCHEMA_VERSION
from mitosis._store.tables import make_tables, understood, version
from mitosis._store.waiting import PatientConnection, is_busy
from mitosis.errors import (
    DatabaseBusyError,
    DatabaseError,
    ForeignDatabaseError,
    NewerDatabaseError,
    NotADatabaseError,
)

log = logging.getLogger("mitosis")

_UNTRANSLATED = sqlite3.Error, UnicodeEncodeError

# EXTRA also makes the end of the journal durable, which is the commit: without it, a claim
# may be undone by a loss of power, and its iteration be given again.
_WRITE = "PRAGMA query_only = OFF", "PRAGMA synchronous = EXTRA", "BEGIN IMMEDIATE"
_READ = "PRAGMA query_only = ON", "BEGIN", "SELECT 1 FROM sqlite_master LIMIT 1"


@contextmanager
def transaction(database: Path, *, create: bool) -> Iterator[Connection]:
    """Hold the database for writing, from `BEGIN IMMEDIATE` to commit or rollback.

    With `create`, a file that is missing or empty gets our schema inside the same
    transaction, so any number of processes may be the first. A file of an older schema is
    migrated inside it too, and a copy of what it was is left beside it. What the caller raises
    rolls back and passes through as it is.

    Raises:
        NotADatabaseError: the file is not SQLite, or is damaged.
        ForeignDatabaseError: another program made it.
        NewerDatabaseError: its schema is newer than ours.
        DatabaseBusyError: another process held it for `BUSY_SECONDS`.
        DatabaseError: anything else that SQLite reports.
    """
    if home := home_of(database):
        from mitosis._store import server

        with server.transaction(home, database, create=create) as connection:
            yield connection
        return
    with (
        removed_on_error() as copies,
        _connected(database, "rwc" if create else "rw", _WRITE) as connection,
    ):
        found = _schema_of(connection, database, create=create)
        if found > SCHEMA_VERSION:
            raise NewerDatabaseError(database=database, found=found, known=SCHEMA_VERSION)
        with understood(database, found):
            if found < SCHEMA_VERSION:
                from mitosis._store.migrations import migrate

                copies.append(back_up(database, found))
                migrate(connection, found)
            yield connection
            copies += [show(copy, database, found) for copy in copies]


@contextmanager
def reading(database: Path) -> Iterator[Connection]:
    """Look at the database, also at one that a newer mitosis has written; write nothing.

    One of an older schema is copied into memory and migrated there. Only what a process left
    half written when it died is undone, which SQLite does before it reads.

    Raises:
        NewerDatabaseError: it holds what only the newer mitosis understands.
        DatabaseError: as `transaction` does.
    """
    if home := home_of(database):
        from mitosis._store import server

        with server.reading(home, database) as connection:
            yield connection
        return
    with looking(database) as (connection, found), understood(database, found):
        if found >= SCHEMA_VERSION:
            yield connection
            return
        from mitosis._store.migrations import migrate

        with translating(database):
            memory = copy_in_memory(connection)
        with closing(memory), _begun(memory, ("BEGIN",), database) as copy:
            migrate(copy, found)
            yield copy


@contextmanager
def looking(database: Path) -> Iterator[tuple[Connection, int]]:
    """Look at the database as it is, whatever its schema, whose number comes with it.

    Raises:
        DatabaseError: as `transaction` does.
    """
    if home := home_of(database):
        from mitosis._store import server

        with server.looking(home, database) as looked:
            yield looked
        return
    with _connected(database, "rw", _READ) as connection:
        yield connection, _schema_of(connection, database, create=False)


@contextmanager
def _connected(database: Path, mode: str, begin: tuple[str, ...]) -> Iterator[Connection]:
    _check_file(database)
    kept = kept_for(database)
    if kept and (connection := kept.opened(partial(_kept_connection, database))):
        opened = _Opened(connection.info["raw"], begin, database)
        try:
            with _opened_as(opened), connection.begin():
                yield connection
        except BaseException:
            kept.close()  # whatever state it is in
            raise
        return
    with closing(_raw(database, mode)) as raw, _begun(raw, begin, database) as connection:
        yield connection


def _raw(database: Path, mode: str) -> PatientConnection:
    with translating(database):
        raw = sqlite3.connect(
            f"file:{quote(str(database))}?mode={mode}",
            uri=True,
            timeout=min(waiting.ATTEMPT_SECONDS, waiting.busy_seconds()),
            factory=PatientConnection,
        )
    raw.isolation_level = None  # transactions are left to us
    raw.told_as = database.name
    return raw


def _kept_connection(database: Path) -> Connection:
    raw = _raw(database, "rw")
    with _opened_as(_Opened(raw, (), database)):
        connection = _engine().connect()
    connection.info["raw"] = raw
    return connection


@dataclass(frozen=True)
class _Opened:
    """What the one engine of this process works on at the moment."""

    raw: sqlite3.Connection
    begin: tuple[str, ...]
    database: Path


_opened: ContextVar[_Opened] = ContextVar("opened")


@cache
def _engine() -> Engine:
    """Return the engine of all connections, so that a statement is compiled once."""
    engine = create_engine("sqlite://", creator=lambda: _opened.get().raw, poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def _begin(_connection: Connection) -> None:
        opened = _opened.get()
        with translating(opened.database):
            if isinstance(opened.raw, PatientConnection):
                _leave_wal(opened.raw, opened.begin, opened.database)
                opened.raw.begin(*opened.begin)
            else:
                opened.raw.execute(*opened.begin)

    @event.listens_for(engine, "handle_error")
    def _translate(context: ExceptionContext) -> None:
        error = context.original_exception
        if isinstance(error, _UNTRANSLATED):
            raise _translated(error, _opened.get().database)

    return engine


@contextmanager
def _begun(
    raw: sqlite3.Connection, begin: tuple[str, ...], database: Path
) -> Iterator[Connection]:
    raw.isolation_level = None  # transactions are left to us
    with _opened_as(_Opened(raw, begin, database)), _engine().begin() as connection:
        yield connection


@contextmanager
def _opened_as(opened: _Opened) -> Iterator[None]:
    before = _opened.set(opened)
    try:
        yield
    finally:
        _opened.reset(before)


def _leave_wal(raw: PatientConnection, begin: tuple[str, ...], database: Path) -> None:
    """Give up a WAL, which somebody chose, where its shared memory is not shared by all."""
    if begin is not _WRITE or raw.has_written:  # a look at all mounts takes a millisecond
        return
    raw.has_written = True
    kind = network_file_system(database)
    if kind is None:
        return
    (mode,) = raw.ask("PRAGMA journal_mode")
    if mode == "wal":
        raw.ask("PRAGMA journal_mode = DELETE")
        words = (
            "%s had a write-ahead log, which is not safe on %s; it has a rollback journal now"
        )
        log.warning(words, database.name, kind)


@contextmanager
def translating(database: Path) -> Iterator[None]:
    """Turn what SQLite reports into errors that say what to do."""
    try:
        yield
    except _UNTRANSLATED as error:
        raise _translated(error, database) from error


def is_empty(database: Path) -> bool:
    """Tell whether no process has made the database yet, or none has filled it."""
    if home := home_of(database):
        from mitosis._store import server

        return not server.is_made(home, database)
    try:
        return database.stat().st_size == 0
    except FileNotFoundError:
        return True
    except OSError:
        return False  # whoever opens it is told why that cannot be done


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
    """Return the number of the file's schema; where there is none, make ours.

    On a connection that is kept it is read once, and again once others have written the file.
    """
    kept = kept_for(database)
    if kept is None or kept.connection is not connection:
        return _read_schema(connection, database, create=create)
    with translating(database):
        (others,) = connection.info["raw"].execute("PRAGMA data_version").fetchone()
    if kept.version is None or kept.version[1] != others:
        kept.version = None
        found = _read_schema(connection, database, create=create)
        if found != SCHEMA_VERSION:
            return found
        kept.version = found, others
    return kept.version[0]


def _read_schema(connection: Connection, database: Path, *, create: bool) -> int:
    rows = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
    tables = tuple(sorted(row[0] for row in rows))
    application = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    if not tables and create:
        make_tables(connection)
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    elif application != APPLICATION_ID or "meta" not in tables:
        raise ForeignDatabaseError(database=database, tables=tables)
    return version(connection, database)


def _translated(error: Exception, database: Path) -> DatabaseError:
    if is_busy(error):
        return DatabaseBusyError(database=database, waited_seconds=waiting.busy_seconds())
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return NotADatabaseError(database=database, reason=str(error))
    return DatabaseError(database=database, reason=str(error))
