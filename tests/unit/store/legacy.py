"""A trials folder as mitosis 0.6.1 left it: what real trials wrote, shortened.

`legacy_0_6/*.sql` are dumps of its databases. `folders.json` holds the files that it wrote for
each trial, of `source.py` the lines that name variants; `experiment` is where a link points to.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import dill

FROZEN = Path(__file__).parent / "legacy_0_6"
NAMES = tuple(sorted(path.stem for path in FROZEN.glob("*.sql")))
COMMIT = "fd22c9ac1b271dd30458dbb48d4fd2658bfcfd37"

HTML = (
    "<!DOCTYPE html>\n<html><head></head><body class='jp-Notebook'><p>{name}</p></body></html>"
)
NOTEBOOK: dict[str, Any] = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def make_databases(folder: Path, *names: str) -> None:
    """Write databases of mitosis 0.6, without what lies beside them."""
    folder.mkdir(exist_ok=True)
    for name in names or NAMES:
        with closing(sqlite3.connect(folder / f"{name}.db")) as connection:
            connection.executescript((FROZEN / f"{name}.sql").read_text(encoding="utf-8"))


def make_folder(folder: Path) -> None:
    """Write a whole trials folder of mitosis 0.6."""
    make_databases(folder)
    frozen = json.loads((FROZEN / "folders.json").read_text(encoding="utf-8"))
    for name, files in frozen.items():
        (folder / name).mkdir()
        for file, text in files.items():
            _write(folder / name / file, text)


def _write(path: Path, text: str) -> None:
    if path.name == "experiment":
        page = path.parent.parent / text
        path.symlink_to(page)
        is_notebook = page.suffix == ".ipynb"
        content = json.dumps(NOTEBOOK) if is_notebook else HTML.format(name=page.stem)
        page.write_text(content, encoding="utf-8")
    elif path.suffix == ".dill":
        path.write_bytes(dill.dumps({"main": path.parent.name, "step": path.stem}))
    else:
        path.write_text(text, encoding="utf-8")


def state_of(folder: Path) -> dict[str, bytes]:
    """Return all files of a folder with their contents."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
