"""Notes and tags as they are kept: without secrets, and fit for a terminal."""

from __future__ import annotations

import os

from mitosis._redaction import is_secret, known_secrets, redact
from mitosis._wording import is_unicode

_MOST_NOTE = 10_000
_MOST_TAG = 60
_KEPT = "\n\t"


def cleaned_note(text: str) -> str:
    """Return a note as it is kept.

    What looks like a secret becomes a mark, and what would act on a terminal is spelt out.

    Raises:
        ValueError: it is too long.
    """
    text = text.strip()
    if len(text) > _MOST_NOTE:
        msg = f"a note has at most {_MOST_NOTE:,} characters, and this one has {len(text):,}"
        raise ValueError(msg)
    text = redact(text.encode("utf-8", "backslashreplace").decode(), known_secrets(os.environ))
    return "".join(c if c.isprintable() or c in _KEPT else ascii(c)[1:-1] for c in text)


def tag_fault(tag: str) -> str:
    """Return why a text can be no tag; empty if it can.

    A tag is one word, so that it can be told from others in a line and in a list.
    """
    if not tag or not is_unicode(tag) or not tag.isprintable():
        return "a tag has at least one character, and only printable ones"
    if len(tag) > _MOST_TAG:
        return f"a tag has at most {_MOST_TAG} characters"
    if "," in tag or tag.split() != [tag]:
        return "a tag is one word, without blanks and commas"
    if is_secret(tag):
        return "it looks like a secret"
    return ""
