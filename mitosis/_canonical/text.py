"""A value's canonical text and its digest, under an edition that locks remember."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import field

from mitosis._canonical.secrecy import EDITION as SECRECY
from mitosis._canonical.walk import write
from mitosis._canonical.wording import blake3_hex
from mitosis._dataclass import dataclass
from mitosis.errors import NotCanonicalError

VERSION = 3
"""The edition of the canonical form. It changes with any change of any text.

1. (0.7.0) The first one.
2. (0.7.0) Values that could share a text, and texts that were not the same everywhere. All
   changes are listed in `docs/reference/canonical.md`.
3. (0.7.0) Secrets, which trials write as keyed digests. The texts of all other values are those
   of edition 2.
"""


@dataclass(frozen=True)
class Form:
    """A value in the form that is locked.

    Attributes:
        text: under the current edition.
        former: the text under each earlier edition that writes it otherwise.
        extensions: types registered by the user that the value holds.
        is_secret: whether it holds secrets, in whose place the text has keyed digests.
    """

    text: str
    former: Mapping[int, str] = field(repr=False)
    extensions: tuple[type, ...]
    is_secret: bool = False


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
    return write(value, VERSION).text


def form(value: object) -> Form:
    """Return all that locking needs of a value.

    A value whose text no edition has changed is walked through once.

    Raises:
        NotCanonicalError: as `canonical`.
    """
    written = write(value, VERSION)
    former = {}
    for edition in range(1, max(written.changes, default=1)):
        with suppress(NotCanonicalError):  # an edition that refused it has no lock of it
            former[edition] = write(value, edition).text
    return Form(written.text, former, written.extensions, SECRECY in written.changes)


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
