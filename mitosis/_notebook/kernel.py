"""A fresh kernel in a process of its own, reached over sockets that only its user can open."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

_MOST_SOCKET_PATH = 80  # the system allows about 100 characters, and names are appended
_SHUTDOWN_SECONDS = 5.0


@dataclass(frozen=True)
class KernelOptions:
    """How a kernel is started.

    Attributes:
        directory: its working directory.
        matplotlib_dpi: resolution of inline figures, in dots per inch.
    """

    directory: Path
    matplotlib_dpi: float


class _ThisInterpreter(KernelSpecManager):
    """Knows one kernel: ipykernel in the interpreter that is running."""

    options: KernelOptions

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        rc = repr({"figure.dpi": self.options.matplotlib_dpi})
        argv = [
            sys.executable,
            *["-O"] * sys.flags.optimize,
            "-Xfrozen_modules=off",  # silences debugpy
            "-m",
            "ipykernel_launcher",
            "-f",
            "{connection_file}",
            "--HistoryManager.enabled=False",
            "--IPKernelApp.exec_PYTHONSTARTUP=False",
            f"--InlineBackend.rc={rc}",
        ]
        return KernelSpec(argv=argv, display_name=kernel_name, language="python")


@asynccontextmanager
async def kernel(options: KernelOptions) -> AsyncIterator[tuple[AsyncKernelManager, Path]]:
    """Start a kernel, and end it and whatever it started when the block is left.

    Yields its manager and the file with what it wrote outside any cell: the words of an
    interpreter that did not come up, or that crashed.
    """
    home = _socket_home()
    words = home / "stderr"
    specs = _ThisInterpreter()
    specs.options = options
    manager = AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=specs,
        transport="ipc",  # over TCP, ipykernel warns that others could listen
        ip=str(home / "s"),
        connection_file=str(home / "connection.json"),
        shutdown_wait_time=_SHUTDOWN_SECONDS,
    )
    environment = os.environ | {
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "IPYTHONDIR": str(home / "ipython"),  # no start-up file of a user's joins a trial
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    try:
        with words.open("wb") as out:
            await manager.start_kernel(
                cwd=str(options.directory), env=environment, stdout=out, stderr=out
            )
        group = getattr(manager.provisioner, "pgid", None)
        try:
            yield manager, words
        finally:
            await _end(manager, group)
    finally:
        rmtree(home, ignore_errors=True)


async def exit_words(manager: AsyncKernelManager) -> str:
    """Say how a dead kernel ended, e.g. "by signal SIGKILL"."""
    provisioner: Any = manager.provisioner
    code = await provisioner.poll() if provisioner and provisioner.has_process else None
    if code is None:
        return "for a reason unknown"
    if code >= 0:
        return f"with exit status {code}"
    return f"by signal {signal.Signals(-code).name}"


async def _end(manager: AsyncKernelManager, group: int | None) -> None:
    """Shut the kernel down, then end the processes that it left behind in its group."""
    try:
        if await manager.is_alive():
            await manager.shutdown_kernel(now=False)
    finally:
        if group and group != os.getpgrp():
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
        await manager.cleanup_resources()


def _socket_home() -> Path:
    home = Path(tempfile.mkdtemp(prefix="mitosis-"))
    if len(str(home)) > _MOST_SOCKET_PATH:
        home.rmdir()
        home = Path(tempfile.mkdtemp(prefix="mitosis-", dir="/tmp"))
    return home
