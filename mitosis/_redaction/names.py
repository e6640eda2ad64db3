"""Secrets by the name that leads to them. Names of parameters are doubted."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

LEAST_KNOWN = 8
"""Characters that a value of the environment has to have: a shorter one blots out words."""

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_SECRET_WORDS = {
    *(
        "apikey",
        "authorization",
        "bearer",
        "credential",
        "credentials",
        "passphrase",
        "passwd",
        "password",
    ),
    *("passwords", "pat", "pwd", "secret", "secrets", "token"),
}
_KEY_KINDS = {"access", "account", "api", "auth", "encryption", "private", "signing", "ssh"}
_NEUTRAL = {"b64", "base64", "bytes", "hex", "plain", "raw", "str", "string", "text", "value"}
"""Words behind a name's noun that do not change what it names."""
_NAME = re.compile(r"[A-Za-z0-9_. -]+")
_NUMBERED = {"apikey", "passphrase", "passwd", "password", "pwd", "secret"}
"""Words behind which a number is a secret too. Behind others, it counts or names something."""
_COUNTS = {"count", "len", "length", "max", "min", "n", "num", "number", "size"}
_LEAST_DIGITS = 4
_SCHEME = re.compile(r"(?i)(?:basic|bearer|token|digest|negotiate|apikey|aws4\S*)\s+\S")
_BEGINNINGS = (
    "authorization",
    "pass",
    "pwd",
    "pat",
    "secret",
    "token",
    "key",
    "credential",
    "bearer",
)
"""One of these is in each name that says secret, in small letters."""

_SPECIAL = re.compile(r"<.*>|\[.*\]|\{.*\}|\$.*|%.*%|\*+", re.DOTALL)
"""What stands for another text: special tokens, variables, marks."""
_PATH = re.compile(r"(?:~|\.\.?)?/[^\n]*")


def names_secret(name: str) -> bool:
    """Tell whether what goes by this name is likely to be a secret.

    Example:
        >>> names_secret("--api-key"), names_secret("githubToken"), names_secret("tokenizer")
        (True, True, False)
    """
    words = _words(name)
    return not _SECRET_WORDS.isdisjoint(words) or any(
        first in _KEY_KINDS and second == "key" for first, second in pairwise(words)
    )


@lru_cache(maxsize=1 << 14)
def calls_secret(name: str) -> bool:
    """Tell whether the noun of a name is a secret's: of `db_password`, not of `token_type`.

    Example:
        >>> calls_secret("github_token"), calls_secret("token_type"), calls_secret("pat")
        (True, False, False)
    """
    if not may_be_called_secret(name):
        return False
    words = _words(name)
    while words and (words[-1] in _NEUTRAL or words[-1].isdecimal()):
        words.pop()
    if not words or words == ["pat"]:
        return False
    if words[-1] == "key":
        return not _KEY_KINDS.isdisjoint(words[-2:-1]) or words[-2:-1] == ["secret"]
    return words[-1] in _SECRET_WORDS


def is_called_secret(text: str, name: str) -> bool:
    """Tell whether a text is a secret by the name of what holds it."""
    return calls_secret(name) and _may_be_secret(text, _words(name))


def may_call_secret(text: str) -> bool:
    """Tell quickly whether a name in a text may be that of a secret."""
    if not may_be_called_secret(text):
        return False
    return any(map(calls_secret, {*_NAME.findall(text)}))


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


def may_be_called_secret(text: str) -> bool:
    """Tell at once whether a word stands in a text that names of secrets have."""
    lower = text.lower()
    return any(word in lower for word in _BEGINNINGS)


def _may_be_secret(text: str, words: list[str]) -> bool:
    """Doubt what a parameter's name says: models have tokens and keys of their own."""
    if len(text) <= 3 or text.startswith("--") or _SPECIAL.fullmatch(text) or is_path(text):
        return False
    if _is_number(text):
        return text.isdecimal() and len(text) >= _LEAST_DIGITS and _goes_with_numbers(words)
    if "token" in words[-2:]:  # an issuer's token is long and random, a model's is a word
        return len(text) >= LEAST_KNOWN and any(map(str.isdigit, text)) and " " not in text
    return words[-1] != "authorization" or bool(_SCHEME.match(text))


def _goes_with_numbers(words: list[str]) -> bool:
    if not _COUNTS.isdisjoint(words):
        return False
    return words[-1] in _NUMBERED or words[-2:] in (["api", "key"], ["secret", "key"])


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def is_word(text: str) -> bool:
    """Tell whether a text may be a word that others use too, as `postgres` is."""
    return (
        text.isalpha() and len(text) < 2 * LEAST_KNOWN and text in (text.lower(), text.upper())
    )


def is_path(text: str) -> bool:
    """Tell whether a text is a path, which leads to a secret and is none."""
    kinds = (str.islower, str.isupper, str.isdigit)
    is_random = all(any(map(kind, text)) for kind in kinds)
    return bool(_PATH.fullmatch(text)) and not (is_random and text.startswith("/"))
