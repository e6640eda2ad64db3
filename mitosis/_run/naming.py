"""Parameters from plain values, whose variants get the names that their texts make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mitosis._canonical import digest, is_literal
from mitosis._dataclass import dataclass
from mitosis._model import Parameter
from mitosis._recording.report import plain
from mitosis._redaction import MARK, calls_secret, redact_text
from mitosis._run.secret_values import secret_texts
from mitosis.errors import InvalidParameterError, NotCanonicalError

_MOST = 100
"""Letters of a text that is a name. What is longer nobody reads, and files are named so."""

_DIGITS = 12


@dataclass(frozen=True)
class ParsedParameter(Parameter):
    """A parameter that came from a command line.

    Attributes:
        default: what it would be had nobody said anything.
    """

    default: Any = None


def parameters_of(given: Mapping[str, Any] | Sequence[Parameter]) -> Sequence[Parameter]:
    """Return parameters for what a recording was given.

    Raises:
        InvalidParameterError: names all entries that are for another argument than their key.
    """
    if not isinstance(given, Mapping):
        return given
    faults = tuple(
        f"{name!r} is given a Parameter for {value.arg_name!r}"
        for name, value in given.items()
        if isinstance(value, Parameter) and value.arg_name != name
    )
    if faults:
        raise InvalidParameterError(faults=faults)
    return [
        value
        if isinstance(value, Parameter)
        else Parameter(variant_name(name, value), name, value)
        for name, value in given.items()
    ]


def variant_name(argument: str, value: Any) -> str:
    """Return a name for a value that nobody named: its literal, else its type and a digest.

    Args:
        argument: what it is for, which may tell that it is a secret. A name that tells one
            is another before anything is written: see `without_secret_names`.
        value: anything.

    Example:
        >>> variant_name("k", 3), variant_name("method", "ward")
        ('3', "'ward'")
    """
    secrets = sorted(secret_texts(value, str(argument)))
    text = repr(value) if _has_lasting_text(value) else ""
    if text and (secrets or len(text) <= _MOST):
        return text
    kind = type(value).__name__
    try:
        return f"{kind}-{digest(value)[:_DIGITS]}"
    except NotCanonicalError:  # who locks it says why; in debug mode nobody does
        return " ".join(secrets) or kind


def defaults_of(parameters: Sequence[Parameter]) -> dict[str, Any]:
    """Return the defaults of those that came from a command line, as JSON can hold them."""
    return {
        p.arg_name: _shown(p.arg_name, p.default)
        for p in parameters
        if isinstance(p, ParsedParameter)
    }


def _shown(name: str, default: Any) -> Any:
    if default is not None and (calls_secret(name) or secret_texts(default, name)):
        return MARK
    value, is_exact = plain(default)
    return value if is_exact and not isinstance(value, str) else redact_text(str(value))


def _has_lasting_text(value: Any) -> bool:
    """Tell whether the text of a value is a literal, and the same in every process."""
    return is_literal(value) and not _holds_set(value)


def _holds_set(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_set, [*value, *value.values()]))
    if isinstance(value, list | tuple):
        return any(map(_holds_set, value))
    return isinstance(value, set)
