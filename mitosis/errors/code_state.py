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
