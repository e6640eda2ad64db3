"""A notebook made again from the files of a trial whose runner is gone."""

from __future__ import annotations

from typing import Any

import pytest

from mitosis._notebook import (
    Banner,
    Plan,
    PlannedCell,
    build,
    finished,
    label,
    restored,
    source_cell,
    stub,
    to_html,
)
from mitosis._notebook.document import to_ipynb
from mitosis._notebook.transcript import HEAD_CHARACTERS, TAIL_CHARACTERS

BANNER = Banner("a-1", "a", "running")
CELLS = [source_cell("s"), PlannedCell("r = 2", ("run",))]
PLANNED = to_ipynb(build(Plan("a", "It holds.", [("seed", "1")], "p = 1", CELLS), BANNER))


def display(at: object, text: str, kind: str = "display_data", **more: Any) -> dict[str, Any]:
    return {"at": at, "type": kind, "data": {"text/plain": text}, "metadata": {}} | more


def outputs(log: str, *displays: dict[str, Any], traceback: str = "") -> list[Any]:
    """Return what the cell of the run shows: texts, and displays in brackets."""
    notebook = restored(PLANNED, log, displays, traceback)
    (cell,) = (c for c in notebook.cells if "run" in c.metadata.tags)
    return [
        o.text if o.output_type == "stream" else [o.data["text/plain"]]
        for o in cell.outputs
        if o.output_type != "error"
    ]


def test_what_was_displayed_stands_where_it_came_in_the_log() -> None:
    log = "é one\ntwo\n"
    assert outputs(log, display(7, "figure"), display(11, "last")) == [
        "é one\n",
        ["figure"],
        "two\n",
        ["last"],
    ]


def test_a_display_that_was_updated_shows_what_it_showed_last() -> None:
    mark: dict[str, Any] = {"transient": {"display_id": "x"}}
    shown = outputs(
        "a\n",
        display(0, "1 %", **mark),
        display(2, "other"),
        display(2, "99 %", "update_display_data", **mark),
    )
    assert shown == [["99 %"], "a\n", ["other"]]


@pytest.mark.parametrize("at", [999, -5, None, "7", 10**30, 2.5])
def test_a_place_that_the_log_does_not_have_costs_no_display(at: object) -> None:
    shown = outputs("a\n", display(at, "figure"))
    assert ["figure"] in shown
    assert "a\n" in shown


def test_a_display_in_the_midst_of_a_letter_costs_no_text() -> None:
    first, figure, last = outputs("aéb\n", display(2, "figure"))
    assert (first[0], figure, last[-2:]) == ("a", ["figure"], "b\n")


@pytest.mark.parametrize(
    "entry",
    [{}, {"type": "comm_open"}, {"type": "display_data"}, {"type": "display_data", "data": 3},
     display(0, "nowhere", "update_display_data"), {"type": ["display_data"], "data": {}}],
)  # fmt: skip
def test_what_is_not_understood_is_left_out(entry: dict[str, Any]) -> None:
    assert outputs("a\n", entry) == ["a\n"]


def test_strange_metadata_costs_no_display() -> None:
    entry = display(0, "figure") | {"metadata": [], "transient": 3}
    assert outputs("a\n", entry) == [["figure"], "a\n"]


def test_a_flood_is_cut_as_in_a_trial_that_ended() -> None:
    shown = "".join(outputs("123456789\n" * 300_000))
    assert len(shown) < HEAD_CHARACTERS + TAIL_CHARACTERS + 200
    assert "2,200,000 characters left out" in shown


def test_the_cells_that_started_stand_on_the_page_and_that_of_the_results_does_not() -> None:
    notebook = finished(restored(PLANNED, "said\n", []), ["Beware"])
    label(notebook, Banner("a-1", "a", "lost", "its runner is gone"))
    assert [c.metadata.tags[0] for c in notebook.cells] == [
        "title",
        "warning",
        "parameters",
        "source",
        "run",
    ]
    page = to_html(notebook)
    assert "said" in page
    assert "its runner is gone" in page
    assert "The process that ran it is gone" in page


def test_a_traceback_stands_at_the_end_and_only_once() -> None:
    traceback = "Traceback (most recent call last)\nValueError: a wrong: value"
    notebook = restored(PLANNED, f"said\n{traceback}\n", [], traceback)
    (cell,) = (c for c in notebook.cells if "run" in c.metadata.tags)
    text, error = cell.outputs
    assert text.text == "said\n"
    assert (error.ename, error.evalue) == ("ValueError", "a wrong: value")
    assert error.traceback == traceback.split("\n")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 3}'])
def test_what_is_no_notebook_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - nbformat's words are its own
        restored(text, "", [])


def test_a_stub_tells_the_facts() -> None:
    notebook = stub("sine-exp-1", [("seed", "17"), ("key", "3f9a2c1e")])
    label(notebook, Banner("sine-exp-1", "sine-exp", "lost", "nothing is left"))
    page = to_html(notebook)
    for fact in ("sine-exp-1", "17", "3f9a2c1e", "nothing is left"):
        assert fact in page
    assert "keep(results)" not in page


STEPS = to_ipynb(
    build(
        Plan(
            "a",
            "",
            [],
            "p = 1",
            [
                PlannedCell("first()", ("run",)),
                PlannedCell("  ", ("run",)),
                PlannedCell("never()", ("run", "skip-execution")),
                PlannedCell("second()", ("run",)),
            ],
        ),
        BANNER,
    )
)


def mark(number: object, at: object) -> dict[str, Any]:
    return {"at": at, "type": "cell", "number": number}


def steps(log: str, *entries: dict[str, Any], traceback: str = "") -> dict[str, list[Any]]:
    """Return what each cell shows that ran, by its source."""
    notebook = restored(STEPS, log, entries, traceback)
    return {
        cell.source: [
            o.get("text") or o.get("ename") or o.data["text/plain"] for o in cell.outputs
        ]
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.execution_count
    }


def test_each_cell_shows_what_came_after_its_mark() -> None:
    entries = [mark(1, 0), mark(2, 0), display(4, "figure"), mark(3, 8), display(12, "last")]
    assert steps("one\ntwo\nsix\n", *entries) == {
        "p = 1": [],
        "first()": ["one\n", "figure", "two\n"],
        "second()": ["six\n", "last"],
    }


def test_the_error_stands_in_the_cell_that_began_last() -> None:
    entries = [mark(1, 0), mark(2, 0), mark(3, 4)]
    shown = steps("one\ntwo\nValueError: x\n", *entries, traceback="ValueError: x")
    assert shown == {"p = 1": [], "first()": ["one\n"], "second()": ["two\n", "ValueError"]}
    assert steps("", mark(1, 0), traceback="KeyError: x") == {"p = 1": ["KeyError"]}


def test_the_cell_of_the_results_ran_if_it_has_a_mark() -> None:
    entries = [mark(number, 0) for number in (1, 2, 3, 4)]
    assert "keep(results)" in steps("", *entries)
    assert "keep(results)" not in steps("", *entries[:3])


@pytest.mark.parametrize(
    "odd", [mark(9, 2), mark(0, 2), mark("2", 2), mark(None, 0), mark(True, 0), mark(2.0, 0)]
)
def test_a_mark_of_no_cell_is_passed_over(odd: dict[str, Any]) -> None:
    shown = steps("one\ntwo\n", mark(1, 0), mark(2, 0), odd, mark(3, 4))
    assert shown == {"p = 1": [], "first()": ["one\n"], "second()": ["two\n"]}


@pytest.mark.parametrize("at", [-3, 99, None, "x"])
def test_a_mark_at_no_place_of_the_log_costs_no_text(at: object) -> None:
    shown = steps("one\ntwo\n", mark(1, 0), mark(2, 0), mark(3, at))
    assert "".join(shown["first()"] + shown["second()"]) == "one\ntwo\n"


def test_without_marks_the_first_run_shows_all() -> None:
    notebook = restored(STEPS, "one\ntwo\n", [])
    shown = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    assert [bool(outputs) for outputs in shown] == [False, True, False, False, False, False]


def test_outputs_that_are_there_already_are_not_shown_twice() -> None:
    again = to_ipynb(restored(STEPS, "one\n", [mark(1, 0), mark(2, 0), mark(3, 4)]))
    notebook = restored(again, "one\n", [mark(1, 0), mark(2, 0)])
    texts = [o.text for c in notebook.cells if c.cell_type == "code" for o in c.outputs]
    assert texts == ["one\n"]
    assert [c.source for c in finished(notebook).cells if c.cell_type == "code"] == [
        "p = 1",
        "first()",
    ]
