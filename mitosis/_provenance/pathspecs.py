"""Patterns of files whose changes do not count, in git's own language.

Format: gitglossary(7), "pathspec".
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import PurePosixPath

EVERYTHING = ":(top)"


def pathspecs(ignored: Sequence[str]) -> tuple[str, ...]:
    """Return the words that have git look at everything but these patterns.

    Args:
        ignored: patterns below the repository's root. `*` stays within a folder, `**/` is any
            number of folders, and a folder stands for all in it.

    Raises:
        ValueError: git could not use one of them; `pattern_fault` says why.
    """
    if not ignored:
        return ()
    if faults := [f"{p!r} {fault}" for p in ignored if (fault := pattern_fault(p))]:
        raise ValueError("; ".join(faults))
    return (EVERYTHING, *(f":(top,exclude,glob){pattern}" for pattern in ignored))


def pattern_fault(pattern: str) -> str | None:
    """Return why git would refuse a pattern, or misunderstand it; None if it is fine.

    Example:
        >>> pattern_fault("notes/**"), pattern_fault("../x")
        (None, 'leads out of the repository')
    """
    if not pattern or "\0" in pattern:
        return "is no pattern"
    if PurePosixPath(pattern).is_absolute():
        return "is not relative to the repository's root"
    inside = os.path.normpath(pattern)
    if inside == "." or set(inside.split("/")) <= {"*", "**"}:
        return "is the whole repository"
    if inside.split("/")[0] == "..":
        return "leads out of the repository"
    return None
