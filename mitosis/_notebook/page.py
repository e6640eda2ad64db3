"""Turn an executed notebook into the one HTML page that a researcher opens.

What a page shows is decided here; how it looks, in ``template/``. The page runs no script, asks
no network for anything, and holds all text that the trial printed. Nothing here executes or
changes a notebook, and no output stops a page: what cannot be shown as meant is shown as text.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache, partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mitosis._notebook import markdown
from mitosis._notebook.cleaning import clean, markup
from mitosis._notebook.colouring import highlight, tokens
from mitosis._notebook.folding import TRACEBACK, fold_code, fold_text
from mitosis._notebook.templates import templates_in

if TYPE_CHECKING:  # for annotations only: these are what makes the first page slow
    from jinja2 import Template
    from markupsafe import Markup
    from nbformat import NotebookNode

_TEMPLATE = Path(__file__).with_name("template")
_FENCED = re.compile(r"(`{3,})[^\n]*\n(.*?)\n?\1\s*\Z", flags=re.DOTALL)


def to_html(notebook: NotebookNode) -> str:
    """Render an executed notebook as one self-contained HTML page.

    The page can be written as UTF-8 as it is, whatever the trial printed. The first call
    takes a fifth of a second, later ones milliseconds.

    Args:
        notebook: nbformat 4.5, with the trial's title, status, reason, main and duration in
            ``metadata["mitosis"]`` and cells tagged ``title``, ``parameters``, ``source``,
            ``run`` and ``results``. It is not changed.
    """
    html = _template().render(nb=notebook).lstrip("\r\n")
    # A kernel may send lone surrogates, which no file takes.
    return html.encode(errors="replace").decode()


def load_page() -> None:
    """Load what pages are written with, which takes longer than to write one."""
    _template()
    markdown.render("*a*", escape=True)
    fold_code("a = 1")


@cache
def page_style() -> Markup:
    """Return the style sheet of all pages, for pages that are made elsewhere."""
    return markup(_squeeze((_TEMPLATE / "style.css").read_text(encoding="utf-8")))


def shown_outputs(outputs: Iterable[Any]) -> list[dict[str, Any]]:
    """Return what to show for a cell's outputs, made harmless: a ``kind`` and what it needs.

    A text has ``text.head``, and ``text.middle``, ``text.tail`` and ``text.size`` where it is
    long; a figure ``src``; a table or the like ``html``; an error ``name``, ``message`` and
    ``text``.

    Args:
        outputs: as nbformat has them.
    """
    return list(_shown(outputs))


@cache
def _template() -> Template:
    environment = templates_in(_TEMPLATE)
    environment.globals["style"] = page_style()
    environment.filters |= {
        "code": fold_code,
        "markdown": partial(_render_markdown, escape=True),
        "source": _show_source,
        "shown": _shown,
    }
    return environment.get_template("index.html.j2")


def _squeeze(css: str) -> str:
    return re.sub(r"/\*.*?\*/|\n\s*", "", css, flags=re.DOTALL)


def _render_markdown(source: str, *, escape: bool) -> Markup:
    html = markdown.render(source, escape=escape)
    return markup(f"<div>{html}</div>") if escape else clean(html).html


@lru_cache(maxsize=16)
def _show_source(source: str) -> Mapping[str, Any]:
    """Return the code, and its number of lines, of a Markdown cell that is one fenced block."""
    fenced = _FENCED.match(source)
    code = fenced[2] if fenced else source
    return {"lines": len(code.splitlines()), "html": highlight(tokens(code), 0, len(code))}


def _shown(outputs: Iterable[NotebookNode]) -> Iterator[dict[str, Any]]:
    """Yield what to show for a cell's outputs, in order: a ``kind`` and what it needs."""
    for (kind, name), group in groupby(enumerate(outputs), _stream_or_number):
        members = [output for _, output in group]
        if kind == "stream":
            text = "".join(_text(output.get("text", "")) for output in members)
            if text.strip():
                yield {"kind": name, "text": fold_text(text)}
        elif kind == "error":
            yield _show_error(members[0])
        else:
            yield _show_data(members[0].get("data", {}), members[0].get("metadata", {}))


def _stream_or_number(numbered: tuple[int, NotebookNode]) -> tuple[str, str | int]:
    """Tell outputs apart, but for neighbours that continue one stream."""
    number, output = numbered
    return output["output_type"], output.get("name") or number


def _show_error(output: NotebookNode) -> dict[str, Any]:
    text = "\n".join(map(_text, output.get("traceback") or []))
    text = re.sub(r"\A(\x1b\[[\d;]*m)*-{9,}(\x1b\[[\d;]*m)*\n", "", text)  # our box rules
    return {
        "kind": "error",
        "name": output.get("ename") or "Error",
        "message": _text(output.get("evalue", ""))[:1000],
        "text": fold_text(text, TRACEBACK),
    }


_IMAGES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp")
_BARE_REPR = re.compile(r"<[\w.]+ object.*>", flags=re.DOTALL)


def _show_data(data: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Choose the representation that says most without a script."""
    cleaned = clean(_text(data["text/html"])) if "text/html" in data else None
    image = next((mime for mime in _IMAGES if mime in data), None)
    shown: dict[str, Any]
    if cleaned and cleaned.visible and not (cleaned.lost and image):
        shown = {"kind": "html", "html": cleaned.html}
    elif image:
        shown = _show_image(image, data[image], metadata.get(image) or {})
    elif "text/markdown" in data:
        html = _render_markdown(_text(data["text/markdown"]), escape=False)
        shown = {"kind": "html", "html": html}
    else:
        shown = _show_as_text(data)
    return shown | {"lost": bool(cleaned and cleaned.lost)}


def _show_image(mime: str, data: Any, metadata: Mapping[str, Any]) -> dict[str, Any]:
    encoded = _text(data)
    if mime == "image/svg+xml":  # as an image, an SVG can neither run nor load anything
        encoded = base64.b64encode(encoded.encode(errors="replace")).decode()
    return {
        "kind": "figure",
        "src": f"data:{mime};base64,{''.join(encoded.split())}",
        "size": {side: metadata[side] for side in ("width", "height") if side in metadata},
        "alt": metadata.get("alt"),
    }


def _show_as_text(data: Mapping[str, Any]) -> dict[str, Any]:
    plain = _text(data.get("text/plain", ""))
    if not plain or _BARE_REPR.fullmatch(plain):
        if "text/latex" in data:
            formula = _text(data["text/latex"]).strip("$ \n").removeprefix(r"\displaystyle")
            return {"kind": "tex", "text": fold_text(formula.strip())}
        if "application/json" in data:
            pretty = json.dumps(data["application/json"], indent=2, ensure_ascii=False)
            return {"kind": "text", "text": fold_text(pretty)}
    kinds = ", ".join(sorted(data)) or "no type"
    return {"kind": "text", "text": fold_text(plain or f"(an output of {kinds})")}


def _text(value: Any) -> str:
    """Join what nbformat may keep as a list of lines."""
    return "".join(map(str, value)) if isinstance(value, list) else str(value)
