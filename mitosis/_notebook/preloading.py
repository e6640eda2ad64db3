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
        for statement in _head(file)[0]:
            for name, line in _parts(statement):
                spec = _found(name, path)
                if spec is None or spec.origin is None:
                    continue
                if is_installed(spec.origin):
                    found.setdefault(line)
                elif not is_standard(spec.origin):
                    waiting.append(Path(spec.origin))
    return list(found)


def first_imports(files: Sequence[Path], path: Sequence[str]) -> list[str]:
    """Return those of the statements that are executed before any of the user's own code.

    What they load is the same in this process, too, if that is about to import the files.

    Args:
        files: the user's own, in the order in which they are executed.
        path: where modules are looked for, as `sys.path`.
    """
    found: dict[str, None] = {}
    for file in files:
        head, is_all = _head(file)
        for statement in head:
            if isinstance(statement, ast.ImportFrom) and statement.level:
                return list(found)
            for name, line in _parts(statement):
                spec = _found(name, path)
                if spec and spec.origin and is_installed(spec.origin):
                    found.setdefault(line)
                elif not _is_standard(name, spec):
                    return list(found)
        if not is_all:
            break
    return list(found)


def _is_standard(name: str, spec: ModuleSpec | None) -> bool:
    if spec is None or spec.origin is None:
        return name.partition(".")[0] in sys.stdlib_module_names
    return is_standard(spec.origin)


def source_files(name: str, path: Sequence[str]) -> list[Path]:
    """Return the files of a module by its dotted name, and before it those of its packages.

    Nothing is imported. A name that ends in `.py` is a file's.
    """
    if name.endswith(".py"):
        return [Path(name)]
    return [Path(spec.origin) for spec in _specs(name, path) if spec.origin]


def _head(file: Path) -> tuple[list[ast.Import | ast.ImportFrom], bool]:
    """Return the imports before a file's first other statement, and whether there is none.

    That may change anything.
    """
    head: list[ast.Import | ast.ImportFrom] = []
    try:
        body = ast.parse(file.read_bytes()).body if file.suffix == ".py" else [ast.Pass()]
    except (OSError, SyntaxError, ValueError, RecursionError):
        return head, False
    for number, statement in enumerate(body):
        is_docstring = isinstance(statement, ast.Expr) and number == 0
        if isinstance(statement, ast.Import | ast.ImportFrom):
            head.append(statement)
        elif not is_docstring:
            return head, False
    return head, True


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
    specs = _specs(name, path)
    return specs[-1] if specs else None


def _specs(name: str, path: Sequence[str]) -> list[ModuleSpec]:
    """Find a module's packages and then itself, without importing them; else nothing."""
    specs: list[ModuleSpec] = []
    folders = list(path)
    for part in name.split("."):
        spec = None
        with suppress(Exception):  # any finder may stand among the path's hooks
            spec = PathFinder.find_spec(part, folders)
        if spec is None:
            return []
        specs.append(spec)
        folders = list(spec.submodule_search_locations or ())
    return specs


@dataclass
class Preloaded:
    """What was imported early, and what came of it.

    Attributes:
        said: statements during which something was printed or warned of.
        words: what that was, each with the standard stream that it went to.
        threaded: statements after which there was another thread.
        environment: variables that the libraries have set.
    """

    said: set[str] = field(default_factory=set)
    words: list[tuple[int, bytes]] = field(default_factory=list)
    threaded: set[str] = field(default_factory=set)
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def unfit(self) -> set[str]:
        """The statements that have done more than to load something."""
        return self.said | self.threaded


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
            preloaded.words.extend(said)
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
def _listening() -> Iterator[list[tuple[int, bytes]]]:
    """Catch what is written to the standard streams, by whatever means."""
    said: list[tuple[int, bytes]] = []
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        former = [(standard, os.dup(standard), file) for standard, file in ((1, out), (2, err))]
        _flush()
        for standard, _, file in former:
            os.dup2(file.fileno(), standard)
        try:
            yield said
        finally:
            _flush()
            for standard, original, file in former:
                os.dup2(original, standard)
                os.close(original)
                file.seek(0)
                if words := file.read():
                    said.append((standard, words))


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
