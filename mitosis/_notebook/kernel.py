"""A fresh kernel in a process of its own, reached over sockets that only its user can open."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from mitosis._notebook.home import kernel_home, sweep

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


@dataclass(frozen=True)
class Kernel:
    """A kernel that was started.

    Attributes:
        words: the file with what it wrote outside any cell: the words of an interpreter that
            did not come up, or that crashed.
        mark: the file in which it counts the requests that it has carried out.
    """

    manager: AsyncKernelManager
    words: Path
    mark: Path

    @property
    def pid(self) -> int | None:
        """Its process id."""
        return getattr(self.manager.provisioner, "pid", None)

    def said(self) -> str:
        """Return the words that it wrote outside any cell."""
        try:
            return self.words.read_text(errors="replace").strip()
        except OSError:
            return ""

    async def exit_code(self) -> int | None:
        """Return how its process ended, negative for a signal; None while it lives."""
        provisioner: Any = self.manager.provisioner
        code = await provisioner.poll() if provisioner and provisioner.has_process else None
        return None if code is None else int(code)

    async def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it is still there."""
        if self.manager.has_kernel:
            await self.manager._async_signal_kernel(number)  # noqa: SLF001 - no public way


@asynccontextmanager
async def kernel(options: KernelOptions) -> AsyncIterator[Kernel]:
    """Start a kernel, and end it and whatever it started when the block is left."""
    with kernel_home() as home:
        words = home / "stderr"
        manager = _manager(options, home)
        environment = os.environ | {
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "IPYTHONDIR": str(home / "ipython"),  # no start-up file of a user's joins a trial
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        }
        with words.open("wb") as out:
            await manager.start_kernel(
                cwd=str(options.directory), env=environment, stdout=out, stderr=out
            )
        group = getattr(manager.provisioner, "pgid", None)
        try:
            sweep(home.parent)  # while the kernel comes up
            yield Kernel(manager, words, home / "mark")
        finally:
            await _end(manager, group)


def _manager(options: KernelOptions, home: Path) -> AsyncKernelManager:
    specs = _ThisInterpreter()
    specs.options = options
    return AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=specs,
        transport="ipc",  # over TCP, ipykernel warns that others could listen
        ip=str(home / "s"),
        connection_file=str(home / "connection.json"),
        shutdown_wait_time=_SHUTDOWN_SECONDS,
    )


def exit_words(code: int | None) -> str:
    """Say how a dead kernel ended, e.g. "by signal SIGKILL"."""
    if code is None:
        return "for a reason unknown"
    if code >= 0:
        return f"with exit status {code}"
    try:
        return f"by signal {signal.Signals(-code).name}"
    except ValueError:  # a real-time signal has no name
        return f"by signal {-code}"


async def _end(manager: AsyncKernelManager, group: int | None) -> None:
    """Shut the kernel down, then end the processes that it left behind in its group."""
    try:
        if await manager.is_alive():  # without the SIGINT of `shutdown_kernel`: it may hit
            await manager.request_shutdown()  # the kernel's own handler, which then complains
            await manager.finish_shutdown()
    finally:
        if group and group != os.getpgrp():
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
        await manager.cleanup_resources()
