"""No commit says which code would run."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from mitosis.errors.tree import MitosisError, error, listed


@error
class CodeStateError(MitosisError, RuntimeError):
    """No commit identifies the code that would run."""

    slug: ClassVar[str] = "code-state"


_DEBUG_WAY_OUT = "or pass debug=True (--debug) for a trial that is not recorded"


@error
class DirtyRepositoryError(CodeStateError):
    """The repository holds changes or files that no commit holds."""

    slug: ClassVar[str] = "dirty-repository"
    repository: Path
    files: tuple[str, ...]

    def _compose(self) -> str:
        return (
            f"{self.repository} is not clean, so no commit says what would run:\n"
            f"{listed(self.files)}\n"
            f"Commit these files, or add them to .gitignore, {_DEBUG_WAY_OUT}."
        )


@error
class NoRepositoryError(CodeStateError):
    """There is no git repository, no commit in it, or no git on this machine."""

    slug: ClassVar[str] = "no-repository"
    place: Path
    reason: str

    def _compose(self) -> str:
        return (
            f"No commit says what would run: {self.reason}\n"
            f"    looked in  {self.place}\n"
            f"Commit the experiment to a git repository (git init; git add; git commit), "
            f"{_DEBUG_WAY_OUT}."
        )


@error
class UncommittedExperimentError(CodeStateError):
    """The file that defines the experiment is in no commit of the repository around it."""

    slug: ClassVar[str] = "uncommitted-experiment"
    repository: Path
    file: Path

    def _compose(self) -> str:
        return (
            f"The experiment's own file is ignored by git, so no commit says what would run:\n"
            f"    file        {self.file}\n    repository  {self.repository}\n"
            f"Run the experiment from its checkout (for a package: pip install --editable), "
            f"or commit the file, {_DEBUG_WAY_OUT}."
        )


@error
class CodeChangedError(CodeStateError):
    """The code is not what it was when a sweep began."""

    slug: ClassVar[str] = "code-changed"
    repository: Path
    changes: tuple[str, ...]

    def _compose(self) -> str:
        return (
            f"The code in {self.repository} has changed since the sweep began, and its trials "
            f"would not be of one code:\n"
            f"{listed(self.changes)}\n"
            f"Put it back as it was and resume the sweep, or begin a new one."
        )


@error
class WorkerCodeError(CodeStateError):
    """A worker has other code than the sweep whose trial it was to run.

    Attributes:
        host: the worker's machine.
        repository: where it looked.
        expected: the commit of the sweep.
        found: what is checked out there; None where there is no repository.
        changes: files there that no commit holds.
    """

    slug: ClassVar[str] = "worker-code"
    host: str
    repository: Path
    expected: str
    found: str | None
    changes: tuple[str, ...] = ()

    def _compose(self) -> str:
        found = self.found or "no commit: there is no repository, or nothing is committed"
        changed = f"\n{listed(self.changes)}" if self.changes else ""
        return (
            f"The worker on {self.host} has other code than the sweep:\n"
            f"    repository  {self.repository}\n"
            f"    expected    {self.expected}\n"
            f"    found       {found}{changed}\n"
            "Check out that commit there, without changes; where the repository lies "
            "elsewhere, set MITOSIS_REPOSITORY in the worker's environment."
        )
