"""Questions to recorded trials: what fits, in which order, and by which index."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mitosis._model import (
    Annotation,
    Comparison,
    Condition,
    Either,
    Every,
    Field,
    FieldNames,
    Kind,
    Mark,
    MetricSummary,
    Opposite,
    Order,
    Query,
    Variant,
)
from mitosis._store import Store, asking

from .claims import NOON, claim, execute, finish

NAN = math.nan
LONG = 2**60
K, METHOD, DATA, FLAG = (
    Field(Kind.VALUE, name) for name in ("k", "method", "data", "größe \"'")
)
K_NAME, RENAMED = Field(Kind.VARIANT, "k"), Field(Kind.VARIANT, "method")
LOSS, LEAST = Field(Kind.METRIC, "val/loss"), Field(Kind.METRIC, "val/loss", "minimum")
SCORE = Field(Kind.RESULT, "score")


def column(name: str) -> Field:
    return Field(Kind.COLUMN, name)


NAME, KEY, TAGS, MAIN = column("name"), column("key"), column("tags"), column("main")

VALUES: tuple[Mapping[str, Any], ...] = (
    {"k": 3, "method": "KMeans", "loss": 0.5, "score": 1},
    {"k": 3.5, "method": "DBSCAN", "loss": NAN, "score": 2.0},
    {"k": "3", "method": "KMeans", "loss": math.inf},
    {"k": True, "data": [1, 2], "loss": -math.inf},
    {"k": LONG, "method": "Ward"},
    {"k": LONG + 1, "method": "Ward", "score": NAN},
    {"k": None, "loss": 0.25},
    {"k": NAN, "loss": 0.5, "score": -1},
    {"k": [1, 2], "method": "KMeans"},
    {"method": "a\0b\ud800", "loss": 0.75, "score": 3},
    {"k": -math.inf, "größe \"'": False},
)
"""What trials are given, and what they measure; the rest of each is alike or counted."""


def _variant(argument: str, value: Any) -> Variant:
    name = f"{argument} {value!r}"
    return Variant(argument, name, repr(value), f"digest of {name}", 1)


def _short(value: Any) -> Any:
    is_exact = value is None or (
        type(value) in (bool, int, float, str) and value == value and abs_is_finite(value)
    )
    return value if is_exact else repr(value)


def abs_is_finite(value: Any) -> bool:
    return not isinstance(value, float) or math.isfinite(value)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return fill(Store(tmp_path_factory.mktemp("asking") / "sine.db"))


def fill(store: Store) -> Store:
    """Give a store two experiments with trials of which no two are alike."""
    for number, told in enumerate(VALUES, 1):
        given = {name: told[name] for name in told if name not in ("loss", "score")}
        taken = claim(
            variants=tuple(_variant(*item) for item in given.items()),
            key=f"{number:08x}",
            name_prefix=f"t{number}",
            values={name: _short(value) for name, value in given.items()} | {"untracked": "u"},
            started_at=NOON + timedelta(days=-number),
            experiment="sine" if number % 5 else "cosine",
            group="lakes" if number == 2 else None,
            seed=None if number == 3 else number * 10**12,
        )
        store.claim(taken)
        if number == 11:
            continue
        done = finish(
            taken.key, None if number == 10 else number / 4, reason="x" * (number == 4)
        )
        loss, score = told.get("loss"), told.get("score")
        metrics = {"val/loss": MetricSummary(9, loss, 8, -number, number, 0)} if loss else {}
        numbers = {} if score is None else {"score": score}
        store.finish(replace(done, metrics=metrics, numbers=numbers))
    for number, tag in ((1, "best"), (2, "best"), (2, "worst")):
        store.annotate(f"{number:08x}", Annotation(Mark.TAG, tag, NOON, "Ada"))
    store.annotate("00000009", Annotation(Mark.ARCHIVE, "", NOON, "Ada"))
    return store


def found(store: Store, where: Condition | None = None, **fields: Any) -> list[int]:
    """Return the numbers of the trials that a query finds."""
    (keys,) = store.table(Query(where=where, **fields), [KEY])
    return [int(key, 16) for key in keys]


def read(store: Store, field: Field) -> list[Any]:
    (values,) = store.table(Query(with_archived=True), [field])
    return values


def test_values_come_back_as_they_were_given(store: Store) -> None:
    values = read(store, K)
    assert str(values) == (
        f"[3, 3.5, '3', True, {LONG}, {LONG + 1}, None, nan, 'k [1, 2]', None, -inf]"
    )
    assert read(store, METHOD)[:2] == ["KMeans", "DBSCAN"]
    assert read(store, DATA)[3:5] == ["data [1, 2]", None]
    assert read(store, FLAG)[-2:] == [None, False]
    assert read(store, Field(Kind.VALUE, "untracked")) == ["u"] * 11
    assert read(store, Field(Kind.VARIANT, "untracked")) == [None] * 11
    assert read(store, K_NAME)[:3] == ["k 3", "k 3.5", "k '3'"]


def test_metrics_and_results_come_back_as_they_were_logged(store: Store) -> None:
    assert str(read(store, LOSS)) == (
        "[0.5, nan, inf, -inf, None, None, 0.25, 0.5, None, 0.75, None]"
    )
    assert read(store, LEAST)[:3] == [-1.0, -2.0, -3.0]
    assert read(store, replace(LOSS, part="points"))[3:5] == [9, None]
    assert str(read(store, SCORE)[:6]) == "[1.0, 2.0, None, None, None, nan]"


def test_columns_come_back_as_python_values(store: Store) -> None:
    assert read(store, column("started_at"))[0] == NOON - timedelta(days=1)
    assert read(store, column("ended_at"))[-1] is None
    assert read(store, column("seed"))[1:4] == [2 * 10**12, None, 4 * 10**12]
    assert read(store, column("group"))[:3] == [None, "lakes", None]
    assert read(store, TAGS)[:3] == [("best",), ("best", "worst"), ()]
    assert read(store, column("variants"))[0] == {"k": "k 3", "method": "method 'KMeans'"}
    assert read(store, column("values"))[0] == {"k": 3, "method": "KMeans", "untracked": "u"}
    assert read(store, column("archived_at"))[7:9] == [None, NOON]
    assert read(store, MAIN)[8:] == [2.25, None, None]
    assert read(store, column("status"))[-2:] == ["succeeded", "running"]


def test_the_columns_in_short_say_the_same_in_json(store: Store) -> None:
    rows = execute(store.path, "SELECT metrics, numbers FROM trial ORDER BY id")
    assert rows[:3] == [
        ('{"val/loss": 0.5}', '{"score": 1.0}'),
        ('{"val/loss": "nan"}', '{"score": 2.0}'),
        ('{"val/loss": "inf"}', "{}"),
    ]


def test_all_fields_have_a_list_each_also_of_no_trials(store: Store, tmp_path: Path) -> None:
    nothing = Comparison(NAME, "==", "no such trial")
    assert store.table(Query(where=nothing), [NAME, K, LOSS, TAGS]) == [[], [], [], []]
    assert Store(tmp_path / "absent.db").table(Query(), [NAME, K]) == [[], []]
    assert store.table(Query(), []) == []
    with pytest.raises(ValueError, match="no column 'none_such'"):
        store.table(Query(), [column("none_such")])
    with pytest.raises(ValueError, match="cannot be compared by 'variants'"):
        found(store, Comparison(column("variants"), "==", "k"))


@pytest.mark.parametrize(
    ("field", "op", "value", "numbers"),
    [
        (K, "==", 3, [1]),
        (K, "==", "3", [3]),
        (K, "==", True, [4]),
        (K, "==", LONG + 1, [6]),
        (K, ">", 3, [2, 5, 6]),
        (K, "<", 0, [11]),
        (K, "==", "k [1, 2]", []),
        (K, "in", (3, "3", 7), [1, 3]),
        (K, "not in", (3, 3.5, True, LONG, LONG + 1), [3, 7, 8, 10, 11]),
        (K, "!=", 3, [2, 3, 4, 5, 6, 7, 8, 10, 11]),
        (K, "==", NAN, []),
        (DATA, "==", "data [1, 2]", [4]),
        (FLAG, "==", False, [11]),
        (METHOD, "==", "a\0b\ud800", [10]),
        (METHOD, ">=", "KMeans", [1, 3, 5, 6, 10]),
        (METHOD, "==", None, [4, 7, 8, 11]),
        (METHOD, "!=", None, [1, 2, 3, 5, 6, 10]),
        (K_NAME, "==", "k 3", [1]),
        (K_NAME, "==", 3, []),
        (LOSS, "<", 0.5, [4, 7]),
        (LOSS, "==", math.inf, [3]),
        (LOSS, "!=", 0.5, [2, 3, 4, 5, 6, 7, 10, 11]),
        (LOSS, "==", None, [5, 6, 11]),
        (LOSS, "==", "0.5", []),
        (LEAST, "<=", -8, [8, 10]),
        (SCORE, ">=", 2, [2, 10]),
        (MAIN, "<", 1, [1, 2, 3]),
        (MAIN, "==", None, [10, 11]),
        (MAIN, "==", "x", []),
        (TAGS, "==", "best", [1, 2]),
        (TAGS, "!=", "worst", [1, 3, 4, 5, 6, 7, 8, 10, 11]),
        (TAGS, "in", ("worst", "none"), [2]),
        (column("seed"), "==", 10**12, [1]),
        (column("seed"), "<", 2.5 * 10**12, [1, 2]),
        (column("seed"), "==", None, [3]),
        (column("group"), "==", "lakes", [2]),
        (column("group"), "==", None, [1, 3, 4, 5, 6, 7, 8, 10, 11]),
        (column("status"), "==", "running", [11]),
        (column("status"), "==", 1, []),
        (column("experiment"), "==", "cosine", [5, 10]),
        (column("iteration"), "==", "1", []),
        (column("started_at"), ">", NOON - timedelta(days=3), [1, 2]),
        (column("started_at"), ">=", "2024-05-04", [1, 2]),
        (column("started_at"), "in", (NOON - timedelta(days=3), "nonsense"), [3]),
        (column("started_at"), "==", 7, []),
        (column("reason"), "!=", None, [4]),
        (column("archived_at"), "!=", None, []),
    ],
)  # fmt: skip
def test_a_comparison_finds_what_python_would(
    store: Store, field: Field, op: str, value: Any, numbers: list[int]
) -> None:
    assert found(store, Comparison(field, op, value)) == numbers


def test_archived_trials_are_out_of_sight_unless_asked_for(store: Store) -> None:
    assert 9 not in found(store)
    assert found(store, with_archived=True) == list(range(1, 12))
    assert found(store, Comparison(METHOD, "==", "KMeans"), with_archived=True) == [1, 3, 9]


OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}
ASKED: Mapping[Field, list[Any]] = {
    K: [0, 3, 3.5, "3", "KMeans", True, LONG, LONG + 1, NAN, math.inf],
    METHOD: ["KMeans", "Ward", "", 3],
    LOSS: [0.5, 0.6, math.inf, -math.inf, "0.5"],
    SCORE: [1, 2.5],
    MAIN: [0.5, 1],
    K_NAME: ["k 3", "k 3.5"],
    column("status"): ["running", "succeeded", 3],
    column("name"): ["t1-1", "t5-1"],
    column("experiment"): ["sine", "cosine"],
    column("started_at"): [NOON - timedelta(days=4), NOON - timedelta(days=7)],
}


def compares(held: Any, op: str, asked: Any) -> bool:
    """Say what the model says of a comparison, in Python."""
    if op in ("!=", "not in"):
        return not compares(held, {"!=": "==", "not in": "in"}[op], asked)
    if op == "in":
        return any(compares(held, "==", one) for one in asked)
    if asked is None:
        return held is None or held != held
    if held is None or isinstance(held, str) != isinstance(asked, str):
        return False
    if op != "==" and not isinstance(held, str | datetime):
        held, asked = float(held), float(asked)  # by which integers beyond 2**53 are sorted
    return OPERATORS[op](held, asked)


def fits(row: Mapping[Field, Any], condition: Condition) -> bool:
    match condition:
        case Every(conditions):
            return all(fits(row, one) for one in conditions)
        case Either(conditions):
            return any(fits(row, one) for one in conditions)
        case Opposite(opposed):
            return not fits(row, opposed)
    return compares(row[condition.field], condition.operator, condition.value)


comparisons = st.sampled_from(list(ASKED)).flatmap(
    lambda field: st.one_of(
        st.builds(
            Comparison,
            st.just(field),
            st.sampled_from([*OPERATORS, "!="]),
            st.sampled_from(ASKED[field]),
        ),
        st.builds(
            Comparison,
            st.just(field),
            st.sampled_from(["in", "not in"]),
            st.lists(st.sampled_from(ASKED[field]), max_size=3).map(tuple),
        ),
    )
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda some: Every(tuple(some))),
        st.lists(inner, max_size=3).map(lambda some: Either(tuple(some))),
        st.builds(Opposite, inner),
    ),
    max_leaves=6,
)
orders = st.lists(
    st.builds(Order, st.sampled_from([K_NAME, LOSS, SCORE, MAIN, NAME]), st.booleans()),
    max_size=2,
).map(tuple)


def in_order(rows: list[dict[Field, Any]], order: Order) -> list[dict[Field, Any]]:
    has = [row for row in rows if row[order.field] is not None]
    has = [row for row in has if row[order.field] == row[order.field]]
    sorted_rows = sorted(has, key=lambda row: row[order.field], reverse=order.descending)
    return sorted_rows + [row for row in rows if not any(row is one for one in has)]


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(
    where=conditions,
    order=orders,
    limit=st.one_of(st.none(), st.integers(0, 12)),
    experiment=st.sampled_from([None, "sine", "cosine", "none"]),
    rare=st.sampled_from([-1, 3, 2000]),
)
def test_any_query_finds_what_python_would_however_it_is_planned(
    store: Store,
    where: Condition,
    order: tuple[Order, ...],
    limit: int | None,
    experiment: str | None,
    rare: int,
) -> None:
    fields = [KEY, *ASKED]
    columns = store.table(Query(), fields)
    rows = [dict(zip(fields, values, strict=True)) for values in zip(*columns, strict=True)]
    rows = [row for row in rows if fits(row, where)]
    rows = [row for row in rows if experiment in (None, row[column("experiment")])]
    for one in reversed(order):
        rows = in_order(rows, one)
    expected = [int(row[KEY], 16) for row in rows[:limit]]
    before, asking.RARE = asking.RARE, rare
    try:
        query = {"order": order, "limit": limit, "experiment": experiment}
        assert found(store, where, **query) == expected
    finally:
        asking.RARE = before


def test_values_are_sorted_as_numbers_then_texts_then_what_is_none(store: Store) -> None:
    assert found(store, order=(Order(K),)) == [11, 4, 1, 2, 5, 6, 3, 7, 8, 10]
    assert found(store, order=(Order(K, descending=True),)) == [3, 5, 6, 2, 1, 4, 11, 7, 8, 10]
    by_tag = (Order(TAGS, descending=True), Order(column("seed"), descending=True))
    assert found(store, order=by_tag) == [2, 1, 11, 10, 8, 7, 6, 5, 4, 3]


def test_the_fields_are_those_that_any_trial_has(store: Store) -> None:
    parameters = ("data", "größe \"'", "k", "method", "untracked")
    assert store.field_names() == FieldNames(parameters, ("score",), ("val/loss",))
    assert store.field_names("cosine") == FieldNames(
        ("k", "method", "untracked"), ("score",), ("val/loss",)
    )
    assert store.field_names("none") == FieldNames()
    assert store.experiments() == ("cosine", "sine")


def test_a_trial_is_found_by_key_name_or_the_beginning_of_its_key(store: Store) -> None:
    (by_name,) = store.named("t9-1")
    assert (by_name.key, by_name.is_archived, by_name.experiment) == ("00000009", True, "sine")
    assert by_name.folder == "sine-low-1_00000009"
    assert by_name.started_at == NOON - timedelta(days=9)
    assert [one.key for one in store.named("0000000a")] == ["0000000a"]
    assert [one.key for one in store.named("0000000")] == [f"{n:08x}" for n in range(1, 11)]
    assert len(store.named("0000000", most=2)) == 2
    assert store.named("") == store.named("t9") == store.named("%") == []


def test_rows_come_in_the_order_of_their_keys(store: Store) -> None:
    rows = store.rows(["00000003", "ffffffff", "00000001"])
    assert [row["key"] for row in rows] == ["00000003", "00000001"]
    assert (rows[1]["metrics"], rows[0]["archived_at"]) == ({"val/loss": 0.5}, None)
