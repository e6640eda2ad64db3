"""The versions of mitosis, of Python, and of what mitosis stands on."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from mitosis._cli.doctor_findings import Finding, wrong

_NEEDED = (
    *("ipykernel", "ipython", "jupyter_client", "nbclient", "nbconvert", "nbformat"),
    *("SQLAlchemy", "dill", "psutil", "blake3"),
)
_WELCOME = ("numpy", "scipy", "pandas", "torch", "matplotlib")


def looked_at_software() -> Iterator[Finding]:
    """Yield versions; those of packages that experiments often use only where they are."""
    from mitosis import __version__

    yield Finding("mitosis", __version__)
    yield Finding("Python", f"{platform.python_version()}, {sys.executable}")
    yield Finding("platform", platform.platform())
    yield Finding("stands on", _listed(_NEEDED))
    if missing := " ".join(name for name in _NEEDED if not _version(name)):
        yield wrong("missing", missing, f"{sys.executable} -m pip install {missing}")
    if found := _listed(_WELCOME):
        yield Finding("also here", found)
    yield Finding("SQLite", _sqlite_version())


def _sqlite_version() -> str:
    from mitosis._store.library import sqlite_version  # of SQLAlchemy, which may be missing

    return sqlite_version()


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"{name} {found}" for name in names if (found := _version(name)))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
