"""Long output folds without losing a character, and colours stay what they were."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mitosis._notebook.page import to_html

from .pages import LONG, SOURCE, Page, error, page, stderr, stdout, trial


def test_leaves_short_output_open() -> None:
    made = page(stdout("".join(f"{i}\n" for i in range(30))), error())

    assert len(made.all("details")) == 1  # the source


def test_folds_the_middle_of_long_output_and_keeps_all_of_it() -> None:
    made = page(stdout(LONG))

    assert "Show all 2,000 lines" in made.text("summary.")
    folded = made.text("div.text stdout", "details.", "pre.")
    assert "step 12 " in folded
    assert "step 11 " not in folded
    assert "step 1988 " not in folded
    assert made.printed("stdout") == LONG.strip("\n")


def test_folds_one_endless_line_too() -> None:
    made = page(stdout("x" * 20_000))

    assert "Show all 20,000 characters" in made.text("summary.")
    assert made.printed("stdout") == "x" * 20_000


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n")))
def test_every_character_printed_is_on_the_page(text: str) -> None:
    printed = f"<{text}>\n" * 20 + "end"

    assert page(stdout(printed)).printed("stdout") == printed


def test_folds_a_long_parameters_cell_without_losing_a_character() -> None:
    notebook = trial()
    notebook.cells[1].source = "text = '''\n" + "it's, word\n" * 100 + "'''\nsize = 4"

    made = Page(to_html(notebook))

    assert "Show all 103 lines" in made.text("summary.")
    assert made.printed("code").startswith(notebook.cells[1].source)


def test_folds_the_source_and_says_how_long_it_is() -> None:
    made = page()

    assert "Source of the experiment (9 lines)" in made.text("summary.")
    assert SOURCE.strip() in made.text("details.source", "pre.code")


def test_colours_code_with_few_classes() -> None:
    html = page().html

    assert '<span class="k">def</span> <span class="f">run</span>(seed, amplitude):' in html
    assert '<span class="k">import</span> numpy' in html


def test_keeps_of_a_progress_bar_what_it_ended_with() -> None:
    bar = "".join(f"\r{i}%" for i in range(101))

    assert page(stderr(f"start\r\n{bar}\n")).printed("stderr") == "start\n100%"


def test_survives_control_characters_and_lone_surrogates() -> None:
    made = page(stdout("a\x00b\x1b]8;;http://x\x07c\ud800\n"), reason="\udcff")

    made.html.encode()
    assert made.printed("stdout").startswith("ab")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", made.html)


@pytest.mark.slow
@pytest.mark.parametrize("end", ["\n", " "])
def test_colours_in_thousands_take_time_in_proportion(end: str) -> None:
    colourful = "".join(f"\x1b[3{i % 8}mstep {i}{end}" for i in range(30_000))

    start = time.process_time()
    made = page(stdout(colourful))

    assert time.process_time() - start < 5
    assert made.printed("stdout") == colourful_text(colourful)


def colourful_text(text: str) -> str:
    return re.sub(r"\x1b\[\d+m", "", text).strip("\n")


def test_colour_goes_on_until_it_is_taken_back() -> None:
    made = page(stderr("\x1b[31m" + "\x1b[1ma\x1b[22mb\n" * 15 + "\x1b[0m" + "plain\n" * 5))

    assert made.html.count('<span class="ansi-red-intense-fg ansi-bold">a</span>') == 15
    assert '<span class="ansi-red-fg">b\n</span>' in made.html
    assert "plain\nplain" in made.html
