"""The trial's own complete record, `record.json`: written at its claim and at its end."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mitosis._layout import TrialFolder, write_whole
from mitosis._model import Claim, Claimed, Outcome, Variant
from mitosis._recording import Report

RECORD_VERSION = 2


def write_record(
    folder: TrialFolder,
    claim: Claim,
    claimed: Claimed | None,
    html: Path,
    outcome: Outcome | None = None,
    report: Report | None = None,
) -> None:
    """Write everything that is known of a trial, so that it can be told without the database.

    Without a granted claim it is a trial in debug mode, without an outcome one that runs.
    """
    record = _claim_part(claim, claimed) | {"html": html.name, "status": "running"}
    if outcome:
        record |= _outcome_part(outcome)
    if report:
        record |= {
            "results": dict(report.results),
            "results_dropped": dict(report.dropped),
            "mutated": dict(report.mutated),
        }
    text = json.dumps(record, indent=1, ensure_ascii=False, default=str)
    write_whole(folder.record, text.encode("utf-8", "backslashreplace"))


def _claim_part(claim: Claim, claimed: Claimed | None) -> dict[str, Any]:
    code = asdict(claim.code)
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
        "machine": asdict(claim.machine),
        "runner": asdict(claim.runner),
        "database": claim.database,
        "hypothesis": claim.hypothesis,
        "data": [asdict(file) for file in claim.data],
        "changed": list(claim.changed),
        "seed_is_generated": claim.seed_is_generated,
        "environment": claim.environment_digest,
        "started_at": claim.started_at.isoformat(),
    }


def _variant_part(variant: Variant) -> dict[str, Any]:
    """Return what is locked; under former editions it can be written again."""
    part = asdict(variant)
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
        **asdict(outcome.usage),
    }
