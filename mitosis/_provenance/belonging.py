"""To which work tree a module's file belongs.

The way leads up from the file to the nearest `.git`. If it meets a sign of an installation
first, the file is a library's, and stands in the environment by name and version.

Paths are texts here: a process imports a thousand files, and `Path` takes five times as long.
"""

# ruff: noqa: PTH110, PTH114, PTH118, PTH120

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from functools import cache
from os import path
from typing import NamedTuple

_INSTALLED = re.compile(r".*?/(?:site|dist)-packages(?:/[^/]+|$)")
"""Up to the top folder of a package, which may be a link to a checkout."""

_ENVIRONMENT_SIGNS = ("pyvenv.cfg", "conda-meta")


class Home(NamedTuple):
    """Where a file belongs.

    Attributes:
        root: of the work tree; outside of git, the folder that the file is imported from.
        name: the file's path below the root.
        is_in_git: whether the root is a work tree's.
    """

    root: str
    name: str
    is_in_git: bool


class Homes:
    """The homes of files, looked up once for each folder."""

    def __init__(self) -> None:
        self._root: Callable[[str], str | None] = cache(self._looked_up)
        self._real: Callable[[str], str] = cache(path.realpath)
        self._linked: Callable[[str], str | None] = cache(self._behind)

    def of(self, file: str) -> Home | None:
        """Return where a file belongs; None for a library's."""
        folder, name = path.split(file)
        root = self._root(folder)
        if root is None:
            return None
        real = self._real(folder)
        home = root or _imported_from(real)
        whole, inside = path.join(real, name), path.join(home, "")
        is_below = whole.startswith(inside)
        below = whole.removeprefix(inside) if is_below else path.relpath(whole, home)
        return Home(home, below, bool(root))

    def _looked_up(self, folder: str) -> str | None:
        """Return the root of a folder's work tree, empty outside of git, None in a library."""
        if installed := _INSTALLED.match(folder):
            return self._linked(installed[0])
        if f"{folder}/".startswith(_standard_library()):
            return None
        if path.exists(path.join(folder, ".git")):
            return self._real(folder)
        if path.islink(folder):
            return self._root(self._real(folder))
        if folder in _prefixes() or any(
            path.exists(path.join(folder, sign)) for sign in _ENVIRONMENT_SIGNS
        ):
            return None
        above = path.dirname(folder)
        return "" if above == folder else self._root(above)

    def _behind(self, installed: str) -> str | None:
        """Return the root of what an installed folder is only a link to, as `flit` makes it."""
        return self._root(self._real(installed)) if path.islink(installed) else None


@cache
def _standard_library() -> tuple[str, ...]:
    return os.__file__.removesuffix("os.py"), path.realpath(os.__file__).removesuffix("os.py")


@cache
def _prefixes() -> set[str]:
    return {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}


def _imported_from(folder: str) -> str:
    """Return the folder that holds the topmost package of a folder."""
    while path.exists(path.join(folder, "__init__.py")):
        folder = path.dirname(folder)
    return folder
