"""Copies of a database: beside it before its schema is raised, and in memory to be read.

A database that is open is copied by SQLite alone. Opening and closing its file by other means
would drop this process's locks on it.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection

from mitosis import _layout
from mitosis.errors import DatabaseError


def back_up(database: Path, schema: int) -> Path:
    """Make a hidden copy of a database beside it, for `show` to name, and return its path.

    The caller holds the database for writing and has written nothing yet.

    Raises:
        DatabaseError: no copy can be made.
    """
    hidden = _layout.unfinished(_layout.database_backup(database, schema))
    try:
        with _explained(database):
            _copy(database, hidden)
    except BaseException:
        hidden.unlink(missing_ok=True)
        raise
    return hidden


def show(hidden: Path, database: Path, schema: int) -> Path:
    """Give a copy its name.

    Raises:
        DatabaseError: that cannot be done.
    """
    with _explained(database):
        return hidden.rename(_layout.database_backup(database, schema))


@contextmanager
def removed_on_error() -> Iterator[list[Path]]:
    """Remove the copies that are put in the list, if what they were made for is undone."""
    copies: list[Path] = []
    try:
        yield copies
    except BaseException:
        for copy in copies:
            copy.unlink(missing_ok=True)
        raise


@contextmanager
def _explained(database: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        reason = f"no copy can be made before its schema is raised: {error}"
        raise DatabaseError(database=database, reason=reason) from error


def _copy(database: Path, path: Path) -> None:
    address = f"file:{quote(str(database))}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True)) as source,
        closing(sqlite3.connect(path)) as target,
    ):
        target.execute("PRAGMA journal_mode = MEMORY")  # no second file beside the copy
        source.backup(target)
    shutil.copymode(database, path)


def copy_in_memory(connection: Connection) -> sqlite3.Connection:
    """Return a copy of the database that a connection is reading."""
    source = connection.connection.driver_connection
    assert isinstance(source, sqlite3.Connection)
    memory = sqlite3.connect(":memory:")
    try:
        source.backup(memory)
    except BaseException:
        memory.close()
        raise
    return memory
