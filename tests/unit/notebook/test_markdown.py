"""Markdown as HTML, before anything else has cleaned it."""

from __future__ import annotations

import pytest

from mitosis._notebook.markdown import render


@pytest.mark.parametrize(
    "formula",
    [
        "$a_1 *b* c_2$",
        "$$a_1\n\n* b_2$$",
        r"\\(a_1 *b*\\)",
        r"\\[a_1 *b*\\]",
        r"\begin{equation}a_1 *b* c_2\end{equation}",
    ],
)
def test_a_formula_stays_as_it_was_written(formula: str) -> None:
    assert f"<p>{formula}</p>" in render(formula, escape=True)


def test_an_amount_of_money_is_no_formula() -> None:
    assert render("costs $5 and *more*", escape=True) == "<p>costs $5 and <em>more</em></p>\n"


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        '<img src="https://example.org/x.png">',
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,AAAA 'a\" onclick=\"b')",
        "![x](https://example.org/x.png)",
        "![x](//example.org/x.png)",
        '![" onerror="alert(1)](data:image/png;base64,AA"onerror="x)',
        "$<img src=x onerror=alert(1)>$",
        "<javascript:alert(1)>",
    ],
)
def test_what_is_escaped_neither_runs_nor_loads(source: str) -> None:
    from bs4 import BeautifulSoup

    for tag in BeautifulSoup(render(source, escape=True), "html.parser").find_all(True):
        assert tag.name in {"p", "a", "img", "span"}
        assert set(tag.attrs) <= {"href", "src", "alt", "title", "class"}
        assert str(tag.get("src", "data:")).startswith("data:")
        assert str(tag.get("href", "#")).startswith(("#", "http", "data:"))


def test_a_heading_needs_no_blank_and_code_is_coloured() -> None:
    html = render("#Title\n\n```python\nx = 1\n```", escape=True)
    assert "<h1>Title</h1>" in html
    assert '<pre class="code">x = <span class="m">1</span>' in html
