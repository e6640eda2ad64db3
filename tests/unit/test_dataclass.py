"""What `mitosis._dataclass` makes is what the standard library's decorator makes."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from functools import cached_property
from typing import Any

import pytest

from mitosis._dataclass import dataclass


@dataclass(frozen=True)
class Point:
    """A place."""

    x: float
    y: float = 0.0
    label: str = dataclasses.field(default="", repr=False, compare=False)
    _: dataclasses.KW_ONLY
    near: tuple[Any, ...] = ()

    @cached_property
    def square(self) -> float:
        return self.x**2 + self.y**2


@dataclass(frozen=True)
class Named(Point):
    """One with a name."""

    name: str = "?"


@dataclass
class Box:
    """What can change."""

    content: list[Any] = dataclasses.field(default_factory=list)


def in_both_ways(body: Callable[[Any], Any]) -> tuple[Any, Any]:
    """Return what a class body becomes here, and in the standard library."""
    return body(dataclass), body(dataclasses.dataclass)


def pair(decorate: Any) -> Any:
    @decorate(frozen=True)
    class Pair:
        """Two."""

        first: object
        second: object = dataclasses.field(default=2, repr=False)
        note: object = dataclasses.field(default="", compare=False)

    return Pair


def test_text_equality_and_hash_are_those_of_the_standard_library() -> None:
    ours, theirs = in_both_ways(pair)
    for arguments in [(1,), (1, "b"), ("é", None, "n")]:
        made, usual = ours(*arguments), theirs(*arguments)
        assert repr(made) == repr(usual)
        assert hash(made) == hash(usual)
        assert made == ours(*arguments)
        assert (made == ours(*arguments[:1], 7)) is (usual == theirs(*arguments[:1], 7))
    assert ours(1, note="a") == ours(1, note="b")
    assert ours(1) != theirs(1)
    assert inspect.signature(ours) == inspect.signature(theirs)
    assert ours.__match_args__ == theirs.__match_args__


@pytest.mark.parametrize("name", ["x", "near", "unknown"])
def test_a_frozen_field_can_neither_be_set_nor_deleted(name: str) -> None:
    point = Point(1, 2)
    with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot assign.*'{name}'"):
        setattr(point, name, 5)
    with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot delete.*'{name}'"):
        delattr(point, name)
    assert point == Point(1, 2)


def test_a_frozen_one_keeps_what_it_has_computed() -> None:
    assert Point(3, 4).square == Point(3, 4).square == 25


def test_copies_pickles_and_replacements_are_equal() -> None:
    point = Named(1, 2, "here", near=(Point(0),), name="home")
    assert (
        pickle.loads(pickle.dumps(point)) == copy.copy(point) == copy.deepcopy(point) == point
    )
    assert dataclasses.replace(point, name="away") == Named(1, 2, near=(Point(0),), name="away")
    assert dataclasses.asdict(Point(1)) == {"x": 1, "y": 0.0, "label": "", "near": ()}


def test_a_subclass_differs_from_its_base_and_has_its_fields() -> None:
    assert Named(1) != Point(1)
    assert repr(Named(1)) == "Named(x=1, y=0.0, near=(), name='?')"


def test_what_can_change_has_no_hash_and_may_hold_itself() -> None:
    box = Box()
    box.content = [box]
    assert repr(box) == "Box(content=[...])"
    with pytest.raises(TypeError, match="unhashable"):
        hash(box)
    assert Box([1]) == Box([1])
    assert Box().content is not Box().content


def test_a_method_that_a_class_has_itself_stays() -> None:
    def own(decorate: Any) -> Any:
        @decorate(frozen=True)
        class Own:
            """With words of its own."""

            value: int

            def __repr__(self) -> str:
                return f"<{self.value}>"

            def __eq__(self, other: object) -> bool:
                return isinstance(other, type(self))

        return Own

    for kind in in_both_ways(own):
        assert repr(kind(1)) == "<1>"
        assert kind(1) == kind(2)
        assert hash(kind(1)) == hash((1,))
