"""Values to texts that identify them: pure, without files.

`canonical` gives a value's full text, which locks compare; `digest` its digest;
`differences` what two texts differ in; `is_literal` tells which values Python's own text
recreates. The grammar, and why no two values can share a text, is in
`docs/reference/canonical.md`.
"""

from __future__ import annotations

from mitosis._canonical import (
    arrays,
    containers,
    forbidden,
    frames,
    references,
    sparse,
    standard_containers,
    standard_values,
)
from mitosis._canonical.differing import differences
from mitosis._canonical.literals import is_literal
from mitosis._canonical.text import VERSION, canonical, digest, text_digest

_RULES = (
    arrays,
    containers,
    forbidden,
    frames,
    references,
    sparse,
    standard_containers,
    standard_values,
)

__all__ = ["VERSION", "canonical", "differences", "digest", "is_literal", "text_digest"]
