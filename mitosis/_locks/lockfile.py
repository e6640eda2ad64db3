"""`mitosis.lock`: locks in a text file that people review, commit and share.

The file is TOML: `version`, and one `[[variant]]` a lock in force, in a fixed order, so that
the same locks make the same bytes and a new lock is a few new lines.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mitosis import _layout
from mitosis._canonical import text_digest
from mitosis._model import Lock, Variant
from mitosis.errors import LockFileError

FILE_VERSION = 1

_HEADER = """\
# The locked variants of this project, for people and programs to compare.
# Written by `mitosis variants export`, not by hand. Others take them over with
# `mitosis variants import`; `mitosis check` holds the code to them.
"""
_TYPES: dict[str, type] = {
    "experiment": str,
    "parameter": str,
    "name": str,
    "text": str,
    "digest": str,
    "edition": int,
    "locked_at": datetime,
    "trial": str,
    "key": str,
    "sweep": str,
    "commit": str,
}
_MOST_EDITIONS = 1000
_MAY_BE_ABSENT = {"commit", "sweep"}
_OF_A_TRIAL = {"trial", "key"}
_CONFLICT_MARKERS = ("<<<<<<< ", "=======", ">>>>>>> ")


def lock_file_text(locks: Iterable[Lock]) -> str:
    """Return the text of a lock file; the same for the same locks in any order."""
    import tomli_w

    tables = sorted((_table(lock) for lock in locks), key=_key)
    return f"{_HEADER}\n{tomli_w.dumps({'version': FILE_VERSION, 'variant': tables})}"


def write_lock_file(file: Path, locks: Iterable[Lock]) -> None:
    """Write a lock file, whole or not at all.

    Raises:
        LockFileError: the file cannot be written.
    """
    try:
        _layout.write_whole(file, lock_file_text(locks).encode())
    except OSError as exc:
        raise LockFileError(file=file, faults=(exc.strerror or str(exc),)) from exc


def read_lock_file(file: Path) -> list[Lock]:
    """Read a lock file, once all of it has been found sound.

    Raises:
        LockFileError: names everything that is wrong: no TOML, a newer version, keys that are
            missing, unknown or of another type, digests that do not belong to their texts,
            names that stand there twice.
    """
    content = _content(file)
    version, tables = content.get("version"), content.get("variant", [])
    if type(version) is not int or version != FILE_VERSION:
        fault = f"its version is {version!r}; this mitosis reads version {FILE_VERSION}"
        raise LockFileError(file=file, faults=(fault,))
    if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        raise LockFileError(file=file, faults=("`variant` is no array of tables",))
    faults = [f"unknown key {key!r}" for key in content if key not in ("version", "variant")]
    faults += [
        f"{_title(table, number)}: {fault}"
        for number, table in enumerate(tables, 1)
        for fault in _faults(table)
    ]
    faults += _doubled(tables)
    if faults:
        raise LockFileError(file=file, faults=tuple(faults))
    try:
        return [_lock(table) for table in tables]
    except OverflowError as exc:  # a moment of the first or last year, in another zone
        raise LockFileError(file=file, faults=(f"a locked_at is no moment: {exc}",)) from exc


def _content(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
        return tomllib.loads(text)
    except FileNotFoundError:
        raise LockFileError(file=file, faults=("there is no such file",)) from None
    except OSError as exc:
        raise LockFileError(file=file, faults=(exc.strerror or str(exc),)) from exc
    except RecursionError:
        raise LockFileError(file=file, faults=("it is nested too deeply",)) from None
    except ValueError as exc:  # what cannot be decoded or parsed
        faults = [f"it is not TOML: {exc}"]
        if not isinstance(exc, UnicodeError) and _is_half_merged(text):
            faults.append("git left the marks of a merge conflict in it")
        raise LockFileError(file=file, faults=tuple(faults)) from exc


def _is_half_merged(text: str) -> bool:
    return all(f"\n{marker}" in f"\n{text}" for marker in _CONFLICT_MARKERS)


def _title(table: dict[str, Any], number: int) -> str:
    experiment, parameter, name = _key(table)
    return f"variant {number} ({experiment}, {parameter}={name})"


def _key(table: dict[str, Any]) -> tuple[str, str, str]:
    experiment, parameter, name = (
        str(table.get(key, "?")) for key in ("experiment", "parameter", "name")
    )
    return experiment, parameter, name


def _faults(table: dict[str, Any]) -> Iterator[str]:
    yield from (f"unknown key {key!r}" for key in table if key not in _TYPES)
    optional = _optional(table)
    for key, kind in _TYPES.items():
        value = table.get(key)
        if value is None and key not in optional:
            yield f"{key} is missing"
        elif value is not None and type(value) is not kind:
            yield f"{key} is {value!r}, which is no {kind.__name__}"
        elif value == "":
            yield f"{key} is empty"
    if type(locked_at := table.get("locked_at")) is datetime and locked_at.tzinfo is None:
        yield "locked_at has no time zone"
    if type(text := table.get("text")) is str and type(table.get("digest")) is str:
        if not text.isascii():
            yield "text holds letters beyond ASCII, which no canonical text does"
        elif text_digest(text) != table["digest"]:
            yield "digest is not that of text: one was changed"
    if type(edition := table.get("edition")) is int and not 1 <= edition < _MOST_EDITIONS:
        yield f"edition is {edition}; they are counted from 1"


def _optional(table: dict[str, Any]) -> set[str]:
    """Return what may be absent: a lock was made by a trial, or by a sweep."""
    return _MAY_BE_ABSENT | (_OF_A_TRIAL if "sweep" in table else set())


def _doubled(tables: list[dict[str, Any]]) -> list[str]:
    counted = Counter(map(_key, tables))
    return [
        f"({experiment}, {parameter}={name}) stands there {count} times"
        for (experiment, parameter, name), count in counted.items()
        if count > 1
    ]


def _table(lock: Lock) -> dict[str, Any]:
    variant = lock.variant
    table = {
        "experiment": lock.experiment,
        "parameter": variant.parameter,
        "name": variant.name,
        "text": variant.text,
        "digest": variant.digest,
        "edition": variant.version,
        "locked_at": lock.locked_at.astimezone(UTC),
        **_locker(lock),
    }
    return table | ({"commit": lock.commit} if lock.commit else {})


def _locker(lock: Lock) -> dict[str, str]:
    if lock.sweep is not None:
        return {"sweep": lock.sweep}
    return {"trial": lock.trial_name, "key": lock.trial_key}


def _lock(table: dict[str, Any]) -> Lock:
    return Lock(
        experiment=table["experiment"],
        variant=Variant(
            parameter=table["parameter"],
            name=table["name"],
            text=table["text"],
            digest=table["digest"],
            version=table["edition"],
        ),
        locked_at=table["locked_at"].astimezone(UTC),
        trial_name=table.get("sweep") or table["trial"],
        trial_key="" if "sweep" in table else table["key"],
        commit=table.get("commit"),
    )
