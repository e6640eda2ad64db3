"""From the schema of an older file to today's, one numbered step after the other.

A step is written in terms of its own time: it describes the tables that it reads and makes
itself, and never uses `schema`, which moves on. Texts are copied inside SQLite, byte for byte.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    func,
    insert,
    literal,
    select,
    text,
    update,
)

from mitosis._store.schema import SCHEMA_VERSION, Json, meta
from mitosis._store.schema_4 import tell_what_is_asked_for


def migrate(connection: Connection, found: int) -> None:
    """Bring the tables from schema `found` to today's, inside the caller's transaction."""
    for version in range(found + 1, SCHEMA_VERSION + 1):
        STEPS[version](connection)
    is_version = meta.c.key == "schema_version"
    connection.execute(update(meta).where(is_version).values(value=str(SCHEMA_VERSION)))


def _keep_history_of_locks(connection: Connection) -> None:
    """Make schema 2 of schema 1."""
    connection.exec_driver_sql("DROP INDEX variant_in_force")
    connection.exec_driver_sql("ALTER TABLE variant RENAME TO variant_1")
    _schema_2.create_all(connection)
    _fill(connection, _variant_2, _definitions())
    _fill(connection, _variant_act, _retirements())
    if links := list(_links(connection)):
        connection.execute(insert(_trial_variant), links)
    connection.exec_driver_sql("DROP TABLE variant_1")


def _fill(connection: Connection, table: Table, rows: Select[Any]) -> None:
    connection.execute(insert(table).from_select(rows.selected_columns.keys(), rows))


def _definitions() -> Select[Any]:
    """Select the definitions with the trial that each of them only pointed to."""
    c, by = _variant_1.c, _trial.c
    kept = (c.id, c.experiment, c.parameter, c.name, c.text, c.digest, c.canonical_version)
    locked = (c.locked_at, by.name.label("trial_name"), by.key.label("trial_key"))
    rows = select(*kept, *locked, by.commit_hash, c.retired_at)
    return rows.join_from(_variant_1, _trial, c.trial_id == by.id)


def _retirements() -> Select[Any]:
    """Select what was retired. Schema 1 did not keep by whom."""
    c = _variant_1.c
    return (
        select(
            c.id.label("variant_id"),
            literal("retired").label("action"),
            c.retired_at.label("at"),
            literal("unknown").label("by_whom"),
            func.coalesce(c.retired_why, "").label("why"),
            literal("").label("former_name"),
        )
        .where(c.retired_at.is_not(None))
        .order_by(c.id)
    )


def _links(connection: Connection) -> Iterator[dict[str, int]]:
    """Tell which definitions each trial ran with: the last under their names at its claim."""
    locked_by = defaultdict[int, list[Any]](list)
    for row in connection.execute(select(_variant_1).order_by(_variant_1.c.id)):
        locked_by[row.trial_id].append(row)
    in_force: dict[tuple[str, str, str], int] = {}
    for row in connection.execute(select(_trial).order_by(_trial.c.id)):
        for locked in locked_by[row.id]:
            in_force[locked.experiment, locked.parameter, locked.name] = locked.id
        for parameter, name in row.variants.items():
            if variant_id := in_force.get((row.experiment, parameter, name)):
                yield {"trial_id": row.id, "variant_id": variant_id}


def _tell_more_of_trials(connection: Connection) -> None:
    """Make schema 3 of schema 2."""
    for column in (
        "started_after_boot REAL",
        "machine_id TEXT",
        "pid_namespace TEXT",
        "hypothesis TEXT",
        "data TEXT DEFAULT '[]' NOT NULL",
        "results_digest TEXT",
    ):
        connection.exec_driver_sql(f"ALTER TABLE trial ADD COLUMN {column}")
    connection.exec_driver_sql(
        "CREATE INDEX trial_by_values ON trial "
        "(experiment, run_group, digests, seed, commit_hash, started_at)"
    )


def _tell_sweeps(connection: Connection) -> None:
    """Make schema 5 of schema 4."""
    connection.exec_driver_sql("ALTER TABLE trial ADD COLUMN sweep TEXT")
    connection.exec_driver_sql("ALTER TABLE trial ADD COLUMN sweep_point INTEGER")
    connection.exec_driver_sql("ALTER TABLE trial ADD COLUMN folder_id TEXT")
    connection.exec_driver_sql("ALTER TABLE trial ADD COLUMN folder_place TEXT")
    connection.exec_driver_sql("ALTER TABLE variant ADD COLUMN folder_place TEXT")
    connection.exec_driver_sql(
        "CREATE INDEX trial_by_sweep ON trial (sweep, sweep_point, status)"
    )


STEPS: Mapping[int, Callable[[Connection], None]] = {
    2: _keep_history_of_locks,
    3: _tell_more_of_trials,
    4: tell_what_is_asked_for,
    5: _tell_sweeps,
}
"""What makes each schema of the one before it."""

_schema_1 = MetaData()
_schema_2 = MetaData()

_trial = Table(  # the columns that the step needs; it changes none
    "trial",
    _schema_1,
    Column("id", Integer, primary_key=True),
    Column("experiment", Text),
    Column("key", Text),
    Column("name", Text),
    Column("variants", Json),
    Column("commit_hash", Text),
)

_variant_1 = Table(
    "variant_1",
    _schema_1,
    Column("id", Integer, primary_key=True),
    Column("experiment", Text),
    Column("parameter", Text),
    Column("name", Text),
    Column("text", Text),
    Column("digest", Text),
    Column("canonical_version", Integer),
    Column("locked_at", Text),
    Column("trial_id", Integer),
    Column("retired_at", Text),
    Column("retired_why", Text),
)

_variant_2 = Table(
    "variant",
    _schema_2,
    Column("id", Integer, primary_key=True),
    Column("experiment", Text, nullable=False),
    Column("parameter", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("canonical_version", Integer, nullable=False),
    Column("locked_at", Text, nullable=False),
    Column("trial_name", Text, nullable=False),
    Column("trial_key", Text, nullable=False),
    Column("commit_hash", Text),
    Column("retired_at", Text),
    sqlite_strict=True,
)
Index(
    "variant_in_force",
    _variant_2.c.experiment,
    _variant_2.c.parameter,
    _variant_2.c.name,
    unique=True,
    sqlite_where=text("retired_at IS NULL"),
)

_trial_variant = Table(
    "trial_variant",
    _schema_2,
    Column("trial_id", Integer, ForeignKey(_trial.c.id), primary_key=True),
    Column("variant_id", Integer, ForeignKey(_variant_2.c.id), primary_key=True),
    sqlite_strict=True,
)
Index("trial_variant_by_variant", _trial_variant.c.variant_id)

_variant_act = Table(
    "variant_act",
    _schema_2,
    Column("id", Integer, primary_key=True),
    Column("variant_id", Integer, ForeignKey(_variant_2.c.id), nullable=False),
    Column("action", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by_whom", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("former_name", Text, nullable=False),
    sqlite_strict=True,
)
Index("variant_act_by_variant", _variant_act.c.variant_id)
