"""A warm interpreter that forks trial processes, seen from its owner.

Importing what a trial needs takes longer than most trials. A nursery imports it once. For each
trial it forks a process, which costs milliseconds, and has nothing in memory that an earlier
trial left. It is started, not forked, so its owner may have threads and any library loaded.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from mitosis._notebook import kernel_process
from mitosis._notebook.forked import pair

_START = (
    "import sys; sys.path[:] = {path!r}; "
    "from mitosis._notebook.nursery_process import main; main()"
)
_MOST_BYTES = 4096
_PACKAGE = Path(kernel_process.__file__).parents[2]


class NurseryGoneError(RuntimeError):
    """A nursery could not start, or has ended before its children."""


@dataclass(frozen=True)
class Ended:
    """How a trial process ended.

    Attributes:
        exit_status: 0 if its function returned, 1 if it raised, negative for a signal.
        result: what the function returned, if it did.
        traceback: of what it raised, if it did.
    """

    exit_status: int
    result: bytes | None = None
    traceback: str = ""


class Child:
    """A trial process of a nursery."""

    def __init__(self, nursery: Nursery, number: int, status: socket.socket, data: int) -> None:
        self._nursery = nursery
        self._number = number
        self._status = status
        self._unread = b""
        self._data = data
        self._ended: Ended | None = None
        self._waiting = threading.Lock()
        self.pid: int | None = None

    def fileno(self) -> int:
        """Return a descriptor that can be read from when there is something to `wait` for."""
        return self._status.fileno()

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it is still there."""
        self._nursery.tell({"signal": number, "child": self._number})

    def wait(self, timeout_seconds: float | None = None) -> Ended:
        """Return how it ended, once it is gone.

        Raises:
            TimeoutError: it is still there.
            NurseryGoneError: its nursery has ended, and the process with it.
        """
        with self._waiting:
            if self._ended is None:
                self._ended = self._awaited(timeout_seconds)
        return self._ended

    def _awaited(self, timeout_seconds: float | None) -> Ended:
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        while True:
            told = json.loads(self._line(deadline))
            self.pid = told.get("pid", self.pid)
            if "exit" in told:
                return self._told(told["exit"])

    def _line(self, deadline: float | None) -> bytes:
        """Return the next line from the nursery."""
        while b"\n" not in self._unread:
            left = None if deadline is None else max(1e-3, deadline - time.monotonic())
            self._status.settimeout(left)
            if not (came := self._status.recv(_MOST_BYTES)):
                self._close()
                raise NurseryGoneError("the nursery has ended")
            self._unread += came
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _told(self, status: int) -> Ended:
        said = b""
        with os.fdopen(os.dup(self._data), "rb") as file:
            if status in (0, 1):
                file.seek(0)
                said = file.read()
        self._close()
        if status:
            return Ended(status, traceback=said.decode(errors="replace"))
        return Ended(0, said)

    def _close(self) -> None:
        self._status.close()
        os.close(self._data)


class Nursery:
    """A warm interpreter that forks a process for each trial. Only for Linux.

    It starts at once and warms up while the caller goes on; children that are asked for
    meanwhile wait. It ends, and its children with it, when it is closed or its owner ends.
    Its methods may be called from any thread.

    Args:
        preload: import statements of installed libraries, see `installed_imports`.
        modules: modules of mitosis that children will need.
    """

    def __init__(self, preload: Sequence[str] = (), modules: Sequence[str] = ()) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._control, theirs = pair(socket.SOCK_SEQPACKET)
        order = {"preload": list(preload), "modules": list(modules)}
        path = [entry for entry in sys.path if isinstance(entry, str)] + [str(_PACKAGE)]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - the interpreter that runs
                [
                    sys.executable,
                    *["-O"] * sys.flags.optimize,
                    "-c",
                    _START.format(path=path),
                    str(os.getpid()),
                    str(theirs.fileno()),
                    json.dumps(order),
                ],
                env=dict(os.environ),  # without what libraries of C have added to it
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # a terminal's signals are for the owner
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def fork(self, function: str, payload: bytes) -> Child:
        """Have a function called in a process of its own, and return at once.

        Args:
            function: "module:name", which takes bytes and returns bytes.
            payload: what it is called with.

        Raises:
            NurseryGoneError: the nursery has ended.
        """
        data = os.memfd_create("trial")
        with os.fdopen(os.dup(data), "wb") as file:
            file.write(payload)
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            self._count += 1
            request = {"fork": function, "child": self._count}
            child = Child(self, self._count, ours, data)
            try:
                message = [json.dumps(request).encode()]
                socket.send_fds(self._control, message, [data, theirs.fileno()])
            except OSError as exc:
                child._close()  # noqa: SLF001 - made here
                raise NurseryGoneError("the nursery has ended") from exc
        return child

    def tell(self, order: dict[str, int]) -> None:
        """Send a short message, if the nursery is still there."""
        with suppress(OSError), self._lock:
            self._control.send(json.dumps(order).encode())

    def why_unfit(self) -> str:
        """Return why it ended without forking anything; empty if it did not."""
        for _ in range(2):  # at first, that its end of the socket was closed is an error
            with suppress(OSError), self._lock:
                return self._control.recv(_MOST_BYTES, socket.MSG_DONTWAIT).decode()
        return ""

    def close(self) -> None:
        """End it, and kill the trial processes that are still there."""
        with self._lock:
            self._control.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:  # it is still importing
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def __enter__(self) -> Nursery:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
