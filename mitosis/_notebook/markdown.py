"""Markdown as HTML: what stands in a trial's Markdown cells, and what its outputs show.

The HTML that it is made into loads nothing. What HTML was in it before is either shown as text
or left as it is, and then yet to be cleaned.

Formulas stay as they were written: a page runs no script that could draw them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from mitosis._notebook.cleaning import HELD, LINK, outside
from mitosis._notebook.colouring import highlight, tokens

if TYPE_CHECKING:  # for annotations only: imported where it is used
    from mistune import Markdown

_SVG = re.compile(r"data:image/svg\+xml;base64,[A-Za-z0-9+/=]+")
_PLUGINS = ("strikethrough", "table", "url", "task_lists", "def_list")
_DISPLAYED = (
    r"(?s:(?<!\\)\$\$.+?(?<!\\)\$\$|\\\\\[.+?\\\\\]"
    r"|\\begin\{(?P<{name}>[a-z]+\*?)\}.*?\\end\{(?P={name})\})"
)
_FORMULA = r"(?s:{displayed}|(?<![$\\])\$(?!\$).+?(?<![$\\])\$|\\\\\(.+?\\\\\))"
_HEADING = r"^ {0,3}(?P<atx_1>#{1,6})(?!#+)(?P<atx_2>[ \t]*(.*?)?)$"
"""Also without a blank after the signs, as Jupyter takes it."""


def render(source: str, *, escape: bool) -> str:
    """Return Markdown as HTML; unless `escape` is set, that is yet to be cleaned.

    Args:
        source: the text, as Jupyter takes it.
        escape: whether HTML in it is shown as text.
    """
    return str(_markdown(escape)(source))


@cache
def _markdown(escape: bool) -> Callable[[str], Any]:
    from mistune import BlockParser, HTMLRenderer, Markdown, safe_entity
    from mistune.plugins import import_plugin

    class Renderer(HTMLRenderer):
        """Colours code as the cells do, and loads nothing from elsewhere."""

        def text(self, text: str) -> str:
            return safe_entity(text)  # "&lt;" is Markdown for "<", also where HTML is not

        def formula(self, text: str) -> str:
            return safe_entity(text)

        def block_code(self, code: str, info: str | None = None) -> str:
            found = tokens(code) if info and "python" in info else [(0, "", code)]
            return f'<pre class="code">{highlight(found, 0, len(code))}</pre>\n'

        def image(self, text: str, url: str, title: str | None = None) -> str:
            if _SVG.fullmatch(url):  # as an image, it can neither run nor load anything
                return f'<img alt="{text}" src="{url}">'
            if not HELD.match(url):
                return f'<span class="note">{safe_entity(outside(url))}</span>'
            return super().image(text, url, title)

        def link(self, text: str, url: str, title: str | None = None) -> str:
            leads = HELD.match(url) or LINK.match(url)
            return super().link(text, url, title) if leads else f"<a>{text}</a>"

    block = BlockParser()
    block.specification["atx_heading"] = _HEADING
    renderer = Renderer(escape, allow_harmful_protocols=True)
    return Markdown(renderer, block, plugins=[*map(import_plugin, _PLUGINS), _formulas])


def _formulas(md: Markdown) -> None:
    """Have formulas pass as they are, also where their signs mean something in Markdown."""
    displayed = _DISPLAYED.replace("{name}", "environment")
    inline = _FORMULA.replace("{displayed}", displayed)
    md.block.register("formula", displayed, _paragraph, before="fenced_code")
    md.inline.register("formula", inline, _as_it_is, before="escape")


def _paragraph(_block: Any, match: re.Match[str], state: Any) -> int:
    state.add_paragraph(match[0])
    return match.end()


def _as_it_is(_inline: Any, match: re.Match[str], state: Any) -> int:
    state.append_token({"type": "formula", "raw": match[0]})
    return match.end()
