"""The walk through a value: depth, cycles, memory of what was written, and all faults at once.

Rules write one kind of value each and call `Writer.form` for what is inside. They never see
paths, depth or faults; they raise a `Refusal` where they stand.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from contextvars import copy_context
from typing import Any

from mitosis._canonical import anatomy, objects, registry, secrecy
from mitosis._canonical.names import class_name
from mitosis._canonical.refusal import Refusal
from mitosis._canonical.scalars import LEAVES
from mitosis._canonical.wording import brief, shorten
from mitosis._dataclass import dataclass
from mitosis._redaction import redact_tokens
from mitosis.errors import NotCanonicalError

DEPTH = 150
"""How many values may be nested in each other: our own limit, for the interpreter's varies."""

MOST_FAULTS = 20
_LONGEST_PATH = 300
_UNKNOWN = "<refused>"


class _EnoughFaultsError(Exception):
    """So many faults are known that more would not help."""


class Walk:
    """Writes one value, with everything in it.

    Args:
        edition: of the canonical form, to write under.

    Attributes:
        faults: `(path, reason)` of each place that cannot be written.
        changes: the editions that brought a change which this value's text shows.
        extensions: registered types that the text depends on, in the order they were met.
    """

    def __init__(self, edition: int) -> None:
        self.faults: list[tuple[str, str]] = []
        self.changes: set[int] = set()
        self.extensions: list[type] = []
        self._edition = edition
        self._steps: list[str] = []
        self._open: dict[int, int] = {}
        # Values are kept with their text: an id means something only while they live.
        self._written: dict[int, tuple[Any, str, int]] = {}
        self._below = 0
        self._names: dict[int, tuple[type, str]] = {}
        self._rules: dict[int, tuple[type, registry.Rule]] = {}

    def form(self, value: Any, step: str) -> str:
        """Return the text of a value inside the one being written.

        Args:
            value: anything.
            step: how a path goes on to it, e.g. `.callback` or `[3]`.
        """
        kind = type(value)
        leaf = LEAVES.get(id(kind))
        if leaf is not None:
            return leaf(value)
        self._steps.append(step)
        try:
            return self._composite(value, kind)
        except Refusal as refusal:
            self._report(refusal.reason)
            return _UNKNOWN
        except (_EnoughFaultsError, RecursionError, MemoryError):
            raise
        except (Exception, SystemExit) as exc:  # noqa: BLE001 - users' classes may raise anything
            self._report(_unreadable(exc))
            return _UNKNOWN
        finally:
            self._steps.pop()

    def can_write(self, value: Any) -> bool:
        """Tell whether a value has a text by itself, wherever it stands."""
        if id(type(value)) in LEAVES:
            return True
        alone = Walk(self._edition)
        with suppress(_EnoughFaultsError):
            alone.form(value, "")
        # Whether it can be written may depend on both, even where it then is not.
        self.changes |= alone.changes
        for kind in alone.extensions:
            self.registered(kind)
        return not alone.faults

    def name(self, kind: type) -> str:
        """Return the name of a class, checked once in a walk.

        Raises:
            Refusal: no name leads back to it.
        """
        known = self._names.get(id(kind))
        if known is None:
            known = kind, class_name(kind)
            self._names[id(kind)] = known
        return known[1]

    def since(self, edition: int) -> bool:
        """Tell whether this is written under an edition or a later one, and remember it."""
        self.changes.add(edition)
        return self._edition >= edition

    def registered(self, kind: type) -> None:
        """Note that the text depends on what a user registered for a type."""
        if not any(known is kind for known in self.extensions):
            self.extensions.append(kind)

    def _composite(self, value: Any, kind: type) -> str:
        identity = id(value)
        known = self._written.get(identity)
        if known is not None:
            return self._again(known)
        self._enter(identity)
        above, self._below = self._below, 0
        try:
            text = shorten(self._rule(kind)(value, self))
            height = self._below + 1
            self._written[identity] = value, text, height
        finally:
            del self._open[identity]
            self._below = max(above, self._below + 1)
        return text

    def _again(self, known: tuple[Any, str, int]) -> str:
        _, text, height = known
        if len(self._steps) + height - 1 > DEPTH:
            raise _too_deep()
        self._below = max(self._below, height)
        return text

    def _enter(self, identity: int) -> None:
        if identity in self._open:
            whole = "$" + "".join(self._steps[: self._open[identity]])
            msg = f"leads back to {whole}, which contains it; a text cannot show a cycle"
            raise Refusal(msg)
        if len(self._steps) > DEPTH:
            raise _too_deep()
        self._open[identity] = len(self._steps)

    def _rule(self, kind: type) -> registry.Rule:
        known = self._rules.get(id(kind))
        if known is None:
            known = kind, registry.find(kind, objects.general, objects.rebuilt, self)
            self._rules[id(kind)] = known
        return known[1]

    def _report(self, reason: str) -> None:
        path = redact_tokens("$" + "".join(self._steps))
        fault = brief(path, _LONGEST_PATH), redact_tokens(reason)
        if fault not in self.faults:
            self.faults.append(fault)
        if len(self.faults) >= MOST_FAULTS:
            raise _EnoughFaultsError


@dataclass(frozen=True)
class Written:
    """A value's text, and what it depends on besides the value.

    Attributes:
        changes: the editions that brought a change which the text shows.
        extensions: types that a user registered, and that the value holds.
    """

    text: str
    changes: frozenset[int]
    extensions: tuple[type, ...]


def write(value: Any, edition: int) -> Written:
    """Write a value under an edition of the canonical form.

    Raises:
        NotCanonicalError: with every place that cannot be written, up to `MOST_FAULTS`.
    """
    try:
        return _write(value, edition)
    except RecursionError:
        return _write_on_fresh_stack(value, edition)


def _write(value: Any, edition: int) -> Written:
    walk = Walk(edition)
    text = ""
    with suppress(_EnoughFaultsError):
        text = shorten(walk.form(value, ""))
    if walk.faults:
        raise NotCanonicalError(faults=tuple(walk.faults))
    without = secrecy.keyed_text(text)
    if without != text and walk.since(secrecy.EDITION):
        text = without
    return Written(text, frozenset(walk.changes), tuple(walk.extensions))


def _write_on_fresh_stack(value: Any, edition: int) -> Written:
    """Write from a new thread, so that the caller's own depth cannot decide."""
    written: list[Written] = []
    errors: list[Exception] = []

    def work() -> None:
        try:
            written.append(_write(value, edition))
        except RecursionError:
            errors.append(NotCanonicalError(faults=(("$", _too_deep().reason),)))
        except Exception as exc:  # noqa: BLE001 - raised again in the caller's thread
            errors.append(exc)

    context = copy_context()
    thread = threading.Thread(target=context.run, args=(work,), name="mitosis-canonical")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return written[0]


def _unreadable(exc: BaseException) -> str:
    kind = anatomy.qualname(type(exc))
    try:
        said = brief(f"{kind}: {exc}", _LONGEST_PATH)
    except Exception:  # noqa: BLE001 - an error may not even be able to say what it is
        said = kind
    return f"its state cannot be read ({said}); pass what it is built from instead"


def _too_deep() -> Refusal:
    return Refusal(
        f"nested deeper than {DEPTH} levels; flatten it, or pass what it is built from"
    )
