"""Which installed libraries an experiment will import, and importing them before it does.

What is loaded early must be what an experiment would have loaded later. So nothing is imported
that is not installed, that comes after code which may change how it is loaded, or that does
more on import than to be there: print, warn, or start threads.
"""

from __future__ import annotations

import ast
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import field
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

from mitosis._dataclass import dataclass
from mitosis._notebook.belonging import is_installed, is_standard
from mitosis._notebook.forked import native_threads
from mitosis._notebook.kernel_process import INLINE

_MOST_FILES = 50
_NEVER = {"matplotlib_inline", "mitosis"}


def installed_imports(files: Sequence[Path], path: Sequence[str]) -> list[str]:
    """Return the import statements of installed libraries at the head of source files.

    Modules of the user's own that are imported there are followed. Nothing is imported.

    Args:
        files: Python files; others, and what cannot be read, count for nothing.
        path: where modules are looked for, as `sys.path`.
    """
    found: dict[str, None] = {}
    waiting, seen = [*files], set[Path]()
    while waiting and len(seen) < _MOST_FILES:
        file = waiting.pop(0)
        if file in seen:
            continue
        seen.add(file)
        for statement in _head(file):
            for name, line in _parts(statement):
                spec = _found(name, path)
                if spec is None or spec.origin is None:
                    continue
                if is_installed(spec.origin):
                    found.setdefault(line)
                elif not is_standard(spec.origin):
                    waiting.append(Path(spec.origin))
    return list(found)


def module_file(name: str, path: Sequence[str]) -> Path | None:
    """Return the source of a module by its dotted name, without importing its packages."""
    spec = _found(name, path)
    return Path(spec.origin) if spec and spec.origin else None


def _head(file: Path) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield the imports before a file's first other statement, which may change anything."""
    try:
        tree = ast.parse(file.read_bytes()) if file.suffix == ".py" else ast.Module([], [])
    except (OSError, SyntaxError, ValueError, RecursionError):
        return
    for number, statement in enumerate(tree.body):
        is_docstring = isinstance(statement, ast.Expr) and number == 0
        if isinstance(statement, ast.Import | ast.ImportFrom):
            yield statement
        elif not is_docstring:
            return


def _parts(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Yield each module that a statement names, with a statement for it alone."""
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            if alias.name.partition(".")[0] not in _NEVER:
                yield alias.name, f"import {alias.name}"
    elif (
        statement.module
        and not statement.level
        and statement.module.partition(".")[0] not in _NEVER
    ):
        names = ", ".join(alias.name for alias in statement.names)
        yield statement.module, f"from {statement.module} import {names}"


def _found(name: str, path: Sequence[str]) -> ModuleSpec | None:
    """Find a module, through its packages' folders; those are not imported."""
    spec, folders = None, list(path)
    for part in name.split("."):
        with suppress(Exception):  # any finder may stand among the path's hooks
            spec = PathFinder.find_spec(part, folders)
        if spec is None:
            return None
        folders = list(spec.submodule_search_locations or ())
    return spec


@dataclass
class Preloaded:
    """What was imported early, and what came of it.

    Attributes:
        said: statements during which something was printed or warned of.
        threaded: those after which there was another thread.
        environment: variables that the libraries have set.
    """

    said: set[str] = field(default_factory=set)
    threaded: set[str] = field(default_factory=set)
    environment: dict[str, str] = field(default_factory=dict)


def preload(statements: Sequence[str]) -> Preloaded:
    """Execute import statements, as far as they can be; the environment stays as it is.

    Args:
        statements: as `installed_imports` returns them.
    """
    if native_threads() > 1:
        _end_pools()
    preloaded, former = Preloaded(), dict(os.environ)
    os.environ["MPLBACKEND"] = INLINE
    before = dict(os.environ)
    for statement in statements:
        threads = native_threads()
        with _listening() as said, suppress(Exception):  # the experiment will be told the same
            exec(statement, {"__name__": "preloading"})  # noqa: S102 - an import, made above
        if said:
            preloaded.said.add(statement)
        if native_threads() > threads:
            _end_pools()
        if native_threads() > threads:
            preloaded.threaded.add(statement)
    now = dict(os.environ)
    preloaded.environment = {k: v for k, v in now.items() if before.get(k) != v}
    os.environ.clear()
    os.environ.update(former)
    return preloaded


def _end_pools() -> None:
    """End the threads that OpenBLAS has started: it does before each fork.

    Whoever needs them later, here or in a fork, gets new ones, as many as before.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads: these are known
        pid = os.fork()
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)


@contextmanager
def _listening() -> Iterator[list[bytes]]:
    """Catch what is written to the standard streams, by whatever means."""
    said: list[bytes] = []
    with tempfile.TemporaryFile() as file:
        former = [os.dup(1), os.dup(2)]
        _flush()
        for standard in (1, 2):
            os.dup2(file.fileno(), standard)
        try:
            yield said
        finally:
            _flush()
            for standard, original in zip((1, 2), former, strict=True):
                os.dup2(original, standard)
                os.close(original)
            file.seek(0)
            said.extend(filter(None, [file.read()]))


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
