"""Whatever an expression says, the database finds the trials that Python would."""

from __future__ import annotations

import operator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mitosis._history.expression import parse
from mitosis._history.frame import KEY
from mitosis._history.names import Names
from mitosis._model import Status
from mitosis._model.queries import Query
from mitosis._store import Store
from tests.unit.history.recorded import Trials, summary
from tests.unit.store.claims import NOON

NAN = float("nan")
_KS: tuple[Any, ...] = (3, 5, 0.5, -2, True, None, "4", "KMeans", 10**9, 1e-3)
_METHODS: tuple[Any, ...] = ("KMeans", "it's", 'a "b"', "ü`x`", "back\\slash", "k > 3", "")
_LOSSES = (summary(3.0, 1.0), summary(2.0, NAN), summary(-0.5), None)
_STATUSES = (Status.SUCCEEDED, Status.SUCCEEDED, Status.FAILED, Status.LOST)
_NUMBERS = st.sampled_from([3, 4, 5, 0.5, -2, 1, 10**9, 1e-3, 2.0, 1.5, -0.5])
_TEXTS = st.sampled_from([*_METHODS, "3", "4", "KMeans", "L", "succeeded"])
_SIGNS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MIXED = ("k", "method", "value.k")
_NUMERIC = ("`val/loss`", "metric.`val/loss`.maximum", "score", "main")


class Recorded:
    """Trials, and what each of them has, by the names that expressions use."""

    def __init__(self, folder: Path) -> None:
        trials = Trials(folder)
        self.rows = [_add(trials, number) for number in range(40)]
        self.store = Store(folder / "kmeans.db")
        self.names = Names(self.store.field_names())


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    return Recorded(tmp_path_factory.mktemp("law") / "trials")


def _add(trials: Trials, number: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if number % 7:
        values["k"] = _KS[number % len(_KS)]
    if number % 5:
        values["method"] = _METHODS[number % len(_METHODS)]
    loss, status = _LOSSES[number % 4], _STATUSES[number % len(_STATUSES)]
    score = {} if number % 3 else {"score": number / 2}
    main = number / 4 if status is Status.SUCCEEDED else None
    started_at = NOON + timedelta(hours=number)
    key = trials.add(
        values,
        main,
        status=status,
        numbers=score,
        metrics={} if loss is None else {"val/loss": loss},
        started_at=started_at,
    )
    return {
        "key": key,
        "k": values.get("k"),
        "value.k": values.get("k"),
        "k.variant": str(values["k"]) if "k" in values else None,
        "method": values.get("method"),
        "`val/loss`": loss and loss.last,
        "metric.`val/loss`.maximum": loss and loss.maximum,
        "score": score.get("score"),
        "main": main,
        "status": status.value,
        "started_at": started_at,
    }


def _compared(value: Any, sign: str, other: Any) -> bool:
    """Say what Python would, had None and values of other types an order."""
    if sign in ("in", "not in"):
        return any(_compared(value, "==", one) for one in other) == (sign == "in")
    kinds = [0 if isinstance(v, int | float) else type(v) for v in (value, other)]
    is_alike = kinds[0] == kinds[1]
    if sign in ("==", "!="):
        return (is_alike and value == other) == (sign == "==")
    return is_alike and value is not None and bool(_SIGNS[sign](value, other))


@st.composite
def _comparisons(draw: st.DrawFn) -> tuple[str, Any]:
    """Draw the text of a comparison, and what it means of a row."""
    name = draw(st.sampled_from([*_MIXED, *_NUMERIC, "k.variant", "status", "started_at"]))
    if name == "started_at":
        return _timed(draw)
    is_equality = draw(st.booleans()) or name == "status"
    values = _values(name, is_equality)
    if is_equality and draw(st.booleans()):
        sign, listed = (
            draw(st.sampled_from(["in", "not in"])),
            draw(st.lists(values, max_size=3)),
        )
        return f"{name} {sign} {listed!r}", lambda row: _compared(row[name], sign, listed)
    sign = draw(st.sampled_from(["==", "!="] if is_equality else list(_SIGNS)[2:]))
    value = draw(values)
    if not is_equality and draw(st.booleans()):
        low = draw(values)
        return (
            f"{low!r} <= {name} {sign} {value!r}",
            lambda row: _compared(row[name], ">=", low) and _compared(row[name], sign, value),
        )
    return f"{name} {sign} {value!r}", lambda row: _compared(row[name], sign, value)


def _values(name: str, is_equality: bool) -> st.SearchStrategy[Any]:
    if name == "status":
        return st.sampled_from(["succeeded", "failed", "lost"])
    none = st.none() if is_equality else st.nothing()
    if name in _NUMERIC:
        return _NUMBERS | none
    if name == "k.variant":
        return _TEXTS | none
    return _NUMBERS | _TEXTS | none | (st.booleans() if is_equality else st.nothing())


def _timed(draw: st.DrawFn) -> tuple[str, Any]:
    sign = draw(st.sampled_from(list(_SIGNS)))
    moment = NOON + timedelta(hours=draw(st.integers(0, 40)))
    text = f"{moment:%Y-%m-%dT%H:%M}"
    return f"started_at {sign} {text!r}", lambda row: _SIGNS[sign](row["started_at"], moment)


def _joined(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return conditions of conditions, each with its text in parentheses."""
    pairs = st.lists(parts, min_size=2, max_size=3)
    return (
        st.tuples(st.sampled_from([" and ", " & "]), pairs).map(
            lambda drawn: (
                drawn[0].join(f"({text})" for text, _ in drawn[1]),
                lambda row, found=drawn[1]: all(fits(row) for _, fits in found),
            )
        )
        | st.tuples(st.sampled_from([" or ", " | "]), pairs).map(
            lambda drawn: (
                drawn[0].join(f"({text})" for text, _ in drawn[1]),
                lambda row, found=drawn[1]: any(fits(row) for _, fits in found),
            )
        )
        | st.tuples(st.sampled_from(["not ", "~"]), parts).map(
            lambda drawn: (
                f"{drawn[0]}({drawn[1][0]})",
                lambda row, fits=drawn[1][1]: not fits(row),
            )
        )
    )


@pytest.mark.slow
@settings(max_examples=250, deadline=None)
@given(drawn=st.recursive(_comparisons(), _joined, max_leaves=8))
def test_the_database_finds_what_python_would(
    recorded: Recorded, drawn: tuple[str, Any]
) -> None:
    text, fits = drawn
    query = Query(where=parse(text, recorded.names))
    found = recorded.store.table(query, [KEY])[0]
    assert found == [row["key"] for row in recorded.rows if fits(row)]
