"""Executed notebooks, and their pages as a reader meets them, for the tests of pages."""

from __future__ import annotations

import base64
import io
import re
import sys
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from mitosis._notebook.page import to_html

NotebookNode = Any
"""nbformat gives no types: a dict whose keys are attributes too."""

VOID = {"meta", "link", "img", "br", "hr", "input", "source", "col"}
LONG = "".join(f"step {i} residual {1 / (i + 1):.3e}\n" for i in range(2000))
SOURCE = '''import numpy as np

name = "sine-exp"


def run(seed, amplitude):
    """The maximum of a sine wave equals its amplitude."""
    x = np.arange(0, 10, 0.05)
    return {"main": np.abs(max(amplitude * np.sin(x)) - amplitude)}
'''


def trial(*outputs: NotebookNode, hypothesis: str = "It holds.", **banner: Any) -> NotebookNode:
    """Return an executed notebook like those that mitosis builds."""
    title = (
        f"# sine-exp\n\n{hypothesis}\n\n| | |\n|:--|:--|\n"
        "| variants | amplitude = low |\n| seed | 17 |\n| commit | 3f9a2c1e |\n"
    )
    cells = [
        new_markdown_cell(title, metadata={"tags": ["title"]}),
        new_code_cell("seed = 17\namplitude = 4", metadata={"tags": ["parameters"]}),
        new_markdown_cell(f"```python\n{SOURCE}```", metadata={"tags": ["source"]}),
        new_code_cell(
            "import sine_experiment\n\n"
            "results = sine_experiment.run(seed=seed, amplitude=amplitude)",
            metadata={"tags": ["run"]},
            outputs=list(outputs),
        ),
        new_code_cell(
            "keep(results)",
            metadata={"tags": ["results"]},
            outputs=[new_output("execute_result", data={"text/plain": "{'main': 0.000703}"})],
        ),
    ]
    facts = {
        "title": "sine-exp-low-1",
        "experiment": "sine-exp",
        "status": "succeeded",
        "reason": "",
        "main": "0.000703",
        "duration": "1.2 s",
        "debug": False,
    }
    return new_notebook(cells=cells, metadata={"mitosis": facts | banner})


def stdout(text: str) -> NotebookNode:
    return new_output("stream", name="stdout", text=text)


def stderr(text: str) -> NotebookNode:
    return new_output("stream", name="stderr", text=text)


def display(**data: Any) -> NotebookNode:
    """Return a displayed output; of the MIME type, "/" is written "_"."""
    return new_output(
        "display_data", data={mime.replace("_", "/", 1): value for mime, value in data.items()}
    )


def error() -> NotebookNode:
    from IPython.core.ultratb import FormattedTB

    try:
        np.linalg.solve([[1, 2], [2, 4]], [1, 2])
    except np.linalg.LinAlgError as exc:
        formatter: Any = FormattedTB
        lines = formatter("Context", theme_name="linux").structured_traceback(*sys.exc_info())
        return new_output("error", ename=type(exc).__name__, evalue=str(exc), traceback=lines)
    raise AssertionError


@cache
def figure(file_format: str) -> str:
    with mpl.rc_context({"svg.hashsalt": "fixed"}):
        drawn = Figure(figsize=(3, 2))
        drawn.subplots().plot(np.sin(np.linspace(0, 7)))
        file = io.BytesIO()
        drawn.savefig(file, format=file_format)
    if file_format == "svg":
        return file.getvalue().decode()
    return base64.b64encode(file.getvalue()).decode()


class Page(HTMLParser):
    """A page as its reader meets it: elements, the text in them, and what could be loaded."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self._open: list[tuple[str, str]] = []
        self._starts_pre = False
        self.feed(html)
        self.close()
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        self._starts_pre = tag == "pre"
        if tag not in VOID:
            self._open.append((tag, f"{tag}.{attributes.get('class', '')}"))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if self._starts_pre:  # a browser drops the newline right after <pre>
            data = data.removeprefix("\n")
        self._starts_pre = False
        self.texts.append((tuple(path for _, path in self._open), data))

    def text(self, *within: str) -> str:
        """Return the text inside elements whose path has all of ``within`` in it."""
        return "".join(
            data
            for path, data in self.texts
            if "style." not in path and all(any(w in step for step in path) for w in within)
        )

    def printed(self, kind: str) -> str:
        """Return what stands in boxes of a kind, without their labels and controls."""
        return self.text(f"div.text {kind}", "pre.")

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def addresses(self) -> Iterator[str]:
        """Yield every address that a browser might load without being asked to."""
        for tag, attributes in self.elements:
            for name, value in attributes.items():
                if (tag, name) != ("a", "href") and not name.startswith("xmlns"):
                    yield from re.findall(r"^data:|(?:https?:)?//[^\s'\")]+", value)[:1]
        css = "".join(data for path, data in self.texts if "style." in path[-1:])
        css += "".join(attributes.get("style", "") for _, attributes in self.elements)
        yield from re.findall(r"@import[^;]*|url\([^)]*\)", css)


def page(*outputs: NotebookNode, **banner: Any) -> Page:
    return Page(to_html(trial(*outputs, **banner)))


HOSTILE = """
<meta http-equiv="refresh" content="0;url=http://example.org/">
<link rel="preconnect" href="http://example.org"><link rel="stylesheet" href="//cdn.org/a.css">
<base href="http://example.org/"><script src="https://cdn.org/plotly.js"></script>
<script>document.location = "http://example.org"</script>
<style>@import url(http://example.org/a.css); @font-face { src: url("http://example.org/f") }
p { background: url(http://example.org/b.png) }</style>
<p style="background: url('http://example.org/c.png')" onclick="x()">Seen</p>
<img src="http://example.org/d.png" srcset="http://example.org/e.png 2x">
<iframe src="http://example.org/"></iframe><object data="http://example.org/"></object>
<video poster="http://example.org/f.png" src="http://example.org/g.mp4"></video>
<svg><image xlink:href="http://example.org/h.png" href="http://example.org/i.png"/></svg>
<form action="http://example.org/"><button formaction="http://example.org/">b</button></form>
<a href="https://doi.org/10.1/1" ping="http://example.org/">paper</a>
<a href="javascript:alert(1)">trap</a>
"""
