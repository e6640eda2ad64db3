"""The one place where git is started, and where its refusals get our words.

Git is asked about a place on disk and about nothing else: variables such as `GIT_DIR` or
`GIT_INDEX_FILE`, which git sets while it runs a hook, would silently point it at another
repository or at a half-made index, so they are taken away. Configuration that comes through
the environment (`GIT_CONFIG_COUNT`, `GIT_CEILING_DIRECTORIES`, ...) stays: it says how git
is to behave, not where to look.

Git is started here and not through GitPython, whose import takes longer than all that is asked
of git, and which cannot have several answers prepared at a time.
"""

from __future__ import annotations

import os
import re
import subprocess
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from mitosis._redaction import redact_tokens
from mitosis._wording import printable
from mitosis.errors import NoRepositoryError

NO_GIT = "there is no git on this machine"

_MISLEADING = {
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
    # The above are `git rev-parse --local-env-vars` without those that hold configuration;
    # those below change what a path or a pattern means.
    "GIT_GLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    "GIT_LITERAL_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
}

_IN_ENGLISH = {"LANGUAGE": "C", "LC_ALL": "C"}
_FROM_DISK_ONLY = {"GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}

_QUIET = ("--no-optional-locks", "-c", "core.fsmonitor=false")
"""Write nothing, and start no daemon."""

_REASONS = {
    "not a git repository": "there is no git repository",
    "must be run in a work tree": "it is not in a work tree, but in a bare repository or .git",
}


class Question(AbstractContextManager["Question"]):
    """Something that git was asked and is working on.

    Whoever leaves the `with` block without an answer stops the process.

    Args:
        place: a file or folder, whose folder git is run in; it need not exist.
        arguments: the command and its arguments; a path among them is a path, not a pattern,
            unless it says so by a magic word of git's.
    """

    def __init__(self, place: Path, *arguments: str) -> None:
        self._place = place
        self._process = _started(["git", "-C", str(_folder(place)), *_QUIET, *arguments])

    def answer(self) -> bytes:
        """Wait for git and return what it wrote, byte for byte.

        Raises:
            NoRepositoryError: there is no git, or git refuses; its own words are the reason.
        """
        if self._process is None:
            raise NoRepositoryError(place=self._place, reason=NO_GIT)
        output, words = self._process.communicate()
        if self._process.returncode:
            raise NoRepositoryError(place=self._place, reason=_reason(words))
        return output

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is None:
            return
        if self._process.returncode is None:
            self._process.kill()
        self._process.__exit__(kind, error, trace)


def run_git(place: Path, *arguments: str) -> bytes:
    """Run git in the folder of `place` and return what it wrote, byte for byte.

    Raises:
        NoRepositoryError: there is no git, or git refuses; its own words are the reason.
    """
    with Question(place, *arguments) as question:
        return question.answer()


def readable(name: bytes) -> str:
    """Return a name that git reported as a line that can be stored, with no token in it."""
    text = redact_tokens(name.decode("utf-8", "backslashreplace"))
    return printable(text)


def _started(command: list[str]) -> subprocess.Popen[bytes] | None:
    try:
        return subprocess.Popen(  # noqa: S603 - all words but the paths are ours
            command,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError:
        return None


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
    return kept | _IN_ENGLISH | _FROM_DISK_ONLY


def _folder(place: Path) -> Path:
    return next(path for path in (place, *place.parents) if path.is_dir())


def _reason(output: bytes) -> str:
    words = output.decode("utf-8", "surrogateescape")
    for sign, reason in _REASONS.items():
        if sign in words:
            return reason
    said = " ".join(re.sub(r"(?s).*?\b(?:fatal|error): ", "", words, count=1).split())
    return f"git refuses to read the repository: {readable(os.fsencode(said))}"
