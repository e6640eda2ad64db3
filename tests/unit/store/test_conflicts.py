"""A locked variant with another value is refused, and the file keeps every byte."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mitosis._model import Conflict, Variant
from mitosis._store import Store
from mitosis.errors import VariantConflictError

from .claims import COMMIT, NOON, claim, in_force, variant


def refused(store: Store, *variants: Variant) -> VariantConflictError:
    with pytest.raises(VariantConflictError, match="locked with another value") as caught:
        store.claim(claim(variants=variants))
    return caught.value


def test_the_conflict_holds_what_is_locked_and_what_was_given(store: Store) -> None:
    store.claim(claim())
    given = variant(text="0.2")
    lock = in_force(store)["noise", "low"]
    assert refused(store, given).conflicts == (Conflict(lock, given, (("$", "0.1", "0.2"),)),)


def test_the_message_says_all_that_one_needs(store: Store) -> None:
    first = claim()
    store.claim(first)
    error = refused(store, variant(text="0.2"))
    assert (error.experiment, error.database) == ("sine", store.path)
    facts = ["'noise'", "'low'", "0.1", "0.2", f"{NOON:%Y-%m-%d %H:%M} UTC", "'sine-low-1'"]
    assert [f for f in [*facts, first.key, COMMIT[:10]] if f not in error.message] == []


def test_the_file_keeps_every_byte_and_no_other_file_appears(store: Store) -> None:
    store.claim(claim())
    before = store.path.read_bytes()
    refused(store, variant(text="0.2"), variant("mild", "1", "force"))
    assert store.path.read_bytes() == before
    assert list(store.path.parent.iterdir()) == [store.path]


def test_a_refused_claim_locks_none_of_its_other_variants(store: Store) -> None:
    store.claim(claim())
    refused(store, variant("mild", "1", "force"), variant(text="0.2"))
    assert set(in_force(store)) == {("noise", "low")}
    assert len(store.trials()) == 1


def test_a_refused_claim_takes_no_iteration(store: Store) -> None:
    store.claim(claim())
    refused(store, variant(text="0.2"))
    assert store.claim(claim()).iteration == 2


def test_all_conflicts_are_named_together_and_what_agrees_is_not(store: Store) -> None:
    store.claim(claim(*(variant("low", "1", f"p{n}") for n in range(5))))
    texts = ["1", "2", "1", "3", "4"]
    error = refused(store, *(variant("low", text, f"p{n}") for n, text in enumerate(texts)))
    assert len(error.conflicts) == 3
    assert [n for n in range(5) if f"'p{n}'" in error.message] == [1, 3, 4]


def test_texts_are_compared_not_digests(store: Store) -> None:
    store.claim(claim(variant(text="1")))
    same_digest = replace(variant(text="2"), digest="digest of 1")
    assert len(refused(store, same_digest).conflicts) == 1


def test_a_text_that_agrees_is_no_conflict_whatever_its_digest(store: Store) -> None:
    store.claim(claim(variant(text="1")))
    same = replace(variant(text="1"), digest="another")
    assert store.claim(claim(same)).iteration == 2


def test_trailing_space_and_case_in_a_text_make_a_conflict(store: Store) -> None:
    store.claim(claim(variant(text="'a'")))
    assert len(refused(store, variant(text="'A'")).conflicts) == 1
    assert len(refused(store, variant(text="'a' ")).conflicts) == 1


def test_a_conflict_deep_in_a_large_value_points_at_the_entry(store: Store) -> None:
    entries = [f"'key{n}': {n}" for n in range(40)]
    store.claim(claim(variant(text="{" + ", ".join(entries) + "}")))
    entries[17] = "'key17': 99"
    error = refused(store, variant(text="{" + ", ".join(entries) + "}"))
    assert "$['key17']" in error.message
    assert "key18" not in error.message
