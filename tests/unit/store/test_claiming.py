"""A claim locks its variants, takes the next iteration and makes the trial's row."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mitosis._model import Claimed, Lock
from mitosis._store import Store
from mitosis.errors import DatabaseError

from .claims import COMMIT, LOW, NOON, act, claim, execute, in_force, variant

HOSTILE = [
    "",
    " ",
    "it's",
    'say "hi"',
    "a\nb\r\n\tc",
    "🧬 größe",
    "'); DROP TABLE variant; --",
    "%s ? :name {0}",
    "a\0b",
    "[1]",
    "x" * 10_000,
    "e\u0301",
]


def test_making_a_store_writes_nothing(store: Store) -> None:
    assert not store.path.exists()


def test_the_first_claim_makes_the_file_and_is_iteration_one(store: Store) -> None:
    assert store.claim(claim()) == Claimed(name="sine-low-1", iteration=1)
    assert store.path.stat().st_size > 0


def test_the_first_claim_leaves_no_file_beside_the_database(store: Store) -> None:
    store.claim(claim())
    assert list(store.path.parent.iterdir()) == [store.path]


def test_the_same_variants_again_are_the_next_iteration(store: Store) -> None:
    claimed = [store.claim(claim()) for _ in range(3)]
    assert [c.iteration for c in claimed] == [1, 2, 3]
    assert [c.name for c in claimed] == ["sine-low-1", "sine-low-2", "sine-low-3"]


def test_each_combination_of_variants_counts_for_itself(store: Store) -> None:
    low, high = variant("low", "0.1"), variant("high", "9")
    mild, wild = variant("mild", "1", "force"), variant("wild", "2", "force")
    combinations = [(low, mild), (low, wild), (high, mild), (low, mild), (low,), (low, mild)]
    iterations = [store.claim(claim(*pair)).iteration for pair in combinations]
    assert iterations == [1, 1, 1, 2, 1, 3]


def test_the_order_of_variants_does_not_matter(store: Store) -> None:
    low, mild = variant("low", "0.1"), variant("mild", "1", "force")
    assert store.claim(claim(low, mild)).iteration == 1
    assert store.claim(claim(mild, low)).iteration == 2


def test_each_group_counts_for_itself(store: Store) -> None:
    groups = [None, "a", "b", None, "a", None]
    iterations = [store.claim(claim(group=group)).iteration for group in groups]
    assert iterations == [1, 1, 1, 2, 2, 3]


def test_a_lock_holds_in_every_group(store: Store) -> None:
    store.claim(claim(group="a"))
    with pytest.raises(RuntimeError, match="locked with another value"):
        store.claim(claim(variant(text="0.2"), group="b"))


def test_experiments_that_share_a_file_are_locked_and_counted_apart(store: Store) -> None:
    store.claim(claim())
    other = claim(variant(text="0.2"), experiment="cosine")
    assert store.claim(other).iteration == 1
    assert in_force(store)["noise", "low"].variant.text == "0.1"
    assert in_force(store, "cosine")["noise", "low"].variant.text == "0.2"
    with pytest.raises(RuntimeError, match="locked with another value"):
        store.claim(claim(variant(text="0.1"), experiment="cosine"))


def test_an_experiment_without_parameters_is_counted_too(store: Store) -> None:
    assert [store.claim(claim(variants=())).iteration for _ in range(2)] == [1, 2]
    assert in_force(store) == {}


def test_a_lock_says_who_locked_the_variant_and_when(store: Store) -> None:
    first = claim()
    store.claim(first)
    store.claim(claim(started_at=NOON + timedelta(days=1)))
    lock = Lock("sine", variant(), NOON, "sine-low-1", first.key, COMMIT, used_by=2)
    assert in_force(store) == {("noise", "low"): lock}


def test_one_name_may_stand_for_different_values_of_different_parameters(store: Store) -> None:
    store.claim(claim(variant("low", "1", "noise"), variant("low", "2", "force")))
    locks = in_force(store)
    assert locks["noise", "low"].variant.text == "1"
    assert locks["force", "low"].variant.text == "2"


def test_a_claim_locks_what_is_new_and_leaves_what_is_locked(store: Store) -> None:
    first = claim()
    store.claim(first)
    second = claim(variant(), variant("mild", "1", "force"))
    store.claim(second)
    lockers = {names: lock.trial_key for names, lock in in_force(store).items()}
    assert lockers == {("noise", "low"): first.key, ("force", "mild"): second.key}


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_names_and_texts_of_any_kind_come_back_as_they_were(store: Store, name: str) -> None:
    given = variant(name, f"text {name}", f"parameter {name}")
    assert [store.claim(claim(given)).iteration for _ in range(2)] == [1, 2]
    (lock,) = in_force(store).values()
    assert lock.variant == given
    assert [row["variants"] for row in store.trials()] == [{given.parameter: name}] * 2


def test_all_hostile_names_are_variants_of_their_own(store: Store) -> None:
    claimed = [store.claim(claim(variant(name, name))).iteration for name in HOSTILE]
    assert claimed == [1] * len(HOSTILE)
    assert {name for _, name in in_force(store)} == set(HOSTILE)


def test_names_that_differ_only_in_case_are_two_variants(store: Store) -> None:
    store.claim(claim(variant("low", "1")))
    assert store.claim(claim(variant("LOW", "2"))).iteration == 1


@pytest.mark.parametrize("seed", [None, 0, 2**31, 2**64, 10**400])
def test_a_seed_of_any_size_is_kept(store: Store, seed: int | None) -> None:
    store.claim(claim(seed=seed))
    (row,) = store.trials()
    assert row["seed"] == (None if seed is None else str(seed))


def test_the_row_holds_what_was_claimed_and_is_running(store: Store) -> None:
    given = claim(group="a", values={"noise": 0.1, "text": "é\n", "nan": float("inf")})
    store.claim(given)
    (row,) = store.trials()
    shown = {name: row[name] for name in row if row[name] is not None and name != "id"}
    assert shown == {
        "key": given.key,
        "experiment": "sine",
        "name": "sine-low-1",
        "run_group": "a",
        "variants": {"noise": "low"},
        "iteration": 1,
        "digests": {"noise": "digest of 0.1"},
        "literals": {"noise": 0.1, "text": "é\n", "nan": float("inf")},
        "seed": "7",
        "status": "running",
        "commit_hash": COMMIT,
        "branch": "main",
        "remote": "https://example.org/r.git",
        "started_at": NOON,
        "host": "host",
        "pid": 4321,
        "process_started": 12.5,
        "boot_id": "boot",
        "environment": "e" * 64,
        "data": [],
        "numbers": {},
        "metrics": {},
    }


def test_trials_come_in_the_order_of_their_claims(store: Store) -> None:
    claims = [claim(started_at=NOON - timedelta(days=n)) for n in range(4)]
    for given in claims:
        store.claim(given)
    assert [row["key"] for row in store.trials()] == [given.key for given in claims]


def test_a_key_that_is_taken_is_refused_and_nothing_is_written(store: Store) -> None:
    store.claim(claim(key="3f9a2c11"))
    before = store.path.read_bytes()
    with pytest.raises(DatabaseError, match=r"trial\.key") as caught:
        store.claim(claim(variant("high", "9"), key="3f9a2c11"))
    assert caught.value.database == store.path
    assert store.path.read_bytes() == before


def test_a_retired_name_can_be_used_for_another_value(store: Store) -> None:
    store.claim(claim())
    store.retire(LOW, act())
    store.claim(claim(variant(text="0.2")))
    assert in_force(store)["noise", "low"].variant.text == "0.2"
    kept = execute(store.path, "SELECT text, retired_at FROM variant ORDER BY id")
    assert kept == [("0.1", "2024-05-08T12:00:00.000000+00:00"), ("0.2", None)]


def test_any_number_of_retired_definitions_may_share_a_name(store: Store) -> None:
    for text in ("1", "2", "3"):
        store.claim(claim(variant(text=text)))
        store.retire(LOW, act())
    assert in_force(store) == {}
    assert store.claim(claim(variant(text="4"))).iteration == 4
