"""Secrets out of what is written down: command lines and addresses.

A value is a secret by the name it is given (`--token=...`, `API_KEY=...`, `--password ...`),
by its place in an address (`https://user:password@host`), or by its shape (the prefixes that
issuers give to their tokens so that they can be found).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

MARK = "***"

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_SECRET_WORDS = {
    *("apikey", "bearer", "credential", "credentials", "passphrase", "passwd", "password"),
    *("passwords", "pat", "pwd", "secret", "secrets", "token"),
}
_KEY_KINDS = {"access", "account", "api", "auth", "encryption", "private", "signing", "ssh"}

_ASSIGNMENT = re.compile(r"(?s)(-{0,2}\+?[A-Za-z_][\w.-]*)=(.+)")
_OPTION = re.compile(r"--?[A-Za-z][\w.-]*")
_IN_ADDRESS = re.compile(r"(://)[^/\s]*@")
_SHAPES = re.compile(
    r"""
      gh[oprsu]_[A-Za-z0-9]{20,} | github_pat_\w{20,}     # GitHub
    | gl[a-z]{2,6}-[\w-]{20,}                             # GitLab
    | hf_[A-Za-z0-9]{20,}                                 # Hugging Face
    | sk-[\w-]{20,}                                       # OpenAI, Anthropic, ...
    | xox[a-z]-[\w-]{10,}                                 # Slack
    | (?:AKIA|ASIA)[A-Z0-9]{16}                           # AWS
    | pypi-[\w-]{50,}                                     # PyPI
    | eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*                # JSON web token
    | (?<=[Bb]earer\ )\S+
    """,
    re.VERBOSE,
)


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


def redact_text(text: str) -> str:
    """Return a text without passwords in addresses and without tokens known by their shape."""
    return redact_tokens(_IN_ADDRESS.sub(rf"\1{MARK}@", text))


def redact_tokens(text: str) -> str:
    """Return a text without the tokens that are known by their shape."""
    return _SHAPES.sub(MARK, text)


def names_secret(name: str) -> bool:
    """Tell whether what goes by this name is likely to be a secret.

    Example:
        >>> names_secret("--api-key"), names_secret("githubToken"), names_secret("tokenizer")
        (True, True, False)
    """
    words = [word.lower() for word in _WORD.findall(name)]
    return not _SECRET_WORDS.isdisjoint(words) or any(
        first in _KEY_KINDS and second == "key" for first, second in pairwise(words)
    )


def _redact_word(word: str) -> str:
    assignment = _ASSIGNMENT.fullmatch(word)
    if assignment and names_secret(assignment[1]):
        return f"{assignment[1]}={MARK}"
    return redact_text(word)
