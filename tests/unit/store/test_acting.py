"""Names are given and freed by recorded acts; definitions and trials stay what they were."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from mitosis._model import Act, Action, LockName
from mitosis._store import Store
from mitosis.errors import RenameError, UnknownLockError, VariantConflictError

from .claims import COMMIT, LOW, NOON, act, claim, execute, in_force, variant

FAINT = LOW._replace(name="faint")


@pytest.fixture
def used(store: Store) -> Store:
    """A store in which 'low' was used twice, once together with another parameter."""
    store.claim(claim(key="fffffff1"))
    store.claim(claim(variant(), variant("mild", "1", "force")))
    return store


def names(store: Store, **options: bool) -> list[tuple[str, str, int]]:
    locks = store.variants("sine", **options)
    return [(lock.variant.name, lock.variant.text, lock.used_by) for lock in locks]


def test_a_renamed_lock_keeps_all_but_its_name(used: Store) -> None:
    before = in_force(used)["noise", "low"]
    lock = used.rename(LOW, "faint", act("clearer"))
    renamed = Act(Action.RENAMED, act().at, act().by, "clearer", former_name="low")
    assert lock == replace(before, variant=variant("faint"), acts=(renamed,))
    assert in_force(used)["noise", "faint"] == lock
    assert before.used_by == lock.used_by == 2


def test_a_former_name_is_free_for_another_value(used: Store) -> None:
    used.rename(LOW, "faint", act())
    used.claim(claim(variant(text="0.2")))
    assert names(used) == [("mild", "1", 1), ("faint", "0.1", 2), ("low", "0.2", 1)]


def test_a_new_name_holds_the_value_from_then_on(used: Store) -> None:
    used.rename(LOW, "faint", act())
    with pytest.raises(VariantConflictError, match="variant 'faint'") as caught:
        used.claim(claim(variant("faint", "0.2")))
    assert "by trial 'sine-low-1' (key fffffff1)" in caught.value.message


def test_trials_under_a_new_name_are_numbered_from_one_and_counted_with_the_others(
    used: Store,
) -> None:
    used.rename(LOW, "faint", act())
    assert used.claim(claim(variant("faint"))).iteration == 1
    assert used.claim(claim(variant("faint"))).iteration == 2
    assert names(used) == [("mild", "1", 1), ("faint", "0.1", 4)]


def test_what_trials_say_of_themselves_is_not_renamed(used: Store) -> None:
    before = used.trials()
    used.rename(LOW, "faint", act())
    assert used.trials() == before


@pytest.mark.parametrize(
    ("new_name", "reason"),
    [("", "cannot be empty"), ("low", "is its name already"), ("high", "is locked to 0.9")],
)
def test_a_name_that_cannot_be_given_is_refused(
    used: Store, new_name: str, reason: str
) -> None:
    used.claim(claim(variant("high", "0.9"), key="fffffff2"))
    before = used.path.read_bytes()
    with pytest.raises(RenameError, match=reason) as caught:
        used.rename(LOW, new_name, act())
    assert caught.value.new_name == new_name
    assert ("(key fffffff2)" in caught.value.message) == (new_name == "high")
    assert used.path.read_bytes() == before


def test_a_name_that_is_taken_by_a_long_text_is_refused_shortly(used: Store) -> None:
    used.claim(claim(variant("high", "9" * 5000)))
    with pytest.raises(RenameError, match=r"locked to 9{200}\.\.\.") as caught:
        used.rename(LOW, "high", act())
    assert len(caught.value.message) < 500


def test_names_of_other_parameters_and_experiments_and_retired_ones_can_be_taken(
    used: Store,
) -> None:
    used.claim(claim(variant("faint", "3"), experiment="cosine"))
    used.claim(claim(variant("faint", "4", "force")))
    used.claim(claim(variant("faint", "5")))
    used.retire(FAINT, act())
    assert used.rename(LOW, "faint", act()).variant == variant("faint", "0.1")


def test_a_retired_lock_is_left_with_its_trials_and_its_story(used: Store) -> None:
    before = in_force(used)["noise", "low"]
    lock = used.retire(LOW, act("a typo"))
    retired = Act(Action.RETIRED, NOON + timedelta(days=2), act().by, "a typo")
    assert lock == replace(before, retired_at=retired.at, acts=(retired,))
    assert used.variants("sine", retired=True)[1] == lock
    assert ("noise", "low") not in in_force(used)


def test_a_retired_name_is_locked_anew_and_counts_its_own_trials(used: Store) -> None:
    used.retire(LOW, act())
    used.claim(claim(variant(text="0.2"), started_at=NOON + timedelta(days=3)))
    assert names(used, retired=True) == [
        ("mild", "1", 1),
        ("low", "0.1", 2),
        ("low", "0.2", 1),
    ]


def test_a_name_may_be_retired_and_locked_again_with_the_value_it_had(used: Store) -> None:
    used.retire(LOW, act())
    used.claim(claim())
    old, new = used.variants("sine", retired=True)[1:]
    assert (old.variant, old.used_by) == (new.variant, new.used_by + 1)
    assert (old.retired_at, new.retired_at) == (act().at, None)


def test_acts_are_told_in_their_order(used: Store) -> None:
    used.rename(LOW, "faint", act("1"))
    used.rename(FAINT, "low", act("2"))
    lock = used.retire(LOW, act("3"))
    assert [(a.action.value, a.why, a.former_name) for a in lock.acts] == [
        ("renamed", "1", "low"),
        ("renamed", "2", "faint"),
        ("retired", "3", ""),
    ]


def test_the_verb_says_what_was_done_whatever_the_act_says(used: Store) -> None:
    given = act(action=Action.IMPORTED, former_name="other")
    assert used.rename(LOW, "faint", given).acts[0].action is Action.RENAMED
    assert used.retire(FAINT, given).acts[1].action is Action.RETIRED


@pytest.mark.parametrize(
    ("name", "wanted", "near"),
    [
        (LockName("sin", "noise", "low"), "experiment 'sin'", ("sine",)),
        (LockName("sine", "noises", "low"), "parameter 'noises' of", ("noise",)),
        (LockName("sine", "noise", "lwo"), "variant 'lwo' of parameter 'noise'", ("low",)),
        (LockName("sine", "force", "zzz"), "variant 'zzz'", ()),
    ],
)
@pytest.mark.parametrize(
    "verb",
    [
        lambda store, name: store.rename(name, "faint", act()),
        lambda store, name: store.retire(name, act()),
    ],
    ids=["rename", "retire"],
)
def test_an_unknown_lock_is_refused_with_the_names_near_it(
    used: Store,
    verb: Callable[[Store, LockName], object],
    name: LockName,
    wanted: str,
    near: tuple[str, ...],
) -> None:
    before = used.path.read_bytes()
    with pytest.raises(UnknownLockError, match=wanted) as caught:
        verb(used, name)
    assert caught.value.near == near
    assert used.path.read_bytes() == before


def test_a_retired_lock_is_unknown_to_who_would_retire_it_again(used: Store) -> None:
    used.retire(LOW, act())
    with pytest.raises(UnknownLockError, match="'low'") as caught:
        used.retire(LOW, act())
    assert caught.value.near == ()


def test_locks_are_listed_by_experiment_parameter_name_and_time(store: Store) -> None:
    for experiment in ("sine", "cosine"):
        for parameter in ("noise", "force"):
            for name in ("b", "B", "a"):
                store.claim(claim(variant(name, "1", parameter), experiment=experiment))
    listed = [(k.experiment, k.variant.parameter, k.variant.name) for k in store.variants()]
    assert listed == sorted(listed)
    assert len(listed) == 12
    assert [k for k in store.variants() if k.experiment == "sine"] == store.variants("sine")
    assert store.variants("tangent") == []


def test_what_people_did_is_readable_with_any_program(used: Store) -> None:
    used.rename(LOW, "faint", act("clearer"))
    assert execute(
        used.path,
        "SELECT name, commit_hash, action, at, by_whom, why, former_name "
        "FROM variant JOIN variant_act ON variant.id = variant_id",
    ) == [
        (
            "faint",
            COMMIT,
            "renamed",
            "2024-05-08T12:00:00.000000+00:00",
            "Ada <ada@example.org>",
            "clearer",
            "low",
        )
    ]


def test_another_definition_than_was_meant_is_left_alone(used: Store) -> None:
    shown = in_force(used)["noise", "low"]
    used.retire(LOW, act())
    used.claim(claim(variant(text="0.2")))
    with pytest.raises(UnknownLockError, match="locked anew meanwhile"):
        used.retire(LOW, act(), meant=shown)
    with pytest.raises(UnknownLockError, match="locked anew meanwhile"):
        used.rename(LOW, "faint", act(), meant=shown)
    assert in_force(used)["noise", "low"].variant.text == "0.2"
    used.retire(LOW, act(), meant=in_force(used)["noise", "low"])


@pytest.mark.parametrize("name", ["low@1", "@7", "a@b@12"])
def test_a_name_cannot_look_like_a_former_definition(used: Store, name: str) -> None:
    with pytest.raises(RenameError, match="means a former definition"):
        used.rename(LOW, name, act())
