"""Trials in real databases, as many as a test of the history wants; nothing is run for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mitosis._model import MetricSummary, Status, Variant
from mitosis._store import Store
from tests.unit.store.claims import COMMIT, NOON, claim, finish


def summary(*values: float) -> MetricSummary:
    """Return what is kept of a metric's points, of which only the last may be NaN."""
    known = [value for value in values if value == value]
    nan = float("nan")
    return MetricSummary(
        points=len(values),
        last=values[-1],
        last_step=len(values) - 1,
        minimum=min(known, default=nan),
        maximum=max(known, default=nan),
        mean=sum(known) / len(known) if known else nan,
    )


class Trials:
    """A trials folder that gets one trial after the other, a minute apart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started_at = NOON
        folder.mkdir(exist_ok=True)

    def add(
        self,
        values: Mapping[str, Any] | None = None,
        main: Any = 1.5,
        *,
        experiment: str = "kmeans",
        status: Status | None = Status.SUCCEEDED,
        numbers: Mapping[str, float] | None = None,
        metrics: Mapping[str, MetricSummary] | None = None,
        **fields: Any,
    ) -> str:
        """Record a trial and return its key; without a status it still runs."""
        values = {"k": 3} if values is None else values
        database = fields.pop("database", f"{experiment}.db")
        commit = fields.pop("commit", COMMIT)
        reason = fields.pop("reason", "")
        started_at: datetime = fields.pop("started_at", self.started_at)
        fields.setdefault("seed", int((started_at - NOON).total_seconds()))
        made = claim(
            variants=tuple(_variant(name, value) for name, value in values.items()),
            experiment=experiment,
            name_prefix="-".join([experiment, *map(str, values.values())]),
            values=dict(values),
            started_at=started_at,
            **fields,
        )
        made = replace(made, code=replace(made.code, commit=commit))
        store = Store(self.folder / database)
        store.claim(made)
        self.started_at += timedelta(minutes=1)
        if status:
            reported = main if status is Status.SUCCEEDED else None
            told = {"status": status, "ended_at": started_at, "reason": reason}
            ended = finish(made.key, reported, **told)
            store.finish(replace(ended, numbers=numbers or {}, metrics=metrics or {}))
        return made.key


def _variant(parameter: str, value: Any) -> Variant:
    text = repr(value)
    return Variant(parameter, str(value), text, f"digest of {text}", 1)
