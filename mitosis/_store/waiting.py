"""Waiting for a database that others hold: bounded, told to people, and open to Ctrl-C."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

BUSY_SECONDS = 60.0
PATIENCE_SECONDS = 5.0
TOLD_AFTER_SECONDS = 3.0
ATTEMPT_SECONDS = 0.2
_PAUSE_SECONDS = 0.01  # for what SQLite refuses at once, without waiting itself

log = logging.getLogger("mitosis")

_patience: ContextVar[float | None] = ContextVar("patience", default=None)


@contextmanager
def patience(seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Wait no longer than this meanwhile, for what one can do without."""
    before = _patience.set(seconds)
    try:
        yield
    finally:
        _patience.reset(before)


def busy_seconds() -> float:
    """Return how long to wait for a database that others hold."""
    given = _patience.get()
    return BUSY_SECONDS if given is None else min(given, BUSY_SECONDS)


T = TypeVar("T")


class PatientConnection(sqlite3.Connection):
    """A connection that waits in short attempts, between which signals are handled.

    SQLite itself waits within each attempt, so whoever waits asks again soon, however long
    it has waited already.
    """

    told_as = "the database"
    has_written = False
    _is_told = False

    def ask(self, statement: str) -> tuple[Any, ...]:
        """Return the first row that a statement outside of transactions gives.

        Raises:
            sqlite3.Error: of kind `SQLITE_BUSY` after `BUSY_SECONDS`.
        """
        rows = self._until_free(
            lambda: self.execute(statement).fetchall(), "which another process has open"
        )
        return tuple(rows[0])

    def begin(self, *statements: str) -> None:
        """Begin a transaction and take its first lock, in some statements.

        Raises:
            sqlite3.Error: of kind `SQLITE_BUSY` after `BUSY_SECONDS`.
        """
        self._is_told = False
        self._until_free(lambda: self._begin(statements), "which another process is writing")

    def commit(self) -> None:
        """Commit as soon as nobody reads the file.

        Raises:
            sqlite3.Error: of kind `SQLITE_BUSY` after `BUSY_SECONDS`.
        """
        self._until_free(super().commit, "which another process is reading")

    def _begin(self, statements: tuple[str, ...]) -> None:
        for statement in statements:
            if not (self.in_transaction and statement.startswith("BEGIN")):
                self.execute(statement).fetchall()

    def _until_free(self, attempt: Callable[[], T], held: str) -> T:
        start = time.monotonic()
        while True:
            try:
                return attempt()
            except sqlite3.Error as error:
                waited = time.monotonic() - start
                if not is_busy(error) or waited >= busy_seconds():
                    raise
            if waited >= TOLD_AFTER_SECONDS and not self._is_told:
                self._is_told = True
                most = f"at most {busy_seconds():g} s"
                log.warning("waiting for %s, %s (%s)", self.told_as, held, most)
            time.sleep(_PAUSE_SECONDS)


def is_busy(error: BaseException | None) -> bool:
    """Tell whether SQLite reports that others hold the file."""
    name = getattr(error, "sqlite_errorname", "")
    return name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
