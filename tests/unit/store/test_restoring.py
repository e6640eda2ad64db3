"""A database is rebuilt or completed from what the trials' folders tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mitosis._model import Claimed, DataFile, Lock, LockName, Places, RecordedTrial, Status
from mitosis._store import Restored, Store

from .claims import LOW, NOON, act, claim, execute, finish, in_force, variant
from .faults import record
from .former import make_schema_1

DAY = timedelta(days=1)


def on(day: int, key: str, name: str = "low", text: str = "0", **fields: Any) -> RecordedTrial:
    """Return the record of a trial that started on some day."""
    told = record(key, name, text, **fields)
    return replace(told, claim=replace(told.claim, started_at=NOON + day * DAY))


def run(store: Store, *given: RecordedTrial) -> list[RecordedTrial]:
    """Claim and finish trials in a store, and return their records."""
    records = []
    for recorded in given:
        claimed = store.claim(recorded.claim, partial(_places, recorded))
        if recorded.finish:
            store.finish(recorded.finish)
        records.append(replace(recorded, claimed=claimed))
    return records


def _places(recorded: RecordedTrial, _claimed: Claimed) -> Places:
    return recorded.places


def tables(store: Store) -> list[list[Any]]:
    """Return all that a database holds, but for the order in which it got it."""
    return [
        store.trials(),
        store.variants(retired=True),
        execute(store.path, "SELECT * FROM trial_variant ORDER BY 1, 2"),
    ]


@pytest.fixture
def other(tmp_path: Path) -> Store:
    return Store(tmp_path / "other.db")


def test_a_lost_database_is_rebuilt_as_it_was(store: Store, other: Store) -> None:
    file = DataFile("lake.csv", "d" * 64, 3, NOON)
    records = run(
        store,
        on(1, "a1"),
        on(2, "a2", outcome=None),
        on(3, "a3", "high", "1", results_digest="r" * 64, data=(file,)),
    )
    restored = other.restore(records[::-1])
    assert restored == Restored(added=("a1", "a2", "a3"))
    assert tables(other) == tables(store)
    assert other.claim(on(4, "a4").claim).iteration == 3


def test_what_people_did_is_done_again_in_a_lost_database(store: Store, other: Store) -> None:
    records = run(store, on(1, "a1"), on(1, "b1", "mild", "5"))
    store.retire(LOW, act(at=NOON + 2 * DAY))
    records += run(store, on(3, "a3", text="0.5"))
    store.rename(LOW, "faint", act(at=NOON + 4 * DAY))
    records += run(store, on(5, "a5", text="7"), on(5, "a6", "faint", "0.5"))
    store.retire(LOW, act(at=NOON + 6 * DAY))
    records += run(store, on(7, "a7", text="7"))
    lock = Lock("sine", variant("far", "8"), NOON, "sine-far-1", "0000000a", "c" * 40)
    store.import_locks([lock], act(at=NOON + 8 * DAY))
    store.rename(LOW._replace(name="far"), "near", act(at=NOON + 9 * DAY))
    restored = other.restore(records, store.acts())
    assert restored.contradictions == ()
    assert len(restored.replayed) == len(store.acts()) == 5
    assert tables(other) == tables(store)
    assert other.restore(records, store.acts()) == Restored()


def test_acts_of_old_are_told_by_the_first_new_one(store: Store, other: Store) -> None:
    records = run(store, on(1, "a1"), on(2, "b1", "high", "5"))
    store.retire(LOW, act(at=NOON + 2 * DAY))
    store.path.with_name("sine.db.acts").unlink()
    store.rename(LOW._replace(name="high"), "huge", act(at=NOON + 3 * DAY))
    other.restore(records, store.acts())
    assert tables(other) == tables(store)


def test_restoring_twice_is_restoring_once(store: Store) -> None:
    records = [on(1, "a1"), on(2, "a2", text="9", iteration=2), on(3, "a3", "high")]
    assert store.restore(records).contradictions != ()
    before = store.path.read_bytes()
    assert store.restore(records) == Restored()
    assert store.path.read_bytes() == before


def test_a_stale_copy_gets_what_it_lacks(store: Store, other: Store) -> None:
    records = run(store, on(1, "a1"), on(2, "a2"))
    other.path.write_bytes(store.path.read_bytes())
    records += run(store, on(3, "a3"), on(4, "b1", "high", "5"))
    assert other.restore(records).added == ("a3", "b1")
    assert tables(other) == tables(store)


@pytest.mark.parametrize("status", [Status.RUNNING, Status.LOST])
def test_a_row_without_an_end_gets_the_one_of_its_record(store: Store, status: Status) -> None:
    recorded = on(1, "a1")
    (told,) = run(store, replace(recorded, outcome=None))
    if status is Status.LOST:
        store.finish(finish("a1", None, status=Status.LOST))
    assert store.restore([told]) == Restored()
    ended = replace(told, outcome=recorded.outcome, results_digest="r" * 64)
    assert store.restore([ended]) == Restored(completed=("a1",))
    (row,) = store.trials()
    assert (row["status"], row["main"], row["results_digest"]) == ("succeeded", 4.5, "r" * 64)
    assert store.restore([ended]) == Restored()


def test_a_row_of_a_former_schema_learns_what_its_record_knows(store: Store) -> None:
    (told,) = run(store, on(1, "a1", results_digest="r" * 64))
    execute(store.path, "UPDATE trial SET results_digest = NULL, folder = NULL")
    told = replace(told, claim=replace(told.claim, hypothesis="It is large."))
    assert store.restore([told]) == Restored(completed=("a1",))
    (row,) = store.trials()
    assert (row["hypothesis"], row["folder"]) == ("It is large.", "low-1_a1")
    assert row["results_digest"] == "r" * 64


@pytest.mark.parametrize(
    ("told", "match"),
    [
        (on(1, "a1", "high", "0"), "variants is {'noise': 'low'} in the database"),
        (on(1, "a1", iteration=3), "iteration is 1 in the database, 3 in its folder"),
        (on(1, "a1", text="9"), "digests is"),
    ],
    ids=["variants", "iteration", "value"],
)
def test_a_row_that_its_record_contradicts_stays(
    store: Store, told: RecordedTrial, match: str
) -> None:
    run(store, on(1, "a1"))
    before = store.path.read_bytes()
    (sentence,) = store.restore([told]).contradictions
    assert sentence.startswith("trial 'low-1' (key a1): ")
    assert match in sentence
    assert store.path.read_bytes() == before


def test_a_finished_row_is_never_overwritten(store: Store) -> None:
    (told,) = run(store, on(1, "a1"))
    assert told.outcome
    before = store.path.read_bytes()
    failed = replace(told, outcome=replace(told.outcome, status=Status.FAILED, main=None))
    (sentence,) = store.restore([failed]).contradictions
    assert "status is 'succeeded' in the database, 'failed' in its folder" in sentence
    assert "main_json is '4.5' in the database, None in its folder" in sentence
    assert store.restore([replace(told, outcome=None)]) == Restored()
    assert store.path.read_bytes() == before


def test_rows_whose_folders_are_gone_are_kept(store: Store) -> None:
    run(store, on(1, "a1"), on(2, "a2"))
    assert store.restore([on(3, "b1", "high", "1")]).added == ("b1",)
    assert [row["key"] for row in store.trials()] == ["a1", "a2", "b1"]


def test_of_two_trials_of_one_number_the_one_with_a_row_is_kept_and_both_are_named(
    store: Store,
) -> None:
    run(store, on(2, "a2"))
    restored = store.restore([on(1, "a1")])
    assert restored.added == ()
    assert restored.contradictions == (
        "two trials are called 'low-1': the one with key a2, started 2024-05-08 12:00, is in "
        "the database, the one with key a1, started 2024-05-07 12:00, is left out",
    )
    assert [row["key"] for row in store.trials()] == ["a2"]


def test_of_two_trials_of_one_number_without_a_row_the_earlier_is_taken(store: Store) -> None:
    restored = store.restore([on(2, "a2"), on(1, "a1"), on(1, "a0")])
    assert restored.added == ("a0",)
    assert len(restored.contradictions) == 2


def texts(store: Store) -> list[tuple[str, str, datetime | None, list[str]]]:
    return [
        (k.variant.name, k.variant.text, k.retired_at, [a.by for a in k.acts])
        for k in store.variants(retired=True)
    ]


@pytest.mark.parametrize("in_database", ["neither", "earlier", "later"])
def test_two_values_under_one_name_are_both_kept_and_the_later_holds(
    store: Store, in_database: str
) -> None:
    early, late = on(1, "a1"), on(2, "a2", text="9", iteration=2)
    if in_database != "neither":
        run(store, early if in_database == "earlier" else on(2, "a2", text="9", iteration=1))
    if in_database == "later":
        early = on(1, "a1", iteration=2)
        late = on(2, "a2", text="9")
    (sentence,) = store.restore([late, early]).contradictions
    assert "variant 'low' of parameter 'noise' of experiment 'sine'" in sentence
    assert "(key a1)" in sentence
    assert "(key a2)" in sentence
    moment = NOON + 2 * DAY
    assert texts(store) == [("low", "0", moment, ["mitosis repair"]), ("low", "9", None, [])]
    assert [lock.used_by for lock in store.variants(retired=True)] == [1, 1]
    (why,) = [a.why for k in store.variants(retired=True) for a in k.acts]
    assert "(key a2) locked the name to another value" in why


def test_many_trials_of_two_values_under_one_name_are_one_contradiction(store: Store) -> None:
    records = [on(n, f"a{n}", text=str(n % 2), iteration=n) for n in range(1, 9)]
    assert len(store.restore(records).contradictions) == 1
    assert [lock.used_by for lock in store.variants(retired=True)] == [4, 4]


def test_a_value_that_was_retired_before_another_took_its_name_contradicts_nothing(
    store: Store, other: Store
) -> None:
    (early,) = run(other, on(1, "a1"))
    other.retire(LOW, act(at=NOON + 2 * DAY))
    run(store, on(3, "a3", text="9"))
    restored = store.restore([replace(early, claimed=Claimed("low-9", 9))], other.acts())
    assert restored.contradictions == ()
    assert texts(store) == [
        ("low", "0", NOON + 2 * DAY, [act().by]),
        ("low", "9", None, []),
    ]


def test_a_value_that_was_renamed_before_another_took_its_name_contradicts_nothing(
    store: Store, other: Store
) -> None:
    (early,) = run(other, on(1, "a1"))
    other.rename(LOW, "faint", act(at=NOON + 2 * DAY))
    run(store, on(3, "a3", text="9"))
    restored = store.restore([replace(early, claimed=Claimed("low-9", 9))], other.acts())
    assert restored.contradictions == ()
    assert [(name, text) for name, text, *_ in texts(store)] == [("faint", "0"), ("low", "9")]


def test_an_older_trial_of_the_same_value_leaves_the_lock_as_it_is(store: Store) -> None:
    run(store, on(3, "a3"))
    before = in_force(store)
    assert store.restore([on(1, "a1", iteration=2)]).contradictions == ()
    lock = in_force(store)["noise", "low"]
    assert (lock.trial_key, lock.used_by) == ("a3", 2)
    assert set(before) == {("noise", "low")}


def test_a_value_in_another_edition_is_believed_to_be_the_locked_one(store: Store) -> None:
    run(store, on(1, "a1", text="old(1)"))
    told = on(2, "a2", text="new(1)", iteration=2)
    newer = replace(told.claim.variants[0], version=2)
    told = replace(told, claim=replace(told.claim, variants=(newer,)))
    assert store.restore([told]) == Restored(added=("a2",))
    assert [lock.used_by for lock in store.variants()] == [2]


def test_an_act_that_later_trials_contradict_was_never_done(store: Store, other: Store) -> None:
    records = run(store, on(1, "a1"), on(3, "a3"))
    run(other, on(1, "a1"))
    other.retire(LOW, act(at=NOON + 2 * DAY))
    assert store.restore(records, other.acts()) == Restored()
    assert set(in_force(store)) == {("noise", "low")}


def test_an_act_on_what_nobody_knows_is_passed_over(store: Store, other: Store) -> None:
    run(other, on(1, "a1"))
    other.retire(LOW, act())
    assert store.restore([on(1, "b1", "high", "1")], other.acts()).replayed == ()


def test_a_rename_to_a_name_that_is_taken_is_a_contradiction(
    store: Store, other: Store
) -> None:
    run(other, on(1, "a1"))
    other.rename(LOW, "faint", act(at=NOON + 2 * DAY))
    run(store, on(1, "a1"), on(1, "b1", "faint", "3"))
    (sentence,) = store.restore([], other.acts()).contradictions
    assert "renamed to 'faint'" in sentence
    assert "(key b1)" in sentence
    assert set(in_force(store)) == {("noise", "low"), ("noise", "faint")}


def test_trials_in_debug_mode_are_passed_over(store: Store) -> None:
    assert store.restore([on(1, "a1", claimed=None)]) == Restored()
    assert store.trials() == []


def test_an_old_file_is_raised_by_what_it_gets(store: Store) -> None:
    make_schema_1(store.path)
    assert store.restore([on(300, "a1", "b", "1")]).added == ("a1",)
    assert store.path.with_name("sine.db.schema-1").exists()


def test_experiments_in_one_file_are_restored_apart(store: Store) -> None:
    one, two = on(1, "a1"), on(2, "a2", text="9")
    two = replace(two, claim=replace(two.claim, experiment="cosine"))
    assert store.restore([one, two]) == Restored(added=("a1", "a2"))
    names = {lock.full_name for lock in store.variants()}
    assert names == {LOW, LockName("cosine", "noise", "low")}


@pytest.mark.slow
def test_ten_thousand_trials_are_restored_within_a_minute(store: Store) -> None:
    records = [
        replace(on(0, f"k{n:05}"), claim=replace(claim(), key=f"k{n:05}"))
        for n in range(10_000)
    ]
    records = [replace(r, claimed=Claimed(f"low-{n}", n)) for n, r in enumerate(records, 1)]
    assert len(store.restore(records).added) == 10_000
