"""A claim has its trial's folder prepared before anybody can see its row."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from mitosis._model import Claimed, Places
from mitosis._store import Store

from .claims import claim, execute


def test_the_row_holds_the_places_at_once(store: Store) -> None:
    asked: list[Claimed] = []

    def prepare(claimed: Claimed) -> Places:
        asked.append(claimed)
        return Places(f"{claimed.name}_key", f"trial_{claimed.name}.html")

    store.claim(claim())
    assert store.claim(claim(), prepare) == asked[0] == Claimed("sine-low-2", 2)
    row = store.trials()[1]
    assert (row["folder"], row["html"]) == ("sine-low-2_key", "trial_sine-low-2.html")


def test_nobody_sees_the_row_while_the_folder_is_made(store: Store) -> None:
    store.claim(claim())
    seen: list[int] = []

    def prepare(_: Claimed) -> Places:
        seen.append(len(execute(store.path, "SELECT 1 FROM trial")))
        with (
            closing(sqlite3.connect(store.path, timeout=0)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("BEGIN IMMEDIATE")
        return Places()

    store.claim(claim(), prepare)
    assert (seen, len(store.trials())) == ([1], 2)


@pytest.mark.parametrize(
    "error",
    [
        OSError("No space left"),
        KeyboardInterrupt(),
        sqlite3.OperationalError("of another database"),
        UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_cannot_be_prepared_undoes_the_claim_and_is_raised_as_it_is(
    store: Store, error: BaseException
) -> None:
    def prepare(_: Claimed) -> Places:
        raise error

    store.claim(claim())
    before = store.path.read_bytes()
    with pytest.raises(type(error)) as caught:
        store.claim(claim(), prepare)
    assert caught.value is error
    assert store.path.read_bytes() == before
    assert store.claim(claim()).iteration == 2
