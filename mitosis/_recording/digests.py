"""Digests of results, by which trials are compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import field
from typing import Any

from mitosis._canonical import argument_named, canonical, text_digest
from mitosis._dataclass import dataclass
from mitosis._recording.pickles import HOLDS_SECRET
from mitosis.errors import NotCanonicalError

_MOST_PARTS = 5_000_000  # some 8 s, and as much memory as their texts
_MOST_SECONDS = 60.0
_TOO_LARGE = "it is too large"
_CONTAINERS = (dict, list, tuple, set, frozenset)


@dataclass(frozen=True)
class Digests:
    """Digests of what an experiment returned.

    Attributes:
        of: key to the digest of its value's canonical text; None where it has none.
        reasons: why a value has none, by key.
        all: digest over all keys and their digests; None if one is missing.
    """

    of: Mapping[str, str | None] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    all: str | None = None


def digests(results: Mapping[Any, Any], secret: Collection[str] = ()) -> Digests:
    """Return the digests of results, at a price that does not outgrow that of the trial.

    Args:
        results: what an experiment returned.
        secret: keys of those that hold a secret, which could be guessed from a digest.
    """
    of: dict[str, str | None] = {}
    reasons: dict[str, str] = {}
    end = time.monotonic() + _MOST_SECONDS
    for key, value in results.items():
        name = str(key)
        if name in secret:
            of[name], reason = None, HOLDS_SECRET
        else:
            with argument_named(name):
                of[name], reason = value_digest(value, end)
        if of[name] is None:
            reasons[name] = reason
    is_whole = len(of) == len(results) and None not in of.values()
    return Digests(of, reasons, _over_all(results, of) if is_whole else None)


def _over_all(results: Mapping[Any, Any], of: Mapping[str, str | None]) -> str | None:
    return value_digest(dict(zip(results, of.values(), strict=True)), float("inf"))[0]


def _never(data: bytes) -> bool:  # noqa: ARG001 - as others take it
    return False


def value_digest(
    value: Any, end: float, is_secret: Callable[[bytes], bool] = _never
) -> tuple[str | None, str]:
    """Return the digest of a value, or None and why it has none.

    Args:
        value: anything.
        end: when to give up, by the monotonic clock.
        is_secret: tells whether a canonical text holds what could be guessed from a digest.
    """
    try:
        if reason := _TOO_LARGE if time.monotonic() > end else _fault(value):
            return None, reason
        text = canonical(value)
        return (None, HOLDS_SECRET) if is_secret(text.encode()) else (text_digest(text), "")
    except NotCanonicalError as exc:
        path, reason = exc.faults[0]
        return None, f"{path}: {reason}"
    except Exception as exc:  # noqa: BLE001 - memory may be short, and values may raise anything
        return None, f"{type(exc).__name__}: {exc}"


def _fault(value: Any) -> str:
    """Say why a value would have no digest, or one at too high a price; "" if neither.

    A part that stands in several places counts in each.
    """
    left, above = _MOST_PARTS, set[int]()
    waiting = [(value, False)]
    while waiting:
        held, is_done = waiting.pop()
        if is_done:
            above.discard(id(held))
        elif id(held) in above:
            return "it contains itself"
        elif type(held) in _CONTAINERS:
            left -= len(held)
            if left < 0:
                return _TOO_LARGE
            parts = held.values() if type(held) is dict else held
            inside = [(part, False) for part in parts if type(part) in _CONTAINERS]
            if inside:
                above.add(id(held))
                waiting += [(held, True), *inside]
    return ""
