"""The cells of a trial's notebook, and names that try to be markup."""

from __future__ import annotations

import copy
import html
import json
import re
from dataclasses import replace
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitosis._notebook.document import build, finished, label, to_ipynb
from mitosis._notebook.plan import Banner, Picture, Plan, PlannedCell, Section, source_cell

RUN = PlannedCell("results = experiment.run(**parameters)", ("run",))

PLAN = Plan(
    experiment="sine-exp",
    hypothesis="The maximum of a sine wave equals its amplitude.",
    facts=[("amplitude", "variant low"), ("seed", "7 (generated)")],
    parameters="parameters = {}",
    cells=[source_cell("def run(seed, amplitude):\n    return {'main': 1}\n"), RUN],
)
BANNER = Banner(title="sine-exp-low-1", experiment="sine-exp", status="running")
HOSTILE = [
    "<script>alert(1)</script>",
    "a | b",
    "**bold** _it_ `code`",
    "[x](javascript:alert(1))",
    "![x](https://example.org/x.png)",
    "$x^2$ \\(y\\)",
    "# heading",
    "a\nb\r\nc",
    "&lt;",
    "~~gone~~",
    "{{ x }}",
    "\\|",
]
STEERING = re.compile(r"[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def cells(plan: Plan) -> list[Any]:
    return list(build(plan, BANNER).cells)


def tags(notebook: Any) -> list[str]:
    return [tag for cell in notebook.cells for tag in cell.metadata.tags]


def test_the_cells_tell_the_trial_in_order() -> None:
    notebook = build(PLAN, BANNER)
    assert tags(notebook) == ["title", "parameters", "source", "run", "results"]
    kinds = [cell.cell_type for cell in notebook.cells]
    assert kinds == ["markdown", "code", "markdown", "code", "code"]
    codes = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert codes == [PLAN.parameters, RUN.source, "keep(results)"]


def test_without_a_source_there_is_no_cell_for_it() -> None:
    assert "source" not in tags(build(replace(PLAN, cells=[RUN]), BANNER))


def test_the_notebook_is_valid_and_comes_back_from_its_file() -> None:
    notebook = build(PLAN, BANNER)
    nbformat.validate(notebook)
    again = nbformat.reads(to_ipynb(notebook), as_version=4)
    assert again == notebook
    assert again.metadata.kernelspec.name == "python3"


def test_the_title_cell_holds_name_hypothesis_and_facts_in_order() -> None:
    text = cells(PLAN)[0].source
    assert text.splitlines() == [
        "# sine-exp",
        "",
        PLAN.hypothesis,
        "",
        "| | |",
        "|:--|:--|",
        "| amplitude | variant low |",
        "| seed | 7 (generated) |",
    ]


def test_a_hypothesis_is_markdown_as_its_author_wrote_it_but_not_indented() -> None:
    plan = replace(PLAN, hypothesis="\n    *a* $x^2$\n\n    - b\n")
    assert "\n\n*a* $x^2$\n\n- b\n\n" in cells(plan)[0].source


def test_without_a_hypothesis_the_facts_follow_the_name() -> None:
    assert cells(replace(PLAN, hypothesis="  \n"))[0].source.startswith("# sine-exp\n\n| | |")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_stay_text_on_one_line(text: str) -> None:
    plan = replace(PLAN, experiment=text, facts=[(text, text)])
    lines = cells(plan)[0].source.splitlines()
    shown = " ".join(text.split())
    assert len(lines) == 7
    assert html.unescape(lines[0]) == f"# {shown}"
    assert html.unescape(lines[-1]) == f"| {shown} | {shown} |"
    assert lines[-1].count("|") == 3
    assert not set("<>*_`[]$~\\{}") & set(lines[0] + lines[-1])


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_name_gives_a_heading_of_one_line(name: str) -> None:
    plan = replace(PLAN, experiment=name, hypothesis="", facts=[])
    lines = cells(plan)[0].source.split("\n")
    assert lines[1:] == ["", "| | |", "|:--|:--|"]
    shown = " ".join(name.split()) or repr(name)
    shown = "".join(ascii(c)[1:-1] if STEERING.match(c) else c for c in shown)
    assert html.unescape(lines[0]) == f"# {shown}"


@pytest.mark.parametrize("fence", ["```", "````", "`" * 9])
def test_a_source_that_holds_fences_stays_in_its_block(fence: str) -> None:
    source = f'"""Doc.\n\n{fence}python\nx\n{fence}\n"""\n'
    text = cells(replace(PLAN, cells=[source_cell(source), RUN]))[2].source
    outer = text.partition("python")[0]
    assert set(outer) == {"`"}
    assert len(outer) > len(fence)
    assert text == f"{outer}python\n{source.rstrip()}\n{outer}"


def test_a_label_replaces_the_one_that_was_there() -> None:
    notebook = build(PLAN, BANNER)
    assert notebook.metadata.mitosis["status"] == "running"
    label(notebook, replace(BANNER, status="succeeded", main="3"))
    assert notebook.metadata.mitosis == {
        "title": "sine-exp-low-1",
        "experiment": "sine-exp",
        "status": "succeeded",
        "reason": "",
        "main": "3",
        "duration": "",
        "debug": False,
        "warnings": 0,
    }


def test_a_finished_notebook_leaves_out_code_that_never_ran() -> None:
    notebook = build(PLAN, BANNER)
    notebook.cells[1].execution_count = 1
    notebook.cells[3].execution_count = 2
    assert tags(finished(notebook)) == ["title", "parameters", "source", "run"]
    assert len(notebook.cells) == 5


def test_a_finished_notebook_can_be_labelled_alone() -> None:
    notebook = build(PLAN, BANNER)
    label(finished(notebook), replace(BANNER, status="failed"))
    assert notebook.metadata.mitosis["status"] == "running"


def test_the_file_is_json_that_keeps_what_was_written() -> None:
    plan = replace(PLAN, experiment="größe 🧬")
    stored = json.loads(to_ipynb(build(plan, BANNER)))
    assert "größe 🧬" in "".join(stored["cells"][0]["source"])


def test_the_file_is_what_nbformat_writes_whatever_a_kernel_has_sent() -> None:
    notebook = build(PLAN, BANNER)
    data = {
        "text/plain": "one\ntwo\r\nthree\u2028",
        "text/html": ["<b>\n", "x</b>"],
        "image/svg+xml": "<svg>\n</svg>\n",
        "image/png": "iVBO\nRw0K",
        "application/javascript": "a()\nb()",
        "application/json": {"b": [1, {}], "a": None},
    }
    cell = notebook.cells[-1]
    cell.source, cell.execution_count = "first\nlast\n", 3
    cell.outputs = [
        nbformat.v4.new_output("stream", name="stdout", text="größe\n\x1b[0m 🧬\ud800"),
        nbformat.v4.new_output("display_data", data=data, metadata={"isolated": True}),
        nbformat.v4.new_output("execute_result", data=data, execution_count=3),
        nbformat.v4.new_output("error", ename="E", evalue="a\nb", traceback=["x\ny", "z"]),
    ]
    before = copy.deepcopy(notebook)
    notebook.metadata["orig_nbformat"] = before.metadata["orig_nbformat"] = 2
    assert to_ipynb(notebook) == nbformat.v4.writes(before)
    assert notebook == before


def test_warnings_stand_under_the_title_as_text() -> None:
    notebook = finished(build(PLAN, BANNER), ["a <b> *changed*\n    x[0]\n        before  1"])
    title, warning, *_ = notebook.cells
    assert title.metadata.tags == ["title"]
    assert warning.metadata.tags == ["warning"]
    assert warning.source.startswith(
        "**Warning:** a &#60;b&#62; &#42;changed&#42;\n\n```\nx[0]\n"
    )


def test_sections_stand_below_the_last_cell_as_text() -> None:
    section = Section(
        tag="artifacts",
        title="Artifacts",
        rows=[("file", "size"), ("a|b_<c>.png", "3 bytes"), ("d", "1 byte")],
        links={"a|b_<c>.png": "trial/artifacts/a|b_<c>.png"},
        pictures=[Picture("a_b", "image/png", b"xyz")],
        has_captions=True,
        remark="There is *more*.",
    )
    cell = finished(build(PLAN, BANNER), below=[section]).cells[-1]
    assert cell.metadata.tags == ["artifacts"]
    assert cell.source.split("\n\n") == [
        "## Artifacts",
        "![a&#95;b](data:image/png;base64,eHl6)  \n*a&#95;b*",
        "| file | size |\n| -- | -- |\n"
        "| [a&#124;b&#95;&#60;c&#62;.png](./trial/artifacts/a%7Cb_%3Cc%3E.png) | 3 bytes |\n"
        "| d | 1 byte |",
        "There is &#42;more&#42;.",
    ]


def test_what_steers_a_screen_is_shown_in_a_hypothesis_and_a_fact() -> None:
    hostile = replace(
        PLAN, hypothesis="Up\x1b[31m\0.\r\n\n*So*\tdown\x07\u202e.", facts=[("a", "\x9b2J")]
    )
    title = cells(hostile)[0].source
    assert "Up\\x1b[31m\\x00.\n\n*So*\tdown\\x07\\u202e." in title
    assert html.unescape(title).endswith("| a | \\x9b2J |")
