"""The notebook of a trial whose runner can no longer write it, made from what is on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import nbformat
from nbformat.v4 import new_output

from mitosis._notebook.document import Banner, NotebookNode, Plan, build
from mitosis._notebook.transcript import Transcript

_DISPLAYS = ("display_data", "update_display_data", "execute_result")


def restored(
    notebook_text: str, log: str, displays: Sequence[Mapping[str, Any]], traceback: str = ""
) -> NotebookNode:
    """Return a notebook as its trial left it, as far as its files tell.

    The log and the displays fill the cell tagged `run`, in order and in the bounds of a
    `Transcript`. The cell of the results counts as one that did not run.

    Args:
        notebook_text: of the notebook as it was when the trial started, without outputs.
        log: all that was printed.
        displays: the entries of its `displays.jsonl`; each says at which byte of the log it
            came. What is not understood is left out.
        traceback: of the experiment's error, if it is known.

    Raises:
        ValueError: the text is no notebook.
    """
    notebook = _read(notebook_text)
    started = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(started, start=1):
        tags = cell.metadata.get("tags", ())
        if "results" in tags:
            continue
        cell.execution_count = number
        if "run" in tags:
            _fill(cell.outputs, log.removesuffix(f"{traceback}\n"), displays)
            if traceback:
                cell.outputs.append(_error(traceback))
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


def _fill(outputs: list[Any], log: str, displays: Sequence[Mapping[str, Any]]) -> None:
    transcript = Transcript(outputs, lambda _stream, _text: None)
    data, at = log.encode("utf-8", "surrogatepass"), 0
    for entry in displays:
        if not _is_display(entry):
            continue
        until = _offset(entry.get("at"), at, len(data))
        transcript.write("stdout", data[at:until].decode(errors="replace"))
        at = until
        _show(transcript, entry)
    transcript.write("stdout", data[at:].decode(errors="replace"))
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
