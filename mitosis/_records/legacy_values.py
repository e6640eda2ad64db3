"""Which value mitosis 0.6 locked: of its text alone one can hardly ever tell.

It dropped what our canonical text keeps. `0.5` may be Python's number or numpy's, or a
`Decimal`; `[1, 2]` a list, a tuple or an array; `'4'` a text or an expression. So a text stands
for one value only together with what the folders of its trials show, in the notation of Python,
where numpy is known not to show its own scalars in the same way.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import Any

from mitosis._canonical import VERSION, canonical, text_digest
from mitosis._dataclass import dataclass
from mitosis._model import Environment, Variant
from mitosis.errors import NotCanonicalError

_NUMPY_SHOWS_TYPES = 2


@dataclass(frozen=True)
class Seen:
    """What one trial shows of a variant's value.

    Attributes:
        evaluated: whether the variant's name is an expression for it.
        is_told: whether the value is known; `value` is it.
    """

    evaluated: bool
    is_told: bool
    value: Any = None


@dataclass(frozen=True)
class Settled:
    """A variant.

    Attributes:
        text: that mitosis 0.6 locked.
        doubt: why that may stand for several values; empty where it does not.
    """

    variant: Variant
    text: str
    doubt: str = ""


def settle(parameter: str, name: str, text: str, seen: Sequence[Seen]) -> Settled:
    """Return a variant under our canonical text if only one value can have been meant.

    Args:
        parameter: as it is called today.
        name: of the variant.
        text: that mitosis 0.6 locked.
        seen: what the folders of its trials show.
    """
    found, doubt = _canonical_text(name, text, seen)
    if doubt:
        return Settled(legacy_variant(parameter, name, text), text, doubt)
    return Settled(Variant(parameter, name, found, text_digest(found), VERSION), text)


def legacy_variant(parameter: str, name: str, text: str) -> Variant:
    """Return a variant under a text that is no value's canonical one, but tells the old.

    It counts as one of today's edition, so that it is compared with others, and never agrees.
    """
    told = f"mitosis_0_6({text!a})"
    return Variant(parameter, name, told, text_digest(told), VERSION)


def shows_types(environment: Environment | None) -> bool:
    """Tell whether what Python showed then tells its own scalars from numpy's."""
    if environment is None:
        return False
    version = environment.packages.get("numpy", f"{_NUMPY_SHOWS_TYPES}")
    major = version.partition(".")[0]
    return major.isdecimal() and int(major) >= _NUMPY_SHOWS_TYPES


def _canonical_text(name: str, text: str, seen: Sequence[Seen]) -> tuple[str, str]:
    """Return the canonical text, or why there is none."""
    if text == "None":
        return canonical(None), ""
    if not seen:
        return "", "no folder of its trials is there to tell which value it was"
    if len({one.evaluated for one in seen}) > 1:
        return "", "it was used both as a name and as an expression"
    values = [_literal(name)] if seen[0].evaluated else []
    if not values or not values[0].is_told:
        values = list(seen)
    if not all(one.is_told for one in values):
        return "", "its trials do not show it in a form that tells its type"
    try:
        found = {canonical(one.value) for one in values}
    except NotCanonicalError as exc:
        return "", str(exc)
    if len(found) > 1:
        return "", "its trials show several values"
    shown = name if seen[0].evaluated else _in_order(values[0].value, text)
    if legacy_text(shown) != text:
        return "", "its trials show another value than was locked"
    return found.pop(), ""


def _in_order(value: Any, text: str) -> Any:
    """Return a value with its dicts in the order in which a text has their keys.

    Python shows them sorted, mitosis 0.6 wrote them as they were.
    """
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: text.find(f"{legacy_text(key)}: "))
        return {key: _in_order(value[key], text) for key in keys}
    if isinstance(value, list | tuple):
        return [_in_order(part, text) for part in value]
    return value


def _literal(expression: str) -> Seen:
    try:
        return Seen(True, True, ast.literal_eval(expression))
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return Seen(True, False)


def legacy_text(value: Any) -> str:
    """Return what mitosis 0.6 wrote for a value of a kind that Python has literals for.

    The last two characters of what it had put together were cut off, even where these were
    not a comma and a space.
    """
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, dict):
        items = (f"{legacy_text(k)}: {legacy_text(v)}" for k, v in value.items())
        return _enclosed("{", items, "}")
    if isinstance(value, list | tuple | bytes | set | frozenset):
        return _enclosed("[", map(legacy_text, value), "]")
    return str(value)


def _enclosed(opening: str, parts: Iterable[str], closing: str) -> str:
    return (opening + "".join(f"{part}, " for part in parts))[:-2] + closing
