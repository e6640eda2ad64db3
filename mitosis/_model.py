"""The frozen dataclasses that layers hand each other. No files, no SQL, no Jupyter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from textwrap import indent
from types import ModuleType
from typing import Any, NamedTuple


class Status(StrEnum):
    """How a trial stands, or ended."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    KILLED = "killed"
    TIMED_OUT = "timed_out"
    LOST = "lost"


@dataclass(frozen=True)
class Parameter:
    """A variant: one value, under a name, for one argument of an experiment.

    Args:
        var_name: the variant's name, under which the value is locked once a recorded trial
            has used it. Any text that is not empty.
        arg_name: the argument of the experiment's `run` that receives the value.
        vals: the value. With `evaluate`, the text of a Python expression for it.
        modules: modules that the kernel imports before it unpickles the value. A value whose
            class stands in a package's `__init__.py` or in the running script names that
            module here.
        evaluate: whether `vals` is the text of an expression. It is evaluated when the trial
            is set up, and sees builtins, `modules` by their names, and what the experiment's
            module defines.
        track: whether the value is locked and counts as part of the trial's name.

    Example:
        >>> Parameter("low", "noise", 0.1)
        Parameter(var_name='low', arg_name='noise', vals=0.1)
    """

    var_name: str
    arg_name: str
    vals: Any
    modules: Sequence[ModuleType] | None = None
    _: KW_ONLY
    evaluate: bool = False
    track: bool = True

    def __repr__(self) -> str:
        return (
            f"Parameter(var_name={self.var_name!r}, arg_name={self.arg_name!r}, "
            f"vals={self.vals!r})"
        )


def _nothing() -> None:
    return None


@dataclass(frozen=True)
class Trial:
    """One run of an experiment with a variant for every parameter, as it was recorded.

    Attributes:
        name: `<experiment>-<variants, in the order of parameter names>-<iteration>`.
        key: a short random id, unique among the experiment's trials.
        experiment: the experiment's name.
        variants: argument name to variant name, of the tracked parameters.
        iteration: the how-manieth trial of the same variants, from 1; None in debug mode.
        seed: the seed that the trial ran with, None if it had none.
        status: how it ended.
        html: the notebook a person opens (an `.ipynb` if that was asked for).
        folder: everything else: record, results, log.
        group: the group that it was run in, if any.
        commit: the commit of the code that ran, None in debug mode outside a repository.
    """

    name: str
    key: str
    experiment: str
    variants: Mapping[str, str]
    iteration: int | None
    seed: int | None
    status: Status
    html: Path
    folder: Path
    group: str | None = None
    commit: str | None = None
    read_main: Callable[[], Any] = field(default=_nothing, repr=False, compare=False)
    read_results: Callable[[], dict[str, Any]] = field(default=dict, repr=False, compare=False)

    @cached_property
    def main(self) -> Any:
        """`results["main"]`; None if the trial did not get that far."""
        return self.read_main()

    @cached_property
    def results(self) -> dict[str, Any]:
        """What `run` returned, as far as it could be kept; read from disk when first asked."""
        return self.read_results()


@dataclass(frozen=True)
class Variant:
    """A tracked parameter in the form that is locked.

    Attributes:
        text: canonical text of the value.
        digest: of that text.
        version: edition of the canonical form that wrote the text.
        former: the text under each earlier edition that writes this value otherwise.
    """

    parameter: str
    name: str
    text: str
    digest: str
    version: int
    former: Mapping[int, str] = field(default_factory=dict)

    def text_under(self, version: int) -> str:
        """Return the text that an edition gives this value."""
        return self.former.get(version, self.text)


class Action(StrEnum):
    """What people do to a lock, besides running trials."""

    IMPORTED = "imported"
    RENAMED = "renamed"
    RETIRED = "retired"


@dataclass(frozen=True)
class Act:
    """What somebody did to a lock.

    Attributes:
        by: who did it, e.g. `"Ada <ada@example.org>"`.
        why: in their words; may be empty.
        former_name: the variant's name until it was renamed; else empty.
    """

    action: Action
    at: datetime
    by: str
    why: str = ""
    former_name: str = ""


@dataclass(frozen=True)
class Lock:
    """A variant as it is locked in a database, with the trial that locked it.

    Attributes:
        trial_name: the trial that locked it, here or in the database it was imported from.
        trial_key: that trial's key.
        commit: the commit that trial ran.
        used_by: how many trials of this database have run with it.
        retired_at: when its name was freed; None while it is in force.
        acts: what people did to it, in order.
    """

    experiment: str
    variant: Variant
    locked_at: datetime
    trial_name: str
    trial_key: str
    commit: str | None
    used_by: int = 0
    retired_at: datetime | None = None
    acts: tuple[Act, ...] = ()

    @property
    def full_name(self) -> LockName:
        """Where it is found while it is in force."""
        return LockName(self.experiment, self.variant.parameter, self.variant.name)

    @property
    def origin(self) -> str:
        """Since when, by which trial and at which commit it is locked."""
        commit = f" at commit {self.commit[:10]}" if self.commit else ""
        return (
            f"since {self.locked_at:%Y-%m-%d %H:%M} UTC, by trial {self.trial_name!r} "
            f"(key {self.trial_key}){commit}"
        )


class LockName(NamedTuple):
    """Where a lock in force is found."""

    experiment: str
    parameter: str
    name: str

    @property
    def parts(self) -> tuple[str, str, str]:
        """The three in words, from the experiment down."""
        experiment = f"experiment {self.experiment!r}"
        parameter = f"parameter {self.parameter!r} of {experiment}"
        return experiment, parameter, f"variant {self.name!r} of {parameter}"

    @property
    def numbered(self) -> tuple[LockName, int] | None:
        """Of `low@2`, the name `low` and the number of its definition that is meant."""
        name, _, number = self.name.rpartition("@")
        if not number.isdecimal() or not number.isascii() or number.startswith("0"):
            return None
        return self._replace(name=name), int(number)

    def __str__(self) -> str:
        return self.parts[-1]


@dataclass(frozen=True)
class Conflict:
    """A locked variant that was given another value.

    Attributes:
        lock: what is locked.
        given: what was passed.
        differences: one `(path, locked, given)` for each place where the two differ.
    """

    lock: Lock
    given: Variant
    differences: tuple[tuple[str, str, str], ...]

    @property
    def description(self) -> str:
        """A few lines that name the variant, point at what differs and say who locked it."""
        shown = self.differences[:10]
        facts = [_fact(*difference) for difference in shown]
        if len(shown) < len(self.differences):
            facts.append(f"... and {len(self.differences) - len(shown)} more differences")
        return (
            f"variant {self.given.name!r} of parameter {self.given.parameter!r}\n"
            + indent("\n".join(facts), "    ")
            + f"\n    {self.lock.origin}"
        )


def _fact(path: str, locked: str, given: str) -> str:
    values = f"locked  {locked}\ngiven   {given}"
    return values if path == "$" else f"{path}\n{indent(values, '    ')}"


@dataclass(frozen=True)
class CodeState:
    """Which code is about to run.

    Attributes:
        repository: root of the work tree; None outside a repository.
        commit: full hash of HEAD; None without a commit.
        branch: its name; None on a detached HEAD.
        remote: address of the branch's remote, without user name and password.
        changes: files that differ from the commit or are unknown to it, as git reports them
            (`"?? new.py"`), without mitosis's own.
    """

    repository: Path | None = None
    commit: str | None = None
    branch: str | None = None
    remote: str | None = None
    changes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Environment:
    """Interpreter and packages; the same for many trials, so stored once.

    Attributes:
        python: version and build, e.g. `"3.11.7 (main, ...) [GCC 12.2.0]"`.
        implementation: e.g. `"CPython"`.
        packages: distribution name to version, sorted by name.
    """

    python: str
    implementation: str
    packages: Mapping[str, str]


@dataclass(frozen=True)
class Machine:
    """Where a trial runs: host, platform and process, as far as one can tell.

    Attributes:
        host: its name.
        platform: operating system, release and architecture.
        cpu: name of the processor, or its architecture.
        cpu_count: logical processors.
        memory_bytes: physical memory.
        pid: the runner's process id.
        process_started: when the runner started, seconds since the epoch.
        boot_id: tells one boot of the machine from the next; empty where unknown.
        argv: the runner's command line.
    """

    host: str
    platform: str
    cpu: str
    cpu_count: int
    memory_bytes: int
    pid: int
    process_started: float
    boot_id: str
    argv: tuple[str, ...]


@dataclass(frozen=True)
class Claim:
    """What the store needs to lock variants and number a trial.

    Attributes:
        name_prefix: the trial's name without its iteration.
        values: argument name to the value where that is a JSON scalar, else its short text.
    """

    experiment: str
    key: str
    name_prefix: str
    group: str | None
    variants: tuple[Variant, ...]
    values: Mapping[str, Any]
    seed: int | None
    code: CodeState
    machine: Machine
    environment_digest: str
    started_at: datetime


@dataclass(frozen=True)
class Claimed:
    """A claim that was granted: the trial's row exists, and these are its name and number."""

    name: str
    iteration: int


@dataclass(frozen=True)
class Usage:
    """What a trial's kernel used. None where the kernel died before it could say.

    Attributes:
        wall_seconds: from the start of the first cell to the end of the last, by the runner's
            clock.
        cpu_seconds: user and system time of the kernel and its finished children.
        peak_memory_bytes: largest resident set of the kernel.
    """

    wall_seconds: float
    cpu_seconds: float | None = None
    peak_memory_bytes: int | None = None


@dataclass(frozen=True)
class Outcome:
    """How a trial ended.

    Attributes:
        status: anything but running.
        reason: one line; empty if it succeeded.
        main: `results["main"]` where JSON can hold it, else its text; None if there is none.
        traceback: of the experiment's error, without colours; empty if there was none.
        warnings: what a reader should know; the first line of each is a sentence, what
            follows are facts.
    """

    status: Status
    ended_at: datetime
    usage: Usage
    reason: str = ""
    main: Any = None
    traceback: str = ""
    warnings: Sequence[str] = ()


@dataclass(frozen=True)
class Finish:
    """What the store writes into a trial's row at its end; paths start at the trials folder."""

    key: str
    outcome: Outcome
    html: str
    folder: str
