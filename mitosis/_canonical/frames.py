"""pandas: frames, series and indexes by what they show, not by how they store it.

Nothing is imported: the methods of the value do the work. Block layout, the storage of
strings, codes and unused levels of a MultiIndex, and what lies under a missing value do not
count; dtypes, categories and their order, names and missing values do. Labels are written
alike under pandas 2, which keeps strings as objects, and pandas 3, which does not.
"""

from __future__ import annotations

import sys
from typing import Any

from mitosis._canonical import anatomy
from mitosis._canonical.arrays import composed
from mitosis._canonical.lookup import leads_to
from mitosis._canonical.objects import attributes, rebuilt
from mitosis._canonical.registry import Writer, key_of, named
from mitosis._canonical.scalars import integer, quoted
from mitosis._canonical.secrecy import EDITION as SECRECY
from mitosis._canonical.secrecy import keyed_members
from mitosis._canonical.table_secrets import table_secrets

_NANOSECONDS = {"us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
_DERIVED = {"calendar"}
"""What a business day makes of its holidays and its week."""


@named("pandas.DataFrame")
def write_frame(value: Any, writer: Writer) -> str:
    """Write columns, index and the content of each column."""
    columns = [value.iloc[:, place] for place in range(value.shape[1])]
    contents = [
        content(column.array, writer, f".iloc[:, {i}]") for i, column in enumerate(columns)
    ]
    parts = [
        f"columns={labels(_spelt_out(value.columns, writer), writer, '.columns')}",
        f"index={labels(value.index, writer, '.index')}",
        f"data=[{', '.join(contents)}]",
    ]
    return _without_secrets(
        value, composed(value, parts + _notes(value, writer), writer), writer
    )


@named("pandas.Series")
def write_series(value: Any, writer: Writer) -> str:
    """Write content, index and name."""
    parts = [
        content(value.array, writer, ".array"),
        f"index={labels(value.index, writer, '.index')}",
        f"name={writer.form(value.name, '.name')}",
    ]
    return _without_secrets(
        value, composed(value, parts + _notes(value, writer), writer), writer
    )


@named("pandas.Index")
def write_index(value: Any, writer: Writer) -> str:
    """Write content, name, and frequency if there is one."""
    parts = [content(value.array, writer, ""), f"name={writer.form(value.name, '.name')}"]
    frequency = getattr(value, "freqstr", None)
    if frequency is not None and key_of(type(value)) != "pandas.PeriodIndex":
        parts.append(f"freq={quoted(frequency)}")
    return composed(value, parts, writer)


@named("pandas.RangeIndex")
def write_range(value: Any, writer: Writer) -> str:
    """Write a range of labels by start, step and length."""
    start, step, length = int(value.start), int(value.step), len(value)
    plain = (start if length else 0), (step if length > 1 else 1), length
    if plain != (start, step, length) and writer.since(2):
        start, step, length = plain
    parts = [integer(number) for number in (start, step, length)]
    return composed(value, [*parts, f"name={writer.form(value.name, '.name')}"], writer)


@named("pandas.MultiIndex")
def write_levels(value: Any, writer: Writer) -> str:
    """Write the labels of each level, whatever it is coded by."""
    levels = [value.get_level_values(level) for level in range(value.nlevels)]
    texts = [labels(level, writer, f".levels[{n}]") for n, level in enumerate(levels)]
    return composed(value, texts, writer)


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
    """Write local time to the nanosecond, fold and zone: equal ones may differ in unit."""
    parts = [quoted(value.replace(tzinfo=None).isoformat()), f"fold={value.fold}"]
    parts.append(f"tz={_zone(value.tzinfo, writer)}")
    if not writer.since(2):
        parts.append(f"unit={quoted(value.unit)}")
    return composed(value, parts, writer)


@named("pandas.Timedelta")
def write_timedelta(value: Any, writer: Writer) -> str:
    """Write the duration in nanoseconds: equal ones may differ in unit."""
    count, unit = int(value._value), value.unit  # noqa: SLF001 - `value` may overflow
    if unit != "ns" and writer.since(2):
        count, unit = count * _NANOSECONDS[unit], "ns"
    return composed(value, [integer(count), quoted(unit)], writer)


@named("pandas.Period")
def write_period(value: Any, writer: Writer) -> str:
    """Write ordinal and frequency."""
    return composed(value, [integer(int(value.ordinal)), quoted(value.freqstr)], writer)


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
    """Write `pandas.offsets.Week(n=2, normalize=False, weekday=1)`; others as pickle does."""
    kind = type(value)
    name = anatomy.qualname(kind)
    if not leads_to("pandas.tseries.offsets", name, kind) or not writer.since(2):
        return rebuilt(value, writer)
    held = {key: part for key, part in value.kwds.items() if key not in _DERIVED}
    held |= {"n": value.n, "normalize": value.normalize}
    return f"pandas.offsets.{name}({', '.join(attributes([*held.items()], writer))})"


def labels(index: Any, writer: Writer, step: str) -> str:
    """Return the text of an index that labels something.

    Strings are written as pandas 3 keeps them, also where pandas 2 keeps objects.
    """
    if key_of(type(index)) != "pandas.Index" or index.dtype != object:
        return writer.form(index, step)
    held = index.tolist()
    if not _are_strings(held) or not writer.since(2):
        return writer.form(index, step)
    texts = f"pandas.array('str', values={writer.form(held, step)})"
    return composed(index, [texts, f"name={writer.form(index.name, '.name')}"], writer)


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
        parts.append(f"categories={_categories(dtype.categories, writer)}")
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


def _without_secrets(value: Any, text: str, writer: Writer) -> str:
    without = keyed_members(text, table_secrets(value))
    return without if without != text and writer.since(SECRECY) else text


def _notes(value: Any, writer: Writer) -> list[str]:
    """Return what a frame or series carries besides data, if it does."""
    parts = []
    if value.attrs:
        parts.append(f"attrs={writer.form(value.attrs, '.attrs')}")
    if not value.flags.allows_duplicate_labels:
        parts.append("allows_duplicate_labels=False")
    # Subclasses list here which of their attributes are part of the data.
    own = [name for name in value._metadata if name != "_name"]  # noqa: SLF001 - documented
    state = anatomy.instance_dict(value)
    held = [(name, state[name]) for name in own if name in state]
    # Pickling sets what is not set to None.
    if any(part is None for _, part in held) and writer.since(2):
        held = [pair for pair in held if pair[1] is not None]
    return parts + attributes(held, writer)


def _categories(index: Any, writer: Writer) -> str:
    return "None" if index is None else labels(_spelt_out(index, writer), writer, ".categories")


def _spelt_out(index: Any, writer: Writer) -> Any:
    """Return a range of labels as the numbers that pandas 2 keeps in its place."""
    if key_of(type(index)) != "pandas.RangeIndex" or not writer.since(2):
        return index
    return sys.modules["pandas"].Index(index.to_numpy(), name=index.name)


def _are_strings(held: list[Any]) -> bool:
    """Tell whether pandas 3 would keep these objects as strings, missing ones as NaN."""
    kinds = {type(label) for label in held}
    missing = [label for label in held if type(label) is float]
    return str in kinds and kinds <= {str, float} and all(label != label for label in missing)


def _is_extension(dtype: Any) -> bool:
    return _is(dtype, "ExtensionDtype") and not _is(dtype, "NumpyEADtype", "PandasDtype")


def _is_masked(array: Any) -> bool:
    return _is(array, "BaseMaskedArray")


def _is(value: Any, *names: str) -> bool:
    return any(anatomy.qualname(cls) in names for cls in anatomy.lineage(type(value)))
