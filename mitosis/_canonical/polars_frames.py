"""polars: frames and series by dtype and content, expressions and plans as polars writes them.

Chunks, flags of sortedness, physical codes of categories and what lies under a null do not
count. Null and NaN are two things, all NaNs are one. polars is never imported here, and the
digest of a column is the same whether numpy is installed or not.
"""

from __future__ import annotations

import array
import sys
from collections.abc import Iterator
from typing import Any

from mitosis._canonical import anatomy
from mitosis._canonical.arrays import composed
from mitosis._canonical.objects import attributes, general, rebuilt
from mitosis._canonical.refusal import Refusal
from mitosis._canonical.registry import Writer, named
from mitosis._canonical.scalars import integer, quoted
from mitosis._canonical.wording import blake3_hex

_PREVIEWED = 6
_LONGEST_PREVIEW = 40
_CODES = {
    "Int8": "b", "Int16": "h", "Int32": "i", "Int64": "q",
    "UInt8": "B", "UInt16": "H", "UInt32": "I", "UInt64": "Q", "Float32": "f", "Float64": "d",
}  # fmt: skip
"""Codes of `array.array` for dtypes that polars keeps as plain numbers."""

_TEMPORAL = frozenset({"Date", "Datetime", "Duration", "Time"})
_AS_NUMBERS = frozenset({*_CODES, *_TEMPORAL, "Boolean"})
_FUNCTION = b"PLPYFN"
"""How a pickled Python function begins in a plan."""


@named("polars.DataFrame", since=2)
def write_frame(value: Any, writer: Writer) -> str:
    """Write `polars.DataFrame(height=3, columns=[polars.Series('a', ...), ...])`."""
    columns = [
        f"polars.Series({', '.join(_series_parts(column, writer, f'[{name!a}]'))})"
        for name, column in zip(value.columns, value.get_columns(), strict=True)
    ]
    parts = [f"height={value.height}", f"columns=[{', '.join(columns)}]"]
    return composed(value, parts + _added(value, writer), writer)


@named("polars.Series", since=2)
def write_series(value: Any, writer: Writer) -> str:
    """Write `polars.Series('a', dtype=..., length=3, nulls=1, blake3='...', preview=[...])`."""
    return composed(value, _series_parts(value, writer, "") + _added(value, writer), writer)


@named("polars.Expr", since=2)
def write_expression(value: Any, writer: Writer) -> str:
    """Write an expression as polars serialises it."""
    _refuse_functions(value.meta.serialize())
    return _serialised(value, writer)


@named("polars.LazyFrame", since=2)
def write_plan(value: Any, writer: Writer) -> str:
    """Write a plan as polars serialises it, frames in it with their chunks."""
    _refuse_functions(value.serialize())
    return _serialised(value, writer)


def _serialised(value: Any, writer: Writer) -> str:
    return (
        general(value, writer)
        if anatomy.is_transparent(type(value))
        else rebuilt(value, writer)
    )


def _refuse_functions(plan: bytes) -> None:
    if _FUNCTION in plan:
        msg = "holds a Python function, of which polars keeps the code; pass the function"
        raise Refusal(msg)


def _series_parts(series: Any, writer: Writer, step: str) -> list[str]:
    kind = _kind(series.dtype)
    parts = [
        quoted(series.name),
        f"dtype={_dtype(series.dtype, writer, f'{step}.dtype')}",
        f"length={len(series)}",
        f"nulls={series.null_count()}",
    ]
    if kind == "Object":
        return [*parts, f"values={writer.form(series.to_list(), step)}"]
    digests = ",".join(_digests(series))
    whole = digests if len(digests) == 64 else blake3_hex(digests.encode("ascii"))
    return [*parts, f"blake3='{whole}'", f"preview={_preview(series, kind)}"]


def _dtype(dtype: Any, writer: Writer, step: str) -> str:
    """Return a dtype as it is made: polars gives a class or an instance, as its version is."""
    dtype = dtype() if isinstance(dtype, type) else dtype
    kind = _kind(dtype)
    if kind == "List":
        return f"polars.List({_dtype(dtype.inner, writer, step)})"
    if kind == "Array":
        return f"polars.Array({_dtype(dtype.inner, writer, step)}, {dtype.size})"
    if kind == "Struct":
        fields = [
            f"({quoted(field.name)}, {_dtype(field.dtype, writer, step)})"
            for field in dtype.fields
        ]
        return f"polars.Struct([{', '.join(fields)}])"
    return writer.form(dtype, step)


def _digests(series: Any) -> Iterator[str]:
    """Yield digests of what makes up a column: which are null, then lengths and values."""
    kind = _kind(series.dtype)
    if series.null_count():
        yield _of_numbers(series.is_null().cast(_polars().UInt8), "B")
        if kind not in ("Struct", *_AS_NUMBERS):
            series = series.drop_nulls()
    if kind in _AS_NUMBERS:
        yield _of_column(series, kind)
    elif kind == "List":
        yield from _of_lists(series, series.list.len())
    elif kind == "Array":
        yield from _digests(series.explode())
    elif kind == "Struct":
        for field in series.dtype.fields:
            yield from _digests(series.struct.field(field.name))
    elif kind != "Null":
        yield from _of_texts(series if kind == "Binary" else series.cast(_polars().String))


def _of_column(series: Any, kind: str) -> str:
    if kind in _TEMPORAL:
        series = series.to_physical()
    elif kind == "Boolean":
        series = series.cast(_polars().UInt8)
    return _of_numbers(series.fill_null(0), _CODES[_kind(series.dtype)])


def _of_lists(series: Any, lengths: Any) -> Iterator[str]:
    yield _of_numbers(lengths.cast(_polars().UInt64), "Q")
    # Exploding makes a null of an empty list.
    yield from _digests(series.filter(lengths > 0).explode())


def _of_texts(series: Any) -> Iterator[str]:
    held = series.to_list()
    texts = [part if type(part) is bytes else part.encode("utf-8") for part in held]
    yield _of_array(array.array("Q", map(len, texts)))
    yield blake3_hex(b"".join(texts))


def _of_numbers(series: Any, code: str) -> str:
    if code in "fd":
        series = series.fill_nan(float("nan"))
    return _of_array(array.array(code, series.to_list())) if _is_bare() else _of_memory(series)


def _of_memory(series: Any) -> str:
    return blake3_hex(memoryview(series.rechunk().to_numpy()).cast("B"))


def _of_array(numbers: array.array[Any]) -> str:
    if sys.byteorder == "big":
        numbers.byteswap()
    return blake3_hex(numbers.tobytes())


def _is_bare() -> bool:
    return "numpy" not in sys.modules


def _preview(series: Any, kind: str) -> str:
    shown = kind in ("Boolean", "String") or kind in _CODES
    texts = [_element(held) for held in series.head(_PREVIEWED).to_list()] if shown else []
    if len(series) > len(texts):
        texts.append("...")
    return f"[{', '.join(texts)}]"


def _element(held: Any) -> str:
    if type(held) is str:
        return quoted(held[:_LONGEST_PREVIEW])
    return integer(held) if type(held) is int else repr(held)


def _added(value: Any, writer: Writer) -> list[str]:
    """Return the attributes that a subclass or its user has added."""
    held = anatomy.instance_dict(value).items()
    return attributes([pair for pair in held if pair[0] not in ("_df", "_s")], writer)


def _kind(dtype: Any) -> str:
    """Return the name of a dtype, which polars gives as a class or as an instance of it."""
    return anatomy.qualname(dtype if isinstance(dtype, type) else type(dtype))


def _polars() -> Any:
    return sys.modules["polars"]
