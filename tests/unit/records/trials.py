"""Trials with real databases and folders, as their runners leave them; no kernel is needed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from mitosis import _layout
from mitosis import _notebook as notebooks
from mitosis._canonical import text_digest
from mitosis._layout import TrialFolder
from mitosis._model import (
    Claim,
    Claimed,
    CodeState,
    Finish,
    Machine,
    Outcome,
    Places,
    Runner,
    Status,
    Usage,
    Variant,
)
from mitosis._notebook import Plan, PlannedCell
from mitosis._provenance import runner
from mitosis._records import Page, write_record
from mitosis._store import Store

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)


@cache
def dead() -> Runner:
    """Return a runner of this machine that is gone."""
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    return replace(runner(), pid=process.pid)


def elsewhere() -> Runner:
    """Return a runner of another machine, of which nobody here can tell whether it lives."""
    return Runner("far-away", 4242, 12.5, "another boot", machine_id="another machine")


def variant(name: str = "low", text: str = "0.1", parameter: str = "noise") -> Variant:
    return Variant(parameter, name, text, text_digest(text), 2)


def claim(*variants: Variant, **fields: Any) -> Claim:
    named = variants or (variant(),)
    made = Claim(
        experiment="sine",
        key=_layout.new_key(),
        name_prefix="-".join(["sine", *(v.name for v in named)]),
        group=None,
        variants=named,
        values={v.parameter: v.text for v in named},
        seed=7,
        code=CodeState(Path("waves"), "c" * 40, "main", "https://example.org/r.git"),
        machine=Machine("Linux", "cpu", 8, 1 << 30, ("run.py",)),
        runner=dead(),
        environment_digest="e" * 64,
        started_at=NOON,
        database="sine.db",
        hypothesis="The sine is what it was.",
    )
    return replace(made, **fields)


class Begun:
    """A trial that was claimed, in a trials folder of its own or among others."""

    def __init__(self, trials_folder: Path, given: Claim, *, is_visible: bool = True) -> None:
        self.trials_folder, self.claim = trials_folder, given
        self.store = Store(trials_folder / given.database)
        self.folder = TrialFolder(trials_folder)
        self.page = trials_folder
        self.claimed = self.store.claim(given, self._prepare)
        if is_visible:
            self.folder = _layout.show_trial_folder(self.folder)
            self._start()

    @property
    def key(self) -> str:
        return self.claim.key

    @property
    def name(self) -> str:
        return self.claimed.name

    def _prepare(self, claimed: Claimed) -> Places:
        stem = _layout.file_stem(claimed.name)
        self.folder = _layout.make_trial_folder(self.trials_folder, stem, self.key)
        self.page = _layout.free_page(self.trials_folder, stem, self.key, "html")
        write_record(self.folder, self.claim, claimed, self.page)
        return Places(_layout.visible(self.folder).root.name, self.page.name)

    def _start(self) -> None:
        facts = [("key", self.key)]
        plan = Plan(
            "sine",
            "It is.",
            facts,
            "parameters = {}",
            [PlannedCell("results = run()", ("run",))],
        )
        live = Page(self.page, plan, self.claim, self.claimed)
        live.write()
        self.folder.notebook.write_text(notebooks.to_ipynb(live.notebook), encoding="utf-8")
        self.folder.log.touch()

    def print(self, text: str, *figures: str) -> Begun:
        """Have the experiment print something and show figures behind it."""
        with self.folder.log.open("a", encoding="utf-8") as log:
            log.write(text)
        entries = [
            {
                "at": self.folder.log.stat().st_size,
                "type": "display_data",
                "data": {"image/png": figure, "text/plain": "<Figure>"},
                "metadata": {},
                "transient": {},
            }
            for figure in figures
        ]
        with self.folder.displays.open("a", encoding="utf-8") as displays:
            displays.writelines(f"{json.dumps(entry)}\n" for entry in entries)
        return self

    def outcome(self, status: Status = Status.SUCCEEDED, **fields: Any) -> Outcome:
        ended_at = self.claim.started_at + timedelta(seconds=3)
        made = Outcome(status, ended_at, Usage(3.0, 2.0, 10), main=1.5)
        return replace(made, **fields)

    def record(self, outcome: Outcome) -> Begun:
        """Have the runner write the record of the end, and no more."""
        write_record(self.folder, self.claim, self.claimed, self.page, outcome)
        return self

    def finish(self, outcome: Outcome | None = None) -> Begun:
        """Have the runner end the trial: record, page and row."""
        outcome = outcome or self.outcome()
        self.record(outcome)
        plan = Plan("sine", "It is.", [("key", self.key)], "")
        Page(self.page, plan, self.claim, self.claimed).write(outcome)
        places = Places(self.folder.root.name, self.page.name)
        self.store.finish(Finish(self.key, outcome, places))
        return self

    def row(self) -> dict[str, Any]:
        return row(self.store, self.key)


def begin(trials_folder: Path, *variants: Variant, **fields: Any) -> Begun:
    """Claim a trial and come as far as the start of its kernel."""
    is_visible = fields.pop("is_visible", True)
    return Begun(trials_folder, claim(*variants, **fields), is_visible=is_visible)


def row(store: Store, key: str) -> dict[str, Any]:
    """Return the row of a trial."""
    (found,) = (dict(row) for row in store.trials() if row["key"] == key)
    return {str(column): value for column, value in found.items()}


def statuses(store: Store) -> dict[str, str]:
    """Return how each trial stands, by its name."""
    return {row["name"]: row["status"] for row in store.trials()}


def files(place: Path) -> dict[str, bytes]:
    """Return all files below a place with their contents."""
    paths: Sequence[Path] = sorted(path for path in place.rglob("*") if path.is_file())
    return {str(path.relative_to(place)): path.read_bytes() for path in paths}
