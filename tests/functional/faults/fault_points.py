"""Every step of a process that writes, as a point at which it can be stopped.

A point is the call, or the return, of a built-in function that changes files or speaks to
SQLite; Python tells a profile function of each. What can be done there:

- `snapshot`: copy the trials folder. A killed process leaves its files just as they are at that
  moment, so one run yields the remains of hundreds of killed ones.
- `kill`: really kill the runner, the kernel or both, at the point of one number.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_FILE_CALLS = {
    *("open", "write", "writelines", "truncate", "close", "flush"),
    *("rename", "replace", "mkdir", "rmdir", "unlink", "remove", "fsync", "link", "chmod"),
    *("ftruncate", "utime", "sendfile"),
}
_SQL_CALLS = {"execute", "executemany", "commit", "rollback", "close", "backup", "connect"}
_NAMES = _FILE_CALLS | _SQL_CALLS
_EVENTS = {"c_call", "c_return"}

_COPY = str(Path(__file__).with_name("frozen_copy.sh"))

WHO = "kernel" if any("kernel_process" in word for word in sys.orig_argv) else "runner"


def watch() -> None:
    """Meet every point of this process."""
    points = _Points()

    def meet(_frame: Any, event: str, function: Any) -> None:
        # called for whatever any code calls, millions of times: most of it is done with here
        if event in _EVENTS and function.__name__ in _NAMES:
            points.meet(event, function)

    threading.setprofile(meet)
    sys.setprofile(meet)


class _Points:
    def __init__(self) -> None:
        self._folder = os.environ["FAULT_FOLDER"]
        self._mode = os.environ["FAULT_MODE"]
        self._count = 0
        self._inside = False
        self._last: object = None
        if self._mode == "snapshot":
            with Path(_processes_file()).open("a") as file:
                file.write(f"{os.getpid()}\n")
            self._turn = os.open(_processes_file(), os.O_RDWR)

    def meet(self, event: str, function: Any) -> None:
        if self._inside or not _writes(function):
            return
        self._inside = True
        try:
            self._count += 1
            self._act(f"{self._count:05d}-{function.__name__}-{event}")
        finally:
            self._inside = False

    def _act(self, name: str) -> None:
        if self._mode == "snapshot":
            self._snapshot(name)
        elif os.environ["FAULT_WHERE"] == WHO and self._count == int(os.environ["FAULT_AT"]):
            self._kill(os.environ["FAULT_WHOM"])

    def _snapshot(self, name: str) -> None:
        state = _state(self._folder)
        if state == self._last or not Path(self._folder).exists():
            return
        self._last = state
        target = f"{os.environ['FAULT_SNAPSHOTS']}/{WHO}-{name}"
        # Another process copies: closing a file here would drop SQLite's locks on it.
        with self._alone():
            subprocess.run(
                ["sh", _COPY, self._folder, target, _processes_file()],
                check=False,
                stderr=subprocess.DEVNULL,
            )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep the other process from its own copy: each lets both go on at its end."""
        fcntl.flock(self._turn, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._turn, fcntl.LOCK_UN)

    def _kill(self, whom: str) -> None:
        Path(os.environ["FAULT_HIT"]).touch()
        runner = os.getpid() if WHO == "runner" else os.getppid()
        if whom in ("kernel", "both"):
            for pid in _kernels(runner):
                os.kill(pid, signal.SIGKILL)
        if whom in ("runner", "both"):
            os.kill(runner, signal.SIGKILL)


def _processes_file() -> str:
    return os.environ["FAULT_SNAPSHOTS"] + ".processes"


def _writes(function: Any) -> bool:
    owner = getattr(function, "__self__", None)
    name = function.__name__
    if isinstance(owner, sqlite3.Cursor | sqlite3.Connection):
        return name in _SQL_CALLS
    return name in _FILE_CALLS and getattr(owner, "name", "") not in ("<stdout>", "<stderr>")


def _state(folder: str) -> object:
    found = []
    for root, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            try:
                status = os.lstat(f"{root}/{name}")
            except OSError:
                continue
            found.append((root, name, status.st_ino, status.st_size, status.st_mtime_ns))
    return found


def _kernels(runner: int) -> list[int]:
    if WHO == "kernel":
        return [os.getpid()]
    import psutil

    return [child.pid for child in psutil.Process(runner).children()]
