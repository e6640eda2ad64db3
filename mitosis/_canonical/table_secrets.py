"""Secrets in tables of pandas, by the names of columns, of a series, and of rows."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

from mitosis._canonical import anatomy
from mitosis._redaction import calls_secret, is_called_secret

_MOST_VALUES = 100_000


def table_secrets(value: object) -> set[str]:
    """Return the texts in a frame or a series of pandas to which a name leads that says secret.

    Of anything else, and of what pandas cannot tell, there are none.
    """
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return set()
    try:
        if anatomy.descends(type(value), pandas.DataFrame):
            return set(_in_frame(value))
        if anatomy.descends(type(value), pandas.Series):
            return set(_in_series(value))
    except Exception:  # noqa: BLE001 - subclasses may raise anything
        return set()
    return set()


def _in_frame(frame: Any) -> Iterator[str]:
    for place, name in enumerate(frame.columns.tolist()):
        if _says_secret(name):
            yield from _texts(frame.iloc[:, place].head(_MOST_VALUES).tolist(), name)
    for place, label in _labels(frame):
        yield from _texts(frame.iloc[place].tolist(), label)


def _in_series(series: Any) -> Iterator[str]:
    if _says_secret(series.name):
        yield from _texts(series.head(_MOST_VALUES).tolist(), series.name)
    for place, label in _labels(series):
        yield from _texts([series.iloc[place]], label)


def _labels(table: Any) -> Iterator[tuple[int, str]]:
    if table.index.dtype.kind not in "TUO":
        return
    labels = table.index[:_MOST_VALUES].tolist()
    yield from ((place, label) for place, label in enumerate(labels) if _says_secret(label))


def _says_secret(name: object) -> bool:
    return isinstance(name, str) and calls_secret(name)


def _texts(values: Iterable[object], name: str) -> Iterator[str]:
    yield from (v for v in values if type(v) is str and is_called_secret(v, name))
