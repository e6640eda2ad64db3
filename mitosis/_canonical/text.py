"""A value's canonical text and its digest, under an edition that locks remember."""

from __future__ import annotations

from mitosis._canonical.walk import write
from mitosis._canonical.wording import blake3_hex

VERSION = 1
"""The edition of the canonical form. It changes with any change of any text."""


def canonical(value: object) -> str:
    """Return the full text that identifies a value, in one line of ASCII.

    Two values have the same text if and only if they are equal by type and value. The text is
    the same in every process, whatever the hash seed, order of insertion, or working directory.

    Args:
        value: anything but what exists in one process only.

    Raises:
        NotCanonicalError: with path and reason of each part that cannot be identified.

    Example:
        >>> canonical({"b": (1, 1.0), "a": {True}})
        "{'a': {True}, 'b': (1, 1.0)}"
    """
    return write(value)


def digest(value: object) -> str:
    """Return the blake3 digest of a value's canonical text, 64 hexadecimal digits.

    Raises:
        NotCanonicalError: as `canonical`.

    Example:
        >>> digest([1, 2])[:12]
        '93bdd4f3165f'
    """
    return text_digest(canonical(value))


def text_digest(text: str) -> str:
    """Return the digest of a value whose canonical text is at hand already."""
    return blake3_hex(text.encode("ascii"))
