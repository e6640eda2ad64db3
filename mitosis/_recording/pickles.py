"""Pickles: the form in which objects reach the kernel, and results stay on disk."""

from __future__ import annotations

import io
import operator
import sys
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from mitosis._canonical import generic_origin, may_have_place, place_of
from mitosis._dataclass import dataclass
from mitosis._layout import write_whole

HOLDS_SECRET = "it holds a secret, or what looks like one"  # noqa: S105 - says why, and is none
"""Why a result is not stored that must not be."""


@dataclass(frozen=True)
class Keeping:
    """Which results were kept, and why others were not.

    Attributes:
        kept: keys in the file.
        dropped: key to the reason why dill could not store its value.
    """

    kept: tuple[str, ...]
    dropped: Mapping[str, str]


def dumps(value: object) -> bytes:
    """Pickle with dill. What the running script defines travels whole, with what it uses.

    What can be imported travels by name, also where dill would make a copy: modules with what
    is in them, decorated functions, class methods, and the generators that libraries keep for
    the whole process, so that what draws from the runner's draws from the kernel's.
    """
    buffer = io.BytesIO()
    _pickler()(buffer, recurse=True).dump(value)
    return buffer.getvalue()


@cache
def _pickler() -> Any:
    import dill

    class Pickler(dill.Pickler):  # type: ignore[misc] # dill has no types
        """Pickles by name what is found under its name."""

        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            # By id, with the types so that they live: a metaclass may lie about hash.
            self._ordinary: dict[int, type] = {}

        def reducer_override(self, obj: Any) -> Any:
            kind = type(obj)
            if id(kind) in self._ordinary:
                return NotImplemented
            if _is_ordinary(kind):
                self._ordinary[id(kind)] = kind
                return NotImplemented
            return _reduced(obj)

    return Pickler


def _is_ordinary(kind: type) -> bool:
    """Tell whether all objects of a type travel as dill has it."""
    return not may_have_place(kind) and not _is_array(kind)


def _reduced(obj: Any) -> Any:
    if _is_array(type(obj)):
        return _of_foreign_byte_order(obj)
    if issubclass(type(obj), type) and (generic := generic_origin(obj)):
        return operator.getitem, generic
    place = place_of(obj)
    if place is None:
        return NotImplemented
    module, path = place
    return (
        (operator.attrgetter(path), (sys.modules[module],))
        if path
        else (import_module, (module,))
    )


def _is_array(kind: type) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and kind is numpy.ndarray


def _of_foreign_byte_order(array: Any) -> Any:
    """Keep the dtype where numpy's own pickle changes it."""
    if array.dtype.isnative or array.dtype.hasobject:
        return NotImplemented
    return type(array), (array.shape, array.dtype, bytearray(array.tobytes()))


def read_pickle(path: Path) -> Any:
    """Unpickle a file that mitosis wrote."""
    import dill

    with path.open("rb") as file:
        return dill.load(file)


def loads(data: bytes) -> Any:
    """Unpickle what was never in a file."""
    import dill

    return dill.loads(data)


def _never(data: bytes) -> bool:  # noqa: ARG001 - as others take it
    return False


def write_pickles(
    path: Path, results: Mapping[Any, object], is_secret: Callable[[bytes], bool] = _never
) -> Keeping:
    """Write a dict of results, leaving out only the values that must not or cannot be stored.

    Args:
        path: the file.
        results: to be stored.
        is_secret: tells whether a pickle holds what no file may hold.

    Raises:
        OSError: the file cannot be written.
    """
    try:
        data = dumps(dict(results))
    except Exception:  # noqa: BLE001 - whatever one value's pickling raises, keep the others
        return _write_each(path, results, is_secret)
    if is_secret(data):
        return _write_each(path, results, is_secret)
    write_whole(path, data)
    return Keeping(tuple(map(str, results)), {})


def _write_each(
    path: Path, results: Mapping[Any, object], is_secret: Callable[[bytes], bool]
) -> Keeping:
    kept: dict[Any, object] = {}
    dropped: dict[str, str] = {}
    for key, value in results.items():
        try:
            data = dumps({key: value})
        except Exception as exc:  # noqa: BLE001 - as above
            dropped[str(key)] = f"{type(exc).__name__}: {exc}"
        else:
            if is_secret(data):
                dropped[str(key)] = HOLDS_SECRET
            else:
                kept[key] = value
    write_whole(path, dumps(kept))
    return Keeping(tuple(map(str, kept)), dropped)
