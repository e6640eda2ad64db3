"""Expressions: what they may say, and what is told of those that say something else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from mitosis._history.conditions import compare
from mitosis._history.expression import parse
from mitosis._history.names import Names
from mitosis._model import Status
from mitosis._model.queries import (
    Comparison,
    Condition,
    Either,
    Every,
    Field,
    FieldNames,
    Kind,
    Opposite,
)
from mitosis.errors import InvalidExpressionError, UnknownFieldError

NAMES = Names(FieldNames(("k", "method", "prepare.k", "two words"), ("score",), ("val/loss",)))
K = Field(Kind.VALUE, "k")
METHOD = Field(Kind.VALUE, "method")
STARTED = Field(Kind.COLUMN, "started_at")
BIG, MEANS = Comparison(K, ">", 3), Comparison(METHOD, "==", "KMeans")
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
NEXT_DAY = datetime(2026, 11, 2, tzinfo=UTC)


def faults(expression: str) -> tuple[tuple[int, str], ...]:
    with pytest.raises(InvalidExpressionError) as caught:
        parse(expression, NAMES)
    return caught.value.faults


@pytest.mark.parametrize(
    ("expression", "condition"),
    [
        ("k > 3", BIG),
        ("  3 < k ", BIG),
        ("k >\n 3", BIG),
        ("((k > 3))", BIG),
        ("k > 3 and method == 'KMeans'", Every((BIG, MEANS))),
        ("(k > 3) & (method == 'KMeans')", Every((BIG, MEANS))),
        ("k > 3 or method == 'KMeans'", Either((BIG, MEANS))),
        ("(k > 3) | ('KMeans' == method)", Either((BIG, MEANS))),
        ("not k > 3", Opposite(BIG)),
        ("~(k > 3)", Opposite(BIG)),
        ("1 < k <= 5", Every((Comparison(K, ">", 1), Comparison(K, "<=", 5)))),
        ("k == -1e-3", Comparison(K, "==", -0.001)),
        ("k == +2", Comparison(K, "==", 2)),
        ("k is None", Comparison(K, "==", None)),
        ("k is not None", Comparison(K, "!=", None)),
        ("k == True", Comparison(K, "==", True)),
        ("k in [1, 'a']", Either((Comparison(K, "in", (1, "a")),))),
        ("k in ()", Either((Comparison(K, "in", ()),))),
        ("k not in (1,)", Opposite(Either((Comparison(K, "in", (1,)),)))),
        (
            "k in [1, None]",
            Either((Comparison(K, "in", (1,)), Comparison(K, "==", None))),
        ),
        ("prepare.k == 1", Comparison(Field(Kind.VALUE, "prepare.k"), "==", 1)),
        ("k.variant == 'a'", Comparison(Field(Kind.VARIANT, "k"), "==", "a")),
        ("`two words` == 1", Comparison(Field(Kind.VALUE, "two words"), "==", 1)),
        ("`two words`.variant == '`'", Comparison(Field(Kind.VARIANT, "two words"), "==", "`")),
        (
            "metric.`val/loss`.minimum < 1",
            Comparison(Field(Kind.METRIC, "val/loss", "minimum"), "<", 1),
        ),
        ("'good' in tags", Comparison(Field(Kind.COLUMN, "tags"), "==", "good")),
        ("'good' not in tags", Comparison(Field(Kind.COLUMN, "tags"), "!=", "good")),
        (r"method == '\d'", Comparison(METHOD, "==", r"\d")),
        ("started_at > '2026-11-01 00:00'", Comparison(STARTED, ">", NOVEMBER)),
        ("started_at > '2026-11-01T01:00+01:00'", Comparison(STARTED, ">", NOVEMBER)),
        ("started_at >= '2026-11-01'", Comparison(STARTED, ">=", NOVEMBER)),
        ("started_at > '2026-11-01'", Comparison(STARTED, ">=", NEXT_DAY)),
        ("started_at <= '2026-11-01'", Comparison(STARTED, "<", NEXT_DAY)),
    ],
)
def test_an_expression_states_a_condition(expression: str, condition: Condition) -> None:
    assert parse(expression, NAMES) == condition


@pytest.mark.parametrize(
    ("expression", "column", "what"),
    [
        ("f(k) > 3", 0, "functions cannot be called"),
        ("k > 3 and k[0] == 1", 10, r"\[...\] behind a name"),
        ("k + 1 == 2", 0, "nothing is computed"),
        ("k > 3 & method == 'x'", 6, "`&` binds before comparisons: write `and`"),
        ("k > 3 | k < 1", 6, "write `or`"),
        ("~k > 3", 0, "`~` binds before comparisons"),
        ("lambda: k", 0, "lambda"),
        ("(x := k) > 3", 1, ":="),
        ("k == f'{k}'", 5, "f-strings"),
        ("k == b'x'", 5, "only texts, numbers"),
        ("k == 1j", 5, "only texts, numbers"),
        ("k == ...", 5, "only texts, numbers"),
        ("k", 0, "alone is no comparison: k == True"),
        ("True", 0, "a value alone"),
        ("k == method", 0, "two fields cannot"),
        ("1 < 2", 0, "two values cannot"),
        ("k == 1, 2", 0, "several values"),
        ("k in 3", 5, "`in` needs a list"),
        ("k in [a]", 6, "texts stand in quotes"),
        ("1 in [1]", 0, "a name has to stand before"),
        ("k is 3", 5, "`is` goes with None only"),
        ("-k == 3", 0, "a sign can only stand before a number"),
        ("k == nan", 5, "NaN equals nothing"),
        ("k == true", 5, "write True"),
        ("method == KMeans", 10, "'KMeans'; texts stand in quotes"),
        ("status == 'suceeded'", 0, "did you mean 'succeeded'"),
        ("name > 3", 0, "'name' is a text"),
        ("score == 'x'", 0, "'score' is a number"),
        ("main > 'x'", 0, "main is compared with numbers"),
        ("started_at > 'yesterday'", 0, "no time"),
        ("started_at > 3", 0, "no time"),
        ("k > True", 0, "True is neither less nor more"),
        ("k < None", 0, "None is neither less nor more"),
        ("tags < 'a'", 0, "tags have no order"),
        ("variants == 'a'", 0, "by its own name"),
        ("k = 3", 2, "equal is =="),
        ("k == 1 && k == 2", 7, "write `and`"),
        ("k == 1 AND k == 2", 7, "written small"),
        ("k <> 1", 2, "not equal is !="),
        ("[k for k in x]", 0, "ListComp"),
        ("k == 1 if k == 2 else k == 3", 0, "if ... else"),
        ("ключ == 1 and   Ω(k)", 16, "functions cannot be called"),
        ("", 0, "it is empty"),
        (" \n ", 0, "it is empty"),
        ("k == '\0'", 0, "null bytes"),
        ("k == '\ud800'", 0, "halves of characters"),
        ("k ==", 4, "it ends too early"),
        ("(k == 1", 0, "was never closed"),
        (" k == 1)", 7, "unmatched"),
        ("__import__('os').system('true') == 0", 0, "functions cannot be called"),
    ],
)
def test_anything_else_is_refused_at_its_place(expression: str, column: int, what: str) -> None:
    with pytest.raises(InvalidExpressionError, match=what) as caught:
        parse(expression, NAMES)
    assert caught.value.faults[0][0] == column


@pytest.mark.parametrize(
    "expression",
    [
        "not " * 2000 + "k == 1",
        "(" * 1000 + "k" + ")" * 1000 + " == 1",
        "k == " + "-" * 4000 + "1",
        "k == 1" + " or k == 1" * 500,
        " & ".join(["(k == 1)"] * 800),
        "k == 1" + " " * 10_000,
        "k in [" + "[" * 150 + "]" * 150 + "]",
    ],
)
def test_nothing_is_too_long_or_too_deep_to_be_refused(expression: str) -> None:
    (fault,) = faults(expression)
    assert fault[1]


def test_a_name_of_many_parts_is_refused_in_few_words() -> None:
    # Python 3.11 finds it too deep to be read, later versions read it.
    with pytest.raises((InvalidExpressionError, UnknownFieldError)) as caught:
        parse("k" + ".b" * 4000 + " == 1", NAMES)
    assert len(caught.value.message) < 1000


def test_long_chains_are_understood_up_to_two_hundred_comparisons() -> None:
    joined = parse(" & ".join(["(k > 3)"] * 200), NAMES)
    assert joined == Every((BIG,) * 200)


def test_all_mistakes_are_told_at_once_with_arrows() -> None:
    with pytest.raises(InvalidExpressionError) as caught:
        parse("f(k) == 1 and method == Means or status == 'done'", NAMES)
    assert [column for column, _ in caught.value.faults] == [0, 14 + 10, 33]
    lines = caught.value.message.splitlines()
    assert lines[1].index("f(k)") == lines[2].index("^")
    assert lines[3].index("Means") == lines[4].index("^")


def test_all_unknown_names_are_told_at_once() -> None:
    with pytest.raises(UnknownFieldError) as caught:
        parse("kk > 3 and methods == 'x'", NAMES)
    assert [fault.split(";")[0] for fault in caught.value.faults] == ["'kk'", "'methods'"]


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        (K, "==", np.int64(3), Comparison(K, "==", 3)),
        (K, "==", np.float32(0.5), Comparison(K, "==", 0.5)),
        (K, "==", np.bool_(True), Comparison(K, "==", True)),
        (
            Field(Kind.COLUMN, "status"),
            "==",
            Status.FAILED,
            Comparison(Field(Kind.COLUMN, "status"), "==", "failed"),
        ),
        (STARTED, ">=", date(2026, 11, 1), Comparison(STARTED, ">=", NOVEMBER)),
        (STARTED, ">", datetime(2026, 11, 1), Comparison(STARTED, ">", NOVEMBER)),  # noqa: DTZ001
    ],
)
def test_values_of_python_are_compared_as_what_they_are(
    field: Field, operator: str, value: Any, expected: Condition
) -> None:
    assert compare(field, operator, value) == expected


@pytest.mark.parametrize("value", [float("nan"), b"x", object(), {}, np.array([1, 2])])
def test_what_is_no_single_value_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"NaN|nothing to compare with|one element|size 1"):
        compare(K, "==", value)


def test_the_beginning_of_a_commit_stands_for_it() -> None:
    commit = Field(Kind.COLUMN, "commit")
    started = Every((Comparison(commit, ">=", "5bda"), Comparison(commit, "<", "5bdag")))
    assert compare(commit, "==", "5bda") == started
    assert compare(commit, "!=", "5bda") == Opposite(started)
    assert compare(commit, "==", "a" * 40) == Comparison(commit, "==", "a" * 40)


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("started_at > '9999-12-31'", (0, "'9999-12-31' is beyond all time")),
        (
            "started_at > '0001-01-01T00:00+23:00'",
            (0, "'0001-01-01 00:00:00+23:00' is beyond all time"),
        ),
        ("k > 1 and lambda < 2", (10, "a name that Python reserves needs backticks")),
        (f"k == {'9' * 5000}", (0, "a number in it has too many digits")),
    ],
)
def test_what_is_too_large_or_reserved_is_pointed_at(
    expression: str, fault: tuple[int, str]
) -> None:
    assert faults(expression) == (fault,)
