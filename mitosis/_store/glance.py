"""Small databases read whole, for a listing of their trials, without SQLAlchemy.

Loading that takes longer than all else that such a listing does. So the tables of `schema` are
read here as they are, by SELECTs that choose nothing, and whatever is not just so is left to
the store: another schema, a trial that runs or was lost, a file that is large, locked or
damaged.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mitosis._dataclass import dataclass
from mitosis._layout import is_own_database
from mitosis._model.queries import Field, FieldNames, Kind

SCHEMA = 5
"""The one schema that is read here; a test holds it to the store's."""

_LARGEST = 4_000_000
_SETTLED = {"succeeded", "failed", "killed", "timed_out"}
_SPECIAL = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}
_TRIALS = (
    "SELECT id, experiment, archived_at IS NOT NULL, started_at, key, name, status, "
    "main_json, nullif(run_group, ''), note FROM trial ORDER BY id"
)
_VALUES = "SELECT trial_id, argument, json FROM trial_value"
_METRICS = "SELECT trial_id, source, name, points, last FROM metric"
_TAGS = "SELECT trial_id, tag FROM trial_tag ORDER BY tag"


@dataclass(frozen=True)
class GlancedTrial:
    """What a listing may show of a trial.

    Attributes:
        columns: name to value.
        values: argument to value, or the variant's name where that is no scalar of JSON.
        numbers: the last values of metrics, and the results that are numbers; by kind and name.
    """

    experiment: str
    is_archived: bool
    columns: Mapping[str, Any]
    values: Mapping[str, Any]
    numbers: Mapping[tuple[str, str], Any]

    def get(self, field: Field) -> Any:
        """Return the value of a field; None where the trial has not got it."""
        if field.kind is Kind.VALUE:
            return self.values.get(field.name)
        if field.kind is Kind.COLUMN:
            return self.columns[field.name]
        return self.numbers.get((field.kind.value, field.name))


def glance(databases: Sequence[Path]) -> list[GlancedTrial] | None:
    """Return all trials of some files, in the order of their claims, or starts if of several.

    Returns:
        None if the store has to be asked.
    """
    with suppress(OSError, ValueError, TypeError, sqlite3.Error):
        if sum(database.stat().st_size for database in databases) > _LARGEST:
            return None
        found = [_trials(database) for database in databases if is_own_database(database)]
        if None not in found:
            trials = [trial for each in found for trial in each or ()]
            return trials if len(found) < 2 else sorted(trials, key=_start)
    return None


def names_of(trials: Iterable[GlancedTrial]) -> FieldNames:
    """Return what the trials can be asked for, as the store does."""
    trials = list(trials)
    numbers = {pair for trial in trials for pair in trial.numbers}
    return FieldNames(
        parameters=tuple(sorted({name for trial in trials for name in trial.values})),
        results=tuple(sorted(n for kind, n in numbers if kind == Kind.RESULT.value)),
        metrics=tuple(sorted(n for kind, n in numbers if kind == Kind.METRIC.value)),
    )


def _start(trial: GlancedTrial) -> datetime:
    start: datetime = trial.columns["started_at"]
    return start


def _trials(database: Path) -> list[GlancedTrial] | None:
    address = f"file:{quote(str(database.absolute()))}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=0)) as connection:
        connection.execute("BEGIN")
        query = "SELECT value FROM meta WHERE key = 'schema_version'"
        if connection.execute(query).fetchone() != (str(SCHEMA),):
            return None
        rows = connection.execute(_TRIALS).fetchall()
        if not all(status in _SETTLED for *_, status, _main, _group, _note in rows):
            return None
        details = _details(connection)
    return [_trial(row, details) for row in rows]


@dataclass(frozen=True)
class _Details:
    """What stands in other tables, by the trials' numbers."""

    values: dict[int, dict[str, Any]]
    numbers: dict[int, dict[tuple[str, str], Any]]
    tags: dict[int, list[str]]


def _details(connection: sqlite3.Connection) -> _Details:
    details = _Details({}, {}, {})
    for trial_id, argument, text in connection.execute(_VALUES):
        details.values.setdefault(trial_id, {})[argument] = json.loads(text)
    for trial_id, source, name, points, last in connection.execute(_METRICS):
        number = (_SPECIAL["nan"] if last is None else last) if points else None
        details.numbers.setdefault(trial_id, {})[source, name] = number
    for trial_id, tag in connection.execute(_TAGS):
        details.tags.setdefault(trial_id, []).append(tag)
    return details


def _trial(row: Sequence[Any], details: _Details) -> GlancedTrial:
    trial_id, experiment, is_archived, start, key, name, status, main, group, note = row
    moment = datetime.fromisoformat(start)
    found = json.loads(main or "null")
    columns = {
        "key": key,
        "name": name,
        "status": status,
        "main": _SPECIAL.get(found, found) if isinstance(found, str) else found,
        "group": group,
        "tags": tuple(details.tags.get(trial_id, ())),
        "note": note,
        "started_at": moment if moment.tzinfo else moment.replace(tzinfo=UTC),
    }
    values, numbers = details.values.get(trial_id, {}), details.numbers.get(trial_id, {})
    return GlancedTrial(experiment, bool(is_archived), columns, values, numbers)
