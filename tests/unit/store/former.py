"""Databases as former versions of mitosis left them, made of the schemas that they froze."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from mitosis._layout import APPLICATION_ID

Definition = tuple[str, str, str, str]
"""Experiment, parameter, variant's name, text."""

LOW = ("sine", "noise", "low", "0.1")
LOW_NOW = ("sine", "noise", "low", "0.2")
ODD = ("sine", "größe 'n", "a\0b\n🧬", "pkg.Foo('a\\x00', {'k': 1.5})")
ELSEWHERE = ("cosine", "noise", "low", "7" * 50_000)
DEFINITIONS = (LOW, ODD, LOW_NOW, ELSEWHERE)

# The definitions that each trial ran with, in the order of the trials, and its group.
TRIALS: tuple[tuple[tuple[Definition, ...], str], ...] = (
    ((LOW, ODD), ""),
    ((LOW,), ""),
    ((LOW, ODD), "lakes"),
    ((LOW_NOW, ODD), ""),
    ((ELSEWHERE,), ""),
    ((LOW_NOW, ODD), ""),
    ((), ""),
)


def moment(day: int) -> str:
    return f"2024-05-{day:02d}T12:00:00.000000+00:00"


def make_schema_1(path: Path) -> Path:
    """Write a database of schema 1 in which 'low' was retired and locked again."""
    script = (Path(__file__).parent / "schema_1.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        insert(connection, "meta", {"key": "schema_version", "value": "1"})
        for number, (definitions, group) in enumerate(TRIALS, 1):
            insert(connection, "trial", trial_row(number, definitions, group))
        for number, definition in enumerate(DEFINITIONS, 1):
            insert(connection, "variant", _variant(number, definition))
        connection.commit()
    return path


def insert(connection: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    marks = ", ".join(f":{name}" for name in row)
    connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", row)


def trial_row(number: int, definitions: tuple[Definition, ...], group: str) -> dict[str, Any]:
    experiment = definitions[0][0] if definitions else "sine"
    names = {parameter: name for _, parameter, name, _ in definitions}
    return {
        "id": number,
        "experiment": experiment,
        "key": f"f{number:07x}",
        "name": f"{experiment}-{number}",
        "run_group": group,
        "variants": json.dumps(names, sort_keys=True),
        "iteration": number,
        "digests": "{}",
        "literals": "{}",
        "status": "succeeded",
        "commit_hash": None if number == 5 else f"{number:040x}",
        "started_at": moment(number),
        "host": "host",
        "pid": 1,
        "process_started": 1.5,
        "boot_id": "boot",
        "environment": "e" * 64,
    }


def locker(definition: Definition) -> int:
    """Return the number of the trial that locked a definition: the first that ran with it."""
    return next(number for number, (ran, _) in enumerate(TRIALS, 1) if definition in ran)


def _variant(number: int, definition: Definition) -> dict[str, Any]:
    experiment, parameter, name, text = definition
    is_retired = definition == LOW
    return {
        "id": number,
        "experiment": experiment,
        "parameter": parameter,
        "name": name,
        "text": text,
        "digest": f"digest {number}",
        "canonical_version": 1,
        "locked_at": moment(locker(definition)),
        "trial_id": locker(definition),
        "retired_at": moment(9) if is_retired else None,
        "retired_why": "a typo" if is_retired else None,
    }
