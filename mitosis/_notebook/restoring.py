"""The notebook of a trial whose runner can no longer write it, made from what is on disk."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

import nbformat
from nbformat.v4 import new_output

from mitosis._dataclass import dataclass
from mitosis._notebook.document import NotebookNode, build
from mitosis._notebook.plan import Banner, Plan
from mitosis._notebook.transcript import Transcript

_DISPLAYS = ("display_data", "update_display_data", "execute_result")


def restored(
    notebook_text: str, log: str, displays: Sequence[Mapping[str, Any]], traceback: str = ""
) -> NotebookNode:
    """Return a notebook as its trial left it, as far as its files tell.

    The log and the displays fill the cells, in order and in the bounds of a `Transcript`:
    each gets what came after the mark of its beginning. Where there are no marks, the first
    cell tagged `run` gets all, and that of the results counts as one that did not run.

    Args:
        notebook_text: of the notebook as it was when the trial started, without outputs.
        log: all that was printed.
        displays: the entries of its `displays.jsonl`; each says at which byte of the log it
            came. Those of type `"cell"` are marks. What is not understood is left out.
        traceback: of the experiment's error, if it is known.

    Raises:
        ValueError: the text is no notebook.
    """
    notebook = executed(notebook_text)
    cells = [cell for cell in notebook.cells if _runs(cell)]
    data = log.removesuffix(f"{traceback}\n").encode("utf-8", "surrogatepass")
    parts = _parts(displays, data, _marks(displays, len(cells)) or _run_mark(cells))
    for number, cell in enumerate(cells, start=1):
        # There are some already, if it was taken for lost.
        cell.execution_count, cell.outputs = None, []
        if number <= max(parts, default=0):
            cell.execution_count = number
            _fill(cell.outputs, parts.get(number, _Part(0)))
    if traceback and parts:
        cells[max(parts) - 1].outputs.append(_error(traceback))
    return notebook


def show_results(notebook: NotebookNode, text: str) -> None:
    """Show the results of a trial that no kernel ran, in the cell that would have kept them."""
    cell = next(c for c in notebook.cells if "results" in c.metadata.get("tags", ()))
    cell.execution_count = sum(c.cell_type == "code" for c in notebook.cells)
    count = cell.execution_count
    cell.outputs = [
        new_output("execute_result", data={"text/plain": text}, execution_count=count)
    ]


def told_ending(notebook_text: str) -> str | None:
    """Return the status that a notebook was executed to; None where it was not, or not told."""
    try:
        return str(json.loads(notebook_text)["metadata"]["mitosis"]["status"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def executed(notebook_text: str) -> NotebookNode:
    """Return a notebook that was kept with its outputs, as it was before it was finished.

    Raises:
        ValueError: the text is no notebook.
    """
    notebook = _read(notebook_text)
    notebook.cells = [c for c in notebook.cells if "warning" not in c.metadata.get("tags", ())]
    return notebook


def stub(title: str, facts: Sequence[tuple[str, str]]) -> NotebookNode:
    """Return the notebook of a trial of which nothing but its row or record is left."""
    notebook = build(Plan(title, "", facts, ""), Banner(title, "", "running"))
    del notebook.cells[1:]
    return notebook


def _read(text: str) -> NotebookNode:
    try:
        return nbformat.reads(text, as_version=4)
    except (AttributeError, LookupError, TypeError) as exc:  # it is JSON, but not a notebook
        raise ValueError(f"this is no notebook: {exc}") from exc


def _runs(cell: Any) -> bool:
    """Tell whether a cell is sent to the kernel, as nbclient decides it."""
    is_skipped = "skip-execution" in cell.metadata.get("tags", ())
    return cell.cell_type == "code" and bool(cell.source.strip()) and not is_skipped


@dataclass
class _Part:
    """What one cell shows: bytes of the log, and the displays among them by their places."""

    start: int
    log: bytes = b""
    displays: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list)


def _marks(displays: Sequence[Mapping[str, Any]], cells: int) -> dict[int, int]:
    """Return the indices of the marks, by the numbers of the cells that they stand for."""
    return {
        entry["number"]: index
        for index, entry in enumerate(displays)
        if entry.get("type") == "cell"
        and type(entry.get("number")) is int
        and 0 < entry["number"] <= cells
    }


def _run_mark(cells: Sequence[Any]) -> dict[int, int]:
    """Return what stands for the marks of a trial that has none: one for its first run."""
    numbers = (n for n, cell in enumerate(cells, 1) if "run" in cell.metadata.get("tags", ()))
    return dict.fromkeys([*numbers][:1], -1)


def _parts(
    displays: Sequence[Mapping[str, Any]], log: bytes, marks: Mapping[int, int]
) -> dict[int, _Part]:
    """Share log and displays out among the cells that began."""
    numbers = {index: number for number, index in marks.items()}
    parts: dict[int, _Part] = {}
    part, at = _Part(0), 0
    if -1 in numbers:
        parts[numbers[-1]] = part
    for index, entry in enumerate(displays):
        if index in numbers:
            until = _offset(entry.get("at"), at, len(log)) if parts else 0
            part.log, at = log[part.start : until], until
            part = parts[numbers[index]] = _Part(until)
        elif _is_display(entry):
            at = _offset(entry.get("at"), at, len(log))
            part.displays.append((at - part.start, entry))
    part.log = log[part.start :]
    return parts


def _fill(outputs: list[Any], part: _Part) -> None:
    transcript = Transcript(outputs, lambda _stream, _text: None)
    at = 0
    for until, entry in part.displays:
        transcript.write("stdout", part.log[at:until].decode(errors="replace"))
        at = until
        _show(transcript, entry)
    transcript.write("stdout", part.log[at:].decode(errors="replace"))
    transcript.settle()


def _is_display(entry: Mapping[str, Any]) -> bool:
    return entry.get("type") in _DISPLAYS and isinstance(entry.get("data"), dict)


def _offset(told: Any, least: int, most: int) -> int:
    """Return where in the log a display came, of which displays out of order know nothing."""
    return max(least, min(told, most)) if isinstance(told, int) else least


def _show(transcript: Transcript, entry: Mapping[str, Any]) -> None:
    transient = entry.get("transient")
    name = transient.get("display_id") if isinstance(transient, dict) else None
    metadata = entry.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    if entry["type"] == "update_display_data":
        transcript.update(str(name), entry["data"], metadata)
    else:
        output = new_output("display_data", data=entry["data"], metadata=metadata)
        transcript.show(output, None if name is None else str(name))


def _error(traceback: str) -> Any:
    last = traceback.strip().rpartition("\n")[2]
    name, _, message = last.partition(": ")
    return new_output("error", ename=name, evalue=message, traceback=traceback.split("\n"))
