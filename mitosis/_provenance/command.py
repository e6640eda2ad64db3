"""The one place where git is run, through GitPython, and where its refusals get our words.

Git is asked about a place on disk and about nothing else: variables such as `GIT_DIR` or
`GIT_INDEX_FILE`, which git sets while it runs a hook, would silently point it at another
repository or at a half-made index, so they are taken away. Configuration that comes through
the environment (`GIT_CONFIG_COUNT`, `GIT_CEILING_DIRECTORIES`, ...) stays: it says how git
is to behave, not where to look.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from mitosis.errors import NoRepositoryError

NO_GIT = "there is no git on this machine"

_MISLEADING = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)
"""`git rev-parse --local-env-vars`, without those that hold configuration."""

_QUIET = ("--no-optional-locks", "--literal-pathspecs", "-c", "core.fsmonitor=false")
"""Write nothing, start no daemon, and take paths for paths, not for patterns."""

_REASONS = {
    "not a git repository": "there is no git repository",
    "must be run in a work tree": "it is not in a work tree, but in a bare repository or .git",
}


def run_git(place: Path, *arguments: str) -> bytes:
    """Run git in the folder of `place` and return what it wrote, byte for byte.

    Raises:
        NoRepositoryError: there is no git, or git refuses; its own words are the reason.
    """
    try:
        from git import Git
        from git.exc import GitCommandNotFound
    except ImportError as exc:  # GitPython looks for git when it is imported
        raise NoRepositoryError(place=place, reason=NO_GIT) from exc
    git = str(Git.GIT_PYTHON_GIT_EXECUTABLE or "git")
    command = [*_cleared(), git, "-C", str(_folder(place)), *_QUIET, *arguments]
    try:
        status, output, words = Git().execute(
            command,
            with_extended_output=True,
            with_exceptions=False,
            stdout_as_string=False,
            strip_newline_in_stdout=False,
        )
    except GitCommandNotFound as exc:  # git went away, or GIT_PYTHON_REFRESH=quiet
        raise NoRepositoryError(place=place, reason=NO_GIT) from exc
    if status:
        raise NoRepositoryError(place=place, reason=_reason(words))
    return output


def readable(name: bytes) -> str:
    """Return a name that git reported as one line of text that can be stored and printed."""
    text = name.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _cleared() -> list[str]:
    present = [name for name in _MISLEADING if name in os.environ]
    # GitPython can add variables to git's environment but not take any away.
    return ["env", *(word for name in present for word in ("-u", name))] if present else []


def _folder(place: Path) -> Path:
    return next(path for path in (place, *place.parents) if path.is_dir())


def _reason(words: str) -> str:
    for sign, reason in _REASONS.items():
        if sign in words:
            return reason
    said = " ".join(re.sub(r"(?s).*?\b(?:fatal|error): ", "", words, count=1).split())
    return f"git refuses to read the repository: {readable(os.fsencode(said))}"
