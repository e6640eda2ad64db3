"""Connections that stay open, for who claims many trials one after another.

Opening a file, making sure of its tables and closing it again take longer than most of what is
done in between.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import field
from pathlib import Path

from sqlalchemy import Connection

from mitosis._dataclass import dataclass

_File = tuple[int, int]


@dataclass
class Kept:
    """The connection to one file, once it is opened, of the thread that keeps it.

    Attributes:
        version: of the schema that was found, and the number that SQLite gives a connection
            for the state that others have left the file in.
    """

    database: Path
    connection: Connection | None = None
    version: tuple[int, int] | None = None
    _file: _File | None = None
    _process: int = field(default_factory=os.getpid)

    def opened(self, connect: Callable[[], Connection]) -> Connection | None:
        """Return a connection to the file that is there now; None if it cannot be this one.

        A fork does not use what its parent has opened, and a transaction within another one
        has a connection of its own.
        """
        file = _identity(self.database)
        if file is None or self._process != os.getpid():
            return None
        if self.connection is not None and self.connection.in_transaction():
            return None
        if self.connection is None or file != self._file:
            self.close()
            self.connection, self._file = connect(), file
        return self.connection

    def close(self) -> None:
        """Close what is open."""
        if self.connection is not None and self._process == os.getpid():
            self.connection.close()
        self.connection = self.version = None


_kept: ContextVar[Kept | None] = ContextVar("kept", default=None)


@contextmanager
def kept_open(database: Path) -> Iterator[None]:
    """Have all transactions of this thread on a file use one connection meanwhile."""
    kept = Kept(database)
    before = _kept.set(kept)
    try:
        yield
    finally:
        _kept.reset(before)
        kept.close()


def kept_for(database: Path) -> Kept | None:
    """Return what is kept of a file in this thread, if anything."""
    kept = _kept.get()
    return kept if kept is not None and kept.database == database else None


def _identity(file: Path) -> _File | None:
    """Return what tells a file from another of its name; None where nobody has filled it."""
    with suppress(OSError):
        found = file.stat()
        return (found.st_dev, found.st_ino) if found.st_size else None
    return None
