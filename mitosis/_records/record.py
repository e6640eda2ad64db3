"""The trial's own complete record, `record.json`: written at its claim and at its end.

It is on the disk on return, not only in the machine's memory: the trial's row is written after
it, and must not say more than it does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mitosis._layout import TrialFolder, write_whole
from mitosis._model import Claim, Claimed, Outcome, Variant
from mitosis._recording.data import data_from_json, data_to_json
from mitosis._records.datafiles import input_files
from mitosis._records.measures import Measured

RECORD_VERSION = 2
"""What `record.json` holds. It changes when a former reader would misread it.

1. (0.7.0) The first one; the runner's process stood under `machine`.
2. (0.7.0) All that a row holds: database, hypothesis, data, digest of the results.
"""

_REPORTED = (
    *("results_digest", "digests", "undigested", "purity", "generators"),
    *("numeric_libraries", "numeric_builds"),
)


def write_record(
    folder: TrialFolder,
    claim: Claim,
    claimed: Claimed | None,
    html: Path,
    outcome: Outcome | None = None,
    measured: Measured | None = None,
) -> None:
    """Write everything that is known of a trial, so that it can be told without the database.

    Without a granted claim it is a trial in debug mode, without an outcome one that runs. If
    it cannot be written, the record that is there stays.
    """
    record = _claim_part(claim, claimed) | {"html": html.name, "status": "running"}
    if outcome:
        record |= _outcome_part(outcome)
        record["data"] = [data_to_json(file) for file in input_files(folder, claim.data)]
    if measured:
        record |= _measured_part(measured)
    _write(folder, record)


def amend_record(
    folder: TrialFolder,
    record: Mapping[str, Any],
    html: Path,
    outcome: Outcome | None = None,
    measured: Measured | None = None,
) -> None:
    """Write what another than its runner has found out about a trial.

    Args:
        folder: the trial's.
        record: all that its record holds, also what nobody here understands.
        html: its page.
        outcome: how it ended, where the record does not say so.
        measured: what it has left behind, if it came to that.
    """
    amended = {**record, "html": html.name}
    if outcome:
        amended |= _outcome_part(outcome)
        named = map(data_from_json, record.get("data", ()))
        amended["data"] = [data_to_json(file) for file in input_files(folder, named)]
    if measured:
        amended |= _measured_part(measured)
    _write(folder, amended)


def _write(folder: TrialFolder, record: Mapping[str, Any]) -> None:
    text = json.dumps(record, indent=1, ensure_ascii=False, default=str)
    write_whole(folder.record, text.encode("utf-8", "backslashreplace"), durable=True)


def _told(thing: Any) -> dict[str, Any]:
    """Return the fields of a dataclass that holds no other; `asdict` copies all below them."""
    return {name: getattr(thing, name) for name in thing.__dataclass_fields__}


def _claim_part(claim: Claim, claimed: Claimed | None) -> dict[str, Any]:
    code = _told(claim.code) | {"checkouts": list(map(_told, claim.code.checkouts))}
    return {
        "record_version": RECORD_VERSION,
        "experiment": claim.experiment,
        "name": claimed.name if claimed else claim.name_prefix,
        "key": claim.key,
        "group": claim.group,
        "iteration": claimed.iteration if claimed else None,
        "debug": claimed is None,
        "variants": {v.parameter: _variant_part(v) for v in claim.variants},
        "values": dict(claim.values),
        "seed": claim.seed,
        "code": code | {"repository": claim.code.repository and claim.code.repository.name},
        "machine": _told(claim.machine),
        "runner": _told(claim.runner),
        "database": claim.database,
        "hypothesis": claim.hypothesis,
        "data": [data_to_json(file) for file in claim.data],
        "since": claim.since,
        "changed": list(claim.changed),
        "seed_is_generated": claim.seed_is_generated,
        "defaults": dict(claim.defaults),
        "recorded_by": claim.recorded_by,
        "step_names": list(claim.step_names),
        "sweep": claim.sweep and _told(claim.sweep),
        "worker": claim.worker and _told(claim.worker),
        "environment": claim.environment_digest,
        "started_at": claim.started_at.isoformat(),
    }


def _variant_part(variant: Variant) -> dict[str, Any]:
    """Return what is locked; under former editions it can be written again."""
    part = _told(variant)
    del part["former"]
    return part


def _outcome_part(outcome: Outcome) -> dict[str, Any]:
    return {
        "status": outcome.status.value,
        "reason": outcome.reason,
        "main": outcome.main,
        "traceback": outcome.traceback,
        "warnings": list(outcome.warnings),
        "ended_at": outcome.ended_at.isoformat(),
        **_told(outcome.usage),
    }


def _measured_part(measured: Measured) -> dict[str, Any]:
    told = _told(measured.report)
    return {
        "numbers": told["numbers"],
        "metrics": {name: _told(metric) for name, metric in measured.metrics.items()},
        "artifacts": list(map(_told, measured.artifacts)),
        "steps": dict(measured.steps),
        "results": told["results"],
        "results_dropped": told["dropped"],
        "mutated": told["mutated"],
    } | {name: told[name] for name in _REPORTED}
