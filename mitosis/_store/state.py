"""How a database stands: its schema, what it holds, and whether SQLite finds it whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from mitosis._store.connection import UNREADABLE_VERSION, is_empty, looking
from mitosis.errors import DatabaseError, NotADatabaseError


@dataclass(frozen=True)
class DatabaseState:
    """How a database stands.

    Attributes:
        schema: its number.
        trials: number of trials by status.
        locks: how many are in force.
        journal_mode: `"delete"`, or `"wal"` if somebody chose that.
        integrity: `"ok"`, or the first fault that SQLite finds.
        size_bytes: of the file.
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
        counts = connection.exec_driver_sql("SELECT status, count(*) FROM trial GROUP BY 1")
        in_force = "SELECT count(*) FROM variant WHERE retired_at IS NULL"
        return DatabaseState(
            schema=schema,
            trials={str(status): int(count) for status, count in counts},
            locks=connection.exec_driver_sql(in_force).scalar_one(),
            journal_mode=connection.exec_driver_sql("PRAGMA journal_mode").scalar_one(),
            integrity=_integrity(connection),
            size_bytes=database.stat().st_size,
        )


def find_damage(database: Path) -> str | None:
    """Return what makes a file unusable as a database; None for a sound or empty one, or none.

    Raises:
        ForeignDatabaseError: another program made it.
        DatabaseError: nothing can be said, for it is busy or may not be read.
    """
    if is_empty(database):
        return None
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
