"""Locks of another database are taken over as they are, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mitosis._model import Action, Conflict, Lock
from mitosis._store import Store
from mitosis.errors import LockImportConflictError, VariantConflictError

from .claims import COMMIT, LOW, NOON, act, claim, in_force, variant

ACT = act("from Ada", action=Action.IMPORTED)


def lock(name: str = "low", text: str = "0.1", **fields: object) -> Lock:
    known = Lock("sine", variant(name, text), NOON, f"sine-{name}-1", "0000000a", COMMIT)
    return replace(known, **fields)  # type: ignore[arg-type]  # fields of any kind


def refused(store: Store, *locks: Lock) -> LockImportConflictError:
    """Check that nothing of an import is taken over, and return the error."""
    before = store.path.read_bytes()
    with pytest.raises(LockImportConflictError, match="contradict") as caught:
        store.import_locks(locks, ACT)
    assert store.path.read_bytes() == before
    assert caught.value.database == store.path
    return caught.value


def test_an_import_makes_the_database_with_the_locks_as_they_were(store: Store) -> None:
    given = [lock(), lock("high", "0.9", commit=None), lock(experiment="cosine")]
    imported = store.import_locks(given, ACT)
    assert imported == tuple(replace(each, acts=(ACT,)) for each in given)
    assert {str(each) for each in store.variants()} == {str(each) for each in imported}
    assert store.trials() == []


def test_an_imported_lock_holds_and_counts_the_trials_of_this_database(store: Store) -> None:
    store.import_locks([lock(used_by=77)], ACT)
    with pytest.raises(VariantConflictError, match=r"'sine-low-1' \(key 0000000a\)"):
        store.claim(claim(variant(text="0.2")))
    assert store.claim(claim()).iteration == 1
    assert [each.used_by for each in store.variants()] == [1]


def test_what_is_locked_here_with_the_same_text_is_passed_over(store: Store) -> None:
    store.claim(claim(key="fffffff1"))
    (new,) = store.import_locks([lock(), lock("high", "0.9")], ACT)
    assert new.variant.name == "high"
    here = in_force(store)["noise", "low"]
    assert (here.trial_key, here.acts) == ("fffffff1", ())


def test_importing_twice_is_importing_once(store: Store) -> None:
    store.import_locks([lock()], ACT)
    before = store.path.read_bytes()
    assert store.import_locks([lock(), lock()], ACT) == ()
    assert store.path.read_bytes() == before


def test_importing_nothing_makes_no_file(store: Store) -> None:
    assert store.import_locks([], ACT) == ()
    assert not store.path.exists()


def test_a_contradiction_refuses_all_and_all_contradictions_are_named(store: Store) -> None:
    store.claim(claim(variant("low", "0.1"), variant("high", "9", "force")))
    here = in_force(store)["noise", "low"]
    given = [lock("new", "5"), lock(text="0.2"), lock(variant=variant("high", "8", "force"))]
    error = refused(store, *given)
    first, second = error.conflicts
    assert first == Conflict(here, variant(text="0.2"), (("$", "0.1", "0.2"),))
    assert second.description.startswith("variant 'high' of parameter 'force'")
    assert "2 locks contradict those in force" in error.message


def test_locks_that_contradict_each_other_are_refused(store: Store) -> None:
    store.claim(claim(variant("mild", "1", "force")))
    error = refused(store, lock(), lock(text="0.2"))
    assert len(error.conflicts) == 1


def test_a_refused_import_leaves_an_empty_file_at_most(store: Store) -> None:
    with pytest.raises(LockImportConflictError, match="contradict"):
        store.import_locks([lock(), lock(text="0.2")], ACT)
    assert store.path.read_bytes() == b""


def test_a_text_is_one_value_whatever_the_edition(store: Store) -> None:
    store.claim(claim())
    assert store.import_locks([lock(variant=replace(variant(), version=2))], ACT) == ()


def test_different_texts_of_two_editions_cannot_be_told_apart(store: Store) -> None:
    store.claim(claim())
    error = refused(store, lock(variant=replace(variant(text="0.10"), version=2)))
    assert "locked  edition 1" in error.message
    assert "given   edition 2" in error.message


def test_a_lock_that_was_retired_there_is_passed_over(store: Store) -> None:
    assert store.import_locks([lock(retired_at=NOON)], ACT) == ()
    assert not store.path.exists()


def test_a_name_that_was_retired_here_can_be_imported(store: Store) -> None:
    store.claim(claim())
    store.retire(LOW, act())
    (new,) = store.import_locks([lock(text="0.2", locked_at=NOON + timedelta(days=1))], ACT)
    assert in_force(store) == {("noise", "low"): new}
    assert len(store.variants(retired=True)) == 2


def test_locks_go_to_another_database_and_back_unchanged(store: Store, tmp_path: Path) -> None:
    for n in range(3):
        store.claim(claim(variant(f"v{n}", str(n))))
    other = Store(tmp_path / "other.db")
    other.import_locks(store.variants(), ACT)
    assert [replace(each, used_by=1, acts=()) for each in other.variants()] == store.variants()
    assert store.import_locks(other.variants(), ACT) == ()


@pytest.mark.slow
def test_twenty_thousand_locks_are_one_import(store: Store) -> None:
    given = [lock(f"v{n:05}", str(n)) for n in range(20_000)]
    assert len(store.import_locks(given, ACT)) == 20_000
    assert [each.variant.text for each in store.variants()] == [str(n) for n in range(20_000)]


def test_what_was_retired_here_stays_so(store: Store) -> None:
    store.import_locks([lock()], ACT)
    store.retire(LOW, act())
    assert store.import_locks([lock()], ACT) == ()
    assert in_force(store) == {}
    assert [new.variant.text for new in store.import_locks([lock(text="0.3")], ACT)] == ["0.3"]
