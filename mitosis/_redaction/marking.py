"""Texts with marks in the place of secrets, and what counts as one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mitosis._redaction.names import is_called_secret, names_secret
from mitosis._redaction.pairs import holds_pair
from mitosis._redaction.shapes import MARK, has_token, redact_text

_ASSIGNMENT = re.compile(r"(?s)(-{0,2}\+?[A-Za-z_][\w.-]*)=(.+)")
_OPTION = re.compile(r"--?[A-Za-z][\w.-]*")
_CONSTANT = re.compile(
    r"(?P<name>\b\w+)(['\"]?\]?\s*[:=]\s*[bru]?)(?P<quote>['\"])(?P<text>[^'\"\n]+)(?P=quote)"
)
"""A literal, and the name that stands before it: of a variable, an argument or a key."""


def redact_argv(argv: Sequence[str]) -> tuple[str, ...]:
    """Return a command line with every value that looks like a secret replaced by a mark.

    Example:
        >>> redact_argv(["run.py", "--token=abc", "--password", "abc", "https://me:pw@host/x"])
        ('run.py', '--token=***', '--password', '***', 'https://***@host/x')
    """
    redacted: list[str] = []
    awaiting = False
    for word in argv:
        redacted.append(MARK if awaiting and not word.startswith("-") else _redact_word(word))
        awaiting = bool(_OPTION.fullmatch(word)) and names_secret(word)
    return tuple(redacted)


def redact(text: str, known: Iterable[str] = ()) -> str:
    """Return a text without these secrets, and without what looks like one."""
    for secret in sorted(filter(None, known), key=len, reverse=True):
        text = text.replace(secret, MARK)
        text = text.replace(repr(secret)[1:-1], MARK)
    return redact_text(text)


def redact_code(source: str) -> str:
    """Return source code without what looks like a secret in it, by shape or by name.

    Example:
        >>> redact_code("api_key = 'hunter22'; pad_token = '<pad>'")
        "api_key = '***'; pad_token = '<pad>'"
    """
    return redact_text(_CONSTANT.sub(_redact_constant, source))


def is_secret(text: str, name: str = "") -> bool:
    """Tell whether a text is a secret, by its shape, a name in it, or that of what holds it.

    Example:
        >>> is_secret("hunter22", "password"), is_secret("<pad>", "pad_token")
        (True, False)
    """
    return has_token(text) or holds_pair(text) or is_called_secret(text, name)


def _redact_constant(found: re.Match[str]) -> str:
    quote = found["quote"]
    if not is_secret(found["text"], found["name"]):
        return found[0]
    return f"{found['name']}{found[2]}{quote}{MARK}{quote}"


def _redact_word(word: str) -> str:
    assignment = _ASSIGNMENT.fullmatch(word)
    if assignment and names_secret(assignment[1]):
        return f"{assignment[1]}={MARK}"
    return redact_text(word)
