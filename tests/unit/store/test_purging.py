"""Purged trials are gone for good; their locks and numbers stay."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mitosis._model import Action, Claimed, MetricSummary, RecordedTrial
from mitosis._store import PurgedTrial, Restored, Store
from mitosis.errors import DatabaseError, StillRunningError, VariantConflictError

from .claims import LOW, NOON, act, claim, execute, finish, in_force, variant
from .faults import record

TABLES = ("trial", "trial_variant", "trial_value", "metric", "trial_tag")


@pytest.fixture
def used(store: Store) -> Store:
    """A store with two trials that ended and one that runs, the last of another variant."""
    for key, name in (("aaaaaaa1", "low"), ("aaaaaaa2", "low"), ("aaaaaaa3", "high")):
        store.claim(claim(variant(name, repr(name)), key=key, name_prefix=f"sine-{name}"))
    for key in ("aaaaaaa1", "aaaaaaa2"):
        metrics = {"loss": MetricSummary(1, 1, 1, 1, 1, 1)}
        store.finish(replace(finish(key), numbers={"main": 1.5}, metrics=metrics))
    return store


def keys(store: Store) -> list[str]:
    return [row["key"] for row in store.trials()]


def again(store: Store, key: str = "bbbbbbbb") -> int:
    given = claim(variant("low", "'low'"), key=key, name_prefix="sine-low")
    return store.claim(given).iteration


def test_all_rows_of_a_trial_go_and_its_number_is_never_given_again(used: Store) -> None:
    told = used.purge(["aaaaaaa1", "aaaaaaa2"], act("a wrong lamp"))
    assert [(one.key, one.name, one.iteration) for one in told] == [
        ("aaaaaaa1", "sine-low-1", 1),
        ("aaaaaaa2", "sine-low-2", 2),
    ]
    assert keys(used) == ["aaaaaaa3"]
    for table in TABLES[1:]:
        left = execute(used.path, f"SELECT DISTINCT trial_id FROM {table}")
        assert set(left) <= set(execute(used.path, "SELECT id FROM trial"))
    assert execute(used.path, "PRAGMA foreign_key_check") == []
    assert again(used) == 3
    rows = execute(used.path, "SELECT key, iteration, by_whom, why FROM purged ORDER BY key")
    assert rows[1] == ("aaaaaaa2", 2, "Ada <ada@example.org>", "a wrong lamp")


def test_the_locks_of_purged_trials_hold(used: Store) -> None:
    before = in_force(used)
    used.purge(["aaaaaaa1", "aaaaaaa2"], act())
    after = in_force(used)
    assert after["noise", "low"] == replace(before["noise", "low"], used_by=0)
    with pytest.raises(VariantConflictError, match="by trial 'sine-low-1'"):
        used.claim(claim(variant("low", "9")))


def test_unknown_and_running_trials_are_refused_and_nothing_goes(used: Store) -> None:
    before = used.path.read_bytes()
    with pytest.raises(DatabaseError, match="with the keys eeeeeeee, ffffffff"):
        used.purge(["ffffffff", "aaaaaaa1", "eeeeeeee"], act())
    with pytest.raises(StillRunningError, match="aaaaaaa3  sine-high-1") as caught:
        used.purge(["aaaaaaa1", "aaaaaaa3"], act())
    assert caught.value.trials == ("aaaaaaa3  sine-high-1",)
    assert used.path.read_bytes() == before
    assert used.acts() == ()


def test_the_file_of_acts_tells_it_with_the_locks_that_no_other_folder_tells(
    used: Store,
) -> None:
    used.purge(["aaaaaaa1"], act())
    used.rename(LOW, "faint", act())
    used.purge(["aaaaaaa2"], act())
    first, _, second = used.acts()
    assert isinstance(first, PurgedTrial)
    assert isinstance(second, PurgedTrial)
    assert (first.act.action, first.act.by, first.locks) == (Action.PURGED, act().by, ())
    (lock,) = second.locks
    assert (lock.variant.name, lock.trial_name, lock.acts) == ("low", "sine-low-1", ())


def rebuilt(used: Store, folder: Path, *trials: RecordedTrial) -> tuple[Store, Restored]:
    other = Store(folder / "other.db")
    return other, other.restore(trials, used.acts())


def test_a_database_made_anew_knows_what_was_purged(used: Store, tmp_path: Path) -> None:
    used.finish(finish("aaaaaaa3"))
    used.purge(["aaaaaaa1", "aaaaaaa2"], act())
    used.rename(LOW, "faint", act(at=NOON + timedelta(days=3)))
    other, restored = rebuilt(used, tmp_path)
    assert restored.replayed == (
        "trial 'sine-low-1' (key aaaaaaa1) was purged by Ada <ada@example.org> on 2024-05-08",
        "trial 'sine-low-2' (key aaaaaaa2) was purged by Ada <ada@example.org> on 2024-05-08",
        "variant 'low' of parameter 'noise' of experiment 'sine' was renamed to 'faint' by "
        "Ada <ada@example.org> on 2024-05-09",
    )
    assert in_force(other)["noise", "faint"].origin == in_force(used)["noise", "faint"].origin
    query = "SELECT * FROM purged ORDER BY key"
    assert execute(other.path, query) == execute(used.path, query)
    assert other.restore([], used.acts()) == Restored()
    assert again(other) == 3


def test_a_purged_trial_whose_folder_is_back_is_told_and_left_out(
    used: Store, tmp_path: Path
) -> None:
    used.purge(["aaaaaaa1"], act())
    folder = record("aaaaaaa1", text="'low'")
    sentence = (
        "trial 'sine-low-1' (key aaaaaaa1) was purged by Ada <ada@example.org>, but its folder "
        "is here; it is left out"
    )
    assert used.restore([folder]).contradictions == (sentence,)
    other, restored = rebuilt(used, tmp_path, folder)
    assert restored.contradictions == (sentence,)
    assert keys(other) == []


def test_a_number_that_was_purged_is_taken_by_no_folder(used: Store) -> None:
    used.purge(["aaaaaaa1"], act())
    stranger = replace(record("cccccccc", text="'low'"), claimed=Claimed("sine-low-1", 1))
    assert (
        used.restore([stranger])
        .contradictions[0]
        .startswith(
            "two trials are called 'sine-low-1': the one with key aaaaaaa1 was purged by Ada"
        )
    )
    assert keys(used) == ["aaaaaaa2", "aaaaaaa3"]


def test_an_old_copy_of_the_database_is_told_by_the_file_of_acts(used: Store) -> None:
    copy = used.path.read_bytes()
    used.purge(["aaaaaaa2"], act())
    used.path.write_bytes(copy)
    assert len(used.restore([], used.acts()).replayed) == 1
    assert keys(used) == ["aaaaaaa1", "aaaaaaa3"]
    assert again(used) == 3


def test_a_file_of_acts_that_is_lost_is_told_anew_with_the_next_act(used: Store) -> None:
    used.purge(["aaaaaaa1", "aaaaaaa2"], act())
    before = used.acts()
    used.path.with_name("sine.db.acts").unlink()
    used.retire(LOW, act())
    assert used.acts()[:-1] == before


def test_a_mitosis_that_knows_no_purges_reads_the_other_lines(used: Store) -> None:
    """It looks for a parameter in each line, and for an action that it knows."""
    used.purge(["aaaaaaa1"], act())
    file = used.path.with_name("sine.db.acts")
    line = json.loads(file.read_text(encoding="utf-8"))
    assert (line["mitosis_act"], line["action"], "parameter" in line) == (1, "purged", False)
    line["action"] = "blessed"
    file.write_text(f"{json.dumps(line)}\n", encoding="utf-8")
    used.retire(LOW, act())
    (known,) = used.acts()
    assert known.act.action is Action.RETIRED
