"""How a database stands: its schema, what it holds, and whether SQLite finds it whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from mitosis._dataclass import dataclass
from mitosis._store.connection import is_empty, looking
from mitosis._store.joining import home_of
from mitosis._store.schema import trial, variant
from mitosis._store.tables import UNREADABLE_VERSION
from mitosis.errors import DatabaseError, NotADatabaseError


@dataclass(frozen=True)
class DatabaseState:
    """How a database stands.

    Attributes:
        schema: its number.
        trials: number of trials by status.
        locks: how many are in force.
        journal_mode: `"delete"`, or `"wal"` if somebody chose that; on a server, what serves.
        integrity: `"ok"`, or the first fault that SQLite finds.
        size_bytes: of the file, or of all tables.
    """

    schema: int
    trials: Mapping[str, int]
    locks: int
    journal_mode: str
    integrity: str
    size_bytes: int


def read_state(database: Path) -> DatabaseState:
    """Look at a database of any schema.

    Raises:
        DatabaseError: it cannot be read so far.
    """
    with looking(database) as (connection, schema):
        status = trial.c.status
        counts = connection.execute(select(status, func.count()).group_by(status)).all()
        in_force = select(func.count()).where(variant.c.retired_at.is_(None))
        return DatabaseState(
            schema=schema,
            trials={str(status): int(count) for status, count in counts},
            locks=connection.execute(in_force).scalar_one(),
            **(_on_server(connection) if home_of(database) else _of_file(connection, database)),
        )


def _of_file(connection: Connection, database: Path) -> dict[str, Any]:
    return {
        "journal_mode": connection.exec_driver_sql("PRAGMA journal_mode").scalar_one(),
        "integrity": _integrity(connection),
        "size_bytes": database.stat().st_size,
    }


def _on_server(connection: Connection) -> dict[str, Any]:
    size = (
        "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = current_schema AND c.relkind = 'r'"
    )
    version = connection.exec_driver_sql("SHOW server_version").scalar_one()
    return {
        "journal_mode": f"PostgreSQL {version}",
        "integrity": "ok",
        "size_bytes": connection.exec_driver_sql(size).scalar_one(),
    }


def find_damage(database: Path) -> str | None:
    """Return what makes a file unusable as a database; None for a sound or empty one, or none.

    Raises:
        ForeignDatabaseError: another program made it.
        DatabaseError: nothing can be said, for it is busy or may not be read.
    """
    if home_of(database) or is_empty(database):
        return None  # of a server's health its administrator takes care
    try:
        integrity = read_state(database).integrity
    except NotADatabaseError as error:
        return error.reason
    except DatabaseError as error:
        if type(error) is DatabaseError and _is_about_content(error):
            return error.reason
        raise
    return None if integrity == "ok" else integrity


def _is_about_content(error: DatabaseError) -> bool:
    """Tell what a file lacks from what keeps us from it, such as missing rights."""
    lacks_table = getattr(error.__cause__, "sqlite_errorname", "") == "SQLITE_ERROR"
    return lacks_table or error.reason == UNREADABLE_VERSION


def _integrity(connection: Connection) -> str:
    return str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
