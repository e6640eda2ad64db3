"""What a kernel knows of the trial's secrets, and how it keeps them out of what it writes."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from mitosis._canonical import secrets_under
from mitosis._redaction import MARK, redact_text

EXPERIMENT = "\0experiment"
"""Under this name the pickle of an experiment is sent that holds a secret."""

REGISTERED = "\0registered"
"""Under this name what is registered for types is sent, where it holds a secret."""

_LEAST_CHARACTERS = 6  # a shorter one would blot out words


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
        values: tuple[str, ...] | list[str] = (),
    ) -> None:
        self._key = key
        self.pickles = dict(pickles or {})
        known = {value for value in values if len(value) >= _LEAST_CHARACTERS}
        self._encoded = [value.encode("utf-8", "surrogatepass") for value in known]
        spelled = sorted({way for value in known for way in _spellings(value)}, key=len)
        self._known = re.compile("|".join(map(re.escape, spelled[::-1]))) if spelled else None

    def keyed(self) -> AbstractContextManager[object]:
        """Have canonical texts hold digests in the place of secrets, as the locks do."""
        return secrets_under(self._key)

    def redact(self, text: str) -> str:
        """Return a text with a mark in the place of each secret."""
        if len(text) < _LEAST_CHARACTERS:
            return text
        if self._known:
            text = self._known.sub(MARK, text)
        return redact_text(text)

    def are_in(self, data: bytes) -> bool:
        """Tell whether data hold a secret value as it is."""
        return any(value in data for value in self._encoded)


def _spellings(value: str) -> set[str]:
    """Return how a text may stand in an output: as it is, or as other texts quote it."""
    return {
        value,
        repr(value)[1:-1],
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        html.escape(value),
    }


def redacted(value: Any, redact: Callable[[str], str]) -> Any:
    """Return a value of JSON with all its texts redacted."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {redacted(key, redact): redacted(held, redact) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(held, redact) for held in value]
    return value
