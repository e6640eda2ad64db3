"""Every error that mitosis raises, in one tree.

::

    MitosisError
    ├── ExperimentNotFoundError (LookupError)   nothing importable under that name
    ├── InvalidExperimentError (TypeError)      no `name`, no callable `run`
    ├── NoHypothesisError (ValueError)          none is stated, and the settings demand one
    ├── NestedTrialError (RuntimeError)         `mitosis.run` was called inside a trial
    ├── InvalidArgumentsError (TypeError)       missing, unknown or doubled arguments
    ├── UnknownVariantError (LookupError)       no variant, or parameter, of that name
    ├── InvalidParameterError (ValueError)      a name or a value that cannot be used
    ├── InvalidResultsError (TypeError)         `run` returned no dict, or one without "main"
    ├── SettingsError (ValueError)              `[tool.mitosis]` holds a mistake
    ├── CodeStateError (RuntimeError)
    │   ├── DirtyRepositoryError                uncommitted or untracked files
    │   ├── NoRepositoryError                   no git repository, or one without a commit
    │   └── UncommittedExperimentError          the experiment's file is not part of the commit
    ├── NotCanonicalError (TypeError)           a value has no text that identifies it
    ├── RegistrationError (TypeError)           `register_canonical` cannot take this type
    ├── NotPicklableError (TypeError)           a value cannot travel to the kernel
    ├── UnpicklingError (TypeError)             a value did not arrive in the kernel
    ├── ValueChangedError (RuntimeError)        a value is another one in the kernel
    ├── VariantConflictError (RuntimeError)     a locked name was given another value
    ├── UnknownLockError (LookupError)          no lock in force has that name
    ├── RenameError (ValueError)                a lock cannot take that name
    ├── LockImportConflictError (RuntimeError)  locks contradict those of another database
    ├── TrialsFolderError (OSError)             the trials folder cannot be used
    ├── DataFileError (OSError)                 an input file cannot be read
    ├── DatabaseError (RuntimeError)
    │   ├── NotADatabaseError                   the file is not SQLite, or is damaged
    │   ├── ForeignDatabaseError                the file was made by another program
    │   ├── NewerDatabaseError                  written by a newer mitosis
    │   ├── NewerEditionError                   its locks only a newer mitosis can compare
    │   ├── AmbiguousDatabaseError              several files hold an experiment's locks
    │   └── DatabaseBusyError (TimeoutError)    another process held it too long
    ├── LockFileError (ValueError)              a `mitosis.lock` that cannot be used
    ├── RecordError (ValueError)                a `record.json` that cannot be read
    └── TrialError (RuntimeError)               carries the recorded `trial`
        ├── ExperimentFailedError               the experiment raised
        ├── TrialKilledError                    its kernel died
        ├── TrialTimedOutError (TimeoutError)   it took longer than it was given
        └── KernelStartError                    no kernel could be started

Each class composes its own message from keyword-only fields, which stay readable as
attributes, and survives pickling. Each has a `slug`, under which `docs/reference/errors.md`
says what leads to it and what to do. A message says what is wrong, then the facts, indented,
then the way out.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from textwrap import indent
from typing import Any, ClassVar, Protocol


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


class RecordedTrial(Protocol):
    """The part of a `mitosis.Trial` that an error shows."""

    @property
    def name(self) -> str:
        """The trial's name."""

    @property
    def html(self) -> Path:
        """The notebook a person opens."""


def _lines(items: tuple[str, ...], most: int = 20) -> str:
    shown = items if len(items) <= most else items[: most - 1]
    more = [] if len(shown) == len(items) else [f"... and {len(items) - len(shown)} more"]
    return indent("\n".join([*shown, *more]), "    ")


def _rebuild(kind: type[MitosisError], state: Mapping[str, Any]) -> MitosisError:
    return kind(**state)


@dataclass(kw_only=True, eq=False)
class MitosisError(Exception):
    """Base of all errors that mitosis raises on purpose."""

    slug: ClassVar[str] = "mitosis"

    def __post_init__(self) -> None:
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), {f.name: getattr(self, f.name) for f in fields(self)})

    def _render_traceback_(self) -> list[str]:
        """Have IPython show the message; where in mitosis it was raised helps nobody."""
        return [f"{type(self).__name__}: {self.message}"]

    @property
    def message(self) -> str:
        """The whole text that a user reads."""
        return self._compose()

    def _compose(self) -> str:
        raise NotImplementedError


@dataclass(kw_only=True, eq=False)
class ExperimentNotFoundError(MitosisError, LookupError):
    """Nothing that could be an experiment can be imported under the given name."""

    slug: ClassVar[str] = "experiment-not-found"
    name: str
    reason: str

    def _compose(self) -> str:
        return f"There is no experiment {self.name!r}: {self.reason}"


@dataclass(kw_only=True, eq=False)
class InvalidExperimentError(MitosisError, TypeError):
    """What was given as an experiment lacks a `name` or a callable `run`."""

    slug: ClassVar[str] = "invalid-experiment"
    experiment: str
    faults: tuple[str, ...]

    def _compose(self) -> str:
        return (
            f"{self.experiment} is no experiment:\n{_lines(self.faults)}\n"
            "An experiment is a module or an object with a text `name` and a function `run` "
            'that returns a dict with the key "main".'
        )


@dataclass(kw_only=True, eq=False)
class NoHypothesisError(MitosisError, ValueError):
    """The experiment states no hypothesis, and `require_hypothesis` is set."""

    slug: ClassVar[str] = "no-hypothesis"
    experiment: str
    file: Path | None = None

    def _compose(self) -> str:
        where = f" in {self.file}" if self.file else ""
        return (
            f"Experiment {self.experiment!r} states no hypothesis, and require_hypothesis is "
            f"set{where}.\nSay what it claims in one of these places:\n"
            "    - a text `hypothesis` beside its `name`\n"
            "    - the docstring of its `run`, or else of its module or class\n"
            '    - mitosis.run(..., hypothesis="..."), or --hypothesis'
        )


@dataclass(kw_only=True, eq=False)
class NestedTrialError(MitosisError, RuntimeError):
    """`mitosis.run` was called inside a trial or a check, mostly by a module being imported."""

    slug: ClassVar[str] = "nested-trial"
    experiment: str

    def _compose(self) -> str:
        return (
            f"mitosis.run was called for experiment {self.experiment!r} inside a trial, or "
            "while a module was only imported.\n"
            "If a module that is also imported calls it, put the call under\n"
            '    if __name__ == "__main__":'
        )


@dataclass(kw_only=True, eq=False)
class InvalidArgumentsError(MitosisError, TypeError):
    """The parameters do not fit the signature of the experiment's `run`."""

    slug: ClassVar[str] = "invalid-arguments"
    experiment: str
    signature: str
    faults: tuple[str, ...]

    def _compose(self) -> str:
        return (
            f"The parameters do not fit experiment {self.experiment!r}:\n"
            f"{_lines(self.faults)}\nIts signature is run{self.signature}."
        )


@dataclass(kw_only=True, eq=False)
class UnknownVariantError(MitosisError, LookupError):
    """No variant, or no parameter, has the name that was asked for."""

    slug: ClassVar[str] = "unknown-variant"
    faults: tuple[str, ...]

    def _compose(self) -> str:
        return f"Nothing was run, because of unknown names:\n{_lines(self.faults)}"


@dataclass(kw_only=True, eq=False)
class InvalidParameterError(MitosisError, ValueError):
    """A parameter's or variant's name, or the expression for its value, cannot be used."""

    slug: ClassVar[str] = "invalid-parameter"
    faults: tuple[str, ...]

    def _compose(self) -> str:
        return f"Nothing was run, because of unusable parameters:\n{_lines(self.faults)}"


@dataclass(kw_only=True, eq=False)
class InvalidResultsError(MitosisError, TypeError):
    """The experiment's `run` returned something other than a dict with the key "main"."""

    slug: ClassVar[str] = "invalid-results"
    experiment: str
    reason: str

    def _compose(self) -> str:
        return (
            f"run() of experiment {self.experiment!r} {self.reason}. "
            'It has to return a dict with at least the key "main".'
        )


@dataclass(kw_only=True, eq=False)
class SettingsError(MitosisError, ValueError):
    """The settings in `[tool.mitosis]` hold a mistake."""

    slug: ClassVar[str] = "settings"
    file: Path
    faults: tuple[str, ...]

    def _compose(self) -> str:
        return f"[tool.mitosis] in {self.file} holds mistakes:\n{_lines(self.faults)}"


@dataclass(kw_only=True, eq=False)
class CodeStateError(MitosisError, RuntimeError):
    """No commit identifies the code that would run."""

    slug: ClassVar[str] = "code-state"


_DEBUG_WAY_OUT = "or pass debug=True (--debug) for a trial that is not recorded"


@dataclass(kw_only=True, eq=False)
class DirtyRepositoryError(CodeStateError):
    """The repository holds changes or files that no commit holds."""

    slug: ClassVar[str] = "dirty-repository"
    repository: Path
    files: tuple[str, ...]

    def _compose(self) -> str:
        return (
            f"{self.repository} is not clean, so no commit says what would run:\n"
            f"{_lines(self.files)}\n"
            f"Commit these files, or add them to .gitignore, {_DEBUG_WAY_OUT}."
        )


@dataclass(kw_only=True, eq=False)
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


@dataclass(kw_only=True, eq=False)
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


_INSIDE_AN_OBJECT = re.compile(r"\.(?!__)\w+(?:\[|\.|$)")


@dataclass(kw_only=True, eq=False)
class NotCanonicalError(MitosisError, TypeError):
    """No text could identify a value: it would differ elsewhere, or stand for other values.

    Attributes:
        faults: one `(path, reason)` for each offender, e.g.
            `("$['solver'].callback", "a lambda has no importable name")`.
        subject: what the value is, e.g. `'variant "low" of parameter "noise"'`.
    """

    slug: ClassVar[str] = "not-canonical"
    faults: tuple[tuple[str, str], ...]
    subject: str = "The value"

    def _compose(self) -> str:
        facts = tuple(f"{path}: {reason}" for path, reason in self.faults)
        message = f"{self.subject} cannot be locked:\n{_lines(facts)}"
        if any(_INSIDE_AN_OBJECT.search(path) for path, _ in self.faults):
            message += (
                "\nA class of your own can define `__mitosis_canonical__` to say what "
                "identifies its objects."
            )
        return message


@dataclass(kw_only=True, eq=False)
class RegistrationError(MitosisError, TypeError):
    """`mitosis.register_canonical` was given a type that it cannot take."""

    slug: ClassVar[str] = "registration"
    kind: str
    reason: str

    def _compose(self) -> str:
        return (
            f"{self.kind} cannot be registered: {self.reason}.\n"
            "Register a class of your own or of a library that mitosis has no rule for, once."
        )


@dataclass(kw_only=True, eq=False)
class NotPicklableError(MitosisError, TypeError):
    """A value cannot be pickled, so it cannot travel to the kernel."""

    slug: ClassVar[str] = "not-picklable"
    faults: tuple[str, ...]

    def _compose(self) -> str:
        return (
            f"Nothing was run, because dill cannot pickle:\n{_lines(self.faults)}\n"
            "Pass what is needed to build the value (a path, a configuration) and build it in "
            "the experiment."
        )


@dataclass(kw_only=True, eq=False)
class UnpicklingError(MitosisError, TypeError):
    """A pickled value could not be restored in the kernel. Raised there, so the trial fails."""

    slug: ClassVar[str] = "unpickling"
    what: str
    reason: str

    def _compose(self) -> str:
        return (
            f"{self.what} could not be unpickled in the kernel: {self.reason}\n"
            "Define its class in a module that can be imported, and name that module: "
            "Parameter(..., modules=[module])."
        )


@dataclass(kw_only=True, eq=False)
class ValueChangedError(MitosisError, RuntimeError):
    """A parameter is not in the kernel what was locked. Raised there, so the trial fails.

    Attributes:
        differences: one `(path, locked, arrived)` for each place where the two differ; a
            path starts with the argument's name, e.g. `config['lr']`.
    """

    slug: ClassVar[str] = "value-changed"
    differences: tuple[tuple[str, str, str], ...]

    def _compose(self) -> str:
        facts = tuple(
            f"{path}\n    locked   {locked}\n    arrived  {arrived}"
            for path, locked, arrived in self.differences
        )
        return (
            "A value changed on its way to the kernel, so the experiment was not run:\n"
            f"{_lines(facts)}\n"
            "Mend how its class is pickled (`__reduce__`, `__getstate__`, `__setstate__`), or "
            "pass what is needed to build the value, and build it in the experiment."
        )


@dataclass(kw_only=True, eq=False)
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


@dataclass(kw_only=True, eq=False)
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


@dataclass(kw_only=True, eq=False)
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


@dataclass(kw_only=True, eq=False)
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


@dataclass(kw_only=True, eq=False)
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


@dataclass(kw_only=True, eq=False)
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


@dataclass(kw_only=True, eq=False)
class DatabaseError(MitosisError, RuntimeError):
    """The experiment's database cannot be used."""

    slug: ClassVar[str] = "database"
    database: Path
    reason: str = ""

    def _compose(self) -> str:
        return f"The database cannot be used: {self.reason}\n    file  {self.database}"


@dataclass(kw_only=True, eq=False)
class NotADatabaseError(DatabaseError):
    """The file is not an SQLite database, or is damaged."""

    slug: ClassVar[str] = "not-a-database"

    def _compose(self) -> str:
        return (
            f"{self.database} is no database that SQLite can read: {self.reason}\n"
            "It was left as it is. Move it away, or name another with logfile=."
        )


@dataclass(kw_only=True, eq=False)
class ForeignDatabaseError(DatabaseError):
    """The file is an SQLite database that another program made."""

    slug: ClassVar[str] = "foreign-database"
    tables: tuple[str, ...] = ()

    def _compose(self) -> str:
        return (
            f"{self.database} was not made by mitosis. It holds the tables:\n"
            f"{_lines(self.tables)}\nIt was left as it is. Name another file with logfile=."
        )


@dataclass(kw_only=True, eq=False)
class NewerDatabaseError(DatabaseError):
    """The database was written by a newer mitosis, whose schema this one does not know."""

    slug: ClassVar[str] = "newer-database"
    found: int
    known: int

    def _compose(self) -> str:
        return (
            f"{self.database} has schema {self.found}; this mitosis writes schema "
            f"{self.known}.\nIt was left as it is. Use the version of mitosis that wrote it, "
            "or a newer one."
        )


@dataclass(kw_only=True, eq=False)
class NewerEditionError(DatabaseError):
    """Variants are locked under an edition of the canonical text that this mitosis lacks.

    Attributes:
        found: the newest of their editions.
        known: the edition that this mitosis writes.
    """

    slug: ClassVar[str] = "newer-edition"
    variants: tuple[str, ...]
    found: int
    known: int

    def _compose(self) -> str:
        return (
            f"{self.database} holds locks under edition {self.found} of the canonical text; "
            f"this mitosis compares editions up to {self.known}:\n{_lines(self.variants)}\n"
            f"Nothing was run and nothing was written. Use a mitosis that writes edition "
            f"{self.found}, or a newer one."
        )


@dataclass(kw_only=True, eq=False)
class AmbiguousDatabaseError(DatabaseError):
    """Several databases of a trials folder hold locks of one experiment.

    Attributes:
        database: the trials folder.
        files: names of the databases.
    """

    slug: ClassVar[str] = "ambiguous-database"
    experiment: str
    files: tuple[str, ...]

    def _compose(self) -> str:
        return (
            f"Experiment {self.experiment!r} has locks in several databases of "
            f"{self.database}:\n{_lines(self.files)}\n"
            "Name the one that you mean with --logfile, or move the others to another folder."
        )


@dataclass(kw_only=True, eq=False)
class DatabaseBusyError(DatabaseError, TimeoutError):
    """Another process held the database longer than the wait."""

    slug: ClassVar[str] = "database-busy"
    waited_seconds: float

    def _compose(self) -> str:
        return (
            f"{self.database} was held by another process for {self.waited_seconds:g} s.\n"
            "Look for a program that keeps it open (a database browser, a stopped job), "
            "then try again."
        )


@dataclass(kw_only=True, eq=False)
class LockFileError(MitosisError, ValueError):
    """A file of shared locks cannot be read or written. No lock was changed."""

    slug: ClassVar[str] = "lock-file"
    file: Path
    faults: tuple[str, ...]

    def _compose(self) -> str:
        return (
            f"{self.file} cannot be used:\n{_lines(self.faults)}\n"
            "No lock was changed. Take the file from a commit in which it was whole, or write "
            "it anew with: mitosis variants export --drop-unknown"
        )


@dataclass(kw_only=True, eq=False)
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


@dataclass(kw_only=True, eq=False)
class TrialError(MitosisError, RuntimeError):
    """A trial was recorded, but did not succeed.

    Attributes:
        trial: the recorded trial; its `html` shows all output up to the end.
        reason: one line on what happened.
    """

    slug: ClassVar[str] = "trial"
    trial: RecordedTrial
    reason: str

    def _compose(self) -> str:
        return f"Trial {self.trial.name!r} {self.reason}\n    see  {self.trial.html}"


@dataclass(kw_only=True, eq=False)
class ExperimentFailedError(TrialError):
    """The experiment raised. The trial is recorded as failed.

    Attributes:
        traceback: the traceback of the experiment's own error, as text without colours.
    """

    slug: ClassVar[str] = "experiment-failed"
    traceback: str

    def _compose(self) -> str:
        return f"{super()._compose()}\n\n{self.traceback}"


@dataclass(kw_only=True, eq=False)
class TrialKilledError(TrialError):
    """The trial's kernel died. The trial is recorded as killed."""

    slug: ClassVar[str] = "trial-killed"


@dataclass(kw_only=True, eq=False)
class TrialTimedOutError(TrialError, TimeoutError):
    """The trial took longer than `timeout_seconds`. It is recorded as timed out."""

    slug: ClassVar[str] = "trial-timed-out"


@dataclass(kw_only=True, eq=False)
class KernelStartError(TrialError):
    """No kernel could be started. The trial is recorded as failed."""

    slug: ClassVar[str] = "kernel-start"
