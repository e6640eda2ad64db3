"""Experiments in and below the working directory, for those who name one by its file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from mitosis._cli.sources import read_source

_MOST_FILES = 1000
_MOST_FOLDERS = 4
_CELL = re.compile(r"^# ?%%", re.MULTILINE)


def module_of_file(name: str) -> str | None:
    """Return the module that is meant by the path of its file, if it defines an experiment.

    A file with cells is a notebook, and no module.

    Example:
        >>> module_of_file("heat/diffusion.py")             # doctest: +SKIP
        'heat.diffusion'
    """
    path = Path(name)
    parts = Path(name.removesuffix(".py")).parts
    if path.suffix != ".py" or not path.is_file() or not all(map(str.isidentifier, parts)):
        return None
    is_notebook = _CELL.search(path.read_text(encoding="utf-8", errors="replace"))
    return None if is_notebook or read_source(path.stem, path) is None else ".".join(parts)


def experiment_modules(folder: Path) -> dict[str, str]:
    """Return the modules below a folder that define an experiment, to its own `name`."""
    found = {}
    for file in islice(_sources(folder), _MOST_FILES):
        if source := read_source(file.stem, file):
            parts = file.relative_to(folder).with_suffix("").parts
            found[".".join(parts)] = source.own_name
    return found


def meant(name: str, modules: Mapping[str, str]) -> list[str]:
    """Return the modules whose experiment is meant by a name that is none of theirs.

    That is a path without its ending, the last part of a module's name, or the experiment's
    own `name`.
    """
    path = name.removesuffix(".py").replace(os.sep, "/").strip("./").replace("/", ".")
    return [
        module
        for module, own_name in modules.items()
        if name == own_name or f".{module}".endswith(f".{path}")
    ]


def _sources(folder: Path) -> Iterator[Path]:
    """Yield the files of modules, but for those in folders that no import leads to."""
    for place, folders, files in os.walk(folder):
        depth = len(Path(place).relative_to(folder).parts)
        folders[:] = sorted(f for f in folders if f.isidentifier() and depth < _MOST_FOLDERS)
        names = (Path(name) for name in sorted(files))
        yield from (
            Path(place, n) for n in names if n.suffix == ".py" and n.stem.isidentifier()
        )
