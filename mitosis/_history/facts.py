"""What can be said of a trial in single facts, for several trials to be compared by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from mitosis._dataclass import dataclass
from mitosis._history.points import final_values
from mitosis._history.rounding import number_text
from mitosis._layout import TrialFolder
from mitosis._model import Trial
from mitosis._wording import duration_text, size_text

SECTIONS = (
    *("parameters", "variants", "results", "metrics", "trial", "code", "data", "python"),
    *("packages", "hardware"),
)
_DIGITS = 12
_ALWAYS_OTHERS = frozenset({"key", "iteration", "started", "duration", "cpu time", "memory"})
"""Facts of a trial that differ without telling two apart."""


@dataclass(frozen=True)
class Fact:
    """One fact about one trial.

    Attributes:
        value: what it is, a number where it is one.
        text: as people read it.
        identity: what it is compared by.
    """

    value: Any
    text: str
    identity: str


def trial_facts(trial: Trial) -> dict[tuple[str, str], Fact]:
    """Return what a trial's record and environment tell, but for its tracked parameters."""
    record, environment = trial.record, trial.environment
    told = {
        "trial": _of_trial(record),
        "parameters": _untracked(record),
        "variants": {name: fact(variant) for name, variant in trial.variants.items()},
        "results": _results(record),
        "metrics": _metrics(trial, record),
        "code": _code(record),
        "data": dict(_data(record)),
        "python": _python(environment),
        "packages": {
            name: fact(version)
            for name, version in (environment["conda"] | environment["packages"]).items()
        },
        "hardware": dict(_hardware(environment)),
    }
    return {(s, item): f for s, facts in told.items() for item, f in facts.items()}


def tells_apart(section: str, item: str) -> bool:
    """Tell whether it says something that a fact differs."""
    return section != "trial" or item not in _ALWAYS_OTHERS


def fact(value: Any, text: str | None = None, identity: Any = None) -> Fact:
    """Return a fact; its text and what it is compared by are those of the value."""
    shown = number_text(value) if isinstance(value, float) else str(value)
    text = " ".join((shown if text is None else text).split())
    return Fact(value, text, repr(value) if identity is None else str(identity))


def _of_trial(record: Mapping[str, Any]) -> dict[str, Fact]:
    names = (
        "experiment",
        "group",
        "status",
        "reason",
        "seed",
        "hypothesis",
        "key",
        "iteration",
    )
    facts = {name: fact(record[name]) for name in names if record.get(name) not in (None, "")}
    started = datetime.fromisoformat(record["started_at"])
    facts["started"] = fact(started, f"{started:%Y-%m-%d %H:%M:%S} UTC")
    for item, key in (("duration", "wall_seconds"), ("cpu time", "cpu_seconds")):
        if record.get(key) is not None:
            facts[item] = fact(record[key], duration_text(record[key]))
    if record.get("peak_memory_bytes"):
        facts["memory"] = fact(
            record["peak_memory_bytes"], size_text(record["peak_memory_bytes"])
        )
    return facts


def _untracked(record: Mapping[str, Any]) -> dict[str, Fact]:
    values = record.get("values") or {}
    return {name: fact(v) for name, v in values.items() if name not in record["variants"]}


def _results(record: Mapping[str, Any]) -> dict[str, Fact]:
    shown = dict(record.get("results") or {})
    numbers, digests = record.get("numbers") or {}, record.get("digests") or {}
    if record.get("main") is not None:
        others = {name: text for name, text in shown.items() if name != "main"}
        shown = {"main": record["main"]} | others
    return {
        name: fact(numbers.get(name, shown[name]), identity=digests.get(name)) for name in shown
    }


def _metrics(trial: Trial, record: Mapping[str, Any]) -> dict[str, Fact]:
    finals = final_values(record, TrialFolder(trial.folder).metrics)
    return {name: fact(value) for name, value in sorted(finals.items())}


def _code(record: Mapping[str, Any]) -> dict[str, Fact]:
    code = record.get("code") or {}
    facts: dict[str, Fact] = {}
    if code.get("commit"):
        facts["commit"] = fact(code["commit"], code["commit"][:10])
    if changes := code.get("changes"):
        facts["uncommitted changes"] = fact("; ".join(changes))
    modules = dict(code.get("modules") or {})
    for checkout in code.get("checkouts") or ():
        name = checkout["name"]
        facts[name] = fact(checkout.get("commit"), str(checkout.get("commit"))[:10])
        modules |= {f"{name}/{p}": d for p, d in (checkout.get("modules") or {}).items()}
    return facts | {path: _digested(digest) for path, digest in sorted(modules.items())}


def _data(record: Mapping[str, Any]) -> Iterator[tuple[str, Fact]]:
    for file in record.get("data") or ():
        digest, size = str(file.get("digest")), file.get("size_bytes") or 0
        text = f"{digest[:_DIGITS]}, {size_text(size)}"
        yield str(file.get("path")), fact(digest, text)


def _digested(digest: Any) -> Fact:
    return fact(digest, str(digest)[:_DIGITS])


def _python(environment: Mapping[str, Any]) -> dict[str, Fact]:
    told = (environment["python"], environment["implementation"])
    named = zip(("version", "implementation"), told, strict=True)
    return {name: fact(value) for name, value in named if value}


def _hardware(environment: Mapping[str, Any]) -> Iterator[tuple[str, Fact]]:
    for item, key in (("host", "host"), ("platform", "platform"), ("processor", "cpu")):
        if environment.get(key):
            yield item, fact(environment[key])
    if environment.get("cpu_count"):
        yield "logical processors", fact(environment["cpu_count"])
    if memory := environment.get("memory_bytes"):
        yield "memory", fact(memory, size_text(memory))
    if gpus := environment.get("gpus"):
        yield "graphics processors", fact("; ".join(map(str, gpus)))
    for name, value in sorted((environment.get("variables") or {}).items()):
        yield f"${name}", fact(value)
    for library in environment.get("numeric_libraries") or ():
        yield _library(library)


def _library(library: Mapping[str, Any]) -> tuple[str, Fact]:
    words = (library.get(key) for key in ("internal_api", "version", "architecture"))
    return (
        str(library.get("user_api")),
        fact(f"{' '.join(str(w) for w in words if w)}, {library.get('num_threads')} threads"),
    )


def module_paths(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the modules of the repository that any of some trials imported."""
    paths = (path for r in records for path in (r.get("code") or {}).get("modules") or {})
    return sorted(set(paths))


def places_of(trials: Sequence[Trial]) -> list[Path]:
    """Return where the repository of some trials may be."""
    return list(dict.fromkeys([*(trial.folder.parent for trial in trials), Path.cwd()]))
