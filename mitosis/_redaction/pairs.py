"""Secrets inside texts, by the names before them, as in `password=...` and in JSON.

A sentence that speaks of a password is none, nor is code that hands one on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mitosis._redaction.names import calls_secret, is_called_secret, may_be_called_secret

_PAIR = re.compile(
    r"(?<![\w.-])(?P<name>-{0,2}[A-Za-z_][\w.-]*)"
    r"(?:(?P<key>\\?[\"'])\s{0,9}:\s{0,9}|(?P<sign>[ ]?=[ ]?))"
    r"(?:\\?[\"'](?P<quoted>[^\"'\\\n]+)|(?P<bare>[^\s\"'&;,}\]]+))"
)
_CODE = re.compile(
    r"[\[{(<$%*].*|.*[()].*|(?i:none|null|true|false|required|optional)", re.DOTALL
)
"""What stands in the place of a secret in code and in templates."""


def pair_secrets(text: str) -> set[str]:
    """Return the secrets to which names lead that stand inside a text.

    Example:
        >>> pair_secrets("Server=db;User=me;Pwd=hunter22;"), pair_secrets("pad_token=<pad>")
        ({'hunter22'}, set())
    """
    return set(_found(text)) if _may_hold_pair(text) else set()


def holds_pair(text: str) -> bool:
    """Tell whether a name leads to a secret inside a text."""
    return _may_hold_pair(text) and any(_found(text))


def _may_hold_pair(text: str) -> bool:
    return ("=" in text or ":" in text) and may_be_called_secret(text)


def _found(text: str) -> Iterator[str]:
    for found in _PAIR.finditer(text):
        value = found["quoted"] or found["bare"]
        is_code = _CODE.fullmatch(value) or calls_secret(value)
        if (
            not is_code
            and not _is_in_a_sentence(text, found)
            and is_called_secret(value, found["name"])
        ):
            yield value


def _is_in_a_sentence(text: str, found: re.Match[str]) -> bool:
    """Tell whether spaces stand around the sign elsewhere than in a line of settings."""
    before = text[: found.start()].rstrip(" ")
    return " " in (found["sign"] or "") and before != "" and before[-1] not in ";\n"
