"""Pickles: the form in which objects reach the kernel, and results stay on disk."""

from __future__ import annotations

import io
import operator
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mitosis._canonical import generic_origin, place_of
from mitosis._layout import write_whole

_NAMELESS = {type(None), bool, int, float, complex, str, bytes, list, tuple, dict, set}
"""Types of most values there are, asked for first."""


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

    What can be imported travels by name, also where dill would make a copy: decorated
    functions, class methods, and the generators that libraries keep for the whole process, so
    that what draws from the runner's draws from the kernel's.
    """
    buffer = io.BytesIO()
    _pickler()(buffer, recurse=True).dump(value)
    return buffer.getvalue()


@cache
def _pickler() -> Any:
    import dill

    class Pickler(dill.Pickler):  # type: ignore[misc] # dill has no types
        """Pickles by name what is found under its name."""

        def reducer_override(self, obj: Any) -> Any:
            if type(obj) in _NAMELESS:
                return NotImplemented
            if _is_in_foreign_byte_order(obj):
                return type(obj), (obj.shape, obj.dtype, bytearray(obj.tobytes()))
            if generic := isinstance(obj, type) and generic_origin(obj):
                return operator.getitem, generic
            place = place_of(obj)
            if place is None:
                return NotImplemented
            module, path = place
            return operator.attrgetter(path), (sys.modules[module],)

    return Pickler


def _is_in_foreign_byte_order(obj: Any) -> bool:
    """Tell whether an object is an array of which numpy's own pickle changes the dtype."""
    numpy = sys.modules.get("numpy")
    if numpy is None or type(obj) is not numpy.ndarray:
        return False
    return not obj.dtype.isnative and not obj.dtype.hasobject


def read_pickle(path: Path) -> Any:
    """Unpickle a file that mitosis wrote."""
    import dill

    with path.open("rb") as file:
        return dill.load(file)


def write_pickles(path: Path, results: Mapping[Any, object]) -> Keeping:
    """Write a dict of results, leaving out only the values that dill cannot store."""
    try:
        write_whole(path, dumps(dict(results)))
    except Exception:  # noqa: BLE001 - whatever one value's pickling raises, keep the others
        return _write_each(path, results)
    return Keeping(tuple(map(str, results)), {})


def _write_each(path: Path, results: Mapping[Any, object]) -> Keeping:
    kept: dict[Any, object] = {}
    dropped: dict[str, str] = {}
    for key, value in results.items():
        try:
            dumps({key: value})
        except Exception as exc:  # noqa: BLE001 - as above
            dropped[str(key)] = f"{type(exc).__name__}: {exc}"
        else:
            kept[key] = value
    write_whole(path, dumps(kept))
    return Keeping(tuple(map(str, kept)), dropped)
