"""A notebook of the user's, read as it is: its cells, their tags, and what it says of itself.

What an experiment needs of it, its parameters and results, is looked at elsewhere.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat

from mitosis._dataclass import dataclass
from mitosis._notebook.document import NotebookNode

_MARKED = re.compile(r"^# (?:%%|\+)|^# +jupyter:|^# +(?:<codecell>|%% *\[)", re.MULTILINE)
"""What makes a notebook of a script: the marks of cells, or jupytext's header."""

_OTHER_KERNELS = re.compile(r"ir$|julia|bash|octave|scala|sas|stata|deno|javascript|xcpp|sos")
_PYTHON = ("python", "ipython", "python3", "ipython3")


class UnreadableNotebookError(Exception):
    """A file is no notebook that could be run; the message says why, one reason a line."""


@dataclass(frozen=True)
class SourceCell:
    """A cell of a user's notebook; it has no outputs.

    Attributes:
        number: its place in the notebook, from 1.
        tags: as its author wrote them.
        is_code: whether it runs; otherwise it is Markdown.
    """

    number: int
    source: str
    tags: tuple[str, ...]
    is_code: bool


@dataclass(frozen=True)
class SourceNotebook:
    """A notebook that a user wrote.

    Attributes:
        stated: what its metadata say under `mitosis`, e.g. its `name`.
        cells: all but raw and empty ones.
    """

    file: Path
    stated: Mapping[str, Any]
    cells: tuple[SourceCell, ...]


def read_notebook(file: Path) -> SourceNotebook:
    """Read a notebook of any version of its format, or what jupytext reads as one.

    Raises:
        UnreadableNotebookError: it is none, or not one in Python.
        OSError: the file cannot be read.
        ImportError: it takes jupytext, which is not installed.
    """
    node = _node(file)
    metadata = node.get("metadata") or {}
    stated = metadata.get("mitosis")
    stated = stated if isinstance(stated, Mapping) else {}
    faults = [*_language_faults(metadata), *_record_faults(stated)]
    cells = tuple(_cells(node))
    if not any(cell.is_code for cell in cells):
        faults.append("it has no cell with code")
    if faults:
        raise UnreadableNotebookError("\n".join(faults))
    return SourceNotebook(file, stated, cells)


def _node(file: Path) -> NotebookNode:
    data = file.read_bytes()
    if not data.strip():
        raise UnreadableNotebookError("the file is empty")
    try:
        text = data.decode("utf-8-sig")
        with warnings.catch_warnings(action="ignore"):  # ids that older files lack
            return _parsed(file, text)
    except (ImportError, UnreadableNotebookError):
        raise
    except Exception as exc:  # what a parser raises where something else stands
        kind = "no notebook" if file.suffix == ".ipynb" else "not readable as a notebook"
        raise UnreadableNotebookError(f"it is {kind}: {_said(exc)}") from exc


def _said(exc: Exception) -> str:
    """Return the first line of what a parser says, with the place in the notebook."""
    line = (str(exc).strip() or repr(exc)).splitlines()[0][:160]
    place = list(getattr(getattr(exc, "original", None), "absolute_path", ()))
    if place[:1] == ["cells"] and len(place) > 1:
        place[:2] = [f"cell {place[1] + 1}"]
    return f"{line} (in {' '.join(map(str, place))})" if place else line


def _parsed(file: Path, text: str) -> NotebookNode:
    if file.suffix == ".ipynb":
        # What `nbformat.reads` does, but that logs to the terminal what is invalid.
        node = nbformat.convert(nbformat.reader.reads(text), 4)
        nbformat.validate(node, relax_add_props=True)
        return node
    if file.suffix == ".py" and not _MARKED.search(text):
        raise UnreadableNotebookError(
            "it is a script without marks of cells (`# %%`); a module with a function `run` "
            f"is run by its name: mitosis run {file.stem}"
        )
    import jupytext

    return jupytext.reads(text, fmt=file.suffix[1:])


def _cells(node: NotebookNode) -> Iterator[SourceCell]:
    for number, cell in enumerate(node.cells, start=1):
        if cell.cell_type in ("code", "markdown") and cell.source.strip():
            is_code = cell.cell_type == "code"
            tags = map(str, cell.metadata.get("tags") or ())  # parsers refuse what is no text
            yield SourceCell(number, cell.source, tuple(tags), is_code)


def _language_faults(metadata: Mapping[str, Any]) -> Iterator[str]:
    kernel = metadata.get("kernelspec") or {}
    told = (metadata.get("language_info") or {}).get("name") or kernel.get("language")
    if told and str(told).lower() not in _PYTHON:
        yield f"it is written in {told}; mitosis runs notebooks in Python"
    elif not told and _OTHER_KERNELS.match(str(kernel.get("name", "")).lower()):
        yield f"it is made for the kernel {kernel['name']!r}; mitosis runs notebooks in Python"


def _record_faults(stated: Mapping[str, Any]) -> Iterator[str]:
    if "status" in stated:  # the banner of a trial's page
        yield f"it is the record of trial {stated.get('title')!r}, not its source"
