"""Whether a module is Python's own, installed, or the user's."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_STANDARD = f"{Path(os.__file__).parent}/"
_INSTALLED = {"site-packages", "dist-packages"}
_OURS = f"{Path(__file__).parents[1]}/"


def is_installed(file: str) -> bool:
    """Tell whether a module's file was installed beside Python's own."""
    return not _INSTALLED.isdisjoint(Path(file).parts)


def is_standard(file: str) -> bool:
    """Tell whether a module's file is Python's own, or no file at all."""
    return not Path(file).is_absolute() or (
        file.startswith(_STANDARD) and not is_installed(file)
    )


def user_modules(names: Iterable[str]) -> list[str]:
    """Return those of the loaded modules that are neither Python's, installed nor mitosis's."""
    return [name for name in names if not _is_known(name, sys.modules.get(name))]


def _is_known(name: str, module: Any) -> bool:
    file = getattr(module, "__file__", None)
    if not isinstance(file, str):
        return True
    if name == "__main__" and Path(file).parent == Path(sysconfig.get_path("scripts")):
        return True  # the command that was installed
    return is_standard(file) or is_installed(file) or file.startswith(_OURS)
