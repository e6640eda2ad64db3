"""The step from schema 3 to schema 4: tables of what one asks trials for.

As all steps, it is written in terms of its own time; of today's code it uses only the rule by
which the value of an argument becomes a row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, select

from mitosis._store.scalars import value_row
from mitosis._store.schema import Json

_COLUMNS = (
    "numbers TEXT DEFAULT '{}' NOT NULL",
    "metrics TEXT DEFAULT '{}' NOT NULL",
    "note TEXT",
    "archived_at TEXT",
)
_TABLES = """
CREATE TABLE trial_value (
    trial_id INTEGER NOT NULL, argument TEXT NOT NULL, variant TEXT, json TEXT NOT NULL,
    number REAL, text TEXT,
    PRIMARY KEY (trial_id, argument), FOREIGN KEY(trial_id) REFERENCES trial (id)
) WITHOUT ROWID, STRICT;
CREATE INDEX trial_value_by_number ON trial_value (argument, number);
CREATE INDEX trial_value_by_text ON trial_value (argument, text);
CREATE INDEX trial_value_by_variant ON trial_value (argument, variant);
CREATE TABLE metric (
    trial_id INTEGER NOT NULL, source TEXT NOT NULL, name TEXT NOT NULL,
    points INTEGER NOT NULL, last REAL, minimum REAL, maximum REAL, mean REAL, last_step REAL,
    PRIMARY KEY (trial_id, source, name), FOREIGN KEY(trial_id) REFERENCES trial (id)
) WITHOUT ROWID, STRICT;
CREATE INDEX metric_by_last ON metric (source, name, last);
CREATE TABLE trial_tag (
    trial_id INTEGER NOT NULL, tag TEXT NOT NULL,
    PRIMARY KEY (trial_id, tag), FOREIGN KEY(trial_id) REFERENCES trial (id)
) WITHOUT ROWID, STRICT;
CREATE INDEX trial_tag_by_tag ON trial_tag (tag);
CREATE TABLE purged (
    "key" TEXT NOT NULL, experiment TEXT NOT NULL, run_group TEXT NOT NULL,
    variants TEXT NOT NULL, iteration INTEGER NOT NULL, name TEXT NOT NULL,
    started_at TEXT NOT NULL, locks TEXT NOT NULL, at TEXT NOT NULL, by_whom TEXT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY ("key")
) STRICT;
CREATE INDEX purged_by_number ON purged (experiment, run_group, variants, iteration);
CREATE INDEX trial_by_name ON trial (name)
"""
_VALUE = (
    "INSERT INTO trial_value VALUES (:trial_id, :argument, :variant, :json, :number, :text)"
)

_metadata = MetaData()
_trial = Table(
    "trial",
    _metadata,
    Column("id", Integer),
    Column("variants", Json),
    Column("literals", Json),
)
_variant = Table("variant", _metadata, *(Column(n, Text) for n in ("id", "parameter", "text")))
_trial_variant = Table(
    "trial_variant", _metadata, Column("trial_id", Integer), Column("variant_id", Integer)
)


def tell_what_is_asked_for(connection: Connection) -> None:
    """Make schema 4 of schema 3. What was logged before is not known."""
    for column in _COLUMNS:
        connection.exec_driver_sql(f"ALTER TABLE trial ADD COLUMN {column}")
    for statement in _TABLES.split(";"):
        connection.exec_driver_sql(statement)
    if rows := list(_value_rows(connection)):
        connection.exec_driver_sql(_VALUE, rows)


def _value_rows(connection: Connection) -> Iterator[dict[str, Any]]:
    texts = _texts(connection)
    for row in connection.execute(select(_trial)):
        known = texts[row.id]
        tracked = {
            name: (variant, known.get(name, "")) for name, variant in row.variants.items()
        }
        for argument in sorted({*row.literals, *tracked}):
            given = row.literals.get(argument)
            yield {"trial_id": row.id} | value_row(argument, given, tracked)


def _texts(connection: Connection) -> dict[int, dict[str, str]]:
    """Return the canonical texts that each trial ran with, by argument."""
    texts = defaultdict[int, dict[str, str]](dict)
    c = _variant.c
    query = select(_trial_variant.c.trial_id, c.parameter, c.text)
    query = query.join(_variant, c.id == _trial_variant.c.variant_id)
    for trial_id, parameter, text in connection.execute(query):
        texts[trial_id][parameter] = text
    return texts
