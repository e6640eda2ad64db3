"""One lock in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mitosis._cli.lock_descriptions import (
    difference_text,
    full_text,
    imported_text,
    renamed_text,
    retired_text,
)
from mitosis._locks import Imported, Named
from mitosis._model import Act, Action
from tests.unit.locks.databases import COMMIT, NOON, held, lock, renamed

LATER = NOON + timedelta(days=1)
RENAMED = Act(Action.RENAMED, LATER, "Ada <ada@example.org>", "", "low")
RETIRED = Act(Action.RETIRED, LATER, "Ada <ada@example.org>", "wrong unit")


def named(value: object, name: str = "low", number: int = 1) -> Named:
    return Named(held(lock(name, value)), name, number)


def test_a_lock_in_full_says_what_when_and_by_whom() -> None:
    one = named(0.1)
    one = replace(one, held=held(replace(one.held.lock, used_by=3)))
    text = full_text(one, [], None)
    assert text.splitlines() == [
        "variant 'low' of parameter 'noise' of experiment 'sine'",
        "    value     0.1",
        f"    digest    {one.held.lock.variant.digest}",
        f"    edition   {one.held.lock.variant.version} of the canonical text",
        "    locked    2026-11-21 12:00 UTC by trial 'sine-low-1' (key 823e8316)",
        f"    commit    {COMMIT}",
        "    used by   3 trials",
        "    database  trials/sine.db",
    ]


def test_a_lock_that_a_sweep_made_names_the_sweep() -> None:
    of_sweep = replace(named(0.1).held.lock, trial_name="night", trial_key="")
    text = full_text(Named(held(of_sweep), "low", 1), [], None)
    assert "    locked    2026-11-21 12:00 UTC by sweep 'night'\n" in text


def test_a_long_value_is_complete_on_one_line_for_programs_and_in_pieces_for_people() -> None:
    one = named("a  b" * 300)
    text = one.held.lock.variant.text
    assert f"    value     {text}\n" in full_text(one, [], None)
    lines = full_text(one, [], 80).splitlines()
    assert max(map(len, lines)) <= 80
    pieces = [line[14:] for line in lines if line.startswith((" " * 14, "    value"))]
    assert "".join(pieces) == text


def test_history_and_former_definitions_follow() -> None:
    first = Named(held(replace(lock("low", 1), retired_at=LATER, acts=(RETIRED,))), "low", 1)
    second = Named(held(replace(lock("tiny", 2), acts=(RENAMED,))), "low", 2)
    text = full_text(named(3, number=3), [first, second], None)
    assert "other definitions under the name 'noise=low':\n    noise=low@1  1\n" in text
    assert "retired by Ada <ada@example.org>: wrong unit" in text
    assert "    noise=low@2  2\n" in text
    assert "its name is 'tiny' now" in text
    assert "history" not in text
    assert "history:\n    2026-11-22 12:00 UTC  retired by Ada" in full_text(first, [], None)


def test_the_headline_says_if_a_definition_is_not_what_it_was() -> None:
    retired = Named(held(replace(lock("low", 1), retired_at=LATER, acts=(RETIRED,))), "low", 1)
    assert full_text(retired, [], None).splitlines()[0].endswith("'sine', retired")
    former = Named(held(replace(lock("tiny", 2), acts=(RENAMED,))), "low", 1)
    assert full_text(former, [], None).splitlines()[0].endswith("'sine', formerly 'low'")


def test_a_trial_without_a_commit_has_none() -> None:
    one = named(1)
    bare = replace(one, held=held(replace(one.held.lock, commit=None)))
    assert "    commit    (none)\n" in full_text(bare, [], None)


def test_differences_are_labelled_by_the_names() -> None:
    text = difference_text(named({"a": 1, "b": 2}, "quick"), named({"a": 1, "b": 3}, "exact"))
    assert text == "$['b']\n    quick  2\n    exact  3"
    assert difference_text(named(1, "one"), named(2, "other")) == "one    1\nother  2"


def test_a_former_definition_is_labelled_by_its_number() -> None:
    former = Named(held(replace(lock("low", 1), retired_at=LATER)), "low", 1)
    assert difference_text(former, named(2)) == "low@1  1\nlow    2"


def test_names_of_two_parameters_are_labelled_in_full() -> None:
    other = Named(held(lock("low", 2, parameter="signal")), "low", 1)
    assert difference_text(named(1), other) == "noise=low   1\nsignal=low  2"


def test_equal_values_are_said_to_be_equal() -> None:
    assert difference_text(named(1), named(1, "one")) == "low and one have the same value."


def test_texts_of_two_editions_are_not_compared() -> None:
    old = lock("old", 1)
    old = replace(old, variant=replace(old.variant, version=0, text="one"))
    said = difference_text(Named(held(old), "old", 1), named(1))
    assert "cannot be compared" in said
    assert "editions 0 and" in said


@pytest.mark.parametrize(
    ("used_by", "said"),
    [
        (0, "No trial in this database has used it."),
        (1, "The trial that used it keeps its own name."),
        (2, "The 2 trials that used it keep their own names."),
    ],
)
def test_after_a_change_it_is_said_what_happens_now(used_by: int, said: str) -> None:
    before = replace(lock("low", 0.1), used_by=used_by)
    after = retired_text(held(before), replace(before, retired_at=LATER, acts=(RETIRED,)))
    assert after.startswith("Retired variant 'low' of parameter 'noise' of experiment 'sine'")
    assert "wrong unit\n    value   0.1\n    locked  2026-11-21 12:00 UTC" in after
    assert "the next recorded trial with noise=low locks it anew" in after
    assert said in after
    after = renamed_text(held(before), renamed(before, "tiny"))
    assert "to 'tiny'.\n    value   0.1\n" in after
    assert "Use 'tiny' in the code from now on. 'low' is free" in after
    assert said in after


def test_an_import_lists_what_is_new() -> None:
    new = tuple(held(lock(f"v{number}", number)) for number in range(30))
    lines = imported_text(Path("mitosis.lock"), Imported(new, known=4, retired=2)).splitlines()
    assert lines[0] == (
        "mitosis.lock: 30 new, 4 there already, 2 left out, for they were retired here"
    )
    assert lines[1] == "    sine  noise=v0  0"
    assert lines[-1] == "    ... and 10 more"
    assert imported_text(Path("x"), Imported((), 0, 0)) == "x: 0 new, 0 there already"
