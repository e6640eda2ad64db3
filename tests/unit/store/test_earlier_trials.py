"""What the store tells of trials that run, and of those that a new one is compared with."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from mitosis._model import (
    Claim,
    CodeState,
    DataFile,
    FormerTrial,
    Places,
    Runner,
    RunningTrial,
    Status,
)
from mitosis._store import Store
from mitosis.errors import DatabaseError

from .claims import COMMIT, LOW, NOON, act, claim, execute, finish, variant
from .former import make_schema_1

RUNNER = Runner("host", 4321, 12.5, "boot", 99.25, "machine", "pid:[1]")
FILE = DataFile("data/lake.csv", "d" * 64, 12, NOON)
PLACES = Places("sine-low-1_key", "trial_sine-low-1.html")


def ended(store: Store, given: Claim, status: Status = Status.SUCCEEDED) -> str:
    store.claim(given)
    store.finish(finish(given.key, status=status))
    return given.key


def keys(found: list[FormerTrial]) -> list[str]:
    return [trial.key for trial in found]


def test_a_trial_that_runs_tells_its_runner_and_its_places(store: Store) -> None:
    given = claim(runner=RUNNER)
    store.claim(given, lambda _: PLACES)
    ended(store, claim())
    assert store.running() == [
        RunningTrial(given.key, "sine-low-1", "sine", RUNNER, NOON, PLACES)
    ]


def test_what_a_runner_does_not_know_is_empty(store: Store) -> None:
    store.claim(claim())
    (running,) = store.running()
    assert running.runner == Runner("host", 4321, 12.5, "boot")
    assert running.places == Places()


def test_a_lost_trial_is_closed_once(store: Store) -> None:
    given = claim()
    store.claim(given)
    lost = finish(given.key, None, status=Status.LOST, reason="its runner is gone")
    assert store.close_lost(lost)
    assert not store.close_lost(finish(given.key, status=Status.LOST, reason="again"))
    assert [row["reason"] for row in store.trials()] == ["its runner is gone"]
    still_running, closed = store.running_and_lost()
    assert (still_running, [trial.key for trial in closed]) == ([], [given.key])


def test_a_runner_that_ends_after_all_takes_lost_back(store: Store) -> None:
    given = claim()
    store.claim(given)
    store.close_lost(finish(given.key, status=Status.LOST))
    store.finish(finish(given.key))
    assert not store.close_lost(finish(given.key, status=Status.LOST))
    assert [row["status"] for row in store.trials()] == ["succeeded"]


def test_a_trial_that_the_file_does_not_hold_is_not_closed(store: Store) -> None:
    store.claim(claim())
    assert not store.close_lost(finish("absent", status=Status.LOST))


def test_the_end_tells_the_digest_of_the_results_and_all_files(store: Store) -> None:
    given = claim(data=(FILE,), hypothesis="It is large.")
    store.claim(given)
    row = store.trials()[0]
    assert (row["hypothesis"], row["results_digest"]) == ("It is large.", None)
    assert [file["path"] for file in row["data"]] == ["data/lake.csv"]
    end = finish(given.key)
    store.finish(type(end)(end.key, end.outcome, end.places, "r" * 64, (FILE, FILE)))
    found = store.latest(claim())
    assert found
    assert (found.results_digest, found.data) == ("r" * 64, (FILE, FILE))


def test_an_end_without_files_leaves_those_of_the_claim(store: Store) -> None:
    ended(store, claim(data=(FILE,)))
    found = store.latest(claim())
    assert found
    assert found.data == (FILE,)


def test_the_latest_trial_is_the_last_that_was_claimed_and_has_ended(store: Store) -> None:
    assert store.latest(claim()) is None
    ended(store, claim())
    last = ended(store, claim(seed=8), Status.FAILED)
    store.claim(claim())
    ended(store, claim(group="other"))
    ended(store, claim(variant("high", "9")))
    ended(store, claim(experiment="cosine"))
    found = store.latest(claim(seed=99))
    assert found == FormerTrial(
        key=last,
        name="sine-low-2",
        places=Places(f"sine-low-1_{last}", "trial_sine-low-1.html"),
        started_at=NOON,
        commit=COMMIT,
        environment="e" * 64,
        results_digest=None,
        data=(),
    )


def test_trials_under_the_same_name_with_another_definition_are_others(store: Store) -> None:
    ended(store, claim())
    store.retire(LOW, act())
    assert store.latest(claim(variant(text="0.2"))) is None
    assert store.alike(claim(variant(text="0.2"))) == []
    ended(store, claim(variant(text="0.2")))
    assert store.latest(claim()) is not None


def test_trials_under_another_name_with_the_same_definition_are_alike(store: Store) -> None:
    key = ended(store, claim())
    store.rename(LOW, "faint", act())
    assert store.latest(claim(variant("faint"))) is None
    assert keys(store.alike(claim(variant("faint")))) == [key]


def test_alike_are_those_that_should_have_the_same_results(store: Store) -> None:
    for other in (
        claim(seed=8),
        claim(seed=None),
        claim(group="other"),
        claim(values={"noise": 0.1, "untracked": 1}),
        claim(code=CodeState(commit="f" * 40)),
        claim(code=CodeState()),
        claim(experiment="cosine"),
        claim(variant("high", "9")),
    ):
        ended(store, other)
    ended(store, claim(), Status.FAILED)
    store.claim(claim())
    assert store.alike(claim()) == []
    moments = [NOON + timedelta(days=day) for day in (3, 1, 2)]
    same = [ended(store, claim(started_at=moment)) for moment in moments]
    assert keys(store.alike(claim())) == [same[0], same[2], same[1]]
    assert keys(store.alike(claim(), most=1)) == [same[0]]


def test_without_a_seed_those_without_one_are_alike_and_without_a_commit_none(
    store: Store,
) -> None:
    key = ended(store, claim(seed=None))
    ended(store, claim(code=CodeState()))
    assert keys(store.alike(claim(seed=None))) == [key]
    assert store.alike(claim(code=CodeState())) == []


@pytest.mark.parametrize("content", [None, b""], ids=["no file", "an empty file"])
def test_where_there_is_no_database_there_are_no_trials(
    store: Store, content: bytes | None
) -> None:
    if content is not None:
        store.path.write_bytes(content)
    assert store.running_and_lost() == ([], [])
    assert (store.latest(claim()), store.alike(claim())) == (None, [])
    assert store.is_damaged() is None
    assert [p.name for p in store.path.parent.iterdir()] == (
        [] if content is None else ["sine.db"]
    )


def test_a_database_of_a_former_schema_tells_its_trials_too(store: Store) -> None:
    make_schema_1(store.path)
    execute(store.path, "UPDATE trial SET status = 'running' WHERE id = 2")
    before = store.path.read_bytes()
    assert [trial.key for trial in store.running()] == ["f0000002"]
    assert store.path.read_bytes() == before


@pytest.mark.parametrize("garbage", ["'x'", "'[1]'", "'[{}]'", "'{\"a\": 1}'"])
def test_garbage_instead_of_files_is_an_error_of_ours(store: Store, garbage: str) -> None:
    ended(store, claim())
    execute(store.path, f"UPDATE trial SET data = {garbage}")
    with pytest.raises(DatabaseError, match="is no "):
        store.latest(claim())


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with a hundred thousand trials of one combination of variants."""
    path: Path = tmp_path_factory.mktemp("large") / "sine.db"
    store = Store(path)
    ended(store, claim())
    columns = [row[1] for row in execute(path, "PRAGMA table_info(trial)")]
    changed = {
        "id": "NULL",
        "key": "printf('k%08d', n)",
        "iteration": "n + 1",
        "seed": "CAST(n / 10 AS TEXT)",
        "literals": "CASE n % 2 WHEN 0 THEN literals ELSE '{}' END",
    }
    execute(
        path,
        "WITH RECURSIVE number(n) AS "
        "(SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 100000) "
        f"INSERT INTO trial SELECT {', '.join(changed.get(c, c) for c in columns)} "
        "FROM trial, number",
    )
    return store


@pytest.mark.slow
def test_among_a_hundred_thousand_trials_the_former_are_found_at_once(large: Store) -> None:
    start = time.perf_counter()
    found = large.latest(claim())
    alike = large.alike(claim(seed=5000))
    seconds = time.perf_counter() - start
    assert found
    assert found.key == "k00100000"
    assert len(alike) == 5
    assert seconds < 0.2
