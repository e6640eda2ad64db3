"""The notebook as a document: which cells a trial has, and what stands in them."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from textwrap import dedent
from typing import Any
from urllib.parse import quote

from nbformat import from_dict
from nbformat.v4 import writes

from mitosis._notebook.nodes import code_cell, markdown_cell, notebook

_MARKUP = {char: f"&#{ord(char)};" for char in "\\`*_{}[]|$~#<>&"}

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""All but tabs and line ends; among them those that reverse the direction of a text."""

_BEFORE = 2  # cells before the planned ones

NotebookNode = Any
"""nbformat's `NotebookNode`: a dict whose keys are attributes too."""


@dataclass(frozen=True)
class PlannedCell:
    """One cell between the parameters and the results.

    Attributes:
        source: its code, or its text in Markdown.
        tags: what it can be found by; the first one is `run` for code that makes results,
            `source` for the experiment's source, else what its author wrote.
        is_code: whether it runs.
        original: what runs in the place of its source, where that shows no secrets.
    """

    source: str
    tags: tuple[str, ...]
    is_code: bool = True
    original: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Plan:
    """What goes into a trial's notebook.

    Attributes:
        experiment: its name, the title.
        hypothesis: what the experiment claims, as its author wrote it.
        facts: pairs of label and value, for the table under the title.
        parameters: code of the cell that makes the dict `parameters`.
        cells: what comes after it; together they make `results`.
    """

    experiment: str
    hypothesis: str
    facts: Sequence[tuple[str, str]]
    parameters: str
    cells: Sequence[PlannedCell] = ()


@dataclass(frozen=True)
class Picture:
    """An image in a section.

    Attributes:
        name: what it shows, for those who cannot see it.
        kind: its MIME type.
    """

    name: str
    kind: str
    data: bytes

    @property
    def uri(self) -> str:
        """The image itself as an address: thus an SVG can neither run nor load anything."""
        return f"data:{self.kind};base64,{b64encode(self.data).decode()}"


@dataclass(frozen=True)
class Section:
    """What stands below the cells of an ended trial.

    Attributes:
        tag: what the cell can be found by.
        title: its heading.
        rows: of its table, the first one being the head's.
        links: where the first field of a row leads, by its text: paths below the page's folder.
        pictures: stand above the table.
        has_captions: whether each has its name under it.
        remark: a sentence under the table.
    """

    tag: str
    title: str
    rows: Sequence[Sequence[str]]
    links: Mapping[str, str] = field(default_factory=dict)
    pictures: Sequence[Picture] = ()
    has_captions: bool = False
    remark: str = ""


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
    copy = from_dict(notebook)
    copy.cells = [
        cell for cell in notebook.cells if cell.cell_type != "code" or cell.execution_count
    ]
    copy.cells[1:1] = [markdown_cell(_warning(text), ["warning"]) for text in warnings]
    copy.cells += [markdown_cell(_section(each), [each.tag]) for each in below]
    return copy


def to_ipynb(notebook: NotebookNode) -> str:
    """Return the notebook as an `.ipynb` file that Jupyter opens."""
    return str(writes(notebook))


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
    return "\n\n".join([*parts, _fenced(dedent(facts), "")] if facts else parts)


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


def source_cell(source: str) -> PlannedCell:
    """Return the cell that shows an experiment's source."""
    return PlannedCell(_fenced(source), ("source",), is_code=False)


def _fenced(source: str, language: str = "python") -> str:
    fence = "```"
    while fence in source:
        fence += "`"
    return f"{fence}{language}\n{source.rstrip()}\n{fence}"
