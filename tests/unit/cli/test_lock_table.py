"""Locks in a table: whole lines for programs, whole words for people."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from mitosis._cli.lock_table import json_text, table_text
from mitosis._locks import Held
from mitosis._model import Act, Action, Lock
from tests.unit.locks.databases import NOON, held, lock

ACT = Act(Action.RENAMED, NOON + timedelta(days=1), "Ada", "a slip", "faint")
MANY = [
    held(lock("low", 0.1)),
    held(lock("high", [1, {"deep": "x" * 500}], parameter="configuration")),
    held(replace(lock("odd"), commit=None, used_by=12)),
    held(replace(lock("red", "[red]not markup[/red] :smile:"), acts=(ACT,))),
    held(replace(lock("gone"), retired_at=NOON + timedelta(days=2))),
]


def readable(text: str) -> list[str]:
    """Return what a person sees of a text with colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()


def plain(*some: Held, with_state: bool = False) -> list[str]:
    return table_text(some, width=None, with_state=with_state).splitlines()


def test_each_lock_is_one_line_below_the_headings() -> None:
    lines = plain(*MANY)
    assert lines[0].split() == [
        *["experiment", "parameter", "name", "value", "locked", "(UTC)"],
        *["by", "trial", "commit", "trials"],
    ]
    assert len(lines) == 1 + len(MANY)
    assert lines[1].split() == [
        *["sine", "noise", "low", "0.1", "2026-11-21", "12:00", "sine-low-1"],
        *["b9ac60db60", "0"],
    ]


def test_lines_hold_neither_colours_nor_boxes_nor_blanks_at_their_ends() -> None:
    text = "\n".join(plain(*MANY, with_state=True))
    assert text.isascii()
    assert "\x1b" not in text
    assert not [line for line in text.splitlines() if line != line.rstrip()]
    assert not set("|+") & set(text)


def test_columns_begin_at_the_same_place() -> None:
    lines = plain(*MANY)
    start = lines[0].index("locked (UTC)")
    assert {line[start : start + 16] for line in lines[1:]} == {"2026-11-21 12:00"}


def test_a_value_is_shown_as_it_is_and_a_long_one_is_cut() -> None:
    lines = plain(*MANY)
    assert "'[red]not markup[/red] :smile:'" in lines[4]
    assert "x ..." in lines[2]
    assert len(lines[2]) < 200


def test_a_trial_outside_a_repository_has_no_commit() -> None:
    assert plain(MANY[2])[1].split()[-2:] == ["-", "12"]


def test_the_state_says_what_became_of_a_definition() -> None:
    lines = plain(*MANY, with_state=True)
    assert lines[1].endswith("in force")
    assert lines[4].endswith("was faint until 2026-11-22")
    assert lines[5].endswith("retired 2026-11-23")


def test_databases_are_named_where_their_names_say_something() -> None:
    assert "database" not in plain(MANY[0])[0]
    lines = plain(MANY[0], held(lock("low"), "trials/sine-before.db"))
    assert lines[0].endswith("database")
    assert [line.split()[-1] for line in lines[1:]] == ["sine.db", "sine-before.db"]


def test_names_with_control_characters_stay_on_their_line() -> None:
    lines = plain(held(lock("two\nlines\x1b[31m")))
    assert len(lines) == 2
    assert "two\\nlines\\x1b[31m" in lines[1]


@pytest.mark.parametrize("width", [80, 100])
def test_on_a_narrow_terminal_a_lock_has_a_second_line(width: int) -> None:
    some = [held(lock("a-name-of-some-length", "v" * 100)), *MANY]
    lines = readable(table_text(some, width=width, with_state=False))
    assert max(map(len, lines)) <= width
    assert len(lines) == 2 * len(some)
    start = "sine  noise=a-name-of-some-length  "
    assert lines[0].split()[:2] == start.split()
    assert lines[0].endswith(" ...")
    assert lines[1].startswith("    2026-11-21 12:00 UTC by sine-a-name-of-some-length-1 at")


def test_nothing_but_a_value_is_ever_cut() -> None:
    long = held(lock("n" * 90, "v" * 100, experiment="e" * 90))
    text = table_text([long], width=40, with_state=False)
    joined = "".join(line.strip() for line in readable(text))
    assert "n" * 90 in joined
    assert "e" * 90 in joined


def test_a_second_line_tells_state_and_database_too() -> None:
    lines = readable(table_text(MANY[4:], width=60, with_state=True))
    assert max(map(len, lines)) <= 60
    assert " ".join(" ".join(lines).split()).endswith("0 trials, retired 2026-11-23")


def test_a_wide_terminal_gets_one_line_a_lock() -> None:
    text = table_text(MANY[:1], width=200, with_state=False)
    assert len(text.splitlines()) == 2


def test_json_holds_everything_in_full() -> None:
    documents = json.loads(json_text(MANY))
    assert len(documents) == len(MANY)
    whole: Lock = MANY[1].lock
    assert documents[1]["text"] == whole.variant.text
    assert documents[1]["locked_at"] == "2026-11-21T12:00:00+00:00"
    assert documents[0]["acts"] == []
    assert documents[3]["acts"] == [
        {
            "action": "renamed",
            "at": "2026-11-22T12:00:00+00:00",
            "by": "Ada",
            "why": "a slip",
            "former_name": "faint",
        }
    ]
    assert [d["retired_at"] for d in documents].count(None) == len(MANY) - 1
    assert documents[0]["database"] == "trials/sine.db"


def test_no_locks_are_an_empty_list_in_json() -> None:
    assert json.loads(json_text([])) == []
