"""Sixteen processes that claim at one instant, in a file that does not exist yet."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from mitosis._store import Store

from .claims import execute

ROOT = Path(__file__).parents[3]
PROCESSES, CLAIMS = 16, 3

pytestmark = pytest.mark.slow


def race(database: Path, manner: str) -> Counter[str]:
    command = ["-m", "tests.unit.store.racing_claims", str(database), str(PROCESSES)]
    done = subprocess.run(
        [sys.executable, *command, str(CLAIMS), manner],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    counts = [Counter[str](json.loads(line)) for line in done.stdout.splitlines()]
    assert len(counts) == PROCESSES
    return sum(counts, Counter())


def test_every_claim_gets_an_iteration_of_its_own(store: Store) -> None:
    assert race(store.path, "agree") == {"claimed": PROCESSES * CLAIMS}
    iterations = sorted(row["iteration"] for row in store.trials())
    assert iterations == list(range(1, PROCESSES * CLAIMS + 1))
    assert execute(store.path, "SELECT count(*) FROM variant") == [(1,)]
    assert execute(store.path, "PRAGMA integrity_check") == [("ok",)]
    assert list(store.path.parent.iterdir()) == [store.path]


def test_one_value_wins_and_every_other_is_a_conflict(store: Store) -> None:
    counts = race(store.path, "quarrel")
    assert counts == {"claimed": CLAIMS, "conflicts": (PROCESSES - 1) * CLAIMS}
    (lock,) = store.locks("sine").values()
    assert {row["key"].split("-")[0] for row in store.trials()} == {lock.variant.text}
