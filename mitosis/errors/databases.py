"""Databases that cannot be used as they are."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from mitosis.errors.tree import MitosisError, error, listed


@error
class DatabaseError(MitosisError, RuntimeError):
    """The experiment's database cannot be used."""

    slug: ClassVar[str] = "database"
    database: Path
    reason: str = ""

    def _compose(self) -> str:
        return f"The database cannot be used: {self.reason}\n    file  {self.database}"


@error
class NotADatabaseError(DatabaseError):
    """The file is not an SQLite database, or is damaged."""

    slug: ClassVar[str] = "not-a-database"

    def _compose(self) -> str:
        return (
            f"{self.database} is no database that SQLite can read: {self.reason}\n"
            "It was left as it is. `mitosis repair` makes it anew from the trials' own "
            "folders, and keeps what is there under another name."
        )


@error
class ForeignDatabaseError(DatabaseError):
    """The file is an SQLite database that another program made."""

    slug: ClassVar[str] = "foreign-database"
    tables: tuple[str, ...] = ()

    def _compose(self) -> str:
        return (
            f"{self.database} was not made by mitosis. It holds the tables:\n"
            f"{listed(self.tables)}\nIt was left as it is. Name another file with logfile=."
        )


@error
class NewerDatabaseError(DatabaseError):
    """The database was written by a newer mitosis, whose schema this one does not know."""

    slug: ClassVar[str] = "newer-database"
    found: int
    known: int

    def _compose(self) -> str:
        return (
            f"{self.database} has schema {self.found}; this mitosis writes schema "
            f"{self.known}.\nIt was left as it is. Use the version of mitosis that wrote it, "
            "or a newer one."
        )


@error
class NewerEditionError(DatabaseError):
    """Variants are locked under an edition of the canonical text that this mitosis lacks.

    Attributes:
        found: the newest of their editions.
        known: the edition that this mitosis writes.
    """

    slug: ClassVar[str] = "newer-edition"
    variants: tuple[str, ...]
    found: int
    known: int

    def _compose(self) -> str:
        return (
            f"{self.database} holds locks under edition {self.found} of the canonical text; "
            f"this mitosis compares editions up to {self.known}:\n{listed(self.variants)}\n"
            f"Nothing was run and nothing was written. Use a mitosis that writes edition "
            f"{self.found}, or a newer one."
        )


@error
class AmbiguousDatabaseError(DatabaseError):
    """Several databases of a trials folder hold locks of one experiment.

    Attributes:
        database: the trials folder.
        files: names of the databases.
    """

    slug: ClassVar[str] = "ambiguous-database"
    experiment: str
    files: tuple[str, ...]

    def _compose(self) -> str:
        return (
            f"Experiment {self.experiment!r} has locks in several databases of "
            f"{self.database}:\n{listed(self.files)}\n"
            "Name the one that you mean with --logfile, or move the others to another folder."
        )


@error
class DatabaseBusyError(DatabaseError, TimeoutError):
    """Another process held the database longer than the wait."""

    slug: ClassVar[str] = "database-busy"
    waited_seconds: float

    def _compose(self) -> str:
        return (
            f"{self.database} was held by another process for {self.waited_seconds:g} s.\n"
            "Look for a program that keeps it open (a database browser, a stopped job), "
            "then try again."
        )


@error
class ServerError(DatabaseError, ConnectionError):
    """The server of a shared store cannot be reached, or does not let us in.

    Attributes:
        database: its name is that of the database on the server, its folder the trials folder.
        server: its address, without user and password.
    """

    slug: ClassVar[str] = "server"
    server: str

    def _compose(self) -> str:
        return (
            f"The shared store cannot be used: {self.reason}\n"
            f"    server    {self.server}\n    database  {self.database}\n"
            "Look whether the server runs and may be reached from here, and what MITOSIS_STORE "
            "and `store` in [tool.mitosis] say; `mitosis doctor` tries it."
        )
