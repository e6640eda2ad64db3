"""What users say of their own types: a method of the class, or a function registered for it.

Either returns what identifies a value. Its text is tagged with the value's own class, so two
classes cannot share a text, whatever they return. Neither speaks for a subclass that may hold
more than the class it was written for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mitosis._canonical import anatomy
from mitosis._canonical.refusal import Refusal
from mitosis._dataclass import dataclass

METHOD = "__mitosis_canonical__"
"""The method by which a class says what identifies its instances."""

Reading = Callable[[Any], Any]
"""Returns what identifies a value: any value that is canonical itself."""

REGISTERED: dict[int, tuple[type, Reading]] = {}
"""Types, by identity, with what was registered for them."""
ARRIVED: dict[str, Reading] = {}
"""What was registered for types of the runner's script, by qualified name.

Such a type reaches a kernel with each value anew, so identity says nothing there.
"""

_STATE = ("__init__", "__new__", "__slots__", "__annotations__")


@dataclass(frozen=True)
class Extension:
    """What a user said of a type.

    Attributes:
        kind: the type it was said of; that of the value, or one of its bases.
        read: returns what identifies a value.
        is_method: whether the class says so itself.
    """

    kind: type
    read: Reading
    is_method: bool


def find(kind: type) -> Extension | None:
    """Return what a user said of a type or of the nearest of its bases.

    Raises:
        Refusal: it was said of a base, to which the type adds state.
    """
    lineage = anatomy.lineage(kind)
    for place, cls in enumerate(lineage):
        said = _said_of(cls)
        if said is not None:
            beside = [other for other in lineage[place:] if not anatomy.descends(cls, other)]
            _refuse_more_state([*lineage[:place], *beside], cls)
            return said
        if METHOD in anatomy.own(cls):
            return None  # `= None` takes back what a base says
    return None


def read(said: Extension, value: Any) -> Any:
    """Return what identifies a value.

    Raises:
        Refusal: what the user said raises.
    """
    try:
        return said.read(value)
    except Exception as exc:
        what = METHOD if said.is_method else "what is registered for it"
        msg = f"{what} of {anatomy.qualname(said.kind)} raised {type(exc).__name__}: {exc}"
        raise Refusal(msg) from exc


def _said_of(cls: type) -> Extension | None:
    if id(cls) in REGISTERED:
        return Extension(cls, REGISTERED[id(cls)][1], is_method=False)
    if anatomy.home(cls) == "__main__" and anatomy.qualname(cls) in ARRIVED:
        return Extension(cls, ARRIVED[anatomy.qualname(cls)], is_method=False)
    method = anatomy.own(cls).get(METHOD)
    if method is None:
        return None
    if type(method) is classmethod or type(method) is staticmethod:
        msg = f"{METHOD} of {anatomy.qualname(cls)} sees no object; make it a plain method"
        raise Refusal(msg)
    return Extension(cls, lambda value: method.__get__(value, type(value))(), is_method=True)


def _refuse_more_state(others: list[type], base: type) -> None:
    for cls in others:
        if any(anatomy.own(cls).get(name) for name in _STATE):
            name, known = anatomy.qualname(cls), anatomy.qualname(base)
            msg = (
                f"what {known} says of its values cannot know what {name} adds to it; define "
                f"{METHOD} in {name} too, or register it"
            )
            raise Refusal(msg)
