"""What changed between two trials: packages, and files between two commits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from mitosis._datafile import file_digest
from mitosis._model import CodeState, Environment
from mitosis._provenance.command import readable, run_git
from mitosis._redaction import MARK
from mitosis.errors import DataFileError, NoRepositoryError

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_DIFFERENCE = ("diff-tree", "-r", "-z", "--name-status", "--find-renames")


def environment_changes(old: Environment, new: Environment) -> list[str]:
    """Return what differs between two environments, one fact each.

    Example:
        >>> old = Environment("3.11.7 (main)", "CPython", {"dask": "2024.1", "numpy": "1.26.4"})
        >>> new = Environment("3.12.1 (main)", "CPython", {"numpy": "2.0.1", "scipy": "1.11"})
        >>> environment_changes(old, new)
        ['Python 3.11.7 -> 3.12.1', '- dask 2024.1', 'numpy 1.26.4 -> 2.0.1', '+ scipy 1.11']
    """
    packages = dict(_changes(old.packages, new.packages))
    conda = dict(_changes(old.conda, new.conda))
    return [*_interpreter_changes(old, new), *(conda | packages).values()]


def changed_files(repository: Path, old_commit: str, new_commit: str) -> list[str] | None:
    """Return the files that differ between two commits, e.g. `"M src/model.py"`.

    A renamed file is one line with both names. Nothing is fetched.

    Args:
        repository: a folder in it.
        old_commit: full hash.
        new_commit: full hash.

    Returns:
        None where git does not know one of the commits, as in a shallow clone.
    """
    if not (_COMMIT.fullmatch(old_commit) and _COMMIT.fullmatch(new_commit)):
        return None
    try:
        output = run_git(repository, *_DIFFERENCE, old_commit, new_commit)
    except NoRepositoryError:
        return None
    return list(_file_changes(iter(output.split(b"\0")[:-1])))


def changed_modules(state: CodeState) -> list[str]:
    """Return the modules of a state whose files hold something else now, or are gone."""
    root = state.repository
    named = ((f, digest) for f, digest in state.modules.items() if MARK not in f)
    return [f for f, digest in named if root and _now(root / f) != digest]


def _now(file: Path) -> str | None:
    try:
        return file_digest(file)
    except DataFileError:
        return None


def _file_changes(words: Iterator[bytes]) -> Iterator[str]:
    for word in words:
        kind, path = word.decode()[:1], readable(next(words))
        renamed = f" -> {readable(next(words))}" if kind in "RC" else ""
        yield f"{kind} {path}{renamed}"


def _interpreter_changes(old: Environment, new: Environment) -> Iterator[str]:
    if old.implementation != new.implementation:
        yield f"{old.implementation} -> {new.implementation}"
    if old.python != new.python:
        former, present = _version(old.python), _version(new.python)
        is_other = former != present
        # A build of the same version differs in what the first word does not say.
        yield (
            f"Python {former} -> {present}" if is_other else f"another build of Python {former}"
        )


def _version(python: str) -> str:
    return python.split(" ", 1)[0]


def _changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the packages that differ, and how."""
    for name in sorted(old.keys() | new.keys()):
        former, present = old.get(name), new.get(name)
        if former is None:
            yield name, f"+ {name} {present}"
        elif present is None:
            yield name, f"- {name} {former}"
        elif former != present:
            yield name, f"{name} {former} -> {present}"
