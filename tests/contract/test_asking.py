"""Questions have the same answers on a server as in a file, which is compared with Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mitosis._model import Comparison, Condition, Field, Kind, Order, Query
from mitosis._store import Store, join
from tests.unit.store import test_asking as asked

from .servers import Server


class Both(NamedTuple):
    file: Store
    server: Store

    def answers(self, query: Query, *fields: Field) -> list[str]:
        """Return what both answer, as texts: no NaN equals another."""
        return [repr(store.table(query, fields)) for store in self]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Both:
    places = [tmp_path_factory.mktemp(name) for name in ("file", "server")]
    join(places[1], server.new_database())
    return Both(*(asked.fill(Store(place / "sine.db")) for place in places))


_NAMES = (
    *("name", "key", "tags", "main", "seed", "group", "status", "reason", "started_at"),
    *("ended_at", "archived_at", "variants", "values", "iteration", "wall_seconds", "host"),
    *("experiment", "note", "folder", "html", "peak_memory_bytes", "sweep", "sweep_point"),
)
FIELDS = (
    *(asked.column(name) for name in _NAMES),
    *(asked.K, asked.METHOD, asked.DATA, asked.FLAG, asked.K_NAME, asked.LOSS, asked.LEAST),
    *(asked.SCORE, Field(Kind.METRIC, "val/loss", "points"), Field(Kind.VALUE, "untracked")),
)


def test_every_field_reads_the_same(both: Both) -> None:
    file, server = both.answers(Query(with_archived=True), *FIELDS)
    assert file == server
    assert "nan" in file


def test_the_names_of_fields_and_experiments_are_the_same(both: Both) -> None:
    assert both.file.field_names() == both.server.field_names()
    assert both.file.field_names("sine") == both.server.field_names("sine")
    assert both.file.experiments() == both.server.experiments() == ("cosine", "sine")


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(where=st.none() | asked.conditions, order=asked.orders, limit=st.none() | st.just(3))
def test_any_query_finds_the_same_trials_in_the_same_order(
    both: Both, where: Condition | None, order: tuple[Order, ...], limit: int | None
) -> None:
    file, server = both.answers(Query(where=where, order=order, limit=limit), asked.KEY)
    assert file == server


@pytest.mark.parametrize("descending", [False, True])
def test_numbers_and_texts_of_one_argument_sort_the_same(both: Both, descending: bool) -> None:
    for field in (asked.K, asked.METHOD, asked.TAGS, asked.column("seed"), asked.MAIN):
        file, server = both.answers(Query(order=(Order(field, descending),)), asked.KEY)
        assert file == server


@pytest.mark.parametrize(
    ("name", "op", "value"),
    [
        ("iteration", "<", 1.5),
        ("peak_memory_bytes", ">", 1 << 19),
        ("seed", ">=", 10**400),
        ("main", "==", float("nan")),
        ("host", ">=", "HOST"),
        ("reason", "==", "a\0b"),
    ],
)
def test_numbers_and_texts_at_the_edge_compare_the_same(
    both: Both, name: str, op: Any, value: Any
) -> None:
    where = Comparison(asked.column(name), op, value)
    file, server = both.answers(Query(where=where), asked.KEY)
    assert file == server


def test_a_seed_beyond_all_floats_sorts_last(tmp_path: Path, store: Store) -> None:
    from tests.unit.store.claims import claim

    for number, seed in enumerate((10**400, 3, -(10**400))):
        store.claim(claim(seed=seed, key=f"{number:08x}"))
    query = Query(order=(Order(asked.column("seed"), descending=False),))
    assert store.table(query, [asked.column("seed")]) == [[-(10**400), 3, 10**400]]
