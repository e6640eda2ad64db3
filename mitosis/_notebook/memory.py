"""How much memory a kernel takes, and whether the system ended it for want of memory.

A process that the system ends for want of memory looks like any that got SIGKILL. Only the
counters tell: of its control group, or of the machine where it has no group. They are read
before and after. Nothing here may cost a trial, so what cannot be read counts as unknown.
"""

from __future__ import annotations

import re
import resource
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import psutil

from mitosis._dataclass import dataclass
from mitosis._notebook.child import Usage
from mitosis._wording import size_text

_UNIT = 1 if sys.platform == "darwin" else 1024
_NO_LIMIT = 1 << 60  # what version 1 says where there is none is somewhat below 2**63
_ROOT = Path("/")
_KILLS = re.compile(r"^oom_kill\s+(\d+)\s*$", re.MULTILINE)
_PEAK = re.compile(r"^VmHWM:\s*(\d+)", re.MULTILINE)


@dataclass(frozen=True)
class _Version:
    """The files of a version of control groups, as the Linux kernel's documentation names them.

    https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files and
    https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
    """

    controller: str
    mounts: tuple[str, ...]
    kills: str
    limit: str


_VERSIONS = (
    _Version("memory", ("memory",), "memory.oom_control", "memory.limit_in_bytes"),
    _Version("", ("", "unified"), "memory.events", "memory.max"),
)


class ControlGroup:
    """The control group of a process that counts memory, as far as there is one.

    Args:
        root: where the system's `proc` and `sys` are mounted.
    """

    def __init__(self, pid: int, root: Path = _ROOT) -> None:
        self._vmstat = root / "proc" / "vmstat"
        self._folder, self._version = _find(pid, root)

    def kills(self) -> int | None:
        """Return how many processes of the group, or else of the machine, ran out of memory."""
        if self._folder:
            counted = _count(self._folder / self._version.kills)
            if counted is not None:
                return counted
        return _count(self._vmstat)

    def limit_bytes(self) -> int | None:
        """Return the lowest limit of the group and of those around it, if any has one."""
        if self._folder is None:
            return None
        files = (place / self._version.limit for place in (self._folder, *self._folder.parents))
        limits = [int(text) for file in files if (text := _read(file).strip()).isdecimal()]
        return min((limit for limit in limits if limit < _NO_LIMIT), default=None)


class Consumption:
    """What one kernel takes of memory and processor, also where it dies before it can say.

    It is made before the kernel starts, for what its children used is known to a process only
    once they are gone, and for all of them together.
    """

    def __init__(self) -> None:
        self._before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self._pid: int | None = None
        self._group: ControlGroup | None = None
        self._kills: int | None = None
        self._sampled = 0
        self._told: Usage | None = None

    def take(self, usage: Usage | None) -> None:
        """Take for certain what the system told of the process when it was gone."""
        self._told = usage

    def watch(self, pid: int | None, root: Path = _ROOT) -> None:
        """Begin to watch a process."""
        if pid is None:
            return
        self._pid = pid
        self._group = ControlGroup(pid, root)
        self._kills = self._group.kills()
        self.sample()

    def sample(self) -> None:
        """Note how much memory the process takes, or took at most, if it is still there."""
        if self._pid:
            with suppress(psutil.Error, OSError):
                rss = _peak_rss(self._pid) or psutil.Process(self._pid).memory_info().rss
                self._sampled = max(self._sampled, rss)

    def peak_memory_bytes(self) -> int | None:
        """Return the largest resident set, mostly exactly so where the process is gone.

        The system counts for a child what its parent held when the child was started, so only
        what exceeds that is the child's own.
        """
        if self._told:
            return max(self._told.peak_rss * _UNIT, self._sampled)
        largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        exact = largest if largest > max(own, self._before.ru_maxrss) else 0
        return max(exact * _UNIT, self._sampled) or None

    def cpu_seconds(self) -> float | None:
        """Return user and system time of the process and its children, once they are gone."""
        if self._told:
            return self._told.cpu_seconds
        now, before = resource.getrusage(resource.RUSAGE_CHILDREN), self._before
        used = now.ru_utime - before.ru_utime + now.ru_stime - before.ru_stime
        return used or None

    def ran_out(self) -> bool:
        """Tell whether the system has ended a process of the same group for want of memory."""
        kills = self._group.kills() if self._group else None
        return kills is not None and self._kills is not None and kills > self._kills

    def words(self) -> str:
        """Return ` (peak memory 3.2 GB, limit 4.0 GB)`, as far as that is known.

        Where the system killed for want of memory, it may take the memory back before it
        takes note of how much it was: then only what was seen before is sure.
        """
        peak = self.peak_memory_bytes()
        limit = self._group.limit_bytes() if self._group else None
        least = "at least " if self.ran_out() else ""
        facts = [f"peak memory {least}{size_text(peak)}"] if peak else []
        facts += [f"limit {size_text(limit)}"] if limit else []
        return f" ({', '.join(facts)})" if facts else ""


def _find(pid: int, root: Path) -> tuple[Path | None, _Version]:
    """Return the folder of a process's control group for memory."""
    return _folder(_read(root / "proc" / str(pid) / "cgroup"), root)


@lru_cache(maxsize=4)
def _folder(told: str, root: Path) -> tuple[Path | None, _Version]:
    """Return the folder of the control group that a process is told to be in."""
    groups = _groups(told)
    for version in _VERSIONS:
        for folder in _places(root / "sys" / "fs" / "cgroup", version, groups):
            if (folder / version.kills).exists():
                return folder, version
    return None, _VERSIONS[-1]


def _groups(text: str) -> dict[str, str]:
    """Return the path of a process's control group for each controller."""
    lines = (line.split(":", 2) for line in text.splitlines() if line.count(":") >= 2)
    return {name: path for _, names, path in lines for name in names.split(",")}


def _places(tree: Path, version: _Version, groups: Mapping[str, str]) -> Iterator[Path]:
    """Yield where a group may be: a container may see its part of the tree as the whole."""
    if version.controller in groups:
        parts = Path(groups[version.controller]).parts[1:]
        for mount in version.mounts:
            for first in range(len(parts) + 1):
                yield tree.joinpath(mount, *parts[first:])


def _count(file: Path) -> int | None:
    """Return the number behind `oom_kill` in a file of counters."""
    found = _KILLS.search(_read(file))
    return int(found[1]) if found else None


def _peak_rss(pid: int) -> int:
    """Return the largest resident set so far, which psutil does not tell on Linux."""
    found = _PEAK.search(_read(Path(f"/proc/{pid}/status")))
    return int(found[1]) * 1024 if found else 0


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
