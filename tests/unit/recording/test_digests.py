"""Digests of results: which have one, and what it costs at most."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from mitosis import digest
from mitosis._recording.digests import digests


def test_each_result_has_the_digest_of_its_canonical_text() -> None:
    results = {"main": 0.5, "table": np.arange(3), 3: "x"}
    found = digests(results)
    assert found.of == {str(key): digest(value) for key, value in results.items()}
    assert found.reasons == {}


def test_the_digest_over_all_depends_on_keys_and_values_but_not_on_their_order() -> None:
    results: list[dict[Any, Any]] = [{"main": 1, "b": 2}, {"b": 2, "main": 1}, {"main": 1}]
    results += [{"main": 1, "c": 2}, {"main": 2, "b": 1}, {"main": 1.0, "b": 2}]
    found = [digests(each).all for each in results]
    assert found[0] == found[1]
    assert len({*found}) == 5
    assert None not in found


def test_a_result_without_a_text_is_told_with_the_reason() -> None:
    found = digests({"main": 1, "file": lambda: 1})
    assert found.of["file"] is None
    assert "a lambda has no importable name" in found.reasons["file"]
    assert found.of["main"] == digest(1)
    assert found.all is None


def test_a_value_that_raises_when_looked_at_costs_only_its_own_digest() -> None:
    class Broken:
        def __mitosis_canonical__(self) -> Any:
            raise MemoryError("no room")

    found = digests({"main": 1, "broken": Broken()})
    assert found.of["main"] == digest(1)
    assert found.of["broken"] is None


def test_two_keys_of_one_name_have_no_digest_over_all() -> None:
    assert digests({1: "a", "1": "b", "main": 0}).all is None


def test_a_list_of_many_millions_is_passed_over() -> None:
    found = digests({"main": [[0.5] * 3_000_000] * 2})
    assert found.reasons == {"main": "it is too large"}


def test_a_container_that_holds_itself_is_told_at_once() -> None:
    knot: list[Any] = [1]
    knot.append({"a": (knot, [])})
    before = time.process_time()
    found = digests({"main": knot, "b": 1})
    assert time.process_time() - before < 1
    assert found.reasons == {"main": "it contains itself"}
    assert found.of["b"] == digest(1)


def test_a_container_that_stands_in_two_places_does_not_hold_itself() -> None:
    row = [1.0, [2.0]]
    assert digests({"main": [row, row]}).of["main"] == digest([[1.0, [2.0]], [1.0, [2.0]]])


def test_a_result_that_holds_a_secret_has_no_digest() -> None:
    found = digests({"main": 1, "token": "hunter22"}, {"token"})
    assert (found.of["token"], found.reasons) == (
        None,
        {"token": "it holds a secret, or what looks like one"},
    )
    assert (found.of["main"], found.all) == (digest(1), None)
