"""A database of schema 4 as the program of that time wrote it, by its own verbs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from mitosis._layout import APPLICATION_ID


def make_schema_4(path: Path) -> Path:
    """Write a database in which trials ended and failed, one runs, and one was purged."""
    script = (Path(__file__).parent / "written_4.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.commit()
    return path
