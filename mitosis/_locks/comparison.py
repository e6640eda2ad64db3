"""What the code defines, held against what is locked. No experiment runs for that."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from mitosis._canonical import differ_by_keys_only, differences
from mitosis._dataclass import dataclass
from mitosis._locks.folder import Held
from mitosis._model import Conflict, LockName, Variant


@dataclass(frozen=True)
class Definition:
    """A variant that the code defines for an experiment."""

    experiment: str
    variant: Variant

    @property
    def key(self) -> LockName:
        """Experiment, parameter and name, as a lock has them."""
        return LockName(self.experiment, self.variant.parameter, self.variant.name)


@dataclass(frozen=True)
class Contradiction:
    """A definition that a lock contradicts, and the file that holds the lock."""

    conflict: Conflict
    file: Path


@dataclass(frozen=True)
class Comparison:
    """What came out.

    Attributes:
        conflicts: definitions whose value is not the one that is locked.
        unknown: definitions locked under an edition that this mitosis cannot write.
        incomparable: definitions that are what is locked but for secrets under another key.
        agreeing: definitions that are what is locked.
        new: definitions that are not locked yet.
        unused: locks of which there is no definition.
    """

    conflicts: tuple[Contradiction, ...]
    unknown: tuple[Contradiction, ...]
    agreeing: tuple[Definition, ...]
    new: tuple[Definition, ...]
    unused: tuple[Held, ...]
    incomparable: tuple[Contradiction, ...] = ()


def compare(
    definitions: Iterable[Definition],
    locks: Iterable[Held],
    unsound: Collection[LockName] = (),
) -> Comparison:
    """Hold definitions against locks, each lock's text under the edition that wrote it.

    Args:
        definitions: in any order.
        locks: in force; of the same name there may be one in a database and one in a
            `mitosis.lock`. Where both say the same, the first is reported.
        unsound: what the code defines with a value that cannot be locked.
    """
    defined = _distinct(definitions)
    held = _without_repetitions(locks)
    by_key: dict[LockName, list[Held]] = {}
    for h in held:
        by_key.setdefault(h.key, []).append(h)
    against = [list(_contradictions(by_key.get(d.key, ()), d.variant)) for d in defined]
    every = [found for group in against for found in group]
    keys = {definition.key for definition in defined}
    return Comparison(
        conflicts=_of_kind(_differs, every),
        unknown=_of_kind(_is_unknown, every),
        incomparable=_of_kind(_has_another_key, every),
        agreeing=tuple(
            d
            for d, found in zip(defined, against, strict=True)
            if d.key in by_key and not found
        ),
        new=tuple(d for d in defined if d.key not in by_key),
        unused=tuple(h for h in held if h.key not in keys and h.key not in unsound),
    )


def _distinct(definitions: Iterable[Definition]) -> list[Definition]:
    """Return each definition once, however many experiments of one name share it."""
    first = {(*d.key, d.variant.text): d for d in reversed(list(definitions))}
    return sorted(first.values(), key=lambda definition: definition.key)


def _without_repetitions(locks: Iterable[Held]) -> list[Held]:
    first: dict[tuple[object, ...], Held] = {}
    for held in locks:
        variant = held.lock.variant
        first.setdefault((*held.key, variant.version, variant.text), held)
    return sorted(first.values(), key=lambda held: held.key)


def _contradictions(locks: Iterable[Held], given: Variant) -> Iterator[Contradiction]:
    for held in locks:
        locked = held.lock.variant
        text = given.text_under(locked.version)
        if text != locked.text or locked.version > given.version:
            conflict = Conflict(
                held.lock, given, differences(locked.text, text, given.parameter)
            )
            yield Contradiction(conflict, held.file)


def _of_kind(
    is_so: Callable[[Conflict], bool], every: Iterable[Contradiction]
) -> tuple[Contradiction, ...]:
    return tuple(found for found in every if is_so(found.conflict))


def _is_unknown(conflict: Conflict) -> bool:
    return conflict.lock.variant.version > conflict.given.version


def _has_another_key(conflict: Conflict) -> bool:
    locked = conflict.lock.variant
    return not _is_unknown(conflict) and differ_by_keys_only(
        locked.text, conflict.given.text_under(locked.version)
    )


def _differs(conflict: Conflict) -> bool:
    return not _is_unknown(conflict) and not _has_another_key(conflict)
