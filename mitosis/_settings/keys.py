"""The keys of `[tool.mitosis]`, and what each may hold. No files are looked at."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mitosis._settings.notebooks import NOTEBOOK_ENDINGS
from mitosis._suggestion import near

_EVERYTHING = frozenset("*/.?")
"""A pattern of nothing but these fits every file, or every one in a folder."""


def faults_of(table: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a table, in its order: unknown keys and wrong values."""
    for key, value in table.items():
        if key in _FAULTS:
            yield from _FAULTS[key](key, value)
        else:
            yield f"unknown key {key!r}{near(key, KEYS)}"


def _truth(key: str, value: Any) -> Iterator[str]:
    if not isinstance(value, bool):
        yield f"{key} is {_shown(value)}, not true or false"


def _seconds(key: str, value: Any) -> Iterator[str]:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (is_number and 0 < value < math.inf):
        yield f"{key} is {_shown(value)}, not a finite number of seconds above 0"


def _path(key: str, value: Any) -> Iterator[str]:
    if reason := _path_fault(value):
        yield f"{key} is {_shown(value)}, {reason}"


def _paths(key: str, value: Any) -> Iterator[str]:
    yield from _each(key, value, _path_fault, 'paths, like ["data/measured.csv"]')


def _names(key: str, value: Any) -> Iterator[str]:
    yield from _each(key, value, _name_fault, 'names of packages, like ["project_pkg"]')


def _patterns(key: str, value: Any) -> Iterator[str]:
    yield from _each(key, value, _pattern_fault, 'patterns of files, like ["notes/**"]')


def _steps(key: str, value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{key} is {_shown(value)}, not a table of names"
        return
    for name, where in value.items():
        if not _is_step(where):
            yield f"{key}.{name} has to be a list of two texts like 'package.module:name'"


def _each(key: str, value: Any, fault: Callable[[Any], str], wanted: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{key} is {_shown(value)}, not a list of {wanted}"
        return
    for item in value:
        if reason := fault(item):
            yield f"{key} holds {_shown(item)}, {reason}"


def _path_fault(value: Any) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        return "which is no path"
    try:
        Path(value).expanduser()
    except RuntimeError:
        return "and nobody knows whose home folder that is"
    return ""


def _name_fault(value: Any) -> str:
    parts = value.split(".") if isinstance(value, str) else [""]
    # A folder with a hyphen can be imported, though no statement does so.
    is_name = all(part.replace("-", "_").isidentifier() for part in parts)
    return "" if is_name else "which is no package's name"


def _pattern_fault(value: Any) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        return "which is no pattern of files"
    if value.startswith(("/", "~", "!")) or ".." in value.split("/"):
        return "which has to lead from the folder of this file downwards"
    if _EVERYTHING.issuperset(value):
        return "which fits every file, so that no change would count"
    return ""


def _store(key: str, value: Any) -> Iterator[str]:
    """Never show the value: it may hold a password."""
    if not isinstance(value, str) or not is_server(value):
        yield f"{key} has to be a text like 'postgresql+psycopg://host/database'"


def is_server(value: str) -> bool:
    """Tell whether a text may be the address of a PostgreSQL server."""
    return bool(re.fullmatch(r"postgres(ql(\+psycopg)?)?://[^\s]+", value))


def _is_step(where: Any) -> bool:
    return (
        isinstance(where, list)
        and len(where) == 2
        and all(isinstance(text, str) for text in where)
        and where[1].count(":") == 1
        and (where[0].count(":") == 1 or Path(where[0]).suffix in NOTEBOOK_ENDINGS)
    )


def _shown(value: Any) -> str:
    """Return a value as TOML writes it, where that differs."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:56]} ..."


_FAULTS: Mapping[str, Callable[[str, Any], Iterator[str]]] = {
    "trials_folder": _path,
    "timeout_seconds": _seconds,
    "require_hypothesis": _truth,
    "require_clean_checkouts": _truth,
    "ignore_changes": _patterns,
    "data": _paths,
    "packages": _names,
    "steps": _steps,
    "store": _store,
}

KEYS = tuple(_FAULTS)
"""All keys that there are."""
