"""Cells and outputs as nbformat has them, made without asking it whether they are right.

To ask, it compiles its schema first, in every process anew, and that takes longer than all
else that is done for a trial's notebook. Made here, they are right; and what a kernel sends is
shown as it comes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from nbformat import from_dict

_KEPT: Mapping[str, tuple[str, ...]] = {
    "execute_result": ("metadata", "data", "execution_count"),
    "stream": ("name", "text"),
    "display_data": ("metadata", "data"),
    "error": ("ename", "evalue", "traceback"),
}


def code_cell(source: str, tags: Sequence[str]) -> Any:
    """Return a cell of code that has not run yet."""
    return _cell("code", source, tags, outputs=[], execution_count=None)


def markdown_cell(source: str, tags: Sequence[str]) -> Any:
    """Return a cell of Markdown."""
    return _cell("markdown", source, tags)


def notebook(cells: Sequence[Any]) -> Any:
    """Return a notebook of some cells."""
    book = from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": {}})
    book.cells = list(cells)  # else they were copied
    return book


def stream(name: str, text: str) -> Any:
    """Return the output that is a printed text."""
    return from_dict({"output_type": "stream", "name": name, "text": text})


def output_of(message: Mapping[str, Any]) -> Any:
    """Return the output that a kernel's message holds; None if it holds none."""
    kind = message["header"]["msg_type"]
    if kind not in _KEPT:
        return None
    content = message["content"]
    return from_dict({"output_type": kind} | {key: content[key] for key in _KEPT[kind]})


def _cell(kind: str, source: str, tags: Sequence[str], **more: Any) -> Any:
    metadata = {"tags": list(tags)}
    cell = {"id": uuid4().hex[:8], "cell_type": kind, "metadata": metadata, "source": source}
    return from_dict(cell | more)
