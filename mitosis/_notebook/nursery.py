"""A warm interpreter that forks trial processes and kernels, seen from its owner.

Importing what a trial needs takes longer than most trials. A nursery imports it once. What it
forks is there within milliseconds, and has nothing in memory that an earlier trial left.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from mitosis._notebook import forked
from mitosis._notebook.child import Child, Link
from mitosis._notebook.order import Order, command

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


class NurseryGoneError(RuntimeError):
    """A nursery could not start, or has ended."""


class Nursery:
    """A warm interpreter that forks processes. Only for Linux.

    It warms up while the caller goes on; what is asked for meanwhile waits. It ends, and its
    children with it, when it is closed or its owner ends. Its methods may be called from any
    thread.

    Args:
        process: of the nursery, a `subprocess.Popen` or the like of it.
        control: connection to it.
    """

    def __init__(self, process: Any, control: socket.socket) -> None:
        self._process = process
        self._link = Link(control)
        self._born = forked.Conditions.here()

    @classmethod
    def started(cls, order: Order) -> Nursery:
        """Start an interpreter; this process may have threads and any library loaded."""
        import subprocess

        ours, theirs = forked.pair(socket.SOCK_SEQPACKET)
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - the interpreter that runs
                command(os.getpid(), theirs, order),
                env=dict(os.environ),  # without what libraries of C have added to it
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # a terminal's signals are for the owner
            )
        return cls(process, ours)

    @classmethod
    def forked(cls, order: Callable[[], Order]) -> Nursery:
        """Fork this process, where that is safe; see `forked.unsafe`.

        Args:
            order: called in the new process, first of all; says what it is to have in memory.
        """
        ours, theirs = forked.pair(socket.SOCK_SEQPACKET)
        with theirs:
            process = forked.fork_process(theirs, _Birth(order))
        return cls(process, ours)

    @property
    def pid(self) -> int:
        """Its process id."""
        return int(self._process.pid)

    def fork(self, function: str) -> tuple[Child, Connection]:
        """Have a function called in a process of its own, and return at once.

        Args:
            function: "module:name", which takes a connection to whoever has the other end.

        Returns:
            The process, and that other end. Whoever reads there while the process dies gets
            an `EOFError` or an `OSError`.

        Raises:
            NurseryGoneError: the nursery has ended.
        """
        from multiprocessing.connection import Connection

        ours, theirs = forked.pair()
        with theirs:
            try:
                child = self._link.ask(function, theirs)
            except OSError as exc:
                ours.close()
                msg = "the nursery has ended"
                raise NurseryGoneError(msg) from exc
        return child, Connection(ours.detach())

    def unfit(self) -> str:
        """Say why its children would not be what this process's would be; empty if they are."""
        return self._born.unlike(forked.Conditions.here())

    def last_words(self) -> str:
        """Return why it could not fork anything; empty if it could."""
        return self._link.last_words()

    def close(self) -> None:
        """End it, and kill the processes that are still there."""
        self._link.close()
        self._process.send_signal(signal.SIGTERM)  # ends it while it still imports
        self._process.wait()

    def leave(self) -> None:
        """Let it end, with nobody waiting for that: this process is about to end, too."""
        self._link.close()
        self._process.kill()

    def __enter__(self) -> Nursery:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


@dataclass(frozen=True)
class _Birth:
    """What a process does that was forked to be a nursery."""

    order: Callable[[], Order]

    def __call__(self, owner: int, control: socket.socket) -> None:
        from mitosis._notebook.nursery_process import serve

        order = self.order()
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, sys.__stdin__.fileno() if sys.__stdin__ else 0)
        os.close(nothing)
        with suppress(KeyboardInterrupt):
            serve(owner, control, order)
