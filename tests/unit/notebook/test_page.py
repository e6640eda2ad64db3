"""The page of a trial holds everything, runs nothing, and says at once how the trial ended."""

from __future__ import annotations

import base64
import copy
import time
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from mitosis._notebook.page import to_html

from .pages import HOSTILE, LONG, Page, display, error, figure, page, stderr, stdout, trial


def test_says_which_trial_it_is_and_how_to_read_it() -> None:
    made = page()

    assert made.html.startswith("<!DOCTYPE html>")
    assert made.all("html") == [{"lang": "en"}]
    assert made.text("title.") == "sine-exp-low-1 · succeeded"
    assert {"charset": "utf-8"} in made.all("meta")
    assert any(meta.get("name") == "viewport" for meta in made.all("meta"))
    assert made.text("h1.") == "sine-exp"
    assert [tag for tag, _ in made.elements if tag == "h2"] == ["h2"] * 4


def test_policy_allows_nothing_but_what_the_page_holds() -> None:
    policy = next(meta["content"] for meta in page().all("meta") if "http-equiv" in meta)

    assert policy.split("; ") == [
        "default-src 'none'",
        "img-src data:",
        "media-src data:",
        "font-src data:",
        "style-src 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_prefers_the_picture_of_a_plot_that_needs_scripts() -> None:
    plot = "<div id=plot></div><script>draw()</script>"

    made = page(display(text_html=plot, image_png=figure("png"), text_plain="Plot()"))
    bare = page(display(text_html=plot, text_plain="Plot()"))

    assert len(made.all("img")) == 1
    assert bare.printed("text") == "Plot(){'main': 0.000703}"


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "holds for x <y and y> z", "a & b", "a <b>c</b>", "$x<y$"],
)
def test_shows_what_a_hypothesis_says(text: str) -> None:
    assert text in page(hypothesis=text).text("section.prose title")


def test_reads_character_references_in_a_hypothesis_once() -> None:
    made = page(hypothesis="x &lt;y &#124; z")

    assert "x <y | z" in made.text("section.prose title")


def test_shows_markup_in_names_prints_and_code_as_text() -> None:
    markup = "</pre></main><b>&amp;"
    notebook = trial(stdout(markup), stderr(markup), title=markup, reason=markup, main=markup)
    notebook.cells[1].source = f"a = '{markup}'"

    made = Page(to_html(notebook))

    assert made.printed("stdout") == made.printed("stderr") == markup
    assert made.text("p.name") == made.text("p.reason") == made.text("dd.")[:21] == markup
    assert f"a = '{markup}'" in made.text("div.text code")
    assert not made.all("b")


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("succeeded", "Succeeded"),
        ("failed", "Failed"),
        ("killed", "Killed"),
        ("timed_out", "Timed out"),
        ("lost", "Lost"),
        ("running", "Running"),
    ],
)
def test_banner_gives_status_in_words_with_reason_main_and_duration(
    status: str, word: str
) -> None:
    made = page(status=status, reason="so it was", main="4.2 ± 0.1", duration="3 min")

    assert made.text("p.word") == word
    assert made.text("p.reason") == "so it was"
    assert made.text("dt.") == "mainduration"
    assert made.text("dd.") == "4.2 ± 0.13 min"
    assert ("section", {"class": f"status {status}", "aria-label": "Status"}) in made.elements


def test_banner_leaves_out_what_is_not_known() -> None:
    made = page(status="killed", main="", duration="", reason="")

    assert not made.all("dl")
    assert not made.text("p.reason")


def test_says_that_a_debug_run_is_not_recorded() -> None:
    assert "not recorded" in page(debug=True).text("p.name")
    assert "not recorded" not in page().text("p.name")


def test_shows_outputs_in_order_and_joins_what_belongs_together() -> None:
    made = page(
        stdout("a\n"), stdout("b\n"), stderr("c\n"), stdout("d\n"), display(text_plain="e")
    )

    kinds = [
        attrs["class"].removeprefix("text ")
        for tag, attrs in made.elements
        if tag == "div" and attrs.get("class", "").startswith("text ")
    ]
    assert kinds == ["code", "code", "stdout", "stderr", "stdout", "text", "text"]
    assert made.printed("stdout") == "a\nbd"
    assert made.text("div.text stderr").split() == ["stderr", "c"]


def test_shows_of_the_results_only_what_they_are() -> None:
    made = page()

    assert "keep(results)" not in made.html
    assert made.printed("text") == "{'main': 0.000703}"


def test_shows_an_error_with_its_traceback_in_colour() -> None:
    made = page(error(), status="failed")

    assert made.text("section.error", "p.") == "LinAlgError: Singular matrix"
    assert "Traceback (most recent call last)" in made.printed("traceback")
    assert "np.linalg.solve" in made.printed("traceback")
    assert "ansi-red-intense-fg" in made.html
    assert "\x1b" not in made.html


def test_numbers_figures_for_those_who_cannot_see_them() -> None:
    made = page(display(image_png=figure("png")), display(**{"image_svg+xml": figure("svg")}))

    images = made.all("img")
    assert [image["alt"] for image in images] == ["Figure 1", "Figure 2"]
    assert images[0]["src"] == f"data:image/png;base64,{figure('png')}"
    svg = images[1]["src"].removeprefix("data:image/svg+xml;base64,")
    assert base64.b64decode(svg).decode() == figure("svg")
    assert made.text("figcaption.") == "Figure 1Figure 2"


def test_shows_a_figure_in_the_size_it_was_meant_to_have() -> None:
    output = display(image_png=figure("png"))
    output.metadata["image/png"] = {"width": 432, "height": 288, "alt": "A sine"}

    (image,) = page(output).all("img")

    assert (image["width"], image["height"], image["alt"]) == ("432", "288", "A sine")


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (
            {
                "application/vnd.jupyter.widget-view+json": {"model_id": "a"},
                "text/plain": "IntProgress(value=3)",
            },
            "IntProgress(value=3)",
        ),
        (
            {"text/latex": r"$\displaystyle \frac{x}{2}$", "text/plain": "x/2"},
            "x/2",
        ),
        (
            {
                "text/latex": r"$\displaystyle \frac{x}{2}$",
                "text/plain": "<IPython.core.display.Math object>",
            },
            r"\frac{x}{2}",
        ),
        (
            {
                "application/json": {"a": ["é"]},
                "text/plain": "<IPython.core.display.JSON object>",
            },
            '{\n  "a": [\n    "é"\n  ]\n}',
        ),
        ({"application/pdf": "JVBERi0="}, "(an output of application/pdf)"),
        ({"text/plain": ["a\n", "b"]}, "a\nb"),
        ({}, "(an output of no type)"),
    ],
)
def test_shows_what_can_be_read_of_other_outputs(data: dict[str, Any], shown: str) -> None:
    made = page(new_output("display_data", data=data))

    assert shown in made.printed("text") + made.printed("tex")


def test_does_not_change_the_notebook() -> None:
    notebook = trial(stdout(LONG), display(text_html=HOSTILE), error())
    before = copy.deepcopy(notebook)

    to_html(notebook)

    assert notebook == before


def test_makes_do_with_a_notebook_that_mitosis_did_not_build() -> None:
    html = to_html(new_notebook(cells=[new_markdown_cell("# Mine"), new_code_cell("1 + 1")]))

    assert Page(html).text("h1.") == "Mine"


def test_is_small_and_quick_without_figures() -> None:
    notebook = trial(stdout("done\n"), stderr("a warning\n"))
    html = to_html(notebook)

    seconds = []
    for _ in range(10):
        start = time.process_time()
        to_html(notebook)
        seconds.append(time.process_time() - start)

    assert len(html.encode()) < 20_000
    assert min(seconds) < 0.02
