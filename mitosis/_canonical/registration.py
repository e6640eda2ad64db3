"""Registering a type from outside, and taking what is registered to another process."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from mitosis._canonical import anatomy
from mitosis._canonical.extension import ARRIVED, REGISTERED, Reading
from mitosis._canonical.registry import has_own_rule
from mitosis.errors import RegistrationError

_F = TypeVar("_F", bound=Callable[[Any], Any])


def register_canonical(kind: type) -> Callable[[_F], _F]:
    """Say what identifies the values of a type that you cannot or do not want to change.

    The decorated function gets a value of the type and returns everything that tells it from
    others: a tuple or dict of its parts, say. Its text is tagged with the value's class. A
    class of your own can say the same by a method `__mitosis_canonical__(self)`.

    Neither counts for a subclass that defines `__init__`, `__new__`, `__slots__` or
    annotations: it may hold more, and has to say so itself. What is returned has to be
    canonical too, and the same for equal values in every process.

    Args:
        kind: the class. The kernel has to be able to import it and the function, unless both
            travel with the running script.

    Raises:
        RegistrationError: the type has a rule already, of mitosis or of another function.

    Example:
        >>> class Mesh:
        ...     def __init__(self, points):
        ...         self.points, self.drawn = points, object()
        >>> @register_canonical(Mesh)
        ... def what_identifies_a_mesh(mesh):
        ...     return {"points": mesh.points}
        >>> canonical(Mesh([0, 1]))                                 # doctest: +SKIP
        "pkg.Mesh(<canonical>, {'points': [0, 1]})"
    """
    if not anatomy.descends(type(kind), type):
        raise RegistrationError(kind=repr(kind), reason="it is no class")
    if kind is object or inspect.isabstract(kind):
        raise RegistrationError(kind=_title(kind), reason="it stands for any other class")
    if has_own_rule(kind):
        raise RegistrationError(
            kind=_title(kind), reason="mitosis has a rule of its own for it"
        )

    def register(read: _F) -> _F:
        known = REGISTERED.get(id(kind))
        if known and not _is_same(known[1], read):
            reason = f"{_title(known[1])} is registered for it already"
            raise RegistrationError(kind=_title(kind), reason=reason)
        REGISTERED[id(kind)] = kind, read
        return read

    return register


def registrations(kinds: Iterable[type]) -> list[tuple[type, Reading]]:
    """Return registered types with their functions, to be pickled."""
    return [REGISTERED[id(kind)] for kind in kinds]


def arrive(pairs: Iterable[tuple[type, Reading]]) -> None:
    """Register what another process had registered.

    Unpickling has imported the modules, which registered their functions themselves.
    """
    for kind, read in pairs:
        if anatomy.home(kind) == "__main__":
            ARRIVED[anatomy.qualname(kind)] = read
        else:
            REGISTERED.setdefault(id(kind), (kind, read))


def _is_same(one: Reading, other: Reading) -> bool:
    """Tell whether a cell or module that ran again has made the same function anew."""
    return one is other or (_title(one) == _title(other) and "<" not in _title(one))


def _title(named: Any) -> str:
    return f"{getattr(named, '__module__', '?')}.{getattr(named, '__qualname__', named)}"
