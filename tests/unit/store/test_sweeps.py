"""Sweeps in the store: variants locked before any trial, and trials found by their points."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from mitosis._layout import acts_file
from mitosis._model import (
    Claimed,
    Places,
    RecordedTrial,
    Status,
    SweepPoint,
)
from mitosis._store import Restored, Store
from mitosis.errors import NewerEditionError, VariantConflictError

from .claims import COMMIT, LOW, act, claim, finish, in_force, variant
from .plans import plan


def run(store: Store, point: int, status: Status | None, sweep: str = "night") -> str:
    given = claim(variant(), sweep=SweepPoint(sweep, point))
    store.claim(given)
    if status:
        store.finish(finish(given.key, status=status))
    return given.key


VARIANTS = tuple(variant(f"v{n}", str(n)) for n in range(1200))


def test_all_variants_are_locked_at_once_by_the_sweep(store: Store) -> None:
    store.lock(plan(*VARIANTS))
    locks = in_force(store)
    assert [locks["noise", v.name].variant for v in VARIANTS] == list(VARIANTS)
    lock = locks["noise", "v7"]
    assert (lock.sweep, lock.trial_key, lock.used_by) == ("night", "", 0)
    assert lock.origin == ("since 2024-05-06 11:00 UTC, by sweep 'night' at commit 0123456789")


def test_all_conflicts_are_told_and_nothing_is_locked(store: Store) -> None:
    store.claim(claim(variant("low", "0.1")))
    store.lock(plan(variant("mid", "1")))
    before = store.path.read_bytes()
    wanted = plan(*VARIANTS, variant("mid", "2"), variant("low", "3"), name="day")
    with pytest.raises(VariantConflictError) as caught:
        store.lock(wanted)
    names = [conflict.given.name for conflict in caught.value.conflicts]
    assert names == ["mid", "low"]
    assert "by sweep 'night'" in str(caught.value)
    assert store.path.read_bytes() == before


def test_texts_of_newer_editions_are_told(store: Store) -> None:
    store.lock(plan(replace(variant(), version=9)))
    with pytest.raises(NewerEditionError, match="variant 'low' of parameter 'noise'"):
        store.lock(plan(variant()))


def test_locking_again_changes_nothing(store: Store) -> None:
    store.lock(plan(*VARIANTS[:3]))
    before = store.variants()
    store.lock(plan(*VARIANTS[:2], name="day"))
    assert store.variants() == before


def test_what_is_raised_while_the_plan_is_written_undoes_the_locks(store: Store) -> None:
    def refuse() -> None:
        raise OSError(28, "No space left on device")

    store.lock(plan(variant("mid", "1")))
    with pytest.raises(OSError, match="No space left"):
        store.lock(plan(*VARIANTS), refuse)
    assert [lock.variant.name for lock in store.variants()] == ["mid"]


def test_of_two_sweeps_at_once_one_is_refused(store: Store) -> None:
    ended: list[str] = []

    def lock(text: str) -> None:
        try:
            store.lock(plan(*VARIANTS[:500], variant("low", text)))
        except VariantConflictError:
            ended.append("refused")
        else:
            ended.append("locked")

    threads = [threading.Thread(target=lock, args=[text]) for text in ("1", "2", "3")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["locked", "refused", "refused"]


def test_a_trial_uses_the_lock_of_its_sweep(store: Store) -> None:
    store.lock(plan(variant()))
    run(store, 0, Status.SUCCEEDED)
    assert (store.variants()[0].sweep, store.variants()[0].used_by) == ("night", 1)


def test_a_lock_of_a_sweep_can_be_freed_and_renamed(store: Store) -> None:
    store.lock(plan(variant(), variant("high", "9")))
    assert store.retire(LOW, act()).retired_at
    assert store.rename(LOW._replace(name="high"), "loud", act()).variant.name == "loud"
    assert len(acts_file(store.path).read_text().splitlines()) == 2


def test_the_rows_come_by_point_and_the_newest_of_a_point_last(store: Store) -> None:
    keys = [
        run(store, 2, Status.FAILED),
        run(store, 0, Status.SUCCEEDED),
        run(store, 2, Status.SUCCEEDED),
        run(store, 1, None),
    ]
    run(store, 0, Status.SUCCEEDED, "other")
    rows = store.sweep_rows("night")
    assert [(row.point, row.key) for row in rows] == [
        (0, keys[1]),
        (1, keys[3]),
        (2, keys[0]),
        (2, keys[2]),
    ]
    first, running = rows[:2]
    assert (first.status, first.main, first.seed, first.commit) == (
        Status.SUCCEEDED,
        1.5,
        7,
        COMMIT,
    )
    assert (first.variants, first.values) == ({"noise": "low"}, {"noise": 0.1})
    assert (first.wall_seconds, first.folder) == (3.0, f"sine-low-1_{keys[1]}")
    assert (running.status, running.main, running.reason, running.html) == (
        Status.RUNNING,
        None,
        "",
        "",
    )


@pytest.mark.parametrize(
    ("statuses", "counts"),
    [
        ([Status.FAILED, Status.SUCCEEDED, Status.FAILED], Status.SUCCEEDED),
        ([Status.FAILED, None, Status.LOST], Status.RUNNING),
        ([Status.FAILED, Status.LOST], Status.LOST),
    ],
)
def test_a_point_is_counted_by_the_trial_that_counts(
    store: Store, statuses: Sequence[Status | None], counts: Status
) -> None:
    for status in statuses:
        run(store, 3, status)
    run(store, 9, Status.TIMED_OUT)
    expected = {counts: 1, Status.TIMED_OUT: 1}
    assert store.sweep_counts("night") == expected


def test_without_a_database_there_are_no_rows(store: Store) -> None:
    assert (store.sweep_rows("night"), store.sweep_counts("night")) == ([], {})


def test_a_purged_trial_leaves_its_point(store: Store) -> None:
    key = run(store, 0, Status.SUCCEEDED)
    store.purge([key], act())
    assert store.sweep_rows("night") == []


def recorded(point: int) -> RecordedTrial:
    given = claim(variant(), sweep=SweepPoint("night", point), database="sine.db")
    ended = finish(given.key)
    claimed = Claimed(f"sine-low-{point + 1}", point + 1)
    return RecordedTrial(given, claimed, Places("folder", "page.html"), ended.outcome)


def test_a_database_made_anew_knows_points_and_the_locks_of_plans(
    store: Store, tmp_path: Path
) -> None:
    wanted = plan(variant(), variant("never", "9"))
    trials = [recorded(0), recorded(1)]
    restored = store.restore(trials, (), [wanted])
    assert restored.replayed == ("2 variants locked by sweep 'night'",)
    assert [(row.point, row.key) for row in store.sweep_rows("night")] == [
        (point, trial.claim.key) for point, trial in enumerate(trials)
    ]
    locks = store.variants()
    assert [(lock.variant.name, lock.sweep, lock.used_by) for lock in locks] == [
        ("low", "night", 2),
        ("never", "night", 0),
    ]
    assert store.restore(trials, (), [wanted]) == Restored()
    usual = Store(tmp_path / "usual.db")
    usual.lock(wanted)
    assert [replace(lock, used_by=0) for lock in locks] == usual.variants()


def test_what_was_freed_since_stays_free_in_a_database_made_anew(
    store: Store, tmp_path: Path
) -> None:
    store.lock(plan(variant()))
    store.retire(LOW, act())
    anew = Store(tmp_path / "anew.db")
    anew.restore([], store.acts(), [plan(variant())])
    assert anew.variants(retired=True) == store.variants(retired=True)


def test_a_row_that_lacks_its_sweep_gets_it_from_its_folder(store: Store) -> None:
    trial = recorded(0)
    store.restore([replace(trial, claim=replace(trial.claim, sweep=None))])
    assert store.restore([trial]).completed == (trial.claim.key,)
    assert [row.point for row in store.sweep_rows("night")] == [0]
    assert store.restore([trial]).completed == ()
