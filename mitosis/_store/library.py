"""Which SQLite does the work."""

from __future__ import annotations

import sqlite3


def sqlite_version() -> str:
    """Return the version of the SQLite library that this interpreter uses."""
    return sqlite3.sqlite_version
