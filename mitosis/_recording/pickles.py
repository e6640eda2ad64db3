"""Pickles: the form in which objects reach the kernel, and results stay on disk."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mitosis._layout import write_whole


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
    """Pickle with dill. What the running script defines travels whole, with what it uses."""
    import dill

    buffer = io.BytesIO()
    dill.dump(value, buffer, recurse=True)
    return buffer.getvalue()


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
