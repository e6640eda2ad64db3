"""Sweeps that cannot be planned, found or gone on with."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from mitosis.errors.tree import MitosisError, error, listed


@error
class InvalidSweepError(MitosisError, ValueError):
    """What was asked for makes no points that trials could be run for. Nothing was written.

    Attributes:
        faults: everything that is wrong with it.
    """

    slug: ClassVar[str] = "invalid-sweep"
    faults: tuple[str, ...]

    def _compose(self) -> str:
        return f"The sweep cannot be planned:\n{listed(self.faults)}\nNothing was written."


@error
class UnknownSweepError(MitosisError, LookupError):
    """No sweep of a trials folder has that name.

    Attributes:
        folder: the trials folder that was looked into.
        reason: what was asked for, with the names that come near.
    """

    slug: ClassVar[str] = "unknown-sweep"
    folder: Path
    reason: str

    def _compose(self) -> str:
        return (
            f"No such sweep in {self.folder}:\n    {self.reason}\n"
            "All sweeps of a trials folder are listed with: mitosis sweeps\n"
            "Another trials folder is named with trials_folder= (-F)."
        )


@error
class SweepExistsError(MitosisError, RuntimeError):
    """A sweep of that name has been planned already. Nothing was written.

    Attributes:
        is_planned: whether its plan is there; else only trials of it are.
    """

    slug: ClassVar[str] = "sweep-exists"
    folder: Path
    name: str
    is_planned: bool = True

    def _compose(self) -> str:
        if not self.is_planned:
            return (
                f"Trials of a sweep {self.name!r} are in {self.folder} already, but not its "
                "plan:\nit was deleted, or stayed in the folder that they came from.\n"
                "Give the new sweep another name, for it would take them for its own."
            )
        return (
            f"There is a sweep {self.name!r} in {self.folder} already.\n"
            f"Go on with it with resume=True (mitosis sweep --resume {self.name}), or give the "
            "new one another name."
        )


@error
class SweepChangedError(MitosisError, RuntimeError):
    """A sweep is not what it was when it was planned. Nothing was run.

    Attributes:
        changes: what differs, one fact each.
    """

    slug: ClassVar[str] = "sweep-changed"
    name: str
    changes: tuple[str, ...]

    def _compose(self) -> str:
        return (
            f"Sweep {self.name!r} is not what it was when it was planned:\n"
            f"{listed(self.changes)}\n"
            "Nothing was run. Go back to the commit that it was planned with, start a new "
            "sweep, or go on all the same with: --despite-changes (despite_changes=True)"
        )


@error
class ClusterError(MitosisError, ConnectionError):
    """A cluster cannot be reached, or cannot run trials.

    Attributes:
        cluster: its address, or how it was asked for.
        reason: what is wrong with it.
    """

    slug: ClassVar[str] = "cluster"
    cluster: str
    reason: str

    def _compose(self) -> str:
        return (
            f"The cluster {self.cluster!r} cannot be used:\n    {self.reason}\n"
            "No trial was started since. A sweep that had begun goes on with --resume "
            "(resume=True)."
        )


@error
class SweepRunningError(MitosisError, RuntimeError):
    """Another process runs the sweep. Nothing was run."""

    slug: ClassVar[str] = "sweep-running"
    folder: Path
    name: str

    def _compose(self) -> str:
        return (
            f"Sweep {self.name!r} of {self.folder} is run by another process.\n"
            "Wait for its end, or end it; how it stands is shown by: "
            f"mitosis sweeps {self.name}"
        )
