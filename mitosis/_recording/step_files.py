"""What a trial's folder tells of the steps that it called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mitosis._layout import TrialFolder
from mitosis._recording.lines import read_lines
from mitosis._recording.pickles import read_pickle
from mitosis.errors import NotPersistedError


def read_step_calls(folder: TrialFolder) -> list[dict[str, Any]]:
    """Return all recorded calls of steps, in the order in which they ended.

    Each is a dict with `step`, `call` (from 0), `source`, `inputs`, `output`, `seconds`, `at`,
    `persisted` and `failed`; those of a forked process also have its `process`.
    """
    return [line for line in _lines(folder) if type(line.get("call")) is int]


def summarize_steps(folder: TrialFolder) -> dict[str, dict[str, Any]]:
    """Return, by the name of each step, how often it was called and how long that took.

    A dict has `calls`, and of the recorded ones the total `seconds` and how many `failed` and
    were `persisted`.
    """
    found: dict[str, dict[str, Any]] = {}
    for line in _lines(folder):
        each = found.setdefault(
            line["step"], {"calls": 0, "seconds": 0.0, "failed": 0, "persisted": 0}
        )
        if type(line.get("calls")) is int:
            each["calls"] = max(each["calls"], line["calls"])
        else:
            each["calls"] += 1
            each["seconds"] = round(each["seconds"] + _number(line.get("seconds")), 6)
            each["failed"] += line.get("failed") is not None
            each["persisted"] += line.get("persisted") is not None
    return found


def read_persisted(folder: TrialFolder, step: str, call: int = -1) -> Any:
    """Return what a step returned that was declared with `persist=True`.

    Args:
        folder: the trial's.
        step: its name.
        call: the number of the call, from 0; a negative one counts from the last that was kept.

    Raises:
        NotPersistedError: nothing was kept of this call.
    """
    kept = [line for line in read_step_calls(folder) if _is_kept(folder, line)]
    own = [line for line in kept if line["step"] == step]
    if call < 0:
        found = own[call:][:1] if -call <= len(own) else []
    else:
        found = [line for line in own if line["call"] == call]
    if not found:
        raise NotPersistedError(
            folder=folder.root, step=step, call=call, kept=tuple(_told(kept))
        )
    return read_pickle(folder.root / found[0]["persisted"])


def _is_kept(folder: TrialFolder, line: Mapping[str, Any]) -> bool:
    name = line.get("persisted")
    if not isinstance(name, str):
        return False
    file = folder.root / name
    return file.parent == folder.steps and file.is_file()


def _told(kept: list[dict[str, Any]]) -> Iterator[str]:
    for name in dict.fromkeys(line["step"] for line in kept):
        calls = [line["call"] for line in kept if line["step"] == name]
        numbers = f"call {calls[0]}" if len(calls) == 1 else f"calls {calls[0]} to {calls[-1]}"
        yield f"{name!r}: {numbers}"


def _number(value: Any) -> float:
    return value if isinstance(value, int | float) else 0.0


def _lines(folder: TrialFolder) -> Iterator[dict[str, Any]]:
    """Yield what stands in `steps.jsonl`, but for a line that was never finished."""
    return (line for line in read_lines(folder.step_calls) if isinstance(line.get("step"), str))
