"""A database's file that stays open, for who claims many trials one after another."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from mitosis._model import Claimed, Places, Status
from mitosis._store import Store
from mitosis._store import connection as connections
from mitosis._store.schema import SCHEMA_VERSION
from mitosis._store.waiting import PatientConnection
from mitosis.errors import DatabaseBusyError, NewerDatabaseError, VariantConflictError

from .claims import claim, execute, finish, variant


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """Count the files that are opened and the statements that SQLite executes."""
    seen: Counter[str] = Counter()

    class Watched(PatientConnection):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            seen["opened"] += 1
            self.set_trace_callback(lambda _: seen.update(["statements"]))

    with monkeypatch.context() as patch:
        patch.setattr(connections, "PatientConnection", Watched)
        yield seen


def run_one(store: Store) -> str:
    """Claim and end a trial, as a sweep does."""
    wanted = claim(seed=None)
    store.latest(wanted)
    store.alike(wanted)
    store.claim(wanted)
    store.finish(finish(wanted.key))
    return wanted.key


@pytest.mark.slow
def test_it_is_opened_once_for_any_number_of_trials_and_each_costs_the_same(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_one(store)
    costs = []
    with watched(monkeypatch) as seen, store.kept_open():
        for _ in range(30):
            before = seen["statements"]
            run_one(store)
            costs.append(seen["statements"] - before)
        assert seen["opened"] == 1
    assert len(set(costs[1:])) == 1
    assert costs[-1] < costs[0]  # the first one also looks at the tables


def test_what_is_claimed_through_it_is_there_at_once_and_stays(store: Store) -> None:
    with store.kept_open():
        keys = [run_one(store) for _ in range(3)]
        assert [row for (row,) in execute(store.path, "SELECT key FROM trial")] == keys
    statuses = execute(store.path, "SELECT status FROM trial")
    assert statuses == [(Status.SUCCEEDED.value,)] * 3
    assert not store.path.with_name(f"{store.path.name}-journal").exists()


def test_others_read_and_write_between_two_trials(store: Store) -> None:
    with store.kept_open():
        run_one(store)
        execute(store.path, "UPDATE trial SET note = 'seen'")
        run_one(store)
        assert [row["note"] for row in store.trials()] == ["seen", None]


def test_a_file_that_is_put_in_its_place_is_the_one_that_counts(store: Store) -> None:
    copy = store.path.with_name("copy")
    with store.kept_open():
        run_one(store)
        shutil.copy(store.path, copy)
        run_one(store)
        copy.replace(store.path)
        assert len(store.trials()) == 1
        run_one(store)
        assert len(execute(store.path, "SELECT 1 FROM trial")) == 2
        store.path.unlink()
        run_one(store)
        assert len(store.trials()) == 1


def test_a_schema_that_another_process_raises_meanwhile_is_noticed(store: Store) -> None:
    with store.kept_open():
        run_one(store)
        newer = str(SCHEMA_VERSION + 1)
        execute(store.path, "UPDATE meta SET value = ? WHERE key = 'schema_version'", newer)
        with pytest.raises(NewerDatabaseError):
            store.claim(claim())


def test_a_refused_claim_leaves_nothing_open(store: Store) -> None:
    def refuse(_: Claimed) -> Places:
        raise RuntimeError("no folder")

    with store.kept_open():
        run_one(store)
        with pytest.raises(VariantConflictError):
            store.claim(claim(variant(text="0.2")))
        with pytest.raises(RuntimeError, match="no folder"):
            store.claim(claim(), refuse)
        execute(store.path, "DELETE FROM trial_value")  # nobody holds it
        run_one(store)
    assert len(store.trials()) == 2


def test_what_is_asked_within_a_transaction_sees_what_was_before(store: Store) -> None:
    seen: list[int] = []

    def look(_: Claimed) -> Places:
        seen.append(len(store.trials()))
        return Places()

    with store.kept_open():
        run_one(store)
        store.claim(claim(), look)
        assert seen == [1]
        assert len(store.trials()) == 2


def test_another_thread_has_a_connection_of_its_own(store: Store) -> None:
    with store.kept_open():
        run_one(store)
        in_thread(lambda: run_one(store))
        run_one(store)
    assert len(store.trials()) == 3


def in_thread(act: Callable[[], object]) -> None:
    raised: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as exc:  # noqa: BLE001 - raised again below
            raised.append(exc)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]


def test_a_transaction_that_waited_in_vain_does_not_spoil_the_next(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mitosis._store.waiting.BUSY_SECONDS", 0.3)
    with store.kept_open():
        run_one(store)
        with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(DatabaseBusyError):
                store.claim(claim())
        run_one(store)
    assert len(store.trials()) == 2
