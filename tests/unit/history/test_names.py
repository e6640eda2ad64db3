"""Names of what trials have."""

from __future__ import annotations

import pytest

from mitosis._history.names import COLUMNS, Names
from mitosis._model.queries import Field, FieldNames, Kind
from mitosis.errors import UnknownFieldError

NAMES = Names(
    FieldNames(
        parameters=("k", "loss", "prepare.k", "value.odd"),
        results=("inertia", "loss", "main", "score"),
        metrics=("a.b", "loss", "score", "val/loss"),
    )
)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("main", Field(Kind.COLUMN, "main")),
        ("k", Field(Kind.VALUE, "k")),
        ("prepare.k", Field(Kind.VALUE, "prepare.k")),
        ("value.odd", Field(Kind.VALUE, "value.odd")),
        ("value.value.odd", Field(Kind.VALUE, "value.odd")),
        ("k.variant", Field(Kind.VARIANT, "k")),
        ("variant.k", Field(Kind.VARIANT, "k")),
        ("prepare.k.variant", Field(Kind.VARIANT, "prepare.k")),
        ("loss", Field(Kind.VALUE, "loss")),
        ("result.loss", Field(Kind.RESULT, "loss")),
        ("metric.loss", Field(Kind.METRIC, "loss")),
        ("metric.loss.minimum", Field(Kind.METRIC, "loss", "minimum")),
        ("metric.a.b.last_step", Field(Kind.METRIC, "a.b", "last_step")),
        ("score", Field(Kind.RESULT, "score")),
        ("result.main", Field(Kind.RESULT, "main")),
        ("val/loss", Field(Kind.METRIC, "val/loss")),
    ],
)
def test_each_name_stands_for_one_field(name: str, field: Field) -> None:
    assert NAMES.find(name) == field


@pytest.mark.parametrize("name", ["K", "k.k", "metric.k", "metric.loss.median", "", ".", "k."])
def test_other_names_stand_for_nothing(name: str) -> None:
    assert NAMES.find(name) is None


def test_every_field_is_found_by_its_label() -> None:
    assert [NAMES.find(NAMES.label(field)) for field in NAMES.every()] == NAMES.every()


def test_a_label_is_short_unless_it_means_something_else() -> None:
    assert NAMES.label(Field(Kind.METRIC, "val/loss")) == "val/loss"
    assert NAMES.label(Field(Kind.METRIC, "loss")) == "metric.loss"
    assert NAMES.label(Field(Kind.VARIANT, "k")) == "k.variant"


def test_all_that_are_unknown_are_named_with_what_comes_near() -> None:
    with pytest.raises(UnknownFieldError) as caught:
        NAMES.fields(["hsot", "k", "sede"])
    assert [fault.split(" or ")[0] for fault in caught.value.faults] == [
        "'hsot'; did you mean 'host'",
        "'sede'; did you mean 'seed'",
    ]


def test_no_name_hides_another() -> None:
    labels = NAMES.all()
    assert len(labels) == len(set(labels))
    assert set(COLUMNS) <= set(labels)
