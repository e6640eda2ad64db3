"""The pages of the documentation, taken apart: fenced blocks, links, headings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

_FENCE = re.compile(
    r"^(?P<fence>`{3,})(?P<kind>\S*)[^\n]*\n(?P<text>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL
)
_CAPTION = re.compile(r"`([\w./-]+)`[^`\n]*:\n\s*\Z")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        kind: the word behind the fence, e.g. `"python"`.
        file: the file it is the content of, if the line before names one and ends in a colon.
        start: where its text begins in the page.
        line: the number of that line.
    """

    kind: str
    text: str
    file: str | None
    start: int
    line: int


def pages() -> list[Path]:
    """Return every page that a reader is meant to read."""
    found = [p for p in DOCS.rglob("*.md") if "_build" not in p.parts]
    return sorted([*ROOT.glob("*.md"), ROOT / "example_project" / "README.md", *found])


def blocks(text: str) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    found = []
    for match in _FENCE.finditer(text):
        caption = _CAPTION.search(text[: match.start()])
        line = text.count("\n", 0, match.start("text")) + 1
        file = caption[1] if caption else None
        found.append(Block(match["kind"], match["text"], file, match.start("text"), line))
    return found


def links(text: str) -> list[str]:
    """Return the targets of all links and images outside of code."""
    prose = re.sub(r"`[^`\n]*`", "", _FENCE.sub("", text))
    return _LINK.findall(prose)


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub and MyST give to the headings of a page."""
    headings = re.findall(r"^#+ +(.+?)\s*$", _FENCE.sub("", text), re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in kept}
