"""Many processes that work on one database at one instant."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from mitosis._store import Store
from mitosis._store.schema import SCHEMA_VERSION

from .claims import execute
from .former import TRIALS, make_schema_1

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.slow


def race(database: Path, manner: str, processes: int = 16, rounds: int = 3) -> Counter[str]:
    """Let processes race, check that the file is sound, and count what came of it."""
    counts = compete(database, manner, processes, rounds)
    assert execute(database, "PRAGMA integrity_check") == [("ok",)]
    assert execute(database, "PRAGMA foreign_key_check") == []
    assert unequal(database) == []
    return counts


def compete(database: Path, manner: str, processes: int, rounds: int) -> Counter[str]:
    command = ["-m", "tests.unit.store.racing_claims", str(database), str(processes)]
    done = subprocess.run(
        [sys.executable, *command, str(rounds), manner],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    told = {line for line in done.stderr.splitlines() if not line.startswith("waiting for ")}
    assert told == set()
    counts = [Counter[str](json.loads(line)) for line in done.stdout.splitlines()]
    assert len(counts) == processes
    return sum(counts, Counter())


def unequal(database: Path) -> list[object]:
    """Return trials that did not run with exactly one definition, or not with their value's."""
    return execute(
        database,
        "SELECT trial.key, count(variant.id) FROM trial "
        "LEFT JOIN trial_variant ON trial.id = trial_id "
        "LEFT JOIN variant ON variant.id = variant_id "
        "AND variant.digest = json_extract(trial.digests, '$.noise') "
        "WHERE instr(trial.key, '-') GROUP BY trial.id HAVING count(variant.id) <> 1",
    )


def test_every_claim_gets_an_iteration_of_its_own(store: Store) -> None:
    assert race(store.path, "agree") == {"claimed": 48}
    iterations = sorted(row["iteration"] for row in store.trials())
    assert iterations == list(range(1, 49))
    assert [lock.used_by for lock in store.variants()] == [48]
    assert list(store.path.parent.iterdir()) == [store.path]


def test_one_value_wins_and_every_other_is_a_conflict(store: Store) -> None:
    assert race(store.path, "quarrel") == {"claimed": 3, "conflict": 45}
    (lock,) = store.variants()
    assert {row["key"].split("-")[0] for row in store.trials()} == {lock.variant.text}


def test_two_processes_that_lock_the_same_new_names_win_each_once(store: Store) -> None:
    assert race(store.path, "duel", processes=2, rounds=20) == {"claimed": 20, "conflict": 20}
    winners = {lock.variant.name: lock.variant.text for lock in store.variants()}
    assert winners == {
        row["variants"]["noise"]: row["key"].split("-")[0] for row in store.trials()
    }
    assert len(winners) == 20


def test_sixty_four_processes_on_four_names_are_sixty_four_trials(store: Store) -> None:
    assert race(store.path, "share", processes=64, rounds=1) == {"claimed": 64}
    rows = store.trials()
    assert {row["name"] for row in rows} == {
        f"sine-v{n}-{iteration}" for n in range(4) for iteration in range(1, 17)
    }
    locks = [(lock.variant.name, lock.variant.text, lock.used_by) for lock in store.variants()]
    assert locks == [(f"v{n}", str(n), 16) for n in range(4)]


@pytest.mark.parametrize(("manner", "names"), [("work", 1), ("work_apart", 8)])
def test_sixty_four_trials_at_once_on_a_fresh_database_are_claimed_and_finished(
    store: Store, manner: str, names: int
) -> None:
    assert race(store.path, manner, processes=64, rounds=1) == {"finished": 64}
    rows = store.trials()
    assert {row["status"] for row in rows} == {"succeeded"}
    iterations = Counter(row["iteration"] for row in rows)
    assert iterations == dict.fromkeys(range(1, 64 // names + 1), names)
    assert [lock.used_by for lock in store.variants()] == [64 // names] * names


def test_of_two_values_for_each_of_four_names_one_wins(store: Store) -> None:
    counts = race(store.path, "contest", processes=64, rounds=1)
    assert counts == {"claimed": 32, "conflict": 32}
    locks = store.variants()
    assert [(lock.variant.name, lock.used_by) for lock in locks] == [
        (f"v{n}", 8) for n in range(4)
    ]


def test_a_name_that_is_retired_and_locked_anew_meanwhile_has_one_meaning_at_a_time(
    store: Store,
) -> None:
    counts = compete(store.path, "agree", 1, 1)
    counts += race(store.path, "retire", processes=18, rounds=8)
    assert counts["retired"] > 1
    assert sum(counts.values()) == 1 + 18 * 8
    locks = store.variants(retired=True)
    assert sum(lock.retired_at is not None for lock in locks) == counts["retired"]
    assert sum(lock.retired_at is None for lock in locks) <= 1
    assert sum(lock.used_by for lock in locks) == counts["claimed"] == len(store.trials())
    iterations = sorted(row["iteration"] for row in store.trials())
    assert iterations == list(range(1, counts["claimed"] + 1))


def test_no_number_of_a_purged_trial_is_given_again(store: Store) -> None:
    assert race(store.path, "purge", processes=8, rounds=4) == {"purged": 32}
    assert store.trials() == []
    rows = execute(store.path, "SELECT iteration FROM purged ORDER BY iteration")
    assert rows == [(number,) for number in range(1, 33)]
    assert len(store.acts()) == 32


def test_what_many_did_to_locks_is_told_in_whole_lines(store: Store) -> None:
    compete(store.path, "agree", 1, 1)
    counts = compete(store.path, "retire", processes=18, rounds=8)
    assert len(store.acts()) == counts["retired"]
    assert sum(len(lock.acts) for lock in store.variants(retired=True)) == counts["retired"]


def test_of_many_who_find_an_old_file_one_raises_it_and_all_go_on(store: Store) -> None:
    make_schema_1(store.path)
    assert race(store.path, "share") == {"claimed": 48}
    assert execute(store.path, "SELECT value FROM meta") == [(str(SCHEMA_VERSION),)]
    assert len(store.trials()) == len(TRIALS) + 48
    names = sorted(path.name for path in store.path.parent.iterdir())
    assert names == ["sine.db", "sine.db.schema-1"]
    assert execute(store.path.with_name("sine.db.schema-1"), "SELECT value FROM meta") == [
        ("1",)
    ]


def test_of_many_whose_claims_are_refused_none_raises_an_old_file(store: Store) -> None:
    make_schema_1(store.path)
    before = store.path.read_bytes()
    assert compete(store.path, "quarrel", 16, 1) == {"conflict": 16}
    assert store.path.read_bytes() == before
    assert list(store.path.parent.iterdir()) == [store.path]
