"""Many processes that claim on one server at one instant, from folders of their own."""

from __future__ import annotations

from collections import Counter

import pytest

from mitosis._store import Store
from mitosis._store.joining import home_of
from tests.unit.store.test_racing import compete

pytestmark = pytest.mark.slow


def write_down(store: Store, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Have the folder tell the server: the processes do not know this one's settings."""
    home = home_of(store.path)
    assert home
    home.settled()
    monkeypatch.setenv("MITOSIS_STORE", url)


def test_thirty_two_processes_at_once_have_thirty_two_iterations(
    store: Store, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    write_down(store, monkeypatch, url)
    assert compete(store.path, "agree", processes=32, rounds=1) == {"claimed": 32}
    iterations = sorted(row["iteration"] for row in store.trials())
    assert iterations == list(range(1, 33))
    assert [lock.used_by for lock in store.variants()] == [32]


def test_of_two_values_for_each_of_four_names_one_wins(
    store: Store, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    write_down(store, monkeypatch, url)
    counts = compete(store.path, "contest", processes=32, rounds=1)
    assert counts == {"claimed": 16, "conflict": 16}
    assert [lock.used_by for lock in store.variants()] == [4] * 4
    assert Counter(row["iteration"] for row in store.trials()) == dict.fromkeys(range(1, 5), 4)
