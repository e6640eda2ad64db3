"""Parameters that arrive otherwise than they were locked, or that the experiment changes."""

from __future__ import annotations

from typing import Any

import pytest

from mitosis._canonical import canonical
from mitosis._recording.parameters import LockedParameters, mutation_warning
from mitosis.errors import ValueChangedError


def parameters(values: dict[str, Any]) -> LockedParameters:
    return LockedParameters({name: canonical(value) for name, value in values.items()}, {})


def test_what_is_as_it_was_locked_passes() -> None:
    values = {"config": {"lr": 0.1}, "names": ["a"]}
    tracked = parameters(values)
    tracked.check(values | {"untracked": object()})
    assert tracked.changes() == {}


def test_all_that_changed_on_the_way_is_said_at_once() -> None:
    tracked = parameters({"config": {"lr": 0.1, "n": 3}, "names": ["a"], "same": 1})
    with pytest.raises(ValueChangedError, match="was not run") as caught:
        tracked.check({"config": {"lr": 0.2, "n": 3}, "names": ["a", "b"], "same": 1})
    assert caught.value.differences == (
        ("config['lr']", "0.1", "0.2"),
        ("names[1]", "(absent)", "'b'"),
    )
    assert tracked.changes() == {}  # what did not run was not changed by the experiment


def test_what_can_no_longer_be_locked_is_told_with_the_reason() -> None:
    values: dict[str, Any] = {"config": {"lr": 0.1}}
    tracked = parameters(values)
    tracked.check(values)
    values["config"]["callback"] = lambda: 1
    ((path, before, after),) = tracked.changes()["config"]
    assert (path, before) == ("config['callback']", "(locked)")
    assert "a lambda has no importable name" in after


def test_what_the_experiment_changed_is_told_by_argument() -> None:
    values: dict[str, Any] = {"config": {"lr": 0.1}, "names": ["a"]}
    tracked = parameters(values)
    tracked.check(values)
    values["config"]["lr"] = 0.2
    assert tracked.changes() == {"config": [("config['lr']", "0.1", "0.2")]}


def test_a_parameter_bound_to_another_value_later_was_not_changed() -> None:
    values: dict[str, Any] = {"config": {"lr": 0.1}}
    tracked = parameters(values)
    tracked.check(values)
    values["config"] = {"lr": 0.3}
    assert tracked.changes() == {}


def test_a_warning_is_a_sentence_and_the_first_places() -> None:
    places = [(f"x[{index}]", "0", "1") for index in range(12)]
    sentence, *facts = mutation_warning("x", places).splitlines()
    assert sentence == (
        "the experiment changed parameter 'x', which was locked as it was before; "
        "let it work on a copy"
    )
    assert facts[:3] == ["    x[0]", "        before  0", "        after   1"]
    assert facts[-1] == "    ... and 2 more places"
    assert len(facts) == 31
