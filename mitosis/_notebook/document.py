"""The notebook as a document: which cells a trial has, and what stands in them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from textwrap import dedent
from typing import Any
from urllib.parse import quote

from nbformat import from_dict

from mitosis._notebook.nodes import code_cell, markdown_cell, notebook
from mitosis._notebook.plan import Banner, Picture, Plan, PlannedCell, Section, fenced

_MARKUP = {char: f"&#{ord(char)};" for char in "\\`*_{}[]|$~#<>&"}

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""All but tabs and line ends; among them those that reverse the direction of a text."""

_BEFORE = 2  # cells before the planned ones

_TEXTS = ("application/javascript", "image/svg+xml")
"""What nbformat keeps as lines besides `text/*`."""

_OF_READING = ("orig_nbformat", "orig_nbformat_minor", "signature")
"""What nbformat notes in the notebooks that it has read, and takes out before it writes."""

_to_json = json.JSONEncoder(
    indent=1, sort_keys=True, ensure_ascii=False, separators=(",", ": ")
).encode

NotebookNode = Any
"""nbformat's `NotebookNode`: a dict whose keys are attributes too."""


def originals(plan: Plan) -> dict[int, str]:
    """Return what runs in cells that show other code, by their index in the notebook."""
    cells = enumerate(plan.cells, start=_BEFORE)
    return {index: cell.original for index, cell in cells if cell.original is not None}


def build(plan: Plan, banner: Banner) -> NotebookNode:
    """Return a notebook whose code cells have not run yet."""
    before = [
        markdown_cell(_title(plan), ["title"]),
        code_cell(plan.parameters, ["parameters"]),
    ]
    assert len(before) == _BEFORE
    cells = [
        *before,
        *(_planned(cell) for cell in plan.cells),
        code_cell("keep(results)", ["results"]),
    ]
    book = notebook(cells)
    book.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    book.metadata["language_info"] = {"name": "python"}
    label(book, banner)
    return book


def label(notebook: NotebookNode, banner: Banner) -> None:
    """Put a banner above a notebook, in place of the one it has."""
    notebook.metadata["mitosis"] = asdict(banner)


def finished(
    notebook: NotebookNode, warnings: Sequence[str] = (), below: Sequence[Section] = ()
) -> NotebookNode:
    """Return the notebook without the code cells that never ran.

    Warnings stand under its title then, and sections below its last cell.
    """
    copy = from_dict({**notebook, "cells": []})
    copy.cells = [
        cell for cell in notebook.cells if cell.cell_type != "code" or cell.execution_count
    ]
    copy.cells[1:1] = [markdown_cell(_warning(text), ["warning"]) for text in warnings]
    copy.cells += [markdown_cell(_section(each), [each.tag]) for each in below]
    return copy


def to_ipynb(notebook: NotebookNode) -> str:
    """Return the notebook as an `.ipynb` file that Jupyter opens.

    It is what `nbformat.writes` returns, which copies all that is in the notebook before.
    """
    metadata = {
        name: told for name, told in notebook.metadata.items() if name not in _OF_READING
    }
    cells = list(map(_in_lines, notebook.cells))
    return _to_json({**notebook, "cells": cells, "metadata": metadata})


def _in_lines(cell: NotebookNode) -> dict[str, Any]:
    """Return a cell with its texts as lists of lines, as files have them."""
    lined = {**cell, "source": cell.source.splitlines(keepends=True)}
    if "outputs" in cell:
        lined["outputs"] = list(map(_output_in_lines, cell.outputs))
    return lined


def _output_in_lines(output: NotebookNode) -> dict[str, Any]:
    lined = dict(output)
    if isinstance(lined.get("text"), str):
        lined["text"] = lined["text"].splitlines(keepends=True)
    if "data" in lined:
        lined["data"] = {
            kind: shown.splitlines(keepends=True)
            if isinstance(shown, str) and (kind.startswith("text/") or kind in _TEXTS)
            else shown
            for kind, shown in lined["data"].items()
        }
    return lined


def _planned(cell: PlannedCell) -> NotebookNode:
    make = code_cell if cell.is_code else markdown_cell
    return make(cell.source, cell.tags)


def _title(plan: Plan) -> str:
    rows = [f"| {_escaped(key)} | {_escaped(value)} |" for key, value in plan.facts]
    table = "\n".join(["| | |", "|:--|:--|", *rows])
    claim = _visible(dedent(plan.hypothesis.replace("\r\n", "\n")).strip())
    parts = [f"# {_escaped(plan.experiment)}", claim, table]
    return "\n\n".join(part for part in parts if part)


def _escaped(text: str) -> str:
    """Return text that Markdown shows as it is, in a heading or a table's cell."""
    line = _visible(" ".join(text.split())) or repr(text)
    return "".join(_MARKUP.get(char, char) for char in line)


def _visible(text: str) -> str:
    """Return text with an escape for each character that steers a screen and shows nothing."""
    return _CONTROL.sub(lambda found: ascii(found.group())[1:-1], text)


def _warning(text: str) -> str:
    sentence, _, facts = text.partition("\n")
    parts = [f"**Warning:** {_escaped(sentence)}"]
    return "\n\n".join([*parts, fenced(dedent(facts), "")] if facts else parts)


def _section(section: Section) -> str:
    head, *rows = [[_escaped(text) for text in row] for row in section.rows]
    links = {_escaped(name): quote(path) for name, path in section.links.items()}
    linked = [[_linked(row[0], links), *row[1:]] for row in rows]
    pictures = [
        _image(picture) + (f"  \n*{_escaped(picture.name)}*" if section.has_captions else "")
        for picture in section.pictures
    ]
    table = [head, ["--"] * len(head), *linked]
    parts = [
        f"## {section.title}",
        ("\n\n" if section.has_captions else " ").join(pictures),
        "\n".join(f"| {' | '.join(row)} |" for row in table),
        _escaped(section.remark) if section.remark else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _linked(text: str, links: Mapping[str, str]) -> str:
    return f"[{text}](./{links[text]})" if text in links else text


def _image(picture: Picture) -> str:
    return f"![{_escaped(picture.name)}]({picture.uri})"
