"""Secrets out of what is written down: command lines, addresses, output, parameters.

A value is a secret by the name it is given (`--token=...`, `API_KEY=...`, `--password ...`),
by its place in an address (`https://user:password@host`), or by its shape (the prefixes that
issuers give to their tokens so that they can be found). Names of command lines and of the
environment are taken at their word; those of parameters are doubted, for a `pad_token` is
no secret. What is known to be one is looked for in all ways of quoting it.
"""

from mitosis._redaction.known import LEAST_CHARACTERS, KnownSecrets, known_secrets
from mitosis._redaction.marking import is_secret, redact, redact_argv, redact_code
from mitosis._redaction.names import (
    LEAST_KNOWN,
    calls_secret,
    is_called_secret,
    may_be_called_secret,
    may_call_secret,
    names_secret,
)
from mitosis._redaction.pairs import holds_pair, pair_secrets
from mitosis._redaction.shapes import (
    MARK,
    bytes_hold_token,
    ends_in_token,
    has_token,
    may_hold_token,
    redact_text,
    redact_tokens,
    token_start,
)

__all__ = [
    "LEAST_CHARACTERS",
    "LEAST_KNOWN",
    "MARK",
    "KnownSecrets",
    "bytes_hold_token",
    "calls_secret",
    "ends_in_token",
    "has_token",
    "holds_pair",
    "is_called_secret",
    "is_secret",
    "known_secrets",
    "may_be_called_secret",
    "may_call_secret",
    "may_hold_token",
    "names_secret",
    "pair_secrets",
    "redact",
    "redact_argv",
    "redact_code",
    "redact_text",
    "redact_tokens",
    "token_start",
]
