"""The notebook as a document: which cells a trial has, and what stands in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from textwrap import dedent
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

_MARKUP = {char: f"&#{ord(char)};" for char in "\\`*_{}[]|$~#<>&"}

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""All but tabs and line ends; among them those that reverse the direction of a text."""

NotebookNode = Any
"""nbformat's `NotebookNode`: a dict whose keys are attributes too."""


@dataclass(frozen=True)
class Plan:
    """What goes into a trial's notebook.

    Attributes:
        experiment: its name, the title.
        hypothesis: what the experiment claims, as its author wrote it.
        facts: pairs of label and value, for the table under the title.
        parameters: code of the cell that makes the dict `parameters`.
        source: the experiment's source, for reading; empty where there is none.
        run: code of the cell that makes `results`.
    """

    experiment: str
    hypothesis: str
    facts: Sequence[tuple[str, str]]
    parameters: str
    source: str
    run: str


@dataclass(frozen=True)
class Banner:
    """What stands above a page: which trial it is, and how it ended."""

    title: str
    experiment: str
    status: str
    reason: str = ""
    main: str = ""
    duration: str = ""
    debug: bool = False
    warnings: int = 0


def build(plan: Plan, banner: Banner) -> NotebookNode:
    """Return a notebook whose code cells have not run yet."""
    cells = [
        _cell(new_markdown_cell, _title(plan), "title"),
        _cell(new_code_cell, plan.parameters, "parameters"),
        _cell(new_code_cell, plan.run, "run"),
        _cell(new_code_cell, "keep(results)", "results"),
    ]
    if plan.source:
        cells.insert(2, _cell(new_markdown_cell, _fenced(plan.source), "source"))
    notebook = new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    notebook.metadata["language_info"] = {"name": "python"}
    label(notebook, banner)
    return notebook


def label(notebook: NotebookNode, banner: Banner) -> None:
    """Put a banner above a notebook, in place of the one it has."""
    notebook.metadata["mitosis"] = asdict(banner)


def finished(notebook: NotebookNode, warnings: Sequence[str] = ()) -> NotebookNode:
    """Return the notebook without the code cells that never ran, warnings under its title."""
    copy = nbformat.from_dict(notebook)
    copy.cells = [
        cell for cell in notebook.cells if cell.cell_type != "code" or cell.execution_count
    ]
    copy.cells[1:1] = [_cell(new_markdown_cell, _warning(text), "warning") for text in warnings]
    return copy


def to_ipynb(notebook: NotebookNode) -> str:
    """Return the notebook as an `.ipynb` file that Jupyter opens."""
    return str(nbformat.writes(notebook))


def _cell(make: Any, source: str, tag: str) -> NotebookNode:
    return make(source, metadata={"tags": [tag]})


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
    return "\n\n".join([*parts, _fenced(dedent(facts), "")] if facts else parts)


def _fenced(source: str, language: str = "python") -> str:
    fence = "```"
    while fence in source:
        fence += "`"
    return f"{fence}{language}\n{source.rstrip()}\n{fence}"
