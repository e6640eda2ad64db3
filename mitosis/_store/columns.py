"""Types of columns that hold and order the same on every server of SQL.

SQLite stores what it is given. PostgreSQL has a short REAL and a short INTEGER, sorts texts by
the language of the database, takes no NUL in a text, and has a NaN, where SQLite has NULL.
"""

from __future__ import annotations

import math
from typing import Any

import sqlalchemy
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

Integer = sqlalchemy.Integer().with_variant(sqlalchemy.BigInteger(), "postgresql")
"""64 bits."""


_NUL = "\N{SYMBOL FOR NULL}\N{VARIATION SELECTOR-15}"


def _is_postgresql(dialect: Dialect) -> bool:
    return dialect.name == "postgresql"


class Text(TypeDecorator[Any]):
    """A text that sorts by its bytes in UTF-8."""

    impl = sqlalchemy.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type, with the collation that SQLite has anyway."""
        if _is_postgresql(dialect):
            from sqlalchemy.dialects.postgresql import TEXT  # others need not load it

            return dialect.type_descriptor(TEXT(collation="C"))
        return dialect.type_descriptor(sqlalchemy.Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Write a NUL as a sign that stands for it, where none can be stored."""
        if isinstance(value, str) and "\0" in value and _is_postgresql(dialect):
            return value.replace("\0", _NUL)
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Read it back."""
        if isinstance(value, str) and _NUL in value and _is_postgresql(dialect):
            return value.replace(_NUL, "\0")
        return value


class REAL(TypeDecorator[float]):
    """A float of 64 bits; NULL stands for NaN."""

    impl = sqlalchemy.REAL
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that has 64 bits."""
        if _is_postgresql(dialect):
            from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION

            return dialect.type_descriptor(DOUBLE_PRECISION())
        return dialect.type_descriptor(sqlalchemy.REAL())

    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:  # noqa: ARG002
        """Write NaN as SQLite would."""
        return None if value is not None and math.isnan(value) else value
