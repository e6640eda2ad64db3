"""Kernels' processes, seen from their parents: forked early, or started; taken or thrown away.

A process that was forked shares the memory of what its parent had loaded, and has imported the
rest by the time that there is something to run. It is forked only where that is safe: on Linux,
by a process with a single thread.
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO, NoReturn

from mitosis._notebook import kernel_process
from mitosis._notebook.belonging import user_modules
from mitosis._notebook.child import Link
from mitosis._notebook.kernel_process import FAILED, INLINE, READY, Role

log = logging.getLogger("mitosis")

_START = (
    "import sys; sys.path[:1] = filter(None, sys.path[:1]); sys.path.append({package!r}); "
    "from mitosis._notebook.kernel_process import main; main()"
)
_STANDARD_ERROR = 2
_EXIT_SECONDS = 10.0
_MOST_BYTES = 65_536
_PACKAGE = Path(kernel_process.__file__).parents[2]


class FirstCodeError(Exception):
    """A kernel came up, but the code raised that it was to run first."""


class ForkedProcess:
    """A child that was forked, as far as one asks that of a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._lock = threading.Lock()

    def poll(self) -> int | None:
        """Return the exit status, negative for a signal, or None while it lives."""
        return self._reap(os.WNOHANG)

    def wait(self) -> int:
        """Return the exit status, once it is gone."""
        code = self._reap(0)
        assert code is not None
        return code

    def _reap(self, options: int) -> int | None:
        with self._lock:
            if self.returncode is None:
                try:
                    pid, status = os.waitpid(self.pid, options)
                except ChildProcessError:  # somebody ignores SIGCHLD: it is gone, and no more
                    self.returncode = 0
                else:
                    if pid:
                        self.returncode = os.waitstatus_to_exitcode(status)
            return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, if it is still there."""
        with suppress(ProcessLookupError):
            if self.poll() is None:
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)


class Conditions:
    """What a process has got from its parent, and imported libraries may have read.

    Args:
        directory: its working directory.
        environment: its environment variables.
    """

    def __init__(self, directory: Path, environment: Mapping[str, str]) -> None:
        self._directory = directory
        ours = ("MPLBACKEND", "IPYTHONDIR", "JPY_PARENT_PID", "PYDEVD_DISABLE_FILE_VALIDATION")
        self._environment = {k: v for k, v in environment.items() if k not in ours}

    @classmethod
    def here(cls) -> Conditions:
        """Return those of this process."""
        return cls(Path.cwd(), os.environ)

    def unlike(self, other: Conditions) -> str:
        """Say how they differ from others; empty if they do not."""
        if self._directory != other._directory:
            return "the working directory has changed since"
        if self._environment != other._environment:
            return "the environment has changed since"
        return ""


class Waiting:
    """A process that will be a kernel, if it is told so.

    Args:
        connection: to the process.
        words: the file with what it writes before it has a role, if nobody else has that.

    Attributes:
        process: a `subprocess.Popen`, or the like of it.
    """

    def __init__(
        self, process: Any, connection: socket.socket, words: BinaryIO | None = None
    ) -> None:
        self.process = process
        self._connection = connection
        self._words = words
        self._role: Role | None = None
        self._born = Conditions.here()

    def unfit_for(self, role: Role) -> str:
        """Say why it cannot be that kernel, for what it has loaded; empty if it can."""
        if self.process.poll() is not None:
            return "it is gone"
        return self._born.unlike(Conditions(Path(role.directory), role.environment))

    def become(self, role: Role) -> None:
        """Make it that kernel."""
        self._role = role
        with suppress(OSError):  # it is gone: whoever waits for it to be ready will see that
            self._connection.sendall(role.message())

    def leave(self) -> None:
        """Have it shut down, unless it is busy."""
        with suppress(OSError):  # it is gone
            self._connection.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Have nothing more to do with it; if it has no role yet, it vanishes."""
        self._connection.close()
        if self._words:
            self._words.close()

    async def ready(self) -> None:
        """Return when its sockets are there, and it has run what it was to run first.

        Raises:
            FirstCodeError: that raised.
            RuntimeError: it died before.
        """
        import asyncio

        self._connection.setblocking(False)
        loop = asyncio.get_running_loop()
        told = b""
        with suppress(OSError):
            told = await loop.sock_recv(self._connection, _MOST_BYTES)
        if told.startswith(FAILED):
            raise FirstCodeError(told.removeprefix(FAILED).decode())
        if told != READY:
            await self._end()
            self._pass_words_on()
            msg = "it died before it was ready"
            raise RuntimeError(msg)

    async def _end(self) -> None:
        """Wait for the exit status of a process that has closed its connection."""
        import asyncio

        with suppress(TimeoutError):
            async with asyncio.timeout(_EXIT_SECONDS):
                while self.process.poll() is None:
                    await asyncio.sleep(0.01)

    def _pass_words_on(self) -> None:
        if self._words and self._role:
            self._words.seek(0)
            with Path(self._role.words).open("ab") as file:
                file.write(self._words.read())

    def discard(self) -> None:
        """End it, and leave nothing of it."""
        self.close()
        self.process.kill()
        self.process.wait()


_at_hand: list[Waiting] = []
_link: Link | None = None
"""To the nursery that this process is a child of."""


def draw_from(link: Link) -> None:
    """Have the nursery that this process is a child of fork the kernels."""
    global _link  # noqa: PLW0603 - a process is born once
    _link = link


def keep_at_hand() -> None:
    """In a nursery's child, have a process at hand for the next kernel."""
    if _link and not _at_hand:
        with suppress(OSError):  # it is gone, and this process about to be
            _at_hand.append(_drawn(_link))


def _drawn(link: Link) -> Waiting:
    ours, theirs = pair()
    with theirs:
        return Waiting(link.ask("", theirs), ours)


@contextmanager
def start_early() -> Iterator[None]:
    """Have a process at hand for a kernel that may be wanted before the block is left."""
    if not _at_hand:
        with suppress(OSError):  # whoever needs one will be told
            _at_hand.append(started())
    try:
        yield
    finally:
        throw_away()


def take(role: Role) -> Waiting:
    """Return a process that becomes this kernel: the one at hand, else a new one."""
    while _at_hand:
        waiting = _at_hand.pop()
        if not (reason := waiting.unfit_for(role)):
            return waiting
        log.debug("the kernel at hand is not used: %s", reason)
        waiting.discard()
    if _link:
        with suppress(OSError):
            return _drawn(_link)
    return started()


def throw_away() -> None:
    """End the process at hand, if there is one that nobody took."""
    while _at_hand:
        _at_hand.pop().discard()


def unsafe() -> str:
    """Say why this process must not fork a kernel; empty if it may."""
    if sys.platform != "linux":
        return "this is not Linux"
    if None in (sys.__stdin__, sys.__stdout__, sys.__stderr__):
        return "a standard stream is closed"
    if threading.active_count() > 1 or native_threads() > 1:
        return "this process has several threads"
    if own := user_modules(list(sys.modules)):
        return f"this process has loaded {own[0]!r}"
    return ""


def native_threads() -> int:
    """Return how many threads this process has, also those that Python does not know."""
    return len(list(Path("/proc/self/task").iterdir()))


def pair(kind: int = socket.SOCK_STREAM) -> tuple[socket.socket, socket.socket]:
    """Return two connected sockets that do not take the place of a closed standard stream."""
    one, other = socket.socketpair(socket.AF_UNIX, kind)
    return _above_standard(one), _above_standard(other)


def _above_standard(end: socket.socket) -> socket.socket:
    if end.fileno() > _STANDARD_ERROR:
        return end
    with end:
        lowest = _STANDARD_ERROR + 1
        return socket.socket(fileno=fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, lowest))


def fork_process(
    connection: socket.socket,
    be: Callable[[int, socket.socket], object],
) -> ForkedProcess:
    """Fork a process that takes nothing along, and leads a session of its own.

    Args:
        connection: the end that is kept there.
        be: what it does; it is given the parent's process id.
    """
    flush()
    parent = os.getpid()
    pid = os.fork()
    if not pid:
        be_child(parent, connection, be)
    return ForkedProcess(pid)


def be_child(
    parent: int,
    connection: socket.socket,
    be: Callable[[int, socket.socket], object],
    *kept: socket.socket,
) -> NoReturn:
    """Be the process that was forked; see `fork_process`."""
    status = 1
    try:
        kernel_process.die_with(parent)
        os.setsid()  # a terminal's signals are for the runner
        close_all_but(*(end.fileno() for end in (connection, *kept)))
        sys.modules["__main__"] = ModuleType("__main__")  # the parent's is not the child's
        be(parent, connection)
        status = 0
    except BaseException:  # noqa: BLE001 - nothing may reach what the parent was about to do
        import traceback

        traceback.print_exc(file=sys.__stderr__)
    finally:
        flush()
        os._exit(status)


def close_all_but(*kept: int) -> None:
    """Close what was inherited beside the standard streams."""
    for descriptor in [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]:
        if descriptor > _STANDARD_ERROR and descriptor not in kept:
            with suppress(OSError):
                os.close(descriptor)


def flush() -> None:
    """Write what the standard streams hold back, for a child would write it again."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()


def started() -> Waiting:
    """Start a process that waits for its role, in the interpreter that is running."""
    import subprocess
    import tempfile

    ours, theirs = pair()
    words: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - closed with what is returned
    with ExitStack() as on_failure, theirs:
        on_failure.callback(ours.close)
        on_failure.callback(words.close)
        process = subprocess.Popen(  # noqa: S603 - the interpreter that runs
            _command(os.getpid(), theirs),
            env=os.environ | {"MPLBACKEND": INLINE},
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        on_failure.pop_all()
    return Waiting(process, ours, words)


def _command(parent: int, connection: socket.socket) -> list[str]:
    code = _START.format(package=str(_PACKAGE))
    optimized = ["-O"] * sys.flags.optimize
    told = [str(parent), str(connection.fileno())]
    return [sys.executable, *optimized, "-c", code, *told]
