"""A fresh kernel in a process of its own, reached over sockets that only its user can open."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from mitosis._notebook.child import Usage
from mitosis._notebook.forked import Waiting, take
from mitosis._notebook.home import kernel_home, sweep_now_and_then
from mitosis._notebook.kernel_process import INLINE, Role

_SHUTDOWN_SECONDS = 10.0
_POLL_SECONDS = 0.004
_WORDS = "stderr"
_MARK = "mark"


@dataclass(frozen=True)
class KernelOptions:
    """How a kernel is started.

    Attributes:
        directory: its working directory.
        matplotlib_dpi: resolution of inline figures, in dots per inch.
        first: code that it runs before it is ready.
    """

    directory: Path
    matplotlib_dpi: float
    first: str = ""


class _Provisioner(LocalProvisioner):
    """Makes a process that waits, or a new one, the kernel of a manager."""

    def __init__(
        self, manager: AsyncKernelManager, home: Path, kernel_options: KernelOptions
    ) -> None:
        super().__init__(kernel_id="trial", kernel_spec=manager.kernel_spec, parent=manager)
        self._manager = manager
        self._home = home
        self._options = kernel_options
        self.waiting: Waiting | None = None

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:  # noqa: ARG002
        role = Role(
            connection_file=self._manager.connection_file,
            directory=str(options["cwd"]),
            environment=options["env"],
            words=str(self._home / _WORDS),
            mark=str(self._home / _MARK),
            inline_rc={"figure.dpi": self._options.matplotlib_dpi},
            first=self._options.first,
        )
        self.waiting = take(role)
        self.waiting.become(role)
        self.process = self.waiting.process
        self.pid = self.pgid = self.process.pid  # it leads a session of its own
        return self.connection_info


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

    async def ready(self) -> None:
        """Return when it can be asked for something.

        Raises:
            FirstCodeError: the code raised that it was to run first.
            RuntimeError: it died before.
        """
        waiting = getattr(self.manager.provisioner, "waiting", None)
        assert waiting
        await waiting.ready()

    async def exit_code(self) -> int | None:
        """Return how its process ended, negative for a signal; None while it lives."""
        provisioner: Any = self.manager.provisioner
        code = await provisioner.poll() if provisioner and provisioner.has_process else None
        return None if code is None else int(code)

    def usage(self) -> Usage | None:
        """Return what it took, if it is gone and the system has told."""
        waiting = getattr(self.manager.provisioner, "waiting", None)
        return getattr(waiting.process, "usage", None) if waiting else None

    async def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it is still there."""
        if self.manager.has_kernel:
            await self.manager._async_signal_kernel(number)  # noqa: SLF001 - no public way


@asynccontextmanager
async def kernel(options: KernelOptions) -> AsyncIterator[Kernel]:
    """Start a kernel, and end it and whatever it started when the block is left."""
    with kernel_home() as home:
        manager = _manager(home)
        manager.provisioner = provisioner = _Provisioner(manager, home, options)
        environment = os.environ | {
            "MPLBACKEND": INLINE,
            "IPYTHONDIR": str(home / "ipython"),  # no start-up file of a user's joins a trial
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        }
        await manager.start_kernel(cwd=str(options.directory), env=environment)
        group, waiting = provisioner.pgid, provisioner.waiting
        assert waiting, "there is one once the kernel is started"
        try:
            sweep_now_and_then(home.parent)  # while the kernel comes up
            yield Kernel(manager, home / _WORDS, home / _MARK)
        finally:
            await _end(manager, waiting, group)
            waiting.close()


def _manager(home: Path) -> AsyncKernelManager:
    manager = AsyncKernelManager(
        transport="ipc",  # over TCP, ipykernel warns that others could listen
        ip=str(home / "s"),
        connection_file=str(home / "connection.json"),
        shutdown_wait_time=_SHUTDOWN_SECONDS,
    )
    manager._kernel_spec = KernelSpec(  # noqa: SLF001 - else one looks for what is installed
        argv=[], display_name="trial", language="python"
    )
    return manager


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


async def _end(manager: AsyncKernelManager, waiting: Waiting, group: int | None) -> None:
    """Shut the kernel down, then end the processes that it left behind in its group."""
    try:
        if await manager.is_alive():
            waiting.leave()
            await manager.finish_shutdown(pollinterval=_POLL_SECONDS)
    finally:
        if group and group != os.getpgrp():
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
        await manager.cleanup_resources()
