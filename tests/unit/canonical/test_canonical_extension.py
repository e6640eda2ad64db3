"""What users say of their own types, and why it cannot make two values look the same."""

from __future__ import annotations

import collections.abc
import functools
import threading
import types
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import mitosis
from mitosis._canonical import arrive, canonical, form, registrations
from mitosis._canonical.extension import ARRIVED, REGISTERED
from mitosis.errors import NotCanonicalError, RegistrationError

HERE = __name__


class Mesh:
    """Holds a lock, so nothing but its author can say what identifies it."""

    def __init__(self, points: Any) -> None:
        self.points, self.drawn = points, threading.Lock()

    def __mitosis_canonical__(self) -> Any:
        return {"points": self.points}


class Grid(Mesh):
    """Adds nothing to what a mesh holds."""

    def area(self) -> int:
        return len(self.points)


class Weighted(Mesh):
    def __init__(self, points: Any, weight: float) -> None:
        super().__init__(points)
        self.weight = weight


class WeightedAndSaid(Weighted):
    def __mitosis_canonical__(self) -> Any:
        return (super().__mitosis_canonical__(), self.weight)


class Annotated(Mesh):
    extra: int = 3


class Slotted(Mesh):
    __slots__ = ("extra",)


class Plain(Mesh):
    __mitosis_canonical__ = None  # type: ignore[assignment] # as `__hash__ = None` does


class Solver:
    """A library's class, which its users cannot change."""

    def __init__(self, steps: int) -> None:
        self.steps, self.lock = steps, threading.Lock()


class Quick(Solver):
    def __init__(self, steps: int, order: int) -> None:
        super().__init__(steps)
        self.order = order


class Other:
    def __init__(self, steps: int) -> None:
        self.steps = steps


class Array(np.ndarray):
    def __mitosis_canonical__(self) -> Any:
        return self.tolist()


def what_identifies(solver: Any) -> Any:
    return solver.steps


@pytest.fixture(autouse=True)
def _only_these() -> Iterator[None]:
    former, arrived = dict(REGISTERED), dict(ARRIVED)
    yield
    REGISTERED.clear()
    REGISTERED.update(former)
    ARRIVED.clear()
    ARRIVED.update(arrived)


def test_a_method_says_what_identifies_an_object() -> None:
    assert canonical(Mesh([0, 1])) == f"{HERE}.Mesh(<canonical>, {{'points': [0, 1]}})"


def test_a_class_that_adds_nothing_inherits_the_method_under_its_own_name() -> None:
    assert canonical(Grid([0])) == f"{HERE}.Grid(<canonical>, {{'points': [0]}})"


@pytest.mark.parametrize("value", [Weighted([0], 2), Annotated([0]), Slotted([0])])
def test_a_method_does_not_speak_for_a_class_that_adds_state(value: Any) -> None:
    with pytest.raises(NotCanonicalError, match=r"cannot know what .* adds to it") as caught:
        canonical({"mesh": value})
    ((path, reason),) = caught.value.faults
    assert path == "$['mesh']"
    assert f"define __mitosis_canonical__ in {type(value).__qualname__} too" in reason


class Heavy:
    def __init__(self, points: Any) -> None:
        self.points, self.weight = points, 2


class Mixed(Mesh, Heavy):
    """Inherits the hook first, and more state behind it."""


class Sealed:
    @classmethod
    def __mitosis_canonical__(cls) -> Any:
        return 1


class Kind(type):
    def __mitosis_canonical__(cls) -> Any:
        return 1


class OfKind(metaclass=Kind): ...


class AlsoOfKind(metaclass=Kind): ...


def test_a_method_does_not_speak_for_state_of_a_class_beside_it() -> None:
    with pytest.raises(NotCanonicalError, match="what Heavy adds"):
        canonical(Mixed([0]))


def test_a_method_that_sees_no_object_is_refused() -> None:
    with pytest.raises(NotCanonicalError, match="make it a plain method"):
        canonical(Sealed())


def test_classes_are_named_whatever_their_metaclass_says() -> None:
    assert canonical(OfKind) == f"<class {HERE}.OfKind>" != canonical(AlsoOfKind)


@pytest.mark.parametrize("kind", [object, collections.abc.Mapping])
def test_a_class_that_stands_for_any_other_cannot_be_registered(kind: type) -> None:
    with pytest.raises(RegistrationError, match="stands for any other class"):
        mitosis.register_canonical(kind)


def test_two_lambdas_are_two_functions() -> None:
    mitosis.register_canonical(Solver)(lambda solver: solver.steps)
    with pytest.raises(RegistrationError, match="is registered for it already"):
        mitosis.register_canonical(Solver)(lambda solver: 1)


def test_a_class_that_adds_state_says_so_itself() -> None:
    assert canonical(WeightedAndSaid([0], 2)) != canonical(WeightedAndSaid([0], 3))


def test_none_takes_back_what_a_base_says() -> None:
    with pytest.raises(NotCanonicalError, match="a lock of threads belongs to one process"):
        canonical(Plain([0]))


def test_what_an_instance_says_of_itself_does_not_count() -> None:
    liar = Other(3)
    liar.__mitosis_canonical__ = lambda: 4  # type: ignore[attr-defined] # the point
    with pytest.raises(NotCanonicalError, match="lambda"):
        canonical(liar)


def test_the_method_goes_before_the_rule_of_a_base() -> None:
    assert canonical(np.arange(2).view(Array)) == f"{HERE}.Array(<canonical>, [0, 1])"


def test_what_is_said_has_to_be_canonical_itself() -> None:
    with pytest.raises(NotCanonicalError) as caught:
        canonical(Mesh(lambda: 1))
    ((path, reason),) = caught.value.faults
    assert path == "$.__mitosis_canonical__()['points']"
    assert "a lambda has no importable name" in reason


def test_a_method_that_returns_its_own_object_is_a_cycle() -> None:
    class_ = types.new_class("Self", (), {}, lambda body: body.update(BODY))
    globals()["Self"] = class_
    with pytest.raises(NotCanonicalError, match="a text cannot show a cycle"):
        canonical(class_())


BODY = {"__module__": HERE, "__mitosis_canonical__": lambda self: self}


def test_a_method_that_raises_is_a_refusal() -> None:
    mesh = Mesh([0])
    del mesh.points
    with pytest.raises(
        NotCanonicalError, match=r"__mitosis_canonical__ of Mesh raised AttributeError"
    ):
        canonical(mesh)


def test_a_registered_function_says_what_identifies_a_type() -> None:
    with pytest.raises(NotCanonicalError, match="a lock"):
        canonical(Solver(3))
    assert mitosis.register_canonical(Solver)(what_identifies) is what_identifies
    assert canonical(Solver(3)) == f"{HERE}.Solver(<canonical>, 3)"


def test_two_types_with_the_same_function_have_two_texts() -> None:
    for kind in (Solver, Other):
        mitosis.register_canonical(kind)(what_identifies)
    assert canonical(Solver(3)) != canonical(Other(3))


def test_a_registered_function_does_not_speak_for_a_class_that_adds_state() -> None:
    mitosis.register_canonical(Solver)(what_identifies)
    with pytest.raises(NotCanonicalError, match=r"what Solver says .* what Quick adds"):
        canonical(Quick(3, 1))
    mitosis.register_canonical(Quick)(lambda quick: (quick.steps, quick.order))
    assert canonical(Quick(3, 1)) != canonical(Quick(3, 2))


def test_a_module_that_runs_again_registers_again() -> None:
    mitosis.register_canonical(Solver)(what_identifies)
    again = types.FunctionType(what_identifies.__code__, {}, "what_identifies")
    again.__module__ = HERE
    mitosis.register_canonical(Solver)(again)
    assert REGISTERED[id(Solver)][1] is again


def test_a_second_function_for_a_type_is_refused() -> None:
    mitosis.register_canonical(Solver)(what_identifies)
    with pytest.raises(RegistrationError, match="what_identifies is registered") as caught:
        mitosis.register_canonical(Solver)(len)
    assert caught.value.kind == f"{HERE}.Solver"


@pytest.mark.parametrize("kind", [int, dict, np.ndarray, functools.partial, type, Exception])
def test_what_mitosis_has_a_rule_for_cannot_be_registered(kind: type) -> None:
    if kind is Exception:
        mitosis.register_canonical(kind)(what_identifies)  # no rule of its own
        return
    with pytest.raises(RegistrationError, match="mitosis has a rule of its own"):
        mitosis.register_canonical(kind)


def test_only_classes_can_be_registered() -> None:
    with pytest.raises(
        RegistrationError, match="'Solver' cannot be registered: it is no class"
    ):
        mitosis.register_canonical("Solver")  # type: ignore[arg-type] # the point


def test_a_form_tells_which_registrations_it_needs() -> None:
    mitosis.register_canonical(Solver)(what_identifies)
    assert form([Solver(1), Solver(2), Mesh([0])]).extensions == (Solver,)
    assert registrations((Solver,)) == [(Solver, what_identifies)]


def test_what_arrives_from_a_module_is_registered_there() -> None:
    arrive([(Solver, what_identifies)])
    assert canonical(Solver(3)) == f"{HERE}.Solver(<canonical>, 3)"
