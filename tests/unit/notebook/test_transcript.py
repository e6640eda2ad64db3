"""A cell's outputs as they come in: in order, bars folded, floods cut in the middle."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_output

from mitosis._notebook.transcript import (
    HEAD_CHARACTERS,
    HEAD_DISPLAYS,
    TAIL_CHARACTERS,
    TAIL_DISPLAYS,
    Transcript,
)

KEPT = HEAD_CHARACTERS + TAIL_CHARACTERS


class Cell:
    """The outputs of one cell, and the transcript that fills them."""

    def __init__(self) -> None:
        self.outputs: list[Any] = []
        self.watched: list[tuple[str, str]] = []
        self.transcript = Transcript(self.outputs, lambda *seen: self.watched.append(seen))

    def print(self, *texts: str, stream: str = "stdout") -> None:
        for text in texts:
            self.transcript.write(stream, text)

    def settle(self) -> list[tuple[str, str]]:
        self.transcript.settle()
        return [(output.name, output.text) for output in self.outputs]


@pytest.fixture
def cell() -> Cell:
    return Cell()


def test_prints_of_one_stream_become_one_output(cell: Cell) -> None:
    cell.print("a\n", "b\n", "c\n")
    assert cell.settle() == [("stdout", "a\nb\nc\n")]
    assert cell.transcript.text() == "a\nb\nc\n"


def test_the_streams_keep_their_order(cell: Cell) -> None:
    cell.print("1\n")
    cell.print("2\n", stream="stderr")
    cell.print("3\n")
    assert cell.settle() == [("stdout", "1\n"), ("stderr", "2\n"), ("stdout", "3\n")]


def test_text_stands_in_the_outputs_before_anything_is_settled(cell: Cell) -> None:
    cell.print("a\n")
    assert [output.text for output in cell.outputs] == ["a\n"]


def test_text_after_a_figure_stands_behind_it(cell: Cell) -> None:
    cell.print("before\n")
    cell.transcript.settle()
    cell.outputs.append(new_output("display_data", {"text/plain": "figure"}))
    cell.print("after\n")
    cell.transcript.settle()
    kinds = [output.output_type for output in cell.outputs]
    assert kinds == ["stream", "display_data", "stream"]
    assert cell.transcript.text() == "before\nafter\n"


def test_a_line_that_a_figure_interrupts_is_not_repeated(cell: Cell) -> None:
    cell.print("loading ")
    cell.transcript.settle()
    cell.outputs.append(new_output("display_data", {"text/plain": "figure"}))
    cell.print("done\n")
    cell.transcript.settle()
    assert cell.transcript.text().count("loading") == 1


def test_settling_what_ends_with_a_newline_again_changes_nothing(cell: Cell) -> None:
    cell.print("a\n")
    assert cell.settle() == cell.settle() == [("stdout", "a\n")]


def test_a_bar_becomes_one_line(cell: Cell) -> None:
    cell.print(*(f"\r{n:3}%" for n in range(101)), stream="stderr")
    assert cell.settle() == [("stderr", "100%\n")]


def test_bars_on_both_streams_do_not_disturb_each_other(cell: Cell) -> None:
    for n in range(101):
        cell.print(f"\rout {n}")
        cell.print(f"\rerr {n}", stream="stderr")
    assert sorted(cell.settle()) == [("stderr", "err 100\n"), ("stdout", "out 100\n")]


def test_who_watches_gets_everything_as_it_was_written(cell: Cell) -> None:
    written = ["\x1b[31mred\x1b[0m", "\r 1%", "\r 2%", "x" * (KEPT + 10)]
    cell.print(*written)
    assert cell.watched == [("stdout", text) for text in written]


@pytest.mark.parametrize("size", [0, HEAD_CHARACTERS, KEPT - 1, KEPT])
def test_text_up_to_the_limit_is_kept_whole(cell: Cell, size: int) -> None:
    line = "123456789\n"
    text = (line * (size // 10 + 1))[:size]
    cell.print(*(text[n : n + 64 * 1024] for n in range(0, size, 64 * 1024)))
    cell.transcript.settle()
    assert cell.transcript.text().removesuffix("\n") == text.removesuffix("\n")


@pytest.mark.slow
def test_a_flood_keeps_head_and_tail_and_says_how_much_is_missing(cell: Cell) -> None:
    lines = [f"{n:019}\n" for n in range(50_000)]
    cell.print(*lines)
    (_, head), (stream, note), (_, tail) = cell.settle()
    everything = "".join(lines)
    assert head == everything[:HEAD_CHARACTERS]
    assert tail == everything[-TAIL_CHARACTERS:]
    missing = len(everything) - KEPT
    assert (stream, note.strip()) == (
        "stderr",
        f"... {missing:,} characters left out: output.log holds all ...",
    )


def test_a_single_write_of_any_size_is_cut_too(cell: Cell) -> None:
    cell.print("a" * HEAD_CHARACTERS + "b" * 1_000_000 + "c" * TAIL_CHARACTERS + "\n")
    (_, head), (_, note), (_, tail) = cell.settle()
    assert set(head) == {"a"}
    assert "1,000,001 characters left out" in note
    assert tail == "c" * (TAIL_CHARACTERS - 1) + "\n"


def test_the_tail_keeps_the_order_of_the_streams(cell: Cell) -> None:
    cell.print("x" * (KEPT * 2))
    for n in range(3):
        cell.print(f"out {n}\n")
        cell.print(f"err {n}\n", stream="stderr")
    last = cell.settle()[-5:]
    assert last == [("stderr", "err 0\n"), ("stdout", "out 1\n"), ("stderr", "err 1\n"),
                    ("stdout", "out 2\n"), ("stderr", "err 2\n")]  # fmt: skip


@pytest.mark.slow
def test_fifty_megabytes_cost_little_time_and_memory(cell: Cell) -> None:
    cell.transcript = Transcript(cell.outputs, lambda *_: None)
    chunk = "a line of about fifty characters, as people print\n" * 200
    start = time.process_time()
    for _ in range(50_000_000 // len(chunk)):
        cell.transcript.write("stdout", chunk)
    cell.transcript.settle()
    assert time.process_time() - start < 2
    assert len(cell.transcript.text()) < KEPT + 200


@pytest.mark.slow
def test_five_megabytes_in_single_lines_cost_little_time(cell: Cell) -> None:
    cell.transcript = Transcript(cell.outputs, lambda *_: None)
    start = time.process_time()
    for _ in range(100_000):
        cell.transcript.write("stdout", "a line of about fifty characters, as people print\n")
    cell.transcript.settle()
    assert time.process_time() - start < 3


PRINTS = st.lists(
    st.tuples(
        st.sampled_from(["stdout", "stderr"]), st.sampled_from(["a\n", "b", "c d\n", "é"])
    ),
    max_size=30,
)


@given(PRINTS)
def test_each_stream_keeps_all_of_its_text(prints: list[tuple[str, str]]) -> None:
    cell = Cell()
    for stream, text in prints:
        cell.print(text, stream=stream)
    shown = cell.settle()
    for name in ("stdout", "stderr"):
        written = "".join(text for stream, text in prints if stream == name)
        kept = "".join(text for stream, text in shown if stream == name)
        assert kept.removesuffix("\n") == written.removesuffix("\n")


def shown(text: str) -> Any:
    data = {"text/plain": text}
    return NotebookNode(output_type="display_data", data=data, metadata={})


def told(cell: Cell) -> list[str]:
    """Return what stands in the outputs, displays in brackets."""
    cell.transcript.settle()
    return [o.text if o.output_type == "stream" else f"[{o.data['text/plain']}]"
            for o in cell.outputs]  # fmt: skip


@pytest.mark.slow
def test_a_flood_of_displays_keeps_the_first_and_the_last_and_says_so(cell: Cell) -> None:
    start = time.process_time()
    for n in range(100_000):
        cell.transcript.show(shown(str(n)), display_id=str(n))
    everything = told(cell)
    assert everything[:HEAD_DISPLAYS] == [f"[{n}]" for n in range(HEAD_DISPLAYS)]
    assert everything[-TAIL_DISPLAYS:] == [f"[{n}]" for n in range(99_500, 100_000)]
    (note,) = everything[HEAD_DISPLAYS:-TAIL_DISPLAYS]
    assert note.strip() == "... 99,000 displays left out: displays.jsonl holds all ..."
    assert time.process_time() - start < 5


def test_a_flood_of_text_costs_no_display_and_keeps_the_order(cell: Cell) -> None:
    for n in range(3):
        cell.print("x" * KEPT + "\n")
        cell.transcript.show(shown(str(n)))
    cell.print("last\n")
    everything = told(cell)
    assert [text for text in everything if text.startswith("[")] == ["[0]", "[1]", "[2]"]
    assert everything.index("[0]") < everything.index("[1]") < everything.index("[2]")
    assert everything[-1] == "last\n"
    assert "characters left out" in "".join(everything)
    assert len(cell.transcript.text()) < KEPT + 200


@pytest.mark.slow
def test_text_among_a_flood_of_displays_is_kept(cell: Cell) -> None:
    for n in range(3000):
        cell.print(f"{n}\n")
        cell.transcript.show(shown("figure"))
    text = "".join(part for part in told(cell) if part[0].isdigit())
    assert text.split() == [str(n) for n in range(3000)]


@pytest.mark.slow
def test_a_display_is_updated_wherever_it_stands(cell: Cell) -> None:
    for n in range(HEAD_DISPLAYS + TAIL_DISPLAYS + 1):
        cell.transcript.show(shown(str(n)), display_id=str(n))
    for n in (0, HEAD_DISPLAYS, HEAD_DISPLAYS + 1):  # the second has been left out
        cell.transcript.update(str(n), {"text/plain": "new"}, {})
    everything = told(cell)
    assert [n for n, text in enumerate(everything) if text == "[new]"] == [0, HEAD_DISPLAYS + 1]


@pytest.mark.slow
@pytest.mark.parametrize("wait", [True, False])
def test_what_is_cleared_makes_room_for_what_follows(cell: Cell, wait: bool) -> None:
    for n in range(2000):
        cell.transcript.show(shown(str(n)), display_id="same")
        cell.print(f"step {n}\n")
        cell.transcript.clear(wait=wait)
    assert told(cell) == (["[1999]", "step 1999\n"] if wait else [])
