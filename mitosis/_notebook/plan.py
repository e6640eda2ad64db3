"""What a trial's notebook is to hold, as plain data that is made without loading Jupyter."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import field

from mitosis._dataclass import dataclass


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


def source_cell(source: str) -> PlannedCell:
    """Return the cell that shows an experiment's source."""
    return PlannedCell(fenced(source), ("source",), is_code=False)


def fenced(source: str, language: str = "python") -> str:
    """Return a block of code in Markdown, whatever stands in it."""
    fence = "```"
    while fence in source:
        fence += "`"
    return f"{fence}{language}\n{source.rstrip()}\n{fence}"
