"""Connections to a PostgreSQL server: the same transactions as on a file, for a team.

Each database is a schema of PostgreSQL, `mitosis_<id>`; `mitosis.database` tells which name has
which id. So no name of a user's becomes one of SQL, and a statement is the same as on a file.
Whoever writes holds a lock of the server on the database's name until the end of the
transaction, as `BEGIN IMMEDIATE` holds a file.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, text
from sqlalchemy.pool import NullPool

from mitosis._layout import APPLICATION_ID
from mitosis._store import (
    server_schema,  # noqa: F401 - adds the indexes of a server to the tables
    waiting,
)
from mitosis._store.joining import Home
from mitosis._store.migrations import migrate
from mitosis._store.schema import SCHEMA_VERSION
from mitosis._store.tables import make_tables, understood, version
from mitosis.errors import (
    DatabaseBusyError,
    DatabaseError,
    NewerDatabaseError,
    ServerError,
)

log = logging.getLogger("mitosis")

_CONNECT_SECONDS = 10
_IDLE = "300s"  # so long the server waits for somebody who holds a database and says nothing
_CATALOGUE = 0
_HOLD = text(
    "SELECT set_config('lock_timeout', :wait, true),"
    " set_config('idle_in_transaction_session_timeout', :idle, true)"
)
_TAKE = text("SELECT pg_advisory_xact_lock(:ours, :number)")
_KNOWN = text("SELECT to_regclass('mitosis.database') IS NOT NULL")
_ID = text("SELECT id FROM mitosis.database WHERE name = :name")
_ADD = text("INSERT INTO mitosis.database (name) VALUES (:name) RETURNING id")
_NAMES = text("SELECT name FROM mitosis.database ORDER BY name")
_MAKE = """
CREATE SCHEMA mitosis;
CREATE TABLE mitosis.database (
    id BIGSERIAL PRIMARY KEY, name TEXT COLLATE "C" NOT NULL UNIQUE
)
"""
_SNAPSHOT: dict[str, Any] = {
    "isolation_level": "REPEATABLE READ",
    "postgresql_readonly": True,
}


class _Asked(NamedTuple):
    home: Home
    database: Path


_asked: ContextVar[_Asked] = ContextVar("asked")


@contextmanager
def transaction(home: Home, database: Path, *, create: bool) -> Iterator[Connection]:
    """Hold a database for writing, to commit or rollback.

    Raises:
        ServerError: the server cannot be reached, or does not let us in.
        NewerDatabaseError: its schema is newer than ours.
        DatabaseBusyError: another process held it for `BUSY_SECONDS`.
        DatabaseError: anything else that the server reports.
    """
    _refuse_local(home, database)
    home = home.settled() if create else home
    with _connected(home, database) as connection:
        _hold(connection, database)
        found = _enter(connection, database, create=create)
        if found > SCHEMA_VERSION:
            raise NewerDatabaseError(database=database, found=found, known=SCHEMA_VERSION)
        with understood(database, found):
            if found < SCHEMA_VERSION:
                migrate(connection, found)
            yield connection


@contextmanager
def reading(home: Home, database: Path) -> Iterator[Connection]:
    """Look at a database; one of an older schema is migrated, and that is undone again.

    Raises:
        DatabaseError: as `transaction` does.
    """
    with looking(home, database) as (connection, found):
        if found >= SCHEMA_VERSION:
            with understood(database, found):
                yield connection
            return
    with _connected(home, database) as connection:
        _hold(connection, database)
        found = _enter(connection, database, create=False)
        migrate(connection, found)
        with understood(database, found):
            yield connection
        connection.rollback()


@contextmanager
def looking(home: Home, database: Path) -> Iterator[tuple[Connection, int]]:
    """Look at a database as it is, whatever its schema, whose number comes with it."""
    with _connected(home, database, **_SNAPSHOT) as connection:
        yield connection, _enter(connection, database, create=False)


def is_made(home: Home, database: Path) -> bool:
    """Tell whether the server has a database of that name."""
    with _connected(home, database, **_SNAPSHOT) as connection:
        return _id(connection, database) is not None


def names(home: Home) -> list[str]:
    """Return the names of all databases on the server, sorted."""
    with _connected(home, home.trials_folder, **_SNAPSHOT) as connection:
        if not connection.execute(_KNOWN).scalar_one():
            return []
        return list(connection.execute(_NAMES).scalars())


def server_version(home: Home) -> str:
    """Return the version of the server."""
    with _connected(home, home.trials_folder, **_SNAPSHOT) as connection:
        return str(connection.exec_driver_sql("SHOW server_version").scalar_one())


@contextmanager
def _connected(home: Home, database: Path, **options: Any) -> Iterator[Connection]:
    before = _asked.set(_Asked(home, database))
    try:
        with _engine(home.url).connect() as connection:
            connection.execution_options(**options)
            connection.info["folder_id"] = home.folder_id or None
            connection.info["folder_place"] = home.place
            yield connection
            if connection.in_transaction():
                connection.commit()
    finally:
        _asked.reset(before)


@cache
def _engine(url: URL) -> Engine:
    """Return an engine that keeps no connection, so processes may be forked."""
    driver = {
        "connect_timeout": int(str(url.query.get("connect_timeout", _CONNECT_SECONDS))),
        "prepare_threshold": None,  # a pooler between us may give each transaction another
        "application_name": "mitosis",
    }
    try:
        engine = create_engine(
            url, poolclass=NullPool, connect_args=driver, use_native_hstore=False
        )
    except ImportError as exc:
        home, database = _asked.get()
        reason = "psycopg is not installed: pip install 'mitosis[postgres]'"
        raise ServerError(database=database, server=home.server, reason=reason) from exc
    event.listen(engine, "handle_error", _translate)
    return engine


def _translate(context: ExceptionContext) -> None:
    error = context.original_exception
    if isinstance(error, context.dialect.loaded_dbapi.Error | UnicodeEncodeError):
        raise _translated(error, *_asked.get()) from None


def _translated(error: BaseException, home: Home, database: Path) -> DatabaseError:
    state = getattr(error, "sqlstate", None) or ""
    if state == "55P03":  # lock_not_available
        return DatabaseBusyError(database=database, waited_seconds=waiting.busy_seconds())
    reason = _without_password(str(error).strip() or type(error).__name__, home.url)
    is_about_server = not state or state.startswith(("08", "28", "3D", "53", "57P"))
    if is_about_server and not isinstance(error, UnicodeEncodeError):
        return ServerError(database=database, server=home.server, reason=reason)
    return DatabaseError(database=database, reason=f"{reason}\n    server  {home.server}")


def _without_password(reason: str, url: URL) -> str:
    for secret in filter(None, (url.password, url.query.get("password"))):
        reason = reason.replace(str(secret), "***")
    return reason


def _hold(connection: Connection, database: Path) -> None:
    """Take the lock on a database's name, which nobody else has until the end.

    Raises:
        DatabaseBusyError: another process had it for `BUSY_SECONDS`.
    """
    digest = sha256(database.name.encode("utf-8", "surrogatepass")).digest()
    number = int.from_bytes(digest[:4], "big", signed=True) or 1
    start, most = time.monotonic(), waiting.busy_seconds()
    first = min(waiting.TOLD_AFTER_SECONDS, most)
    if _take(connection, number, first):
        return
    if most > first:
        words = "waiting for %s, which another process is writing (at most %g s)"
        log.warning(words, database.name, most)
        if _take(connection, number, most - (time.monotonic() - start)):
            return
    raise DatabaseBusyError(database=database, waited_seconds=most)


def _take(connection: Connection, number: int, seconds: float) -> bool:
    wait = {"wait": f"{max(1, int(1000 * seconds))}ms", "idle": _IDLE}
    connection.execute(_HOLD, wait)
    savepoint = connection.begin_nested()
    try:
        connection.execute(_TAKE, {"ours": APPLICATION_ID, "number": number})
    except DatabaseBusyError:
        savepoint.rollback()
        return False
    savepoint.commit()
    return True


def _enter(connection: Connection, database: Path, *, create: bool) -> int:
    """Have the tables' names mean those of a database, and return the number of its schema."""
    number = _id(connection, database)
    if number is None and not create:
        home = _asked.get().home
        raise DatabaseError(database=database, reason=f"{home.server} does not hold it")
    if number is not None:
        connection.exec_driver_sql(f"SET LOCAL search_path TO mitosis_{number}")
    else:
        _make(connection, database)
    return version(connection, database)


def _id(connection: Connection, database: Path) -> int | None:
    if not connection.execute(_KNOWN).scalar_one():
        return None
    found: int | None = connection.execute(_ID, {"name": database.name}).scalar()
    return found


def _make(connection: Connection, database: Path) -> None:
    """Make a database in the transaction that is the first to write to it."""
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        reason = f"the server keeps texts as {encoding}; it has to be UTF8"
        raise DatabaseError(database=database, reason=reason)
    connection.execute(_TAKE, {"ours": APPLICATION_ID, "number": _CATALOGUE})
    if not connection.execute(_KNOWN).scalar_one():
        for statement in _MAKE.split(";"):
            connection.exec_driver_sql(statement)
    number = connection.execute(_ADD, {"name": database.name}).scalar_one()
    connection.exec_driver_sql(f"CREATE SCHEMA mitosis_{number}")
    connection.exec_driver_sql(f"SET LOCAL search_path TO mitosis_{number}")
    make_tables(connection)


def _refuse_local(home: Home, database: Path) -> None:
    """Refuse to write beside a database of the same name that was never brought in.

    Raises:
        DatabaseError: there is one.
    """
    if database.exists() and database.stat().st_size:
        reason = (
            f"this folder's trials go to {home.server} now, and here is a database of before; "
            f"`mitosis merge {database.name}` takes it in"
        )
        raise DatabaseError(database=database, reason=reason)
