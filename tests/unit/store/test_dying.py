"""A process that is killed at whichever statement has done all or nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mitosis._layout import is_own
from mitosis._store import Store

from .claims import execute
from .faults import VERBS, make_for, told

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("verb", VERBS)
def test_a_killed_process_has_done_all_or_nothing(store: Store, verb: str) -> None:
    make_for(verb, store.path)
    before = told(store)
    folder = store.path.parent
    command = [sys.executable, "-m", "tests.unit.store.dying_verbs", str(folder), verb]
    subprocess.run(command, cwd=ROOT, check=True, timeout=100)
    places = sorted(path for path in folder.iterdir() if path.is_dir())
    *dead, alive = [Store(place / "sine.db") for place in places]
    after = told(alive)
    assert len(dead) > 5
    for left in dead:
        assert [p for p in left.path.parent.iterdir() if not is_own(p, p.parent)] == []
        assert {**told(left), "acts": ()} == {**before, "acts": ()}
        assert execute(left.path, "PRAGMA integrity_check") == [("ok",)]
        assert left.state().integrity == "ok"
        written_down = left.acts()
        VERBS[verb](left)
        assert {**told(left), "acts": left.acts()[len(written_down) :]} == after


def test_an_act_that_was_written_down_and_not_committed_is_done_by_a_repair(
    store: Store,
) -> None:
    make_for("retire", store.path)
    folder = store.path.parent
    command = [sys.executable, "-m", "tests.unit.store.dying_verbs", str(folder), "retire"]
    subprocess.run(command, cwd=ROOT, check=True, timeout=100)
    *_, killed, alive = sorted(path for path in folder.iterdir() if path.is_dir())
    left = Store(killed / "sine.db")
    (act,) = left.acts()
    restored = left.restore([], [act])
    assert restored.replayed == (
        "variant 'low' of parameter 'noise' of experiment 'sine' was retired by "
        "Ada <ada@example.org> on 2024-05-08",
    )
    assert left.variants(retired=True) == Store(alive / "sine.db").variants(retired=True)
