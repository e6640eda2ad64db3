"""Make the HTML of outputs harmless: balanced, and without what runs or loads anything.

Which outputs a page shows is not decided here. What is slow to import (BeautifulSoup) is
imported where it is used.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mitosis._dataclass import dataclass

if TYPE_CHECKING:  # for annotations only: imported where it is used
    from bs4 import Tag
    from markupsafe import Markup

# The Content-Security-Policy in the template keeps a page from running or loading anything.
# What is taken out here it cannot stop (a refresh, a preconnect; Chromium connects for a frame
# before it asks), or stops with a hole in the page (images elsewhere), or hides what follows.
_RUNNING = ["script", "iframe", "frame", "frameset", "object", "embed", "applet", "fencedframe"]
_UNWANTED = ["meta", "link", "base", "metadata", "plaintext", "xmp", "noembed", "noframes"]
_TRANSPARENT = ["html", "head", "body", "noscript"]
_ADDRESSES = ["action", "background", "cite", "data", "formaction", "href", "longdesc"]
_ADDRESSES += ["manifest", "ping", "poster", "src", "srcset", "xlink:href"]
_VISIBLE = ["img", "svg", "video", "audio", "canvas", "table", "hr", "input"]
_IN_TABLES = re.compile(r">\s+<(?=/?(?:table|thead|tbody|tr|th|td)\b)")
HELD = re.compile(r"\s*(data:|#)", flags=re.IGNORECASE)
LINK = re.compile(r"\s*(https?:|mailto:|\./)", flags=re.IGNORECASE)
_CSS_LOADS = re.compile(
    r"@import\b[^;}]*;?|url\(\s*(?!['\"]?\s*(?:data:|#))[^)]*\)|image-set\([^)]*\)",
    flags=re.IGNORECASE,
)


@dataclass(frozen=True)
class Cleaned:
    """Balanced HTML that loads nothing, and whether something that runs was in it."""

    html: Markup
    lost: bool
    visible: bool


def clean(html: str) -> Cleaned:
    """Take out of HTML what runs, loads or hides, and close what it left open."""
    from bs4 import BeautifulSoup
    from bs4.element import PreformattedString
    from bs4.exceptions import ParserRejectedMarkup
    from markupsafe import escape

    try:
        # The wrapper spares a warning about text that looks like a file name.
        soup = BeautifulSoup(f"<div>{_IN_TABLES.sub('><', html)}</div>", "html.parser")
    except ParserRejectedMarkup:
        return Cleaned(escape(html), lost=False, visible=True)
    for remark in soup.find_all(string=lambda text: isinstance(text, PreformattedString)):
        remark.extract()
    running = soup.find_all(_RUNNING)
    # Not `select`: its first call takes longer than all other work on a page.
    scoped = soup.find_all("style", scoped=True)
    for tag in [*running, *soup.find_all(_UNWANTED), *scoped]:
        tag.decompose()
    for tag in soup.find_all(True):
        _clean_tag(tag)
    visible = bool(soup.get_text(strip=True) or soup.find(_VISIBLE))
    return Cleaned(markup(str(soup)), lost=bool(running), visible=visible)


def _clean_tag(tag: Tag) -> None:
    if tag.name in _TRANSPARENT:
        tag.unwrap()
    elif tag.name == "img" and not HELD.match(str(tag.get("src") or "")):
        tag.name, tag.string = "span", outside(str(tag.get("src")))
        tag.attrs = {"class": "note"}
    elif tag.name == "style" and tag.string:
        tag.string = _CSS_LOADS.sub("none", tag.string)
    if tag.attrs:
        _clean_attributes(tag)


def _clean_attributes(tag: Tag) -> None:
    for name in list(tag.attrs):
        if not _is_harmless(tag.name, name.lower(), str(tag[name])):
            del tag[name]
    if "style" in tag.attrs:
        tag["style"] = _CSS_LOADS.sub("none", str(tag["style"]))


def _is_harmless(tag: str, name: str, value: str) -> bool:
    if name.startswith("on") or (tag == "table" and name == "border"):
        return False
    if name not in _ADDRESSES or HELD.match(value):
        return True
    return tag == "a" and name == "href" and bool(LINK.match(value))


def outside(address: str) -> str:
    """Say that there is an image which a page does not load."""
    return f"[image outside this record: {address}]"


def markup(html: str) -> Markup:
    """Mark as HTML what was escaped or cleaned on the way here."""
    from markupsafe import Markup

    return Markup(html)  # noqa: S704 - this is the one place where it happens
