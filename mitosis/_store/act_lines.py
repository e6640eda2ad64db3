"""Acts as JSON objects: the lines of the file beside a database."""

from __future__ import annotations

from typing import Any

from mitosis._model import Act, Action, Lock, LockName, Variant
from mitosis._store.recorded_acts import PurgedTrial, RecordedAct
from mitosis._store.schema import read_time

Told = RecordedAct | PurgedTrial
"""What can stand in a line."""


def to_fields(told: Told) -> dict[str, Any]:
    """Return what a line tells."""
    return _purge_fields(told) if isinstance(told, PurgedTrial) else _act_fields(told)


def from_fields(line: dict[str, Any]) -> Told:
    """Return what a line tells.

    Raises:
        ValueError, LookupError, TypeError: it is not understood.
    """
    is_purge = line["action"] == Action.PURGED.value
    return _purged_trial(line) if is_purge else _recorded_act(line)


def lock_to_json(lock: Lock) -> dict[str, Any]:
    """Return a lock, with nothing that people did to it."""
    given = lock.variant
    named = {"parameter": given.parameter, "name": given.name, "digest": given.digest}
    return named | {"trial_key": lock.trial_key} | _lock_fields(lock)


def lock_from_json(experiment: str, fields: dict[str, Any]) -> Lock:
    """Return a lock of an experiment.

    Raises:
        ValueError, LookupError, TypeError: it is none.
    """
    return Lock(
        experiment=experiment,
        variant=Variant(
            fields["parameter"],
            fields["name"],
            fields["text"],
            fields["digest"],
            fields["canonical_version"],
        ),
        locked_at=read_time(fields["locked_at"]),
        trial_name=fields["trial_name"],
        trial_key=fields["trial_key"],
        commit=fields["commit"],
    )


def _lock_fields(lock: Lock) -> dict[str, Any]:
    return {
        "text": lock.variant.text,
        "canonical_version": lock.variant.version,
        "locked_at": lock.locked_at.isoformat(),
        "trial_name": lock.trial_name,
        "commit": lock.commit,
    }


def _act_fields(recorded: RecordedAct) -> dict[str, Any]:
    act, lock = recorded.act, recorded.lock
    return {
        **recorded.lock_name._asdict(),
        "digest": recorded.digest,
        "trial_key": recorded.trial_key,
        **_done(act),
        "new_name": recorded.new_name,
        "lock": lock and _lock_fields(lock),
    }


def _recorded_act(line: dict[str, Any]) -> RecordedAct:
    name = LockName(line["experiment"], line["parameter"], line["name"])
    former_name = name.name if line["action"] == Action.RENAMED.value else ""
    lock = line["lock"]
    return RecordedAct(
        lock_name=name,
        digest=line["digest"],
        trial_key=line["trial_key"],
        act=_act(line, former_name),
        new_name=line["new_name"],
        lock=lock_from_json(line["experiment"], line | lock) if lock else None,
    )


def _purge_fields(purged: PurgedTrial) -> dict[str, Any]:
    return {
        "experiment": purged.experiment,
        "group": purged.group,
        "trial_key": purged.key,
        "trial_name": purged.name,
        "variants": dict(purged.variants),
        "iteration": purged.iteration,
        "started_at": purged.started_at.isoformat(),
        **_done(purged.act),
        "locks": [lock_to_json(lock) for lock in purged.locks],
    }


def _purged_trial(line: dict[str, Any]) -> PurgedTrial:
    return PurgedTrial(
        key=line["trial_key"],
        experiment=line["experiment"],
        group=line["group"],
        variants=dict(line["variants"]),
        iteration=int(line["iteration"]),
        name=line["trial_name"],
        started_at=read_time(line["started_at"]),
        act=_act(line),
        locks=tuple(lock_from_json(line["experiment"], lock) for lock in line["locks"]),
    )


def _done(act: Act) -> dict[str, Any]:
    at = act.at.isoformat()
    return {"action": act.action.value, "at": at, "by": act.by, "why": act.why}


def _act(line: dict[str, Any], former_name: str = "") -> Act:
    at = read_time(line["at"])
    return Act(Action(line["action"]), at, line["by"], line["why"], former_name)
