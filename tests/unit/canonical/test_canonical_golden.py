"""The table of texts that must never change within an edition."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from mitosis._canonical import VERSION, canonical, digest
from tests.unit.canonical import table

GOLDEN = table.golden()


def test_the_table_belongs_to_this_edition() -> None:
    assert VERSION == 1
    assert len(GOLDEN) > 100


@pytest.mark.parametrize("expression", GOLDEN)
def test_text_is_as_recorded(expression: str) -> None:
    assert canonical(table.value_of(expression)) == GOLDEN[expression]


@pytest.mark.parametrize("hash_seed", [0, 1, 4242])
def test_texts_are_the_same_in_other_processes(
    interpreter: Callable[..., str], hash_seed: int
) -> None:
    found = interpreter("-m", "tests.unit.canonical.table", hash_seed=hash_seed)
    assert json.loads(found) == GOLDEN


def test_no_two_values_of_the_table_share_a_text() -> None:
    assert len(set(GOLDEN.values())) == len(GOLDEN)


def test_texts_are_one_line_of_ascii() -> None:
    assert all(re.fullmatch(r"[ -~]+", text) for text in GOLDEN.values())


def test_a_digest_has_64_hexadecimal_digits_and_follows_the_text() -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", digest(1))
    assert digest({1: 2, 3: 4}) == digest({3: 4, 1: 2}) != digest({1: 2, 3: 5})
