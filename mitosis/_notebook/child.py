"""A process of a nursery, seen from the one that asked for it: another, or such a process."""

from __future__ import annotations

import json
import signal
import socket
import threading
from contextlib import suppress

from mitosis._dataclass import dataclass

_MOST_BYTES = 4096


@dataclass(frozen=True)
class Usage:
    """What a process and its children took, told by the system when it was gone.

    Attributes:
        peak_rss: largest resident set, in the unit of `resource.getrusage`.
    """

    cpu_seconds: float
    peak_rss: int


class Child:
    """A process of a nursery, as far as one asks that of a `subprocess.Popen`.

    It is killed if it is still there when this object is closed, or this process gone.

    Args:
        connection: to the nursery, which tells there how the process is.

    Attributes:
        returncode: the exit status, negative for a signal, once it is known to be gone. If the
            nursery is gone, so is the process: then by SIGKILL.
        usage: what it took; None as long as it is there, or if the nursery is gone.
        is_orphan: whether the nursery was gone first.
    """

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._unread = b""
        self._pid: int | None = None
        self._lock = threading.Lock()
        self.returncode: int | None = None
        self.usage: Usage | None = None
        self.is_orphan = False

    @property
    def pid(self) -> int:
        """Its process id; 0 if the nursery was gone before there was one."""
        while self._pid is None and self._read(None):
            pass
        return self._pid or 0

    def poll(self) -> int | None:
        """Return the exit status, or None while it is there."""
        while self.returncode is None and self._read(0.0):
            pass
        return self.returncode

    def wait(self, timeout_seconds: float | None = None) -> int:
        """Return the exit status, once it is gone.

        Raises:
            TimeoutError: it has told nothing for this time.
        """
        while self.returncode is None:
            if not self._read(timeout_seconds):
                raise TimeoutError
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it is still there."""
        with suppress(OSError):
            self._connection.send(bytes([number]))

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def close(self) -> None:
        """Want nothing more of it."""
        with self._lock:
            self._connection.close()

    def _read(self, timeout_seconds: float | None) -> bool:
        """Take in what the nursery tells; tell whether anything came."""
        with self._lock:
            if self.returncode is not None:
                return True
            try:
                self._connection.settimeout(timeout_seconds)
                came = self._connection.recv(_MOST_BYTES)
            except (TimeoutError, BlockingIOError):
                return False
            except OSError:
                came = b""
            if not came:
                self._end(-signal.SIGKILL)
                self.is_orphan = True
            *lines, self._unread = (self._unread + came).split(b"\n")
            for line in lines:
                self._take(json.loads(line))
        return True

    def _take(self, told: dict[str, float]) -> None:
        if "pid" in told:
            self._pid = int(told["pid"])
        else:
            self.usage = Usage(told["cpu"], int(told["rss"]))
            self._end(int(told["exit"]))

    def _end(self, status: int) -> None:
        self._pid = self._pid or 0
        self.returncode = status
        self._connection.close()


class Link:
    """One end of a connection to a nursery, on which processes are asked for, by any thread."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._lock = threading.Lock()

    def ask(self, function: str, theirs: socket.socket) -> Child:
        """Ask for a process, and return at once.

        Args:
            function: "module:name" of what it does; empty for a kernel.
            theirs: its end of a connection to whoever wants it.

        Raises:
            OSError: the nursery is gone.
        """
        ours, nursery_end = socket.socketpair()
        try:
            with nursery_end, self._lock:
                descriptors = [theirs.fileno(), nursery_end.fileno()]
                socket.send_fds(self._control, [function.encode() or b" "], descriptors)
        except OSError:
            ours.close()
            raise
        return Child(ours)

    def last_words(self) -> str:
        """Return what the nursery said before it ended; empty if it did not."""
        for _ in range(2):  # at first, that its end of the socket was closed is an error
            with suppress(OSError), self._lock:
                return self._control.recv(_MOST_BYTES, socket.MSG_DONTWAIT).decode()
        return ""

    def close(self) -> None:
        """Want nothing more."""
        with self._lock:
            self._control.close()
