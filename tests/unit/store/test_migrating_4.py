"""A database of schema 4: read as it is, raised by who writes, with all that it holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mitosis._model import Comparison, Field, Kind, Query, Status, SweepPoint
from mitosis._store import Store
from mitosis._store.schema import SCHEMA_VERSION

from .claims import NOON, claim, execute, finish, variant
from .former_4 import make_schema_4
from .plans import plan

SWEEP = Field(Kind.COLUMN, "sweep")
TABLES = (
    *("trial", "trial_value", "metric", "trial_tag", "purged", "trial_variant", "variant"),
    "variant_act",
)


@pytest.fixture
def old(store: Store) -> Store:
    make_schema_4(store.path)
    return store


def told(store: Store) -> list[object]:
    """Return all that can be asked of the file."""
    return [
        store.trials(),
        store.variants(retired=True),
        store.field_names(),
        store.known(),
        store.running_and_lost(),
    ]


def columns(path: Path, table: str) -> str:
    return ", ".join(row[1] for row in execute(path, f"PRAGMA table_info({table})"))


def tables(path: Path) -> list[str]:
    rows = execute(path, "SELECT sql FROM sqlite_master WHERE sql NOT NULL ORDER BY name")
    return [" ".join(sql.split()) for (sql,) in rows]


def test_it_is_read_as_it_is(old: Store) -> None:
    before = old.path.read_bytes()
    states = [(row["key"], row["status"], row["sweep"]) for row in old.trials()]
    assert states == [
        ("f0000001", "succeeded", None),
        ("f0000002", "failed", None),
        ("f0000003", "running", None),
    ]
    assert old.table(Query(where=Comparison(SWEEP, "==", "a")), [SWEEP]) == [[]]
    assert (old.sweep_rows("a"), old.sweep_counts("a")) == ([], {})
    assert old.path.read_bytes() == before
    assert [path.name for path in old.path.parent.iterdir()] == ["sine.db"]


def test_who_writes_raises_it_and_nothing_that_it_held_is_another(
    old: Store, tmp_path: Path
) -> None:
    asked = [f"SELECT {columns(old.path, name)} FROM {name}" for name in TABLES]
    before = told(old), [execute(old.path, query) for query in asked]
    old.lock(plan())
    new = Store(tmp_path / "new.db")
    new.lock(plan())
    assert tables(old.path) == tables(new.path)
    copy = old.path.with_name("sine.db.schema-4")
    assert execute(copy, "SELECT value FROM meta") == [("4",)]
    assert execute(old.path, "SELECT value FROM meta") == [(str(SCHEMA_VERSION),)]
    assert (told(old), [execute(old.path, query) for query in asked]) == before
    assert all(before[1])


def test_a_trial_of_a_sweep_is_claimed_in_it(old: Store) -> None:
    given = replace(claim(variant("high", "2.5")), sweep=SweepPoint("night", 0))
    assert old.claim(given).iteration == 2
    old.finish(finish(given.key, main=3))
    (row,) = old.sweep_rows("night")
    assert (row.point, row.key, row.status, row.main) == (0, given.key, Status.SUCCEEDED, 3)
    assert row.started_at == NOON
    found = Query(where=Comparison(SWEEP, "==", "night"))
    assert old.table(found, [Field(Kind.COLUMN, "sweep_point")]) == [[0]]
