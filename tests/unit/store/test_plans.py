"""By which index SQLite answers a question."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from mitosis._model import (
    Comparison,
    Condition,
    Either,
    Every,
    Field,
    Kind,
    MetricSummary,
    Opposite,
    Order,
    Query,
    Status,
)
from mitosis._store import Store, asking

from .claims import NOON, claim, execute, finish, variant

NOISE, NAME = Field(Kind.VALUE, "noise"), Field(Kind.COLUMN, "name")
VARIANT, LOSS = Field(Kind.VARIANT, "noise"), Field(Kind.METRIC, "loss")
SCORE, TAGS = Field(Kind.RESULT, "score"), Field(Kind.COLUMN, "tags")
STATUS, STARTED = Field(Kind.COLUMN, "status"), Field(Kind.COLUMN, "started_at")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("plans") / "sine.db")
    for n in range(30):
        given = claim(
            variant(f"v{n}", str(n)),
            values={"noise": n},
            name_prefix=f"sine-v{n}",
            started_at=NOON + timedelta(hours=n),
        )
        store.claim(given)
        loss = MetricSummary(1, n / 7, 1, n, n, n)
        done = finish(given.key, n, status=Status.SUCCEEDED if n % 3 else Status.FAILED)
        store.finish(replace(done, numbers={"score": n}, metrics={"loss": loss}))
    return store


@contextmanager
def watched() -> Iterator[list[tuple[str, Any]]]:
    """Keep the statements that are executed meanwhile, with their values."""
    statements: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        statements.append((statement, values))

    event.listen(Engine, "before_cursor_execute", keep)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", keep)


def plans(store: Store, where: Condition | None = None, **fields: Any) -> list[str]:
    """Return the plan of the statement that a query comes down to, the last one."""
    with watched() as statements:
        store.table(Query(where=where, **fields), [NAME])
    statement, values = statements[-1]
    return [row[3] for row in execute(store.path, f"EXPLAIN QUERY PLAN {statement}", *values)]


@pytest.mark.parametrize(
    ("where", "index"),
    [
        (Comparison(NOISE, ">", 25), "trial_value_by_number"),
        (Comparison(NOISE, "in", (2, 3)), "trial_value_by_number"),
        (Comparison(NOISE, "==", "x"), "trial_value_by_text"),
        (Comparison(VARIANT, "==", "v3"), "trial_value_by_variant"),
        (Comparison(LOSS, "<", 0.5), "metric_by_last"),
        (Comparison(replace(LOSS, part="maximum"), "<", 3), "metric_by_last"),
        (Comparison(SCORE, ">=", 29), "metric_by_last"),
        (Comparison(TAGS, "==", "best"), "trial_tag_by_tag"),
        (Comparison(STATUS, "==", "failed"), "trial_by_status"),
        (Comparison(STARTED, ">", NOON + timedelta(hours=27)), "trial_by_start"),
        (Comparison(NAME, "==", "sine-v3-1"), "trial_by_name"),
        (Comparison(Field(Kind.COLUMN, "main"), ">", 28), "trial_by_main"),
        (
            Either((Comparison(NOISE, "==", 3), Comparison(LOSS, ">", 4))),
            "trial_value_by_number",
        ),
    ],
)
@pytest.mark.parametrize("experiment", [None, "sine"])
def test_an_index_finds_what_is_asked_for(
    store: Store, where: Condition, index: str, experiment: str | None
) -> None:
    steps = plans(store, where, experiment=experiment)
    assert any(index in step for step in steps)
    assert not any(step.startswith("SCAN trial") for step in steps)


def test_of_several_conditions_the_rarest_finds_the_trials_and_the_others_are_checked(
    store: Store,
) -> None:
    often, rare = Comparison(STATUS, "==", "failed"), Comparison(NOISE, ">", 26)
    unlike = Opposite(Comparison(LOSS, "<", 0.1))
    for where in (Every((often, rare, unlike)), Every((unlike, Every((rare, often))))):
        steps = plans(store, where, experiment="sine", order=(Order(STARTED),))
        assert any("trial_value_by_number" in step for step in steps)
        assert not any("trial_by_status" in step for step in steps)
        assert sum("trial USING INTEGER PRIMARY KEY" in step for step in steps) == 1


@pytest.mark.parametrize(
    ("order", "index"),
    [
        (Order(LOSS, descending=True), "metric_by_last"),
        (Order(SCORE), "metric_by_last"),
        (Order(STARTED), "trial_by_start"),
        (Order(Field(Kind.COLUMN, "main"), descending=True), "trial_by_main"),
    ],
)
def test_the_first_of_an_order_are_met_on_the_way_through_its_index(
    store: Store, order: Order, index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "RARE", 5)
    often = Comparison(NOISE, ">", 3)
    steps = plans(store, often, experiment="sine", order=(order,), limit=4)
    assert index in steps[0]
    assert not any(step[:10] == "SCAN trial" and "USING" not in step for step in steps)
    assert not any("ORDER BY" in step and "RIGHT PART" not in step and "LAST TERM" not in step
                   for step in steps)  # fmt: skip


def test_the_names_of_fields_are_found_by_steps_into_an_index(store: Store) -> None:
    with watched() as statements:
        store.field_names("sine")
    for statement, values in statements[-3:]:
        rows = execute(store.path, f"EXPLAIN QUERY PLAN {statement}", *values)
        tables = [row[3] for row in rows if "trial_value" in row[3] or "metric" in row[3]]
        assert tables
        assert all(step.startswith("SEARCH") for step in tables)


def test_a_beginning_of_a_key_is_found_by_an_index(store: Store) -> None:
    with watched() as statements:
        store.named("0000")
    for statement, values in statements[-3:]:
        (first, *_) = execute(store.path, f"EXPLAIN QUERY PLAN {statement}", *values)
        assert first[3].startswith("SEARCH trial USING INDEX")
