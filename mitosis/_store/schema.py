"""The tables, and the numbered history of what they were.

History
-------
1. (0.7.0) `meta`, `variant`, `trial`. A variant names the trial that locked it.
2. (0.7.0) A variant holds that trial's name, key and commit itself, since it may have been
   imported; `trial_variant` says which definition each trial ran with; `variant_act` who
   imported, renamed or retired a variant, when and why (before: `variant.retired_why`).
3. (0.7.0) A trial tells more of its runner (`started_after_boot`, `machine_id`,
   `pid_namespace`), its hypothesis, its input files and the digest of its results; an index
   finds the trials that ran with the same values, seed and commit.
4. (0.7.0) What one asks trials for has tables with indexes: `trial_value`, `metric` and
   `trial_tag`. A trial has its last metrics and its results that are numbers beside them as
   JSON, a note, and when it was archived. `purged` keeps the numbers of trials that are gone.
5. (0.7.0) A trial tells which point of which sweep it is for. A variant that a sweep locked
   before any trial ran with it has that sweep's name, and no key. On a server, a trial
   tells whose trials folder has its folder.

`migrations` brings a file from each to the next.

All tables are STRICT: SQLite then refuses a value of another type than its column's. Texts
that hold JSON or a time are converted here, so the rest of the store sees dicts and aware
datetimes. No table and no column is ever named after something a user wrote.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.default import DefaultExecutionContext

from mitosis._store.columns import REAL, Integer, Text

SCHEMA_VERSION = 5


class Unreadable(ValueError):  # noqa: N818 - never seen outside of the store
    """A value in the file is not what its column is for."""


class Json(Text):
    """A JSON document kept as text."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write JSON with sorted keys."""
        return None if value is None else json.dumps(value, sort_keys=True)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Read JSON."""
        try:
            return None if value is None else json.loads(value)
        except ValueError:
            raise Unreadable(f"{str(value)[:60]!r} is no JSON") from None


class Time(Text):
    """A moment in UTC, kept as ISO 8601 text, which sorts as time does."""

    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> str | None:
        """Write UTC with microseconds."""
        return value.astimezone(UTC).isoformat(timespec="microseconds") if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Read an aware datetime."""
        return None if value is None else read_time(value)


def read_time(text: str) -> datetime:
    """Read a moment; one that names no zone is UTC.

    Raises:
        Unreadable: it is none.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable(f"{text[:60]!r} is no time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _of_folder(column: str) -> Callable[[DefaultExecutionContext], Any]:
    """Return what fills a column with the trials folder that a connection is for."""
    return lambda context: context.root_connection.info.get(column)


metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_strict=True,
)

variant = Table(
    "variant",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("experiment", Text, nullable=False),
    Column("parameter", Text, nullable=False),  # the argument's name
    Column("name", Text, nullable=False),  # the variant's name
    Column("text", Text, nullable=False),  # canonical text: what is locked
    Column("digest", Text, nullable=False),  # blake3 of that text
    Column("canonical_version", Integer, nullable=False),  # edition that made the text
    Column("locked_at", Time, nullable=False),
    # Which trial locked it, here or in the database it was imported from; or, with an empty
    # key, which sweep.
    Column("trial_name", Text, nullable=False),
    Column("trial_key", Text, nullable=False),
    Column("commit_hash", Text),
    Column("retired_at", Time),  # when its name was freed; the definition stays
    Column("folder_place", Text, default=_of_folder("folder_place")),  # as that of `trial`
    sqlite_strict=True,
)
# One definition in force under a name; any number of retired ones.
Index(
    "variant_in_force",
    variant.c.experiment,
    variant.c.parameter,
    variant.c.name,
    unique=True,
    sqlite_where=text("retired_at IS NULL"),
).ddl_if(dialect="sqlite")

trial = Table(
    "trial",
    metadata,
    Column("id", Integer, primary_key=True),
    # Mostly one experiment a file; with `logfile` several may share one.
    Column("experiment", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    # Empty where there is no group: NULLs would escape the UNIQUE constraint below.
    Column("run_group", Text, nullable=False),
    Column("variants", Json, nullable=False),  # parameter -> variant's name
    Column("iteration", Integer, nullable=False),
    Column("digests", Json, nullable=False),  # parameter -> digest of the value's text
    Column("literals", Json, nullable=False),  # argument -> value, or a short text of it
    Column("seed", Text),  # as text: seeds may exceed 64 bits
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("main", REAL),  # results["main"] where it is a number
    Column("main_json", Text),  # the same as JSON, or its text
    Column("commit_hash", Text),
    Column("branch", Text),
    Column("remote", Text),
    Column("started_at", Time, nullable=False),
    Column("ended_at", Time),
    Column("wall_seconds", REAL),
    Column("cpu_seconds", REAL),  # the kernel's
    Column("peak_memory_bytes", Integer),  # the kernel's
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),  # the runner's, as are the next two
    Column("process_started", REAL, nullable=False),
    Column("boot_id", Text, nullable=False),
    Column("environment", Text, nullable=False),  # digest; names a file in .environments
    Column("html", Text),  # below the trials folder
    Column("folder", Text),  # below the trials folder
    # More of the runner; NULL or empty where unknown.
    Column("started_after_boot", REAL),  # its start in seconds since the boot
    Column("machine_id", Text),
    Column("pid_namespace", Text),
    Column("hypothesis", Text),
    Column("data", Json, nullable=False, server_default="[]"),  # input files
    Column("results_digest", Text),  # of the canonical text of all results
    # The rows of `metric` in short, for other programs; NaN and infinities are texts.
    Column("numbers", Json, nullable=False, server_default="{}"),  # result -> number
    Column("metrics", Json, nullable=False, server_default="{}"),  # metric -> last value
    Column("note", Text),
    Column("archived_at", Time),  # when it was put out of sight
    Column("sweep", Text),  # the name of the sweep that it is part of
    Column("sweep_point", Integer),  # the number of the sweep's point, from 0
    # Whose folder and page it has, of those who share a server; NULL in a file, beside which
    # they lie.
    Column("folder_id", Text, default=_of_folder("folder_id")),
    Column("folder_place", Text, default=_of_folder("folder_place")),  # user@host:path
    UniqueConstraint(
        "experiment", "run_group", "variants", "iteration", name="trial_iteration"
    ).ddl_if(dialect="sqlite"),
    sqlite_strict=True,
)
Index("trial_by_status", trial.c.status)
Index("trial_by_main", trial.c.main)
Index("trial_by_start", trial.c.started_at)
Index("trial_by_name", trial.c.name).ddl_if(dialect="sqlite")
# The trials of a sweep by their points; how these stand is counted on the index alone.
Index("trial_by_sweep", trial.c.sweep, trial.c.sweep_point, trial.c.status)
# What ran with the same values, newest last. Trials of the same names are found by the
# index that holds their UNIQUE constraint.
Index(
    "trial_by_values",
    trial.c.experiment,
    trial.c.run_group,
    trial.c.digests,
    trial.c.seed,
    trial.c.commit_hash,
    trial.c.started_at,
).ddl_if(dialect="sqlite")

# Which definition a trial ran with, whatever that is called today.
trial_variant = Table(
    "trial_variant",
    metadata,
    Column("trial_id", Integer, ForeignKey("trial.id"), primary_key=True),
    Column("variant_id", Integer, ForeignKey("variant.id"), primary_key=True),
    sqlite_strict=True,
)
Index("trial_variant_by_variant", trial_variant.c.variant_id)

# What people did to a definition, in order.
variant_act = Table(
    "variant_act",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("variant_id", Integer, ForeignKey("variant.id"), nullable=False),
    Column("action", Text, nullable=False),  # imported, renamed or retired
    Column("at", Time, nullable=False),
    Column("by_whom", Text, nullable=False),
    Column("why", Text, nullable=False),  # in their words; may be empty
    Column("former_name", Text, nullable=False),  # empty but for `renamed`
    sqlite_strict=True,
)
Index("variant_act_by_variant", variant_act.c.variant_id)

# What each argument of a trial was, as one asks for it.
trial_value = Table(
    "trial_value",
    metadata,
    Column("trial_id", Integer, ForeignKey("trial.id"), primary_key=True),
    Column("argument", Text, primary_key=True),
    Column("variant", Text),  # the name it ran under; NULL if it is not tracked
    # The value as JSON (with Python's NaN and Infinity), or the variant's name where JSON
    # has no such scalar.
    Column("json", Text, nullable=False),
    Column("number", REAL),  # the same, of numbers and truths; NULL for NaN
    Column("text", Text),  # the same, of texts; of integers that REAL cannot hold, the digits
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
Index("trial_value_by_number", trial_value.c.argument, trial_value.c.number)
_BY_TEXT = (
    Index("trial_value_by_text", trial_value.c.argument, trial_value.c.text),
    Index("trial_value_by_variant", trial_value.c.argument, trial_value.c.variant),
)
for _index in _BY_TEXT:
    _index.ddl_if(dialect="sqlite")

# What was logged, and the results that are numbers. NULL stands for NaN.
metric = Table(
    "metric",
    metadata,
    Column("trial_id", Integer, ForeignKey("trial.id"), primary_key=True),
    Column("source", Text, primary_key=True),  # metric or result
    Column("name", Text, primary_key=True),
    Column("points", Integer, nullable=False),  # how many were logged
    Column("last", REAL),
    Column("minimum", REAL),
    Column("maximum", REAL),
    Column("mean", REAL),
    Column("last_step", REAL),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
Index("metric_by_last", metric.c.source, metric.c.name, metric.c.last)

trial_tag = Table(
    "trial_tag",
    metadata,
    Column("trial_id", Integer, ForeignKey("trial.id"), primary_key=True),
    Column("tag", Text, primary_key=True),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
Index("trial_tag_by_tag", trial_tag.c.tag)

# Trials that somebody has deleted: their numbers are never given again.
purged = Table(
    "purged",
    metadata,
    Column("key", Text, primary_key=True),
    Column("experiment", Text, nullable=False),
    Column("run_group", Text, nullable=False),
    Column("variants", Json, nullable=False),
    Column("iteration", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("started_at", Time, nullable=False),
    Column("locks", Json, nullable=False),  # definitions that no other trial ran with
    Column("at", Time, nullable=False),
    Column("by_whom", Text, nullable=False),
    Column("why", Text, nullable=False),  # in their words; may be empty
    sqlite_strict=True,
)
Index(
    "purged_by_number",
    purged.c.experiment,
    purged.c.run_group,
    purged.c.variants,
    purged.c.iteration,
).ddl_if(dialect="sqlite")
