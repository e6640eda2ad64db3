"""Folders and files that cannot be used as they are."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from mitosis.errors.tree import MitosisError, error, listed


@error
class TrialsFolderError(MitosisError, OSError):
    """The trials folder cannot be made, read or written."""

    slug: ClassVar[str] = "trials-folder"
    folder: Path
    reason: str

    def _compose(self) -> str:
        return (
            f"The trials folder cannot be used: {self.reason}\n    folder  {self.folder}\n"
            "Name a folder that you may write to with trials_folder= (--folder)."
        )


@error
class DataFileError(MitosisError, OSError):
    """An input file that a trial is to name cannot be read."""

    slug: ClassVar[str] = "data-file"
    path: Path
    reason: str

    def _compose(self) -> str:
        return (
            f"An input file cannot be recorded: {self.reason}\n    path  {self.path}\n"
            "Name a file, or a folder of files, that can be read and stays as it is."
        )


@error
class LockFileError(MitosisError, ValueError):
    """A file of shared locks cannot be read or written. No lock was changed."""

    slug: ClassVar[str] = "lock-file"
    file: Path
    faults: tuple[str, ...]

    def _compose(self) -> str:
        return (
            f"{self.file} cannot be used:\n{listed(self.faults)}\n"
            "No lock was changed. Take the file from a commit in which it was whole, or write "
            "it anew with: mitosis variants export --drop-unknown"
        )


@error
class RecordError(MitosisError, ValueError):
    """A trial's own record cannot be read."""

    slug: ClassVar[str] = "record"
    file: Path
    reason: str

    def _compose(self) -> str:
        return (
            f"{self.file} cannot be read: {self.reason}\n"
            "It was left as it is. Take it from a copy of the trials folder, if there is one."
        )


@error
class ArchiveError(MitosisError, ValueError):
    """A file of exported trials cannot be written, or not be taken over as it is.

    Attributes:
        advice: the way out.
    """

    slug: ClassVar[str] = "archive"
    file: Path
    reason: str
    advice: str = "Export the trials anew, or take the file from another copy."

    def _compose(self) -> str:
        return f"{self.file} cannot be used: {self.reason}\nNothing was written. {self.advice}"
