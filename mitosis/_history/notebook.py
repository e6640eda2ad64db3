"""The executed notebook of a trial: what its tagged cells showed, as what it is."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from mitosis._dataclass import dataclass
from mitosis._history.cells import Cell, joined
from mitosis._history.literals import literal_or_text
from mitosis._history.tables import read_table
from mitosis._suggestion import near

OWN_TAGS = frozenset({"title", "parameters", "source", "run", "results", "warning"})
"""Tags that mitosis itself gives to cells."""

_IMAGES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp")


@dataclass(frozen=True)
class Figure:
    """A picture that a cell showed. Jupyter shows it when it is the last value of a cell.

    Attributes:
        mime: what it is, e.g. `"image/png"`.
        data: its bytes; of a vector picture, SVG in UTF-8.
    """

    mime: str
    data: bytes

    def save(self, path: Path | str) -> None:
        """Write the picture as it is into a file."""
        Path(path).write_bytes(self.data)

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        if self.mime == "image/svg+xml":
            return {self.mime: self.data.decode("utf-8", "replace")}
        return {self.mime: base64.b64encode(self.data).decode()}

    def __repr__(self) -> str:
        return f"<Figure {self.mime}, {len(self.data):,} bytes>"


class Notebook:
    """What the cells of a trial showed, by their tags.

    `notebook["tag"]` is the output of the cell with that tag as what it is: a number, dict or
    other literal, a text, a DataFrame, or a `Figure`; None where the cell showed nothing. Of
    an experiment that is a notebook, a tag that names a result is the result itself.

    Args:
        cells: of the executed notebook.
        results: called for what the experiment returned, when a tag needs it.
    """

    def __init__(self, cells: Sequence[Cell], results: Callable[[], Mapping[str, Any]]) -> None:
        self.cells = tuple(cells)
        self._results = results

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """All tags of its cells, in their order."""
        return tuple(dict.fromkeys(tag for cell in self.cells for tag in cell.tags))

    def __getitem__(self, tag: str) -> Any:
        if tag in self.tags and tag not in OWN_TAGS:
            results = self._results()
            if tag in results:
                return results[tag]
        found = self.outputs(tag)
        return found[-1] if found else None

    def __contains__(self, tag: object) -> bool:
        return tag in self.tags

    def outputs(self, tag: str) -> list[Any]:
        """Return all that the cells with a tag showed, in order; texts only if nothing else.

        Raises:
            KeyError: no cell has the tag.
        """
        if tag not in self.tags:
            msg = f"no cell has the tag {tag!r}{near(tag, self.tags)}"
            raise KeyError(msg)
        outputs = [output for cell in self.cells if tag in cell.tags for output in cell.outputs]
        shown = list(_shown(outputs))
        text = "".join(_printed(outputs))
        return shown or ([literal_or_text(text.strip())] if text.strip() else [])

    def __repr__(self) -> str:
        return f"<Notebook with the tags {', '.join(self.tags) or '(none)'}>"


def _printed(outputs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for output in outputs:
        if output.get("output_type") == "stream" and output.get("name") == "stdout":
            yield joined(output.get("text", ""))


def _shown(outputs: Sequence[Mapping[str, Any]]) -> Iterator[Any]:
    for output in outputs:
        if isinstance(output.get("data"), dict):
            yield _value(output["data"])


def _value(data: Mapping[str, Any]) -> Any:
    table = read_table(joined(data["text/html"])) if "text/html" in data else None
    if table is not None:
        return table
    for mime in _IMAGES:
        if mime in data:
            return _figure(mime, joined(data[mime]))
    if "application/json" in data:
        return data["application/json"]
    kinds = ("text/plain", "text/markdown", "text/html", "text/latex")
    text = next((joined(data[kind]) for kind in kinds if kind in data), "")
    return literal_or_text(text)


def _figure(mime: str, encoded: str) -> Figure:
    if mime == "image/svg+xml":
        return Figure(mime, encoded.encode("utf-8", "replace"))
    try:
        return Figure(mime, base64.b64decode(encoded))
    except (ValueError, binascii.Error):
        return Figure(mime, b"")
