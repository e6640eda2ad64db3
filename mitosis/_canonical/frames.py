"""pandas: frames, series and indexes by what they show, not by how they store it.

Nothing is imported: the methods of the value do the work. Block layout, the storage of
strings, codes and unused levels of a MultiIndex, and what lies under a missing value do not
count; dtypes, categories and their order, names and missing values do.
"""

from __future__ import annotations

from typing import Any

from mitosis._canonical import anatomy
from mitosis._canonical.objects import attributes, rebuilt
from mitosis._canonical.registry import Writer, key_of, named
from mitosis._canonical.scalars import integer, quoted


@named("pandas.DataFrame")
def write_frame(value: Any, writer: Writer) -> str:
    """Write columns, index and the content of each column."""
    columns = [value.iloc[:, place] for place in range(value.shape[1])]
    contents = [
        content(column.array, writer, f".iloc[:, {i}]") for i, column in enumerate(columns)
    ]
    parts = [
        f"columns={writer.form(value.columns, '.columns')}",
        f"index={writer.form(value.index, '.index')}",
        f"data=[{', '.join(contents)}]",
    ]
    return _composed(value, writer, parts + _notes(value, writer))


@named("pandas.Series")
def write_series(value: Any, writer: Writer) -> str:
    """Write content, index and name."""
    parts = [
        content(value.array, writer, ".array"),
        f"index={writer.form(value.index, '.index')}",
        f"name={writer.form(value.name, '.name')}",
    ]
    return _composed(value, writer, parts + _notes(value, writer))


@named("pandas.Index")
def write_index(value: Any, writer: Writer) -> str:
    """Write content, name, and frequency if there is one."""
    parts = [content(value.array, writer, ""), f"name={writer.form(value.name, '.name')}"]
    frequency = getattr(value, "freqstr", None)
    if frequency is not None and key_of(type(value)) != "pandas.PeriodIndex":
        parts.append(f"freq={quoted(frequency)}")
    return _composed(value, writer, parts)


@named("pandas.RangeIndex")
def write_range(value: Any, writer: Writer) -> str:
    """Write a range of labels by start, step and length."""
    parts = [integer(int(number)) for number in (value.start, value.step, len(value))]
    return _composed(value, writer, [*parts, f"name={writer.form(value.name, '.name')}"])


@named("pandas.MultiIndex")
def write_levels(value: Any, writer: Writer) -> str:
    """Write the labels of each level, whatever it is coded by."""
    levels = [value.get_level_values(level) for level in range(value.nlevels)]
    texts = [writer.form(level, f".levels[{number}]") for number, level in enumerate(levels)]
    return _composed(value, writer, texts)


@named("pandas.ExtensionArray")
def write_extension(value: Any, writer: Writer) -> str:
    """Write an array of pandas' own dtypes, outside of a series."""
    text = content(value, writer, "")
    return text if text.startswith("pandas.array(") else f"pandas.array({text})"


@named("pandas.ExtensionDtype")
def write_dtype(value: Any, writer: Writer) -> str:
    """Write `pandas.dtype('Int64')`, with categories for a categorical one."""
    return f"pandas.dtype({', '.join(dtype_parts(value, writer))})"


@named("pandas.Timestamp")
def write_timestamp(value: Any, writer: Writer) -> str:
    """Write local time to the nanosecond, fold, zone and unit."""
    parts = [quoted(value.replace(tzinfo=None).isoformat()), f"fold={value.fold}"]
    zone = _zone(value.tzinfo, writer)
    return _composed(value, writer, [*parts, f"tz={zone}", f"unit={quoted(value.unit)}"])


@named("pandas.Timedelta")
def write_timedelta(value: Any, writer: Writer) -> str:
    """Write the duration in its unit."""
    return _composed(value, writer, [integer(int(value._value)), quoted(value.unit)])  # noqa: SLF001 - `value` is in ns only


@named("pandas.Period")
def write_period(value: Any, writer: Writer) -> str:
    """Write ordinal and frequency."""
    return _composed(value, writer, [integer(int(value.ordinal)), quoted(value.freqstr)])


@named("pandas.NaTType")
def write_no_time(_value: Any, _writer: Writer) -> str:
    """Write the missing time."""
    return "<object pandas.NaT>"


@named("pandas.NAType")
def write_missing(_value: Any, _writer: Writer) -> str:
    """Write the missing value."""
    return "<object pandas.NA>"


@named("pandas.BaseOffset")
def write_offset(value: Any, writer: Writer) -> str:
    """Write an offset as pickle rebuilds it."""
    return rebuilt(value, writer)


def content(array: Any, writer: Writer, step: str) -> str:
    """Return dtype and elements of an array, whatever its class."""
    dtype = array.dtype
    if not _is_extension(dtype):
        return writer.form(array.to_numpy(), step)
    parts = [*dtype_parts(dtype, writer), *_elements(array, dtype, writer, step)]
    return f"pandas.array({', '.join(parts)})"


def dtype_parts(dtype: Any, writer: Writer) -> list[str]:
    """Return what identifies one of pandas' dtypes, as texts of arguments."""
    parts = [quoted(str(dtype))]
    if _is(dtype, "CategoricalDtype"):
        parts.append(f"categories={writer.form(dtype.categories, '.categories')}")
        parts.append(f"ordered={bool(dtype.ordered)}")
    if _is(dtype, "DatetimeTZDtype"):
        parts.append(f"tz={_zone(dtype.tz, writer)}")
    return parts


def _zone(zone: Any, writer: Writer) -> str:
    # The same name gives a zone of pytz before pandas 3, and one of zoneinfo since.
    key = getattr(zone, "key", None) or getattr(zone, "zone", None)
    return quoted(key) if type(key) is str else writer.form(zone, ".tz")


def _elements(array: Any, dtype: Any, writer: Writer, step: str) -> list[str]:
    if _is(dtype, "CategoricalDtype"):
        return [f"codes={writer.form(array.codes, '.codes')}"]
    if _is(dtype, "DatetimeTZDtype", "PeriodDtype"):
        return [f"utc={writer.form(array.asi8, step)}"]
    if _is(dtype, "IntervalDtype"):
        return [
            f"{side}={writer.form(getattr(array, side), step)}" for side in ("left", "right")
        ]
    if _is(dtype, "SparseDtype"):
        return [f"values={writer.form(array.to_dense(), step)}"]
    if _is_masked(array):
        return _masked_elements(array, dtype, writer, step)
    return [f"values={writer.form(list(array), step)}"]


def _masked_elements(array: Any, dtype: Any, writer: Writer, step: str) -> list[str]:
    kind = dtype.numpy_dtype
    shown = array.to_numpy(dtype=kind, na_value=kind.type(0))
    return [
        f"values={writer.form(shown, step)}",
        f"missing={writer.form(array.isna(), step)}",
    ]


def _notes(value: Any, writer: Writer) -> list[str]:
    """Return what a frame or series carries besides data, if it does."""
    parts = []
    if value.attrs:
        parts.append(f"attrs={writer.form(value.attrs, '.attrs')}")
    if not value.flags.allows_duplicate_labels:
        parts.append("allows_duplicate_labels=False")
    # Subclasses list here which of their attributes are part of the data.
    own = [name for name in value._metadata if name != "_name"]  # noqa: SLF001 - documented
    held = anatomy.instance_dict(value)
    return parts + attributes([(name, held[name]) for name in own if name in held], writer)


def _composed(value: Any, writer: Writer, parts: list[str]) -> str:
    return f"{writer.name(type(value))}({', '.join(parts)})"


def _is_extension(dtype: Any) -> bool:
    return _is(dtype, "ExtensionDtype") and not _is(dtype, "NumpyEADtype", "PandasDtype")


def _is_masked(array: Any) -> bool:
    return _is(array, "BaseMaskedArray")


def _is(value: Any, *names: str) -> bool:
    return any(anatomy.qualname(cls) in names for cls in anatomy.lineage(type(value)))
