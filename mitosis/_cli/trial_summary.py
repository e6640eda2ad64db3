"""One trial on one screen: what it was, how it ended, and where everything lies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from textwrap import wrap
from typing import Any

from mitosis._history.literals import literal_or_text
from mitosis._history.points import final_values
from mitosis._layout import TrialFolder
from mitosis._model import Mark, RecordedTrial, Status, Trial
from mitosis._wording import counted, duration_text, main_text, printable, size_text

_LABEL = 13
_MOST = 8
_MOST_CHARACTERS = 160
_TAIL = 10
_PATHS = ("page", "folder")
"""What is copied from the screen: it stays in one line, however long that is."""

_Part = tuple[str, Sequence[str]]


def summary_text(trial: Trial, told: RecordedTrial, width: int) -> str:
    """Return what a person wants to know of a trial first.

    Args:
        trial: what is shown.
        told: its record, for what people said of it.
        width: how long lines may be.
    """
    heading = (
        f"{printable(trial.name)}  {trial.status.value.replace('_', ' ')}  (key {trial.key})"
    )
    lines = [heading]
    for label, items in _parts(trial, told):
        lines += _block(label, [printable(item) for item in items], width)
    if trial.status is Status.RUNNING:
        lines += ["", "so far it printed:", *_tail(trial.log)]
    return "\n".join(lines)


def _parts(trial: Trial, told: RecordedTrial) -> Iterator[_Part]:
    record = trial.record
    yield "reason", [record["reason"]] if record.get("reason") else []
    yield "hypothesis", [" ".join(p.split()) for p in told.claim.hypothesis.split("\n\n") if p]
    yield "main", [main_text(record["main"])] if record.get("main") is not None else []
    yield "results", _results(record)
    yield "metrics", _metrics(trial)
    yield "parameters", _parameters(record)
    yield "seed", _seed(record)
    yield "group", [trial.group] if trial.group is not None else []
    yield "steps", list(map(str, record.get("step_names") or ()))
    yield "ran", [_run(record)]
    yield "code", [_code(record)]
    yield "environment", [_environment(trial)]
    yield "data", [_file(f) for f in record.get("data") or ()]
    yield "warnings", [text.partition("\n")[0] for text in record.get("warnings") or ()]
    yield from _said(told)
    yield "artifacts", [f"{n}, {size_text(_size(p))}" for n, p in trial.artifacts.items()]
    yield "page", [str(trial.html)]
    yield "folder", [str(trial.folder)]


def _block(label: str, items: Sequence[str], width: int) -> Iterator[str]:
    """Yield a label with its items beside it, one below the other."""
    more = len(items) - _MOST
    shown = [*items[:_MOST], f"... and {more} more; --json has all"] if more > 0 else items
    head = f"  {label:<{_LABEL}}"
    room = 10_000 if label in _PATHS else max(20, width - len(head))
    for item in shown:
        for line in wrap(item, room, break_on_hyphens=False) or [""]:
            yield f"{head}{line}"
            head = " " * len(head)


def _results(record: Mapping[str, Any]) -> list[str]:
    shown = record.get("results") or {}
    dropped = record.get("results_dropped") or {}
    kept = [f"{name} = {_cut(str(text))}" for name, text in shown.items() if name != "main"]
    return [*kept, *(f"{name} was not kept: {_cut(why)}" for name, why in dropped.items())]


def _metrics(trial: Trial) -> list[str]:
    told = trial.record.get("metrics") or {}
    finals = final_values(trial.record, TrialFolder(trial.folder).metrics)
    return [f"{name} = {value:.6g}{_range(told.get(name))}" for name, value in finals.items()]


def _range(summary: Any) -> str:
    if not isinstance(summary, dict) or summary.get("points", 1) < 2:
        return ""
    least, most = summary["minimum"], summary["maximum"]
    return f"  (last of {summary['points']:,} points, {least:.6g} to {most:.6g})"


def _parameters(record: Mapping[str, Any]) -> list[str]:
    variants, values = record["variants"], record.get("values") or {}
    lines = [_parameter(name, part) for name, part in variants.items()]
    others = {name: value for name, value in values.items() if name not in variants}
    return [*lines, *(f"{n} = {_cut(str(v))}  (untracked)" for n, v in others.items())]


def _parameter(name: str, variant: Mapping[str, Any]) -> str:
    text, called = variant["text"], variant["name"]
    is_said = literal_or_text(called) == literal_or_text(text)
    return f"{name} = {_cut(text)}" + ("" if is_said else f"  (variant {called})")


def _seed(record: Mapping[str, Any]) -> list[str]:
    if record.get("seed") is None:
        return []
    return [f"{record['seed']}{' (generated)' if record.get('seed_is_generated') else ''}"]


def _run(record: Mapping[str, Any]) -> str:
    started = datetime.fromisoformat(record["started_at"])
    process = record.get("worker") or record.get("runner", record["machine"])
    host = process.get("host", "")
    memory = record.get("peak_memory_bytes")
    facts = [
        f"{started:%Y-%m-%d %H:%M:%S} UTC",
        duration_text(record.get("wall_seconds")),
        f"on {host}" if host else "",
        f"at most {size_text(memory)} of memory" if memory else "",
    ]
    return ", ".join(filter(None, facts))


def _code(record: Mapping[str, Any]) -> str:
    code = record.get("code") or {}
    if not code.get("commit"):
        return "no commit"
    branch = f" on {code['branch']}" if code.get("branch") else ""
    changes = code.get("changes") or ()
    changed = f", {counted(len(changes), 'file')} changed since" if changes else ", unchanged"
    return f"commit {code['commit'][:10]}{branch}{changed}"


def _environment(trial: Trial) -> str:
    told = trial.environment
    version = str(told["python"] or "unknown").split()[0]
    packages = counted(len(told["packages"]), "package")
    return f"Python {version}, {packages}, {told.get('platform') or 'unknown system'}"


def _file(file: Mapping[str, Any]) -> str:
    return f"{file.get('path')}, {size_text(file.get('size_bytes') or 0)}"


def _said(told: RecordedTrial) -> Iterator[_Part]:
    """Yield what people said of the trial: what holds of it now."""
    tags: dict[str, None] = {}
    note, is_archived = "", False
    for act in told.annotations:
        if act.mark is Mark.NOTE:
            note = act.text
        elif act.mark is Mark.TAG:
            tags[act.text] = None
        elif act.mark is Mark.UNTAG:
            tags.pop(act.text, None)
        else:
            is_archived = act.mark is Mark.ARCHIVE
    yield "tags", [", ".join(tags)] if tags else []
    yield "note", note.splitlines()
    yield "archived", ["yes"] if is_archived else []


def _tail(log: str) -> list[str]:
    lines = [printable(line) for line in log.splitlines()[-_TAIL:]]
    return [f"  {line}" for line in lines] or ["  (nothing)"]


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MOST_CHARACTERS else f"{line[: _MOST_CHARACTERS - 4]} ..."
