"""Databases of schema 2 and 3, written as they were by former versions."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from mitosis._layout import APPLICATION_ID

from . import former
from .former import moment

ROWS_OF_SCHEMA_2: tuple[tuple[str, dict[str, Any]], ...] = (
    ("meta", {"key": "schema_version", "value": "2"}),
    ("trial", former.trial_row(1, (former.LOW,), "")),
    ("variant", {
        "id": 1, "experiment": "sine", "parameter": "noise", "name": "low", "text": "0.1",
        "digest": "d", "canonical_version": 1, "locked_at": moment(1), "trial_name": "sine-1",
        "trial_key": "f0000001", "retired_at": moment(2),
    }),
    ("trial_variant", {"trial_id": 1, "variant_id": 1}),
    ("variant_act", {
        "variant_id": 1, "action": "retired", "at": moment(2), "by_whom": "Ada", "why": "",
        "former_name": "",
    }),
)  # fmt: skip


def make_schema_2(path: Path) -> Path:
    """Write a database of schema 2 with a definition that was retired, and a trial."""
    script = (Path(__file__).parent / "schema_2.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        for table, row in ROWS_OF_SCHEMA_2:
            former.insert(connection, table, row)
        connection.commit()
    return path


VALUES_OF_SCHEMA_3 = (  # argument, as the row had it, canonical text, what is asked for
    ("count", 3, "3", ("3", 3.0, None)),
    ("flag", True, "True", ("true", 1.0, None)),
    ("method", "KMeans", "'KMeans'", ('"KMeans"', None, "KMeans")),
    ("grid", "[1, 2]", "[1, 2]", ('"v grid"', None, "v grid")),
    ("nothing", "nan", "nan", ("NaN", None, None)),
    ("large", str(2**70), str(2**70), (str(2**70), 2.0**70, hex(2**70))),
    ("untracked", "told", None, ('"told"', None, "told")),
)


def make_schema_3(path: Path) -> Path:
    """Write a database of schema 3 with a trial that was given values of each kind."""
    script = (Path(__file__).parent / "schema_3.sql").read_text(encoding="utf-8")
    tracked = [(name, text) for name, _, text, _ in VALUES_OF_SCHEMA_3 if text]
    row = former.trial_row(1, (), "") | {
        "variants": json.dumps({name: f"v {name}" for name, _ in tracked}, sort_keys=True),
        "literals": json.dumps({name: value for name, value, *_ in VALUES_OF_SCHEMA_3}),
        "results_digest": "r" * 64,
        "main": 2.5,
        "main_json": "2.5",
    }
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        former.insert(connection, "meta", {"key": "schema_version", "value": "3"})
        former.insert(connection, "trial", row)
        definition = ROWS_OF_SCHEMA_2[2][1]
        for number, (name, text) in enumerate(tracked, 1):
            told = {"id": number, "parameter": name, "name": f"v {name}", "text": text}
            former.insert(connection, "variant", definition | told | {"retired_at": None})
            link = {"trial_id": 1, "variant_id": number}
            former.insert(connection, "trial_variant", link)
        connection.commit()
    return path
