"""Values to texts that identify them: pure, without files.

`canonical` gives a value's full text, which locks compare; `digest` its digest; `form` the
text with all that locking needs besides; `differences` what two texts differ in; `is_literal`
tells which values Python's own text recreates. `register_canonical` takes what users say of
types of their own. `registrations` and `arrive`, `script_travels` and `script_arrived` make
another process write the same texts. `place_of` tells where a named object stands, if
`may_have_place` does not rule that out for its type; `generic_origin` what a class was made
from. Within `secrets_under`, secrets are written as digests; `shown_text` marks them for
people, `differ_by_keys_only` tells when two keys keep them from being compared. The grammar,
and why no two values can share a text, is in `docs/reference/canonical.md`.
"""

from __future__ import annotations

from mitosis._canonical import (
    containers,
    forbidden,
    references,
    standard_containers,
    standard_values,
)
from mitosis._canonical.differing import differences
from mitosis._canonical.literals import is_literal
from mitosis._canonical.names import generic_origin, script_arrived, script_travels
from mitosis._canonical.places import may_have_place, place_of
from mitosis._canonical.registration import arrive, register_canonical, registrations
from mitosis._canonical.secrecy import (
    Met,
    argument_named,
    differ_by_keys_only,
    key_ids,
    secret_digest,
    secrets_under,
    shown_text,
)
from mitosis._canonical.table_secrets import table_secrets
from mitosis._canonical.text import VERSION, Form, canonical, digest, form, text_digest

_RULES = (containers, forbidden, references, standard_containers, standard_values)
"""Loaded for the rules that they register; those for libraries come with their values."""

__all__ = [
    "VERSION",
    "Form",
    "Met",
    "argument_named",
    "arrive",
    "canonical",
    "differ_by_keys_only",
    "differences",
    "digest",
    "form",
    "generic_origin",
    "is_literal",
    "key_ids",
    "may_have_place",
    "place_of",
    "register_canonical",
    "registrations",
    "script_arrived",
    "script_travels",
    "secret_digest",
    "secrets_under",
    "shown_text",
    "table_secrets",
    "text_digest",
]
