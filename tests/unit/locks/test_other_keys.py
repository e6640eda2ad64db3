"""Secrets that were locked under another key: told apart from conflicts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mitosis import Secret
from mitosis._canonical import VERSION, canonical, secrets_under, text_digest
from mitosis._locks import Comparison, Definition, Held, compare
from mitosis._model import Variant
from tests.unit.locks.databases import lock

HERE, THERE = b"h" * 32, b"t" * 32


def variant(value: object, key: bytes) -> Variant:
    with secrets_under(key):
        text = canonical(value)
    return Variant("password", "low", text, text_digest(text), VERSION)


def compared(locked: Variant, given: Variant) -> Comparison:
    held = Held(replace(lock(), variant=locked), Path("sine.db"))
    return compare([Definition("sine", given)], [held])


def test_the_same_secret_under_another_key_is_not_compared() -> None:
    found = compared(variant([Secret("a"), 1], THERE), variant([Secret("a"), 1], HERE))
    assert [each.conflict.given.name for each in found.incomparable] == ["low"]
    assert (found.conflicts, found.unknown, found.agreeing) == ((), (), ())


def test_under_one_key_secrets_agree_or_conflict() -> None:
    one, other = variant(Secret("a"), HERE), variant(Secret("b"), HERE)
    assert compared(one, one).agreeing
    found = compared(one, other)
    assert (len(found.conflicts), found.incomparable) == (1, ())


def test_what_differs_beside_the_secret_is_a_conflict() -> None:
    found = compared(variant([Secret("a"), 1], THERE), variant([Secret("a"), 2], HERE))
    assert (len(found.conflicts), found.incomparable) == (1, ())


def test_a_lock_of_an_earlier_edition_conflicts_without_showing_its_secret() -> None:
    locked = Variant("password", "low", "'hunter22'", text_digest("'hunter22'"), 2)
    given = Variant("password", "low", "Secret(str='x')", "", VERSION, {2: "'hunter23'"})
    (contradiction,) = compared(locked, given).conflicts
    assert "hunter2" not in contradiction.conflict.description
