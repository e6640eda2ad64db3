"""A claimed trial is finished once its end is known."""

from __future__ import annotations

import json
import math
from datetime import timedelta
from typing import Any

import pytest

from mitosis._model import Status, Usage
from mitosis._store import Store
from mitosis.errors import DatabaseError

from .claims import NOON, claim, execute, finish


def finished(store: Store, main: Any = 1.5, **fields: Any) -> dict[str, Any]:
    """Claim and finish a trial, and return its row as the store reads it."""
    given = claim()
    store.claim(given)
    store.finish(finish(given.key, main, **fields))
    return dict(store.trials()[-1])


def test_the_row_then_tells_the_end(store: Store) -> None:
    row = finished(store)
    ends = ("status", "reason", "main", "main_json", "ended_at", "wall_seconds")
    assert [row[name] for name in ends] == [
        "succeeded", None, 1.5, "1.5", NOON + timedelta(seconds=3), 3.0,
    ]  # fmt: skip
    assert (row["cpu_seconds"], row["peak_memory_bytes"]) == (2.5, 1 << 20)
    assert row["html"] == "trial_sine-low-1.html"
    assert row["folder"] == f"sine-low-1_{row['key']}"


def test_only_the_trial_with_the_key_is_changed(store: Store) -> None:
    others = [claim(), claim()]
    for other in others:
        store.claim(other)
    store.finish(finish(others[0].key))
    assert [row["status"] for row in store.trials()] == ["succeeded", "running"]


def test_what_the_claim_wrote_stays(store: Store) -> None:
    given = claim(group="a", seed=2**70)
    store.claim(given)
    before = dict(store.trials()[0])
    store.finish(finish(given.key))
    after = dict(store.trials()[0])
    kept = [name for name, value in before.items() if value is not None and name != "status"]
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.RUNNING])
def test_every_end_can_be_written(store: Store, status: Status) -> None:
    row = finished(store, None, status=status, reason="what happened\nand why 🧬")
    assert (row["status"], row["reason"]) == (str(status), "what happened\nand why 🧬")


@pytest.mark.parametrize(
    ("main", "number"),
    [
        (0, 0.0),
        (-0.0, -0.0),
        (2**53, 2.0**53),
        (math.inf, math.inf),
        (-math.inf, -math.inf),
        (10**400, math.inf),
        ("-inf", -math.inf),
        (True, None),
        ("text 'quoted' 🧬\n", None),
        (None, None),
    ],
)
def test_main_sorts_as_a_number_where_it_is_one(
    store: Store, main: Any, number: float | None
) -> None:
    row = finished(store, main)
    assert (row["main"], type(row["main"])) == (number, type(number))
    assert row["main_json"] == (None if main is None else json.dumps(main))


def test_a_main_that_is_not_a_number_is_told_from_none(store: Store) -> None:
    row = finished(store, math.nan)
    assert row["main"] is None
    assert math.isnan(json.loads(row["main_json"]))


def test_a_main_of_five_thousand_digits_is_recorded(store: Store) -> None:
    assert finished(store, 10**5000)["status"] == "succeeded"


def test_a_dead_kernel_that_told_nothing_is_recorded(store: Store) -> None:
    row = finished(store, None, status=Status.KILLED, usage=Usage(1.0))
    assert (row["wall_seconds"], row["cpu_seconds"], row["peak_memory_bytes"]) == (
        1,
        None,
        None,
    )


def test_finishing_again_writes_the_later_word(store: Store) -> None:
    given = claim()
    store.claim(given)
    store.finish(finish(given.key, status=Status.LOST))
    store.finish(finish(given.key, 4.0))
    (row,) = store.trials()
    assert (row["status"], row["main"]) == ("succeeded", 4.0)


def test_a_key_that_the_file_does_not_hold_is_refused(store: Store) -> None:
    store.claim(claim())
    before = store.path.read_bytes()
    with pytest.raises(DatabaseError, match="does not hold the trial with key absent"):
        store.finish(finish("absent"))
    assert store.path.read_bytes() == before


def test_finishing_never_makes_a_file(store: Store) -> None:
    with pytest.raises(DatabaseError, match="unable to open") as caught:
        store.finish(finish("absent"))
    assert caught.value.database == store.path
    assert not store.path.exists()


def test_a_moment_in_another_zone_is_kept_as_utc(store: Store) -> None:
    paris = NOON.astimezone(tz=None).replace(microsecond=7)
    finished(store, ended_at=paris)
    assert execute(store.path, "SELECT ended_at FROM trial") == [
        ("2024-05-06T12:00:00.000007+00:00",)
    ]
