"""Reading what trials' own folders say of them, in every version that was ever written.

A folder may come from anywhere: another machine, an older mitosis, a copy of a copy. So nothing
that stands in a record is taken on trust: what leads out of the trials folder, or is not what
its digest says, makes the whole record one that cannot be read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from mitosis import _layout
from mitosis._canonical import text_digest
from mitosis._layout import TrialFolder
from mitosis._model import (
    Checkout,
    Claim,
    Claimed,
    CodeState,
    Machine,
    MetricSummary,
    Outcome,
    Places,
    RecordedTrial,
    Runner,
    Status,
    SweepPoint,
    Usage,
    Variant,
)
from mitosis._recording.data import data_from_json
from mitosis._records.annotations import read_annotations
from mitosis._records.record import RECORD_VERSION
from mitosis.errors import RecordError

_Made = TypeVar("_Made")
_SHAPES = {
    "artifacts": list,
    "digests": dict,
    "hypothesis": str,
    "numeric_libraries": list,
    "results": dict,
    "results_dropped": dict,
    "steps": dict,
}
"""What only those read who show a trial; it may be missing."""


def recorded_trials(trials_folder: Path) -> tuple[list[RecordedTrial], list[RecordError]]:
    """Return all recorded trials of a trials folder, and what is wrong with the others.

    Claims whose folder is still hidden are among them, trials in debug mode are not. A folder
    of another's that only looks like a trial's is passed over.
    """
    trials: list[RecordedTrial] = []
    faults: list[RecordError] = []
    for folder in _layout.trial_folders(trials_folder):
        if not folder.record.exists() and not folder.task.exists():
            continue
        try:
            trial = read_record(folder)
        except RecordError as exc:
            faults.append(exc)
        else:
            trials += [trial] if trial.claimed else []
    return trials, faults


def read_record(folder: TrialFolder) -> RecordedTrial:
    """Return a trial as its folder tells it.

    Raises:
        RecordError: there is no record, it cannot be read, or it contradicts itself.
    """
    return to_trial(folder, read_text(folder))


def read_text(folder: TrialFolder) -> dict[str, Any]:
    """Return all that a record holds, whether today's mitosis understands it or not.

    Raises:
        RecordError: it cannot be read, or a newer mitosis wrote it.
    """
    file = folder.record
    try:
        record = json.loads(file.read_bytes())
    except OSError as exc:
        raise RecordError(file=file, reason=exc.strerror or str(exc)) from exc
    except (ValueError, RecursionError) as exc:
        raise RecordError(file=file, reason=f"it is no JSON ({exc})") from exc
    version = record.get("record_version") if isinstance(record, dict) else None
    if not isinstance(version, int):
        raise RecordError(file=file, reason="it does not say which version it has")
    if version > RECORD_VERSION:
        reason = f"it has version {version}, which only a newer mitosis understands"
        raise RecordError(file=file, reason=reason)
    return dict(record)


def may_be_whole(folder: TrialFolder) -> bool:
    """Tell of a record that cannot be read whether that may be otherwise elsewhere or later."""
    try:
        record = json.loads(folder.record.read_bytes())
    except OSError:
        return True
    except (ValueError, RecursionError):
        return False
    version = record.get("record_version") if isinstance(record, dict) else None
    return isinstance(version, int) and version > RECORD_VERSION


def to_trial(folder: TrialFolder, record: Mapping[str, Any]) -> RecordedTrial:
    """Return the trial that a record tells of.

    Raises:
        RecordError: it lacks something, or contradicts itself.
    """
    try:
        return _trial(folder, record)
    except KeyError as exc:
        reason = f"it lacks {exc}"
    except (ArithmeticError, AttributeError, TypeError, ValueError) as exc:
        reason = f"it does not hold what it should ({exc})"
    raise RecordError(file=folder.record, reason=reason)


def _trial(folder: TrialFolder, record: Mapping[str, Any]) -> RecordedTrial:
    for name, kind in _SHAPES.items():
        if not isinstance(record.get(name) or kind(), kind):
            raise TypeError(f"{name} is {str(record[name])[:60]!r}")
    claimed = None if record["debug"] else Claimed(_text(record, "name"), _count(record))
    claim = _claim(record, claimed)
    return RecordedTrial(
        claim=claim,
        claimed=claimed,
        places=Places(
            folder=_layout.visible(folder).root.name, html=_file_name(record["html"])
        ),
        outcome=_outcome(record),
        results_digest=record.get("results_digest"),
        data=claim.data,
        numbers={str(k): _number(v) for k, v in record.get("numbers", {}).items()},
        metrics={str(k): _metric(v) for k, v in record.get("metrics", {}).items()},
        annotations=read_annotations(folder),
    )


def _metric(part: Mapping[str, Any]) -> MetricSummary:
    numbers = {field.name: _number(part[field.name]) for field in fields(MetricSummary)}
    return MetricSummary(**numbers | {"points": int(part["points"])})


def _number(value: Any) -> Any:
    if not isinstance(value, bool | int | float):
        msg = f"{value!r} is no number"
        raise TypeError(msg)
    return value


def _claim(record: Mapping[str, Any], claimed: Claimed | None) -> Claim:
    name, experiment = _text(record, "name"), _text(record, "experiment")
    machine = record["machine"]
    usual = _layout.database(Path(), experiment).name
    return Claim(
        experiment=experiment,
        key=_text(record, "key"),
        name_prefix=name.removesuffix(f"-{claimed.iteration}") if claimed else name,
        group=record["group"],
        variants=tuple(map(_variant, record["variants"].values())),
        values=dict(record["values"]),
        seed=record["seed"],
        code=_code(record["code"]),
        machine=_made(Machine, machine),
        # Version 1 had what tells the runner among what tells the machine, and no database.
        runner=_made(Runner, record.get("runner", machine)),
        environment_digest=_text(record, "environment"),
        started_at=datetime.fromisoformat(record["started_at"]),
        database=_file_name(record.get("database") or usual),
        hypothesis=record.get("hypothesis", ""),
        data=tuple(map(data_from_json, record.get("data", ()))),
        since=record.get("since", ""),
        changed=tuple(record.get("changed", ())),
        seed_is_generated=record.get("seed_is_generated", False),
        defaults=dict(record.get("defaults", {})),
        recorded_by=record.get("recorded_by", "run"),
        step_names=tuple(record.get("step_names", ())),
        sweep=_made(SweepPoint, record["sweep"]) if record.get("sweep") else None,
        worker=_made(Runner, record["worker"]) if record.get("worker") else None,
    )


def _variant(part: Mapping[str, Any]) -> Variant:
    variant = _made(Variant, {**part, "parameter": _text(part, "parameter")})
    if text_digest(variant.text) != variant.digest:
        msg = f"the text of variant {variant.name!r} is not what its digest says"
        raise ValueError(msg)
    return variant


def _code(part: Mapping[str, Any]) -> CodeState:
    repository = part.get("repository")
    known = {
        "repository": Path(repository) if repository else None,
        "checkouts": tuple(_made(Checkout, checkout) for checkout in part.get("checkouts", ())),
    }
    return _made(CodeState, {**part, **known})


def _outcome(record: Mapping[str, Any]) -> Outcome | None:
    status = Status(record["status"])
    if status is Status.RUNNING:
        return None
    return Outcome(
        status=status,
        ended_at=datetime.fromisoformat(record["ended_at"]),
        usage=_made(Usage, record),
        reason=_text(record, "reason"),
        main=record["main"],
        traceback=_text(record, "traceback"),
        warnings=tuple(map(str, record.get("warnings", ()))),
    )


def _made(kind: type[_Made], part: Mapping[str, Any]) -> _Made:
    """Make a dataclass of what JSON holds; what it does not know is left out."""
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type] # of a dataclass
    held = {name: part[name] for name in names if name in part}
    made = {k: tuple(v) if isinstance(v, list) else v for k, v in held.items()}
    types = _types(kind)  # type: ignore[arg-type] # classes can be hashed
    for name, value in made.items():
        if value is not None and not isinstance(value, types[name]):
            msg = f"{name} is {str(value)[:60]!r}"
            raise TypeError(msg)
    return kind(**made)


@cache
def _types(kind: type) -> dict[str, tuple[type, ...]]:
    """Return the types that each field of a dataclass may have, without what is inside."""
    return {name: _outer(hint) for name, hint in get_type_hints(kind).items()}


def _outer(hint: Any) -> tuple[type, ...]:
    if isinstance(hint, UnionType):
        return tuple(kind for part in get_args(hint) for kind in _outer(part))
    kind = get_origin(hint) or hint
    return {float: (float, int), Any: (object,)}.get(kind, (kind,))


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record[key]
    if not isinstance(value, str):
        msg = f"{key} is no text"
        raise TypeError(msg)
    return value


def _count(record: Mapping[str, Any]) -> int:
    value = record["iteration"]
    if type(value) is not int or value < 1:
        msg = "iteration is no number from 1 on"
        raise ValueError(msg)
    return value


def _file_name(name: str) -> str:
    """Return the name of a file that lies in the trials folder itself."""
    if name != Path(name).name or name == "..":
        msg = f"{name!r} is no name of a file"
        raise ValueError(msg)
    return name
