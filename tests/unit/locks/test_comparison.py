"""What the code defines against what is locked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mitosis._canonical import VERSION
from mitosis._locks import Definition, compare

from .databases import held, lock, variant


def defined(name: str, value: object, experiment: str = "sine") -> Definition:
    return Definition(experiment, variant("noise", name, value))


def test_an_unchanged_definition_agrees() -> None:
    found = compare([defined("low", 0.1)], [held(lock("low", 0.1))])
    assert [d.variant.name for d in found.agreeing] == ["low"]
    assert (found.conflicts, found.new, found.unused) == ((), (), ())


def test_a_changed_definition_is_a_conflict_that_says_where() -> None:
    found = compare(
        [defined("low", {"a": 1, "b": 2})], [held(lock("low", {"a": 1, "b": 3}), "x/sine.db")]
    )
    (one,) = found.conflicts
    assert one.file == Path("x/sine.db")
    assert one.conflict.differences == (("$['b']", "3", "2"),)
    assert "by trial 'sine-low-1'" in one.conflict.description
    assert found.agreeing == ()


def test_what_is_defined_or_locked_alone_is_new_or_unused() -> None:
    found = compare([defined("low", 1), defined("new", 2)], [held(lock("old", 1))])
    assert [d.variant.name for d in found.new] == ["low", "new"]
    assert [h.lock.variant.name for h in found.unused] == ["old"]


def test_experiments_do_not_meet() -> None:
    found = compare([defined("low", 2, "peak")], [held(lock("low", 1))])
    assert found.conflicts == ()
    assert (len(found.new), len(found.unused)) == (1, 1)


def test_what_two_places_hold_alike_is_told_once_and_of_the_first() -> None:
    one = lock("low", 1)
    found = compare([defined("low", 2)], [held(one), held(one, "mitosis.lock")])
    assert [c.file.name for c in found.conflicts] == ["sine.db"]


def test_two_places_that_disagree_are_both_held_against_the_code() -> None:
    locks = [held(lock("low", 1)), held(lock("low", 2), "mitosis.lock")]
    assert [c.file.name for c in compare([defined("low", 1)], locks).conflicts] == [
        "mitosis.lock"
    ]
    assert len(compare([defined("low", 3)], locks).conflicts) == 2


def test_two_experiments_of_one_name_may_share_a_definition_but_not_contradict() -> None:
    locks = [held(lock("low", 1))]
    assert len(compare([defined("low", 1), defined("low", 1)], locks).agreeing) == 1
    found = compare([defined("low", 1), defined("low", 2)], locks)
    assert (len(found.agreeing), len(found.conflicts)) == (1, 1)


def test_a_lock_of_a_former_edition_is_compared_with_the_text_of_that_edition() -> None:
    old = lock("low", 1)
    old = replace(old, variant=replace(old.variant, version=0, text="one"))
    given = replace(variant("noise", "low", 1), former={0: "one"})
    assert compare([Definition("sine", given)], [held(old)]).conflicts == ()
    given = replace(given, former={0: "two"})
    (found,) = compare([Definition("sine", given)], [held(old)]).conflicts
    assert found.conflict.differences == (("$", "one", "two"),)


def test_a_lock_of_a_newer_edition_cannot_be_compared_though_the_texts_be_alike() -> None:
    newer = lock("low", 1)
    newer = replace(newer, variant=replace(newer.variant, version=VERSION + 1))
    found = compare([defined("low", 1)], [held(newer)])
    assert (found.conflicts, found.agreeing) == ((), ())
    assert len(found.unknown) == 1
