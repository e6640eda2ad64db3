"""Where a trial comes from: code, packages, machine and process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from mitosis._dataclass import dataclass


@dataclass(frozen=True)
class Checkout:
    """Another work tree whose code an experiment imports, as an editable installation has it.

    Attributes:
        name: of its folder.
        commit: full hash of HEAD; None without a commit, or outside git.
        branch: its name; None on a detached HEAD.
        remote: address of the branch's remote, without user name and password.
        changes: files that differ from the commit or are unknown to it, as git reports them.
        modules: path below its root to the digest of the file, for each module imported.
    """

    name: str
    commit: str | None = None
    branch: str | None = None
    remote: str | None = None
    changes: tuple[str, ...] = ()
    modules: Mapping[str, str] = field(default_factory=dict)


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
        submodules: path below the root to the commit that is checked out there.
        modules: path below the root to the digest of the file, for each module of the
            repository that is imported.
        checkouts: other work trees that modules are imported from, by name.
    """

    repository: Path | None = None
    commit: str | None = None
    branch: str | None = None
    remote: str | None = None
    changes: tuple[str, ...] = ()
    submodules: Mapping[str, str] = field(default_factory=dict)
    modules: Mapping[str, str] = field(default_factory=dict)
    checkouts: tuple[Checkout, ...] = ()


@dataclass(frozen=True)
class Environment:
    """Interpreter and packages; the same for many trials, so stored once.

    Attributes:
        python: version and build, e.g. `"3.11.7 (main, ...) [GCC 12.2.0]"`.
        implementation: e.g. `"CPython"`.
        packages: distribution name to version, sorted by name.
        conda: what conda has installed, with version and build; empty outside of conda.
    """

    python: str
    implementation: str
    packages: Mapping[str, str]
    conda: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Machine:
    """What a trial runs on and under, as far as one can tell.

    Attributes:
        platform: operating system, release and architecture.
        cpu: name of the processor, or its architecture.
        cpu_count: logical processors.
        memory_bytes: physical memory.
        gpus: name of each graphics processor, with its driver's version.
        variables: environment variables that change numerics, by name, where they are set.
        job: what the batch system calls this job, by variable; empty outside of one.
        argv: the runner's command line, without secrets.
    """

    platform: str
    cpu: str
    cpu_count: int
    memory_bytes: int
    argv: tuple[str, ...]
    gpus: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    job: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Runner:
    """The process that runs a trial, told so that others can see whether it is still there.

    Attributes:
        host: name of the machine.
        pid: its process id.
        process_started: when it started, seconds since the epoch.
        boot_id: tells one boot of the machine from the next; empty where unknown.
        started_after_boot: the same moment in seconds since the boot, which no change of the
            clock moves.
        machine_id: tells machines of one name apart; empty where unknown.
        pid_namespace: what its process id is counted in, as containers have their own; empty
            where unknown.
    """

    host: str
    pid: int
    process_started: float
    boot_id: str = ""
    started_after_boot: float | None = None
    machine_id: str = ""
    pid_namespace: str = ""
