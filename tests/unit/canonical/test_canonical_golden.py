"""The table of texts that must never change within an edition."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from mitosis._canonical import VERSION, canonical, digest, form
from tests.unit.canonical import table

GOLDEN = table.golden()
FIRST_EDITION = table.former(1)
ALIKE = {
    frozenset(expressions)
    for expressions in (
        ("None", "np.newaxis"),
        ("float('nan')", "-float('nan')", "np.nan"),
        ("range(0)", "range(5, 5)"),
        ("math.pi", "np.pi"),
        ("np.arange(6).reshape(2, 3)", "np.asfortranarray(np.arange(6).reshape(2, 3))"),
        (
            "functools.partial(samples.plus, 1, b=2)",
            "functools.partial(functools.partial(samples.plus, 1), b=2)",
        ),
    )
}
"""Expressions of one value."""


def test_the_tables_belong_to_these_editions() -> None:
    assert VERSION == 3
    assert len(GOLDEN) > 350
    assert FIRST_EDITION.keys() <= GOLDEN.keys()


@pytest.mark.parametrize("expression", GOLDEN)
def test_text_and_digest_are_as_recorded(expression: str) -> None:
    value = table.value_of(expression)
    assert {"text": canonical(value), "digest": digest(value)} == GOLDEN[expression]


@pytest.mark.parametrize("expression", FIRST_EDITION)
def test_locks_of_the_first_edition_still_fit(expression: str) -> None:
    written = form(table.value_of(expression))
    assert written.former.get(1, written.text) == FIRST_EDITION[expression]


@pytest.mark.slow
@pytest.mark.parametrize("hash_seed", [0, 1, 4242])
def test_texts_are_the_same_in_other_processes(
    interpreter: Callable[..., str], hash_seed: int
) -> None:
    found = interpreter("-m", "tests.unit.canonical.table", hash_seed=hash_seed)
    assert json.loads(found) == GOLDEN


def test_values_of_the_table_share_a_text_only_where_they_are_equal() -> None:
    by_text: dict[str, list[str]] = {}
    for expression, entry in GOLDEN.items():
        by_text.setdefault(entry["text"], []).append(expression)
    shared = {frozenset(expressions) for expressions in by_text.values() if expressions[1:]}
    assert shared == ALIKE


def test_texts_are_one_line_of_ascii() -> None:
    assert all(re.fullmatch(r"[ -~]+", entry["text"]) for entry in GOLDEN.values())


def test_a_digest_has_64_hexadecimal_digits_and_follows_the_text() -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", digest(1))
    assert digest({1: 2, 3: 4}) == digest({3: 4, 1: 2}) != digest({1: 2, 3: 5})
