"""Which rule writes which type.

A rule is found by the exact type, or by root module and qualified name of the type or one of
its bases, e.g. `"pandas.Series"` for a class `pandas.core.series.Series`. So a library needs
not be installed for its rule to stand here, and its private modules may move. Names count
only for classes that they lead back to. A rule that a later edition brought is no rule to
the editions before it. What users say of their own types (`extension`) goes before all but
the rules for exact types.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from mitosis._canonical import anatomy, extension
from mitosis._canonical.libraries import load_rules
from mitosis._canonical.names import class_name
from mitosis._canonical.refusal import Refusal


class Writer(Protocol):
    """What a rule is given to write what is inside its value."""

    def form(self, value: Any, step: str) -> str:
        """Return the text of a value inside, to which `step` continues the path."""

    def name(self, kind: type) -> str:
        """Return the name of a class, as `names.class_name` does."""

    def can_write(self, value: Any) -> bool:
        """Tell whether a value has a text by itself, wherever it stands."""

    def since(self, edition: int) -> bool:
        """Tell whether the text is written under an edition or a later one.

        Whoever asks says with it that the value's text depends on the edition.
        """

    def registered(self, kind: type) -> None:
        """Note that a text depends on what a user registered for a type."""


Rule = Callable[[Any, Writer], str]
"""Returns the text of a value of the type that it is registered for."""

_Entry = tuple[Rule, int]
"""A rule, and the edition that brought it."""

EXACT: dict[int, _Entry] = {}
"""Rules by the identity of a type: its metaclass may lie about hash and equality."""
NAMED: dict[str, _Entry] = {}
"""Rules for a type and its subclasses, whatever these override."""
NAMELESS: dict[str, _Entry] = {}
"""Rules like those in `NAMED`, for types that need no name themselves."""
INHERITED: dict[str, _Entry] = {}
"""Rules for a type and those subclasses that do not say themselves how to be rebuilt."""

FORBIDDEN: dict[str, str] = {}
"""Why a type and all its subclasses are refused, by `root.QualifiedName`."""

_REBUILDING = ("__reduce_ex__", "__reduce__")


def exact(*kinds: type, since: int = 1) -> Callable[[Rule], Rule]:
    """Register a rule for types themselves, not for their subclasses."""
    return _enter(EXACT, tuple(map(id, kinds)), since)


def named(*names: str, since: int = 1) -> Callable[[Rule], Rule]:
    """Register a rule for types by `root.QualifiedName`, and for all their subclasses."""
    return _enter(NAMED, names, since)


def nameless(*names: str, since: int = 1) -> Callable[[Rule], Rule]:
    """Register a rule like `named` that tells values apart without the name of their type."""
    return _enter(NAMELESS, names, since)


def inherited(*names: str, since: int = 1) -> Callable[[Rule], Rule]:
    """Register a rule like `named`, to which a subclass' own `__reduce__` is preferred."""
    return _enter(INHERITED, names, since)


def find(kind: type, general: Rule, rebuilt: Rule, writer: Writer) -> Rule:
    """Return the rule for a type.

    Args:
        kind: the exact type of a value.
        general: the rule for objects that no other rule is for.
        rebuilt: the rule for objects whose class says how to rebuild them.
        writer: knows the edition to write under.

    Raises:
        Refusal: the type is refused, or has no name that leads back to it.
    """
    by_type = _known(EXACT, id(kind), writer)
    if by_type is not None:
        return by_type
    lineage = anatomy.lineage(kind)
    said = None if anatomy.descends(kind, type) else extension.find(kind)
    if said is not None:
        return _as_said(said)
    load_rules(lineage)
    _refuse_forbidden(lineage)
    _refuse_iterator(kind)
    without_name = _first(NAMELESS, lineage, writer)
    if without_name is not None:
        return without_name
    if anatomy.find_static(kind, "__call__") is not None and not _has_name(kind):
        return general
    class_name(kind)
    _refuse_false_bases(lineage)
    return (
        _first(NAMED, lineage, writer)
        or _inherited(lineage, rebuilt, writer)
        or (rebuilt if anatomy.registered(kind) else general)
    )


def has_own_rule(kind: type) -> bool:
    """Tell whether a type itself, not only one of its bases, is written by a rule here."""
    load_rules(anatomy.lineage(kind))
    key = key_of(kind)
    return id(kind) in EXACT or any(key in table for table in (NAMED, NAMELESS, INHERITED))


def _enter(
    table: dict[Any, _Entry], keys: tuple[Any, ...], since: int
) -> Callable[[Rule], Rule]:
    def register(rule: Rule) -> Rule:
        table.update(dict.fromkeys(keys, (rule, since)))
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


def _as_said(said: extension.Extension) -> Rule:
    """Return the rule that writes `pkg.Foo(<canonical>, ...)`."""

    def write(value: Any, writer: Writer) -> str:
        if not said.is_method:
            writer.registered(said.kind)
        name = writer.name(type(value))
        held = extension.read(said, value)
        return f"{name}(<canonical>, {writer.form(held, f'.{extension.METHOD}()')})"

    return write


def _known(table: dict[Any, _Entry], key: Any, writer: Writer) -> Rule | None:
    """Return an entry's rule if the edition that is written under has it."""
    rule, since = table.get(key, (None, 1))
    return rule if since == 1 or writer.since(since) else None


def _first(table: dict[str, _Entry], lineage: tuple[type, ...], writer: Writer) -> Rule | None:
    rules = (_known(table, key_of(cls), writer) for cls in lineage)
    return next((rule for rule in rules if rule is not None), None)


def _inherited(lineage: tuple[type, ...], rebuilt: Rule, writer: Writer) -> Rule | None:
    for cls in lineage[:-1]:
        rule = _known(INHERITED, key_of(cls), writer)
        if rule is not None:
            return rule
        if not anatomy.own(cls).keys().isdisjoint(_REBUILDING):
            return rebuilt
    return None


def key_of(cls: type) -> str:
    """Return `root.QualifiedName` as a class claims it."""
    return f"{anatomy.home(cls).partition('.')[0]}.{anatomy.qualname(cls)}"
