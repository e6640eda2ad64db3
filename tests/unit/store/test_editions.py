"""A lock is compared under the edition of the canonical text that made it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mitosis._model import Variant
from mitosis._store import Store
from mitosis.errors import NewerEditionError, VariantConflictError

from .claims import claim, execute, variant


def second(text: str, name: str = "low", **former: str) -> Variant:
    """Return a variant as edition 2 writes it; `first` is its text under edition 1."""
    texts = {1: former["first"]} if former else {}
    return replace(variant(name, text), version=2, former=texts)


def test_an_old_lock_is_compared_with_the_text_of_its_own_edition(store: Store) -> None:
    store.claim(claim(variant(text="old(1)")))
    assert store.claim(claim(second("new(1)", first="old(1)"))).iteration == 2
    (lock,) = store.variants()
    assert (lock.variant.text, lock.variant.version, lock.used_by) == ("old(1)", 1, 2)


def test_a_text_that_all_editions_write_alike_is_compared_as_it_is(store: Store) -> None:
    store.claim(claim(variant(text="0.1")))
    assert store.claim(claim(second("0.1"))).iteration == 2


def test_a_conflict_shows_both_texts_in_the_edition_of_the_lock(store: Store) -> None:
    store.claim(claim(variant(text="'old 1'")))
    with pytest.raises(VariantConflictError, match="another value") as caught:
        store.claim(claim(second("'new 2'", first="'old 2'")))
    assert "locked  'old 1'" in caught.value.message
    assert "given   'old 2'" in caught.value.message


def test_the_new_text_of_another_value_is_no_match_for_an_old_lock(store: Store) -> None:
    store.claim(claim(variant(text="x")))
    with pytest.raises(VariantConflictError, match="another value"):
        store.claim(claim(second("x", first="y")))


def test_new_locks_are_made_in_the_newest_edition(store: Store) -> None:
    store.claim(claim(second("new(1)", first="old(1)")))
    assert store.variants()[0].variant == replace(second("new(1)"), former={})


def test_locks_of_newer_editions_are_refused_together_also_with_the_same_text(
    store: Store,
) -> None:
    newer = second("1"), second("2", "high"), replace(second("3", "mild"), version=1)
    store.claim(claim(*(replace(v, parameter=v.name) for v in newer)))
    before = store.path.read_bytes()
    with pytest.raises(NewerEditionError, match="edition 2") as caught:
        store.claim(claim(*(replace(v, parameter=v.name, version=1) for v in newer)))
    assert caught.value.variants == (
        "variant 'low' of parameter 'low'",
        "variant 'high' of parameter 'high'",
    )
    assert (caught.value.found, caught.value.known) == (2, 1)
    assert store.path.read_bytes() == before
    assert execute(store.path, "SELECT count(*) FROM trial") == [(1,)]
