"""pydantic and attrs: fields, whatever repr and comparison leave out, and no caches."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import dill
import pytest

from mitosis._canonical import canonical, differences
from mitosis._recording.pickles import dumps
from mitosis.errors import NotCanonicalError
from tests.unit.canonical.models import Box, Frozen, Measured, Settings


def private(seen: int) -> Settings:
    model = Settings()
    model._seen = seen
    return model


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Settings(), Settings(rate=0.2)),
        (Settings(), private(1)),
        (Settings(), Settings.model_validate({"unit": "mm"})),
        (Settings(), {"rate": 0.1, "steps": 10}),
        (Box(1), Box(2)),
        (Box(1), Box(1, hidden=1)),
        (Frozen("a"), Frozen("b")),
    ],
)
def test_models_differ_by_everything_they_hold(one: Any, other: Any) -> None:
    assert canonical(one) != canonical(other)


def test_the_order_in_which_fields_were_given_does_not_count() -> None:
    one = Settings.model_validate({"rate": 1, "steps": 2, "unit": 3})
    other = Settings.model_validate({"unit": 3, "steps": 2, "rate": 1})
    assert canonical(one) == canonical(other)


def test_what_models_remember_of_their_use_does_not_count() -> None:
    model, box, frozen = Settings(), Box(2), Frozen("a")
    before = [canonical(value) for value in (model, box, frozen)]
    assert (model.doubled, box.volume, hash(frozen)) == (0.2, 8, hash(Frozen("a")))
    assert [canonical(value) for value in (model, box, frozen)] == before
    assert before[1].endswith(".Box(hidden=0, size=2)")


@pytest.mark.parametrize("value", [private(3), Box(2, 3), Frozen("a")])
def test_models_survive_copying_and_pickling(value: Any) -> None:
    copies = [copy.deepcopy(value), pickle.loads(pickle.dumps(value))]
    copies.append(dill.loads(dill.dumps(value, recurse=True)))
    assert {canonical(made) for made in copies} == {canonical(value)}


def test_a_generic_model_is_named_with_what_it_was_made_of() -> None:
    texts = [canonical(Measured[int](value=1)), canonical(Measured[float](value=1))]
    assert texts[0].startswith("tests.unit.canonical.models.Measured[builtins.int](")
    assert texts[0] != texts[1] != canonical(Measured(value=1))
    assert canonical(dill.loads(dumps(Measured[int](value=1)))) == texts[0]
    changed = canonical({"model": Measured[int](value=2)})
    assert differences(canonical({"model": Measured[int](value=1)}), changed) == (
        ("$['model'].value", "1", "2"),
    )


def test_a_generic_model_of_what_has_no_name_is_refused() -> None:
    with pytest.raises(NotCanonicalError, match="no importable name"):
        canonical(Measured[list[int]](value=[1]))
