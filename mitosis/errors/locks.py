"""What contradicts a lock, or is asked of one that cannot be done."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import ClassVar, Protocol

from mitosis.errors.tree import MitosisError, error


class Given(Protocol):
    """The part of a variant that an error names."""

    @property
    def parameter(self) -> str:
        """The argument's name."""

    @property
    def name(self) -> str:
        """The variant's name."""


class Described(Protocol):
    """A conflict: a locked variant that was given another value."""

    @property
    def given(self) -> Given:
        """What was given."""

    @property
    def description(self) -> str:
        """A few lines that name the variant, what differs, and who locked it."""


@error
class VariantConflictError(MitosisError, RuntimeError):
    """Locked variants were given other values. Nothing ran and nothing was written."""

    slug: ClassVar[str] = "variant-conflict"
    experiment: str
    database: Path
    conflicts: tuple[Described, ...]

    def _compose(self) -> str:
        count = len(self.conflicts)
        head = "a variant is" if count == 1 else f"{count} variants are"
        return (
            f"In experiment {self.experiment!r} {head} locked with another value:\n\n"
            + "\n\n".join(conflict.description for conflict in self.conflicts)
            + "\n\nNothing was run and nothing was written. The ways out:\n"
            "    - give the new value a new variant name, or\n"
            "    - put the locked value back, or\n"
            "    - try it unrecorded with debug=True (--debug), or\n"
            f"    - free the name (its definition stays, retired, in {self.database}):\n"
            f"      {self._retire}"
        )

    @property
    def _retire(self) -> str:
        """A line for a shell. The reason is left for a person to fill in."""
        names = [f"{c.given.parameter}={c.given.name}" for c in self.conflicts]
        options = ["-F", str(self.database.parent)]
        if self.database.name != f"{self.experiment}.db":
            options += ["--logfile", self.database.name]
        words = [self.experiment, *names]
        if any(word.startswith("-") for word in words):
            parts = [*options, "--why", "...", "--", *words]
            return f"mitosis variants retire {shlex.join(parts)}"
        return f"mitosis variants retire {shlex.join([*words, *options])} --why ..."


@error
class UnknownLockError(MitosisError, LookupError):
    """Nothing is locked under the name that was asked for.

    Attributes:
        wanted: what was asked for, in words, e.g. `"parameter 'p' of experiment 'sine'"`.
        near: names that are locked and like it.
    """

    slug: ClassVar[str] = "unknown-lock"
    wanted: str
    near: tuple[str, ...] = ()

    def _compose(self) -> str:
        hint = f"; did you mean {' or '.join(map(repr, self.near))}?" if self.near else ""
        return f"Nothing is locked under {self.wanted}{hint}"


@error
class RenameError(MitosisError, ValueError):
    """A locked variant cannot take a new name. Nothing was written.

    Attributes:
        lock: the variant, in words.
    """

    slug: ClassVar[str] = "rename"
    lock: str
    new_name: str
    reason: str

    def _compose(self) -> str:
        return (
            f"Cannot rename {self.lock} to {self.new_name!r}: {self.reason}\n"
            "It was left as it is. Choose another name."
        )


@error
class LockImportConflictError(MitosisError, RuntimeError):
    """Locks that were to be imported contradict those in force. Nothing was written."""

    slug: ClassVar[str] = "lock-import-conflict"
    database: Path
    conflicts: tuple[Described, ...]

    def _compose(self) -> str:
        count = len(self.conflicts)
        head = "A lock contradicts one" if count == 1 else f"{count} locks contradict those"
        return (
            f"{head} in force in {self.database}:\n\n"
            + "\n\n".join(conflict.description for conflict in self.conflicts)
            + '\n\n"locked" is what holds here, "given" what was to be imported. Nothing was '
            "imported. The ways out:\n"
            "    - have the others take over what holds here (mitosis variants export), or\n"
            "    - rename or retire the variant here, then import again."
        )
