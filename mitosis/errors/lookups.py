"""Trials that are asked for and not found."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from mitosis.errors.tree import MitosisError, error, listed


@error
class UnknownTrialError(MitosisError, LookupError):
    """No trial has such a key, name, folder or page.

    Attributes:
        folder: the trials folder that was looked into.
        faults: what was asked for, each with the names that come near.
    """

    slug: ClassVar[str] = "unknown-trial"
    folder: Path
    faults: tuple[str, ...]

    def _compose(self) -> str:
        return (
            f"No such trial in {self.folder}:\n{listed(self.faults)}\n"
            "Name a trial by its key, the beginning of a key, its name, folder or page.\n"
            "Another trials folder is named with trials_folder= (-F)."
        )


@error
class TrialElsewhereError(UnknownTrialError):
    """The shared store knows the trial, but its folder is in another trials folder.

    Attributes:
        faults: the trials, each with the user, host and path of the folder that has it.
    """

    slug: ClassVar[str] = "trial-elsewhere"

    def _compose(self) -> str:
        return (
            f"The shared store knows it, but its folder is not in {self.folder}:\n"
            f"{listed(self.faults)}\n"
            "Do it there, or have the files brought here: `mitosis export` there, `mitosis "
            "import` here."
        )


@error
class AmbiguousTrialError(MitosisError, LookupError):
    """Several trials go by what was asked for.

    Attributes:
        folder: the trials folder that was looked into.
        reference: what was asked for.
        candidates: the trials that it fits: key, start and name of each.
    """

    slug: ClassVar[str] = "ambiguous-trial"
    folder: Path
    reference: str
    candidates: tuple[str, ...]

    def _compose(self) -> str:
        return (
            f"{self.reference!r} fits {len(self.candidates)} trials in {self.folder}:\n"
            f"{listed(self.candidates)}\nName one by its whole key."
        )


@error
class NotPersistedError(MitosisError, LookupError):
    """A trial has not kept what a step returned.

    Attributes:
        folder: the trial's.
        call: the number of the call that was asked for; a negative one counts from the last.
        kept: the steps of which something was kept, with their calls.
    """

    slug: ClassVar[str] = "not-persisted"
    folder: Path
    step: str
    call: int
    kept: tuple[str, ...]

    def _compose(self) -> str:
        asked = (
            f"step {self.step!r}" if self.call == -1 else f"call {self.call} of {self.step!r}"
        )
        kept = f"It has kept:\n{listed(self.kept)}" if self.kept else "It has kept no results."
        return (
            f"The trial in {self.folder} has kept no result of {asked}. {kept}\n"
            "A step is kept that is declared with @mitosis.step(persist=True)."
        )


@error
class StillRunningError(MitosisError, RuntimeError):
    """Trials that run cannot be removed, or be taken elsewhere.

    Attributes:
        trials: key and name of each.
    """

    slug: ClassVar[str] = "still-running"
    folder: Path
    trials: tuple[str, ...]

    def _compose(self) -> str:
        return (
            f"Trials of {self.folder} are running:\n{listed(self.trials)}\n"
            "Nothing was changed. Wait for their end; if you know that one runs no more, close "
            "it with: mitosis repair --lost TRIAL"
        )
