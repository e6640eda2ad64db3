"""What SQLite and PostgreSQL write differently, where both are to answer the same."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class Unindexed(FunctionElement[Any]):
    """A column that no index is used for, as a unary plus tells SQLite."""

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        self.type = column.type
        super().__init__(column)


class NumberThenText(FunctionElement[Any]):
    """What sorts numbers before texts; NULL where there is neither."""

    inherit_cache = True


class TextList(FunctionElement[Any]):
    """All texts of a column, as JSON."""

    inherit_cache = True


class OrNan(FunctionElement[Any]):
    """A number; what is read as NaN where it is NULL."""

    inherit_cache = True


class Digits(FunctionElement[Any]):
    """The number that a text of digits tells; infinite where it is too long for a float."""

    inherit_cache = True


@compiles(Unindexed)
def _unindexed(element: Unindexed, compiler: Any, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"


@compiles(Unindexed, "postgresql")
def _as_it_is(element: Unindexed, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(NumberThenText)
def _either(element: NumberThenText, compiler: Any, **options: Any) -> str:
    return f"coalesce({compiler.process(element.clauses, **options)})"


@compiles(NumberThenText, "postgresql")
def _row(element: NumberThenText, compiler: Any, **options: Any) -> str:
    number, text = (compiler.process(clause, **options) for clause in element.clauses)
    # Bytes, since it is not said by which collation texts inside of rows are sorted.
    as_bytes = f"convert_to(CASE WHEN {number} IS NULL THEN {text} END, 'UTF8')"
    key = f"ROW({number} IS NULL, {number}, {as_bytes})"
    return f"CASE WHEN {number} IS NOT NULL OR {text} IS NOT NULL THEN {key} END"


@compiles(TextList)
def _list(element: TextList, compiler: Any, **options: Any) -> str:
    return f"json_group_array({compiler.process(element.clauses, **options)})"


@compiles(TextList, "postgresql")
def _aggregate(element: TextList, compiler: Any, **options: Any) -> str:
    texts = compiler.process(element.clauses, **options)
    return f"CAST(coalesce(json_agg({texts}), '[]') AS TEXT)"


@compiles(OrNan)
def _nan_as_text(element: OrNan, compiler: Any, **options: Any) -> str:
    return f"coalesce({compiler.process(element.clauses, **options)}, 'nan')"


@compiles(OrNan, "postgresql")
def _nan(element: OrNan, compiler: Any, **options: Any) -> str:
    return f"coalesce({compiler.process(element.clauses, **options)}, 'NaN'::float8)"


@compiles(Digits)
def _cast(element: Digits, compiler: Any, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS REAL)"


@compiles(Digits, "postgresql")
def _bounded(element: Digits, compiler: Any, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    largest = "1.7976931348623157e308"
    sign = f"CASE WHEN {text} LIKE '-%%' THEN '-Infinity'::float8 ELSE 'Infinity'::float8 END"
    fits = f"abs(CAST({text} AS numeric)) <= {largest}"
    found = f"CASE WHEN {fits} THEN CAST({text} AS float8) ELSE {sign} END"
    return f"CASE WHEN {text} IS NOT NULL THEN {found} END"
