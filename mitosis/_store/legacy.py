"""Databases of the mitosis that was published before this one, 0.6: read, never written.

Such a file holds, next to each other:

- `trials_<experiment>`: a row for each trial. `variant` joins the names of all variants,
  `iteration` counts from 0. A trial that was cut off has neither `cpu_time` nor `filename`,
  one that failed has both and no `results`.
- `<step>_variant_<parameter>`: the text of each value that a name was locked to, which many
  values may share.

Names of tables hold what users wrote, so both kinds are told by their columns, too.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from sqlalchemy import Connection, MetaData, Table, create_engine, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from mitosis._dataclass import dataclass
from mitosis._store.connection import translating
from mitosis.errors import DatabaseError, ForeignDatabaseError

_TRIALS = "trials_"
_VARIANT = "_variant_"
_TRIAL_COLUMNS = {"variant", "iteration", "commit", "cpu_time", "results", "filename"}
_VARIANT_COLUMNS = {"name", "params"}


@dataclass(frozen=True)
class LegacyTrial:
    """A row of `trials_<experiment>`.

    Attributes:
        experiment: names of its steps, each with its group, joined by `_`.
        variant: names of the steps with those of the variants, joined by `-` and `+`.
        iteration: from 0.
        commit: full hash.
        cpu_seconds: of the runner, not of the kernel; None if its end was never recorded.
        results: what its last result printed; None if it did not get that far.
        file_name: of its page, beside the database; None if its end was never recorded.
    """

    experiment: str
    variant: str
    iteration: int
    commit: str
    cpu_seconds: float | None
    results: str | None
    file_name: str | None


@dataclass(frozen=True)
class LegacyDatabase:
    """All that a database of mitosis 0.6 holds.

    Attributes:
        trials: in the order in which they were started.
        definitions: table `<step>_variant_<parameter>` to the names in it, each with the text
            of its value.
    """

    path: Path
    trials: tuple[LegacyTrial, ...]
    definitions: Mapping[str, Mapping[str, str]]

    def names(self, step: str, parameter: str) -> Mapping[str, str]:
        """Return the names that are locked for a parameter, with their texts."""
        return self.definitions.get(f"{step}{_VARIANT}{parameter}", {})

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """Step and parameter of each table; where its name can be read in two ways, both."""
        return [
            (table[:at], table[at + len(_VARIANT) :])
            for table in self.definitions
            for at in range(len(table))
            if table.startswith(_VARIANT, at)
        ]


def is_legacy(database: Path) -> bool:
    """Tell whether a file is a database of mitosis 0.6.

    Raises:
        NotADatabaseError: it is not SQLite, or is damaged.
        DatabaseError: it cannot be read.
    """
    with _looking(database) as connection:
        return bool(list(_trial_tables(connection)))


def read_legacy(database: Path) -> LegacyDatabase:
    """Return all that a database of mitosis 0.6 holds.

    Raises:
        ForeignDatabaseError: it holds no table of trials.
        NotADatabaseError: it is not SQLite, or is damaged.
        DatabaseError: it cannot be read.
    """
    with _looking(database) as connection:
        tables = list(_trial_tables(connection))
        if not tables:
            names = tuple(sorted(inspect(connection).get_table_names()))
            raise ForeignDatabaseError(database=database, tables=names)
        try:
            return LegacyDatabase(
                database,
                tuple(trial for table in tables for trial in _trials(connection, table)),
                {t.name: dict(_definitions(connection, t)) for t in _variants(connection)},
            )
        except (TypeError, ValueError) as exc:
            reason = f"it does not hold what mitosis 0.6 writes ({exc})"
            raise DatabaseError(database=database, reason=reason) from exc


@contextmanager
def _looking(database: Path) -> Iterator[Connection]:
    """Open a file such that SQLite itself refuses to write to it."""
    with translating(database), _settled(database) as file:
        raw = sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)
        with closing(raw):
            engine = create_engine("sqlite://", creator=lambda: raw, poolclass=NullPool)
            try:
                with _unwrapped(), engine.connect() as connection:
                    yield connection
            finally:
                engine.dispose()


@contextmanager
def _settled(database: Path) -> Iterator[Path]:
    """Yield a file in which nothing is left to undo, as a process that died leaves it.

    SQLite would undo it in the file itself; so it does that in a copy.
    """
    beside = [database.with_name(f"{database.name}{suffix}") for suffix in ("-journal", "-wal")]
    if not any(map(Path.exists, beside)):
        yield database
        return
    with TemporaryDirectory(prefix="mitosis-") as folder:
        for path in filter(Path.exists, [database, *beside]):
            shutil.copy(path, folder)
        copy = Path(folder) / database.name
        with closing(sqlite3.connect(copy)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        yield copy


@contextmanager
def _unwrapped() -> Iterator[None]:
    """Raise what SQLite reports, without what SQLAlchemy puts around it."""
    try:
        yield
    except DBAPIError as error:
        raise (error.orig or error) from error


def _trial_tables(connection: Connection) -> Iterator[Table]:
    return (
        table
        for table in _tables(connection)
        if table.name.startswith(_TRIALS) and set(table.c.keys()) >= _TRIAL_COLUMNS
    )


def _variants(connection: Connection) -> Iterator[Table]:
    return (
        table
        for table in _tables(connection)
        if _VARIANT in table.name and set(table.c.keys()) == _VARIANT_COLUMNS
    )


def _tables(connection: Connection) -> Iterator[Table]:
    metadata = MetaData()
    for name in sorted(inspect(connection).get_table_names()):
        yield Table(name, metadata, autoload_with=connection)


def _trials(connection: Connection, table: Table) -> Iterator[LegacyTrial]:
    experiment = table.name.removeprefix(_TRIALS)
    wanted = [table.c[name] for name in sorted(_TRIAL_COLUMNS)]
    by_start = select(*wanted).order_by(text("rowid"))  # rows are numbered as they come
    for row in connection.execute(by_start).mappings():
        yield LegacyTrial(
            experiment=experiment,
            variant=str(row["variant"]),
            iteration=int(row["iteration"]),
            commit=str(row["commit"]),
            cpu_seconds=None if row["cpu_time"] is None else float(row["cpu_time"]),
            results=_text(row["results"]),
            file_name=_text(row["filename"]),
        )


def _definitions(connection: Connection, table: Table) -> Iterator[tuple[str, str]]:
    for name, params in connection.execute(select(table.c.name, table.c.params)):
        yield str(name), _text(params) or ""


def _text(value: object) -> str | None:
    return None if value is None else str(value)
