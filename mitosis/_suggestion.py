"""What to say about a name that nothing has."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_MOST = 20


def near(name: str, known: Iterable[str], *, or_all: bool = True) -> str:
    """Return the end of a message: the names nearest to one that is unknown, else all."""
    known = sorted(known)
    found = difflib.get_close_matches(name, known, 3, 0.5)
    if found:
        return f"; did you mean {' or '.join(map(repr, found))}?"
    more = ", ..." if len(known) > _MOST else ""
    return f"; there are: {', '.join(known[:_MOST])}{more}" if known and or_all else ""
