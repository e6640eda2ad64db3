"""What a kernel knows of the trial's secrets, and how it keeps them out of what it writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from mitosis._canonical import secrets_under
from mitosis._redaction import (
    LEAST_CHARACTERS,
    KnownSecrets,
    bytes_hold_token,
    redact_text,
    token_start,
)

EXPERIMENT = "\0experiment"
"""Under this name the pickle of an experiment is sent that holds a secret."""

REGISTERED = "\0registered"
"""Under this name what is registered for types is sent, where it holds a secret."""


class Secrets:
    """The secrets of one trial. They come over the socket and are in no file.

    Args:
        key: what secret values are digested with; None where nothing is secret.
        pickles: argument to the pickle of its value, for those that hold a secret.
        values: texts that must not be written.
    """

    def __init__(
        self,
        key: bytes | None = None,
        pickles: Mapping[str, bytes] | None = None,
        values: Iterable[str] = (),
    ) -> None:
        self._key = key
        self.pickles = dict(pickles or {})
        self._known = KnownSecrets(values)

    def keyed(self) -> AbstractContextManager[object]:
        """Have canonical texts hold digests in the place of secrets, as the locks do."""
        return secrets_under(self._key)

    def redact(self, text: str) -> str:
        """Return a text with a mark in the place of each secret."""
        if len(text) < LEAST_CHARACTERS:
            return text
        return redact_text(self._known.redact(text))

    def settled(self, text: str) -> int:
        """Return how much of a text can be redacted for good, whatever follows.

        What remains is the beginning of a secret, as far as one can tell.
        """
        cut = min(self._known.open_start(text), token_start(text))
        return self._known.whole(text, cut) if cut < len(text) else cut

    def are_in(self, data: bytes) -> bool:
        """Tell whether data hold a secret that is known, or what looks like a token."""
        return self._known.are_in(data) or bytes_hold_token(data)


def redacted(value: Any, redact: Callable[[str], str]) -> Any:
    """Return a value of JSON with all its texts redacted."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {redacted(key, redact): redacted(held, redact) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(held, redact) for held in value]
    return value
