"""Which rule writes which type.

A rule is found by the exact type, or by root module and qualified name of the type or one of
its bases, e.g. `"pandas.Series"` for a class `pandas.core.series.Series`. So a library needs
not be installed for its rule to stand here, and its private modules may move. Names count
only for classes that they lead back to.
"""

from __future__ import annotations

import copyreg
from collections.abc import Callable
from typing import Any, Protocol

from mitosis._canonical import anatomy
from mitosis._canonical.names import class_name
from mitosis._canonical.refusal import Refusal


class Writer(Protocol):
    """What a rule is given to write what is inside its value."""

    def form(self, value: Any, step: str) -> str:
        """Return the text of a value inside, to which `step` continues the path."""

    def name(self, kind: type) -> str:
        """Return the name of a class, as `names.class_name` does."""


Rule = Callable[[Any, Writer], str]
"""Returns the text of a value of the type that it is registered for."""

EXACT: dict[int, Rule] = {}
"""Rules by the identity of a type: its metaclass may lie about hash and equality."""
NAMED: dict[str, Rule] = {}
"""Rules for a type and its subclasses, whatever these override."""
NAMELESS: dict[str, Rule] = {}
"""Rules like those in `NAMED`, for types that need no name themselves."""
INHERITED: dict[str, Rule] = {}
"""Rules for a type and those subclasses that do not say themselves how to be rebuilt."""

FORBIDDEN: dict[str, str] = {}
"""Why a type and all its subclasses are refused, by `root.QualifiedName`."""

_REBUILDING = ("__reduce_ex__", "__reduce__")


def exact(*kinds: type) -> Callable[[Rule], Rule]:
    """Register a rule for types themselves, not for their subclasses."""
    return _enter(EXACT, tuple(map(id, kinds)))


def named(*names: str) -> Callable[[Rule], Rule]:
    """Register a rule for types by `root.QualifiedName`, and for all their subclasses."""
    return _enter(NAMED, names)


def nameless(*names: str) -> Callable[[Rule], Rule]:
    """Register a rule like `named` that tells values apart without the name of their type."""
    return _enter(NAMELESS, names)


def inherited(*names: str) -> Callable[[Rule], Rule]:
    """Register a rule like `named`, to which a subclass' own `__reduce__` is preferred."""
    return _enter(INHERITED, names)


def find(kind: type, general: Rule, rebuilt: Rule) -> Rule:
    """Return the rule for a type.

    Args:
        kind: the exact type of a value.
        general: the rule for objects that no other rule is for.
        rebuilt: the rule for objects whose class says how to rebuild them.

    Raises:
        Refusal: the type is refused, or has no name that leads back to it.
    """
    if id(kind) in EXACT:
        return EXACT[id(kind)]
    lineage = anatomy.lineage(kind)
    _refuse_forbidden(lineage)
    _refuse_iterator(kind)
    without_name = _first(NAMELESS, lineage)
    if without_name is not None:
        return without_name
    if anatomy.find_static(kind, "__call__") is not None and not _has_name(kind):
        return general
    class_name(kind)
    _refuse_false_bases(lineage)
    return (
        _first(NAMED, lineage)
        or _inherited(lineage, rebuilt)
        or (rebuilt if any(cls is kind for cls in copyreg.dispatch_table) else general)
    )


def _enter(table: dict[Any, Rule], keys: tuple[Any, ...]) -> Callable[[Rule], Rule]:
    def register(rule: Rule) -> Rule:
        table.update(dict.fromkeys(keys, rule))
        return rule

    return register


def _refuse_forbidden(lineage: tuple[type, ...]) -> None:
    for cls in lineage:
        reason = FORBIDDEN.get(key_of(cls))
        if reason is not None:
            raise Refusal(reason)


def _refuse_false_bases(lineage: tuple[type, ...]) -> None:
    for cls in lineage:
        if key_of(cls) in NAMED or key_of(cls) in INHERITED:
            class_name(cls)


def _refuse_iterator(kind: type) -> None:
    if anatomy.find_static(kind, "__next__") is not None and not anatomy.is_transparent(kind):
        msg = "an iterator is used up by reading; pass a list or a tuple"
        raise Refusal(msg)


def _has_name(kind: type) -> bool:
    try:
        class_name(kind)
    except Refusal:
        return False
    return True


def _first(table: dict[str, Rule], lineage: tuple[type, ...]) -> Rule | None:
    return next((table[key] for cls in lineage if (key := key_of(cls)) in table), None)


def _inherited(lineage: tuple[type, ...], rebuilt: Rule) -> Rule | None:
    for cls in lineage[:-1]:
        rule = INHERITED.get(key_of(cls))
        if rule is not None:
            return rule
        if not anatomy.own(cls).keys().isdisjoint(_REBUILDING):
            return rebuilt
    return None


def key_of(cls: type) -> str:
    """Return `root.QualifiedName` as a class claims it."""
    return f"{anatomy.home(cls).partition('.')[0]}.{anatomy.qualname(cls)}"
