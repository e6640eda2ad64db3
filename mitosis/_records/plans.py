"""The plans of sweeps as files: written whole and once, before the first trial, and read back.

A plan is also what tells which variants a sweep has locked, should the database get lost, so
a file whose texts are not what their digests say is not believed.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from mitosis import _layout
from mitosis._canonical import text_digest
from mitosis._model import (
    Given,
    PlannedArgument,
    PlannedPoint,
    PlannedVariant,
    SweepPlan,
    Variant,
)
from mitosis._suggestion import near
from mitosis.errors import RecordError, SweepExistsError, TrialsFolderError, UnknownSweepError

PLAN_VERSION = 1
"""What the file holds. It changes when a former reader would misread it."""

_PLAIN = (
    *("name", "experiment", "database", "group", "found_by", "asked", "options"),
    *("commit", "environment"),
)
_NEWER = "which only a newer mitosis understands"


def write_plan(trials_folder: Path, plan: SweepPlan) -> Path:
    """Write the plan of a new sweep; it is on the disk on return, whole or not at all.

    Raises:
        SweepExistsError: a sweep has the name already.
        TrialsFolderError: it cannot be written.
    """
    file = _layout.plan_file(trials_folder, plan.name)
    partial = _layout.unfinished(file)
    try:
        file.parent.mkdir(exist_ok=True)
        _layout.write_whole(partial, plan_text(plan).encode(), durable=True)
        _take_name(partial, file)
    except FileExistsError:
        raise SweepExistsError(folder=trials_folder, name=plan.name) from None
    except OSError as exc:
        reason = exc.strerror or str(exc)
        raise TrialsFolderError(folder=trials_folder, reason=reason) from exc
    finally:
        partial.unlink(missing_ok=True)
    _layout.sync_folder(file.parent)
    _layout.sync_folder(trials_folder)
    return file


def _take_name(partial: Path, file: Path) -> None:
    """Give a file its name, unless another process has made one of that name."""
    try:
        file.hardlink_to(partial)
    except FileExistsError:
        raise
    except OSError as exc:  # a file system without links
        if os.path.lexists(file):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from exc
        partial.rename(file)


def read_plan(trials_folder: Path, name: str) -> SweepPlan:
    """Return the plan of a sweep.

    Raises:
        UnknownSweepError: there is none of that name.
        RecordError: it cannot be read, is damaged, or a newer mitosis wrote it.
    """
    file = _layout.plan_file(trials_folder, name)
    if not file.exists():
        known = [plan.name for plan in recorded_plans(trials_folder)[0]]
        raise UnknownSweepError(folder=trials_folder, reason=f"{name!r}{near(name, known)}")
    return _read(file)


def recorded_plans(trials_folder: Path) -> tuple[list[SweepPlan], list[RecordError]]:
    """Return the plans of all sweeps, the oldest first, and what is wrong with the others."""
    plans: list[SweepPlan] = []
    faults: list[RecordError] = []
    for file in sorted(_layout.plans_folder(trials_folder).glob("*.json")):
        if file.name.startswith("."):
            continue
        try:
            plans.append(_read(file))
        except RecordError as exc:
            faults.append(exc)
    return sorted(plans, key=lambda plan: (plan.created_at, plan.name)), faults


def plans_of(database: Path) -> list[SweepPlan]:
    """Return the plans of the sweeps whose trials' rows stand in a database."""
    plans = recorded_plans(database.parent)[0]
    return [plan for plan in plans if plan.database == database.name]


def plan_text(plan: SweepPlan) -> str:
    """Return a plan as its file holds it: a point a line, and the rest as people read it."""
    told: dict[str, Any] = {"plan_version": PLAN_VERSION}
    told |= {name: getattr(plan, name) for name in _PLAIN}
    told |= {"created_at": plan.created_at.isoformat(), "argv": list(plan.argv)}
    told |= {"arguments": list(map(_argument_part, plan.arguments))}
    head = json.dumps(told, indent=1, ensure_ascii=True)
    points = ",\n  ".join(json.dumps([*p.variants, p.seed]) for p in plan.points)
    return f'{head[:-2]},\n "points": [\n  {points}\n ]\n}}\n'


def _argument_part(argument: PlannedArgument) -> dict[str, Any]:
    return {
        "name": argument.name,
        "tracked": argument.tracked,
        "variants": list(map(_variant_part, argument.variants)),
    }


def _variant_part(variant: PlannedVariant) -> dict[str, Any]:
    told = {"name": variant.name, "given": variant.given.value}
    locked = variant.locked
    if locked is None:
        return told
    return told | {"text": locked.text, "digest": locked.digest, "version": locked.version}


def _read(file: Path) -> SweepPlan:
    try:
        plan = _plan(json.loads(file.read_bytes()))
        if _layout.plan_file(file.parent.parent, plan.name) == file:
            return plan
        reason = f"it is the plan of sweep {plan.name!r}, whose file has another name"
    except OSError as exc:
        reason = exc.strerror or str(exc)
    except KeyError as exc:
        reason = f"it lacks {exc}"
    except RecursionError:
        reason = "it is nested too deeply"
    except (AttributeError, TypeError, ValueError) as exc:
        reason = f"it does not hold what it should ({exc})"
    raise RecordError(file=file, reason=reason)


def _plan(told: Mapping[str, Any]) -> SweepPlan:
    version = told["plan_version"]
    if type(version) is not int or version > PLAN_VERSION:
        raise ValueError(f"it has version {version!r}, {_NEWER}")
    arguments = tuple(map(_argument, told["arguments"]))
    return SweepPlan(
        **{name: _plain(name, told[name]) for name in _PLAIN},
        created_at=datetime.fromisoformat(told["created_at"]),
        argv=tuple(map(str, told["argv"])),
        arguments=arguments,
        points=tuple(_points(told["points"], arguments)),
    )


def _plain(name: str, value: Any) -> Any:
    kinds = {"group": str | None, "commit": str | None, "options": dict}
    if not isinstance(value, kinds.get(name, str)):
        raise TypeError(f"{name} is {str(value)[:60]!r}")
    leads_away = name == "database" and Path(str(value)).name != value
    if leads_away or (name in ("name", "experiment") and not value):
        raise ValueError(f"{name} is {str(value)[:60]!r}")
    return value


def _argument(part: Mapping[str, Any]) -> PlannedArgument:
    name, is_tracked = part["name"], part["tracked"]
    if type(name) is not str or type(is_tracked) is not bool:
        raise TypeError(f"an argument is {str(part)[:60]!r}")
    variants = tuple(_variant(name, variant, is_tracked) for variant in part["variants"])
    return PlannedArgument(name, variants, is_tracked)


def _variant(argument: str, part: Mapping[str, Any], is_tracked: bool) -> PlannedVariant:
    name, given = part["name"], Given(part["given"])
    if type(name) is not str:
        raise TypeError(f"a variant's name is {name!r}")
    if not is_tracked:
        return PlannedVariant(name, given)
    text, digest, version = part["text"], part["digest"], part["version"]
    if type(text) is not str or type(version) is not int:
        raise TypeError(f"variant {name!r} is {str(part)[:60]!r}")
    if text_digest(text) != digest:
        raise ValueError(f"the text of variant {name!r} is not what its digest says")
    return PlannedVariant(name, given, Variant(argument, name, text, digest, version))


def _points(parts: Any, arguments: tuple[PlannedArgument, ...]) -> Iterator[PlannedPoint]:
    """Yield the points; a name is the same object in all of them, as in the arguments."""
    known = [{v.name: v.name for v in argument.variants} for argument in arguments]
    for number, (*names, seed) in enumerate(parts):
        if seed is not None and (type(seed) is not int or seed < 0):
            raise ValueError(f"the seed of point {number} is {seed!r}")
        try:
            found = tuple(of[name] for of, name in zip(known, names, strict=True))
        except (KeyError, ValueError):
            raise ValueError(f"point {number} is none of the arguments' variants") from None
        yield PlannedPoint(found, seed)
