"""The experiment's output on its way: to the log at once, and to the notebook in order.

ipykernel buffers what is printed. That would lose the last lines of a kernel that dies, and
mix up the order of prints and log records. So everything is written to `output.log` before
the call returns, but for what may be the beginning of a secret, and a stream is flushed when
the other one is written to.
"""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mitosis._plaintext import PlainText
from mitosis._recording.forking import at_fork
from mitosis._recording.secrecy import Secrets
from mitosis._recording.withholding import Withholding

_FLUSH_SECONDS = 0.05
_DRAIN_SECONDS = 5.0


class Log:
    """The trial's `output.log`, written without a buffer and open to forked children too.

    Where it cannot be written, as on a full disk, the experiment goes on all the same.

    Attributes:
        failure: why it could not be written, when that happened last; empty if it never did.
        missing_bytes: how much it lacks for that.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self._texts: dict[str, PlainText] = {}
        self.failure = ""
        self.missing_bytes = 0
        self._gap_bytes = 0
        self._renew_lock()
        at_fork(in_child=self._renew_lock)

    def _renew_lock(self) -> None:
        """Make the lock anew: another thread may have held it when this process forked."""
        self._lock = threading.RLock()  # a signal handler may print in the midst of a print

    def write(self, stream: str, text: str) -> None:
        """Append what `stream` gains, as plain text."""
        with self._lock:
            plain = self._texts.get(stream) or self._texts.setdefault(stream, PlainText())
            self._append(plain.feed(text, time.monotonic()))

    def end(self) -> None:
        """Append what is still held back of lines that were being redrawn."""
        for plain in self._texts.values():
            self._append(plain.end())

    def close(self) -> None:
        """Give the file back, in a process that lives on; what comes now is missing."""
        file, self._file = self._file, -1
        os.close(file)

    def size_bytes(self) -> int:
        """Return how long the file is, with what children have written."""
        return os.fstat(self._file).st_size

    def _append(self, text: str) -> None:
        data = text.encode("utf-8", "backslashreplace")
        try:
            if self._gap_bytes and data:
                self._say_what_is_missing()
            while data:
                data = data[os.write(self._file, data) :]
        except OSError as exc:
            self.failure = exc.strerror or str(exc)
            self._gap_bytes += len(data)
            self.missing_bytes += len(data)

    def _say_what_is_missing(self) -> None:
        note = f"\n[mitosis: {self._gap_bytes:,} bytes are missing here: {self.failure}]\n"
        os.write(self._file, note.encode())
        self._gap_bytes = 0


class _Bytes:
    """Stands in for `sys.stdout.buffer`, which kernels lack. Bytes may be invalid UTF-8."""

    def __init__(self, write: Callable[[str], int]) -> None:
        self._write = write
        self._decoder = getincrementaldecoder("utf-8")("backslashreplace")

    def write(self, data: bytes) -> int:
        self._write(self._decoder.decode(bytes(data)))
        return len(data)

    def flush(self) -> None:
        """Do nothing: nothing is held back."""


class Output:
    """The kernel's two output streams, routed through the log.

    A stream is ipykernel's `OutStream`, of which only `write` and `flush` are replaced.

    Args:
        log: gets everything first.
        secrets: are taken out before.
        heard: told the name of a stream and what it gains.
    """

    def __init__(
        self,
        log: Log,
        secrets: Secrets | None = None,
        heard: Callable[[str, str], None] = lambda _name, _text: None,
    ) -> None:
        self._log = log
        self._heard = heard
        self._withholding = Withholding(secrets or Secrets(), self._pass_on)
        self._told_of_failure = False
        self._process = os.getpid()
        self._streams = {"stdout": sys.stdout, "stderr": sys.stderr}
        self._flushes = {name: stream.flush for name, stream in self._streams.items()}
        self._writes = {name: stream.write for name, stream in self._streams.items()}
        self._redrawing: set[str] = set()
        self._written: dict[str, object] = {}  # something new for each text
        self._flushed: dict[str, object] = {}  # what was there before the last flush
        for name, stream in self._streams.items():
            self._route(name, stream)

    def settle(self, *_: object) -> None:
        """Hand everything to the notebook, also what children wrote to the descriptors.

        What an experiment put in the place of a stream does not outlive its cell.
        """
        sys.stdout, sys.stderr = self._streams["stdout"], self._streams["stderr"]
        _wait_for_empty_pipes([getattr(s, "_fid", None) for s in self._streams.values()])
        self._withholding.release()
        for name in self._streams:
            self._flush(name)

    def _flush(self, name: str) -> None:
        """Hand on what a stream holds back, if anything: another thread has to be visited."""
        written = self._written.get(name)
        if written is not self._flushed.get(name):  # another thread may write meanwhile
            self._flushes[name]()
            self._flushed[name] = written

    def _route(self, name: str, stream: Any) -> None:
        def write(text: str) -> int:
            self._withholding.write(name, text.encode("utf-8", "backslashreplace").decode())
            return len(text)

        def flush() -> None:
            if os.getpid() != self._process:
                self._withholding.release()  # a child may end without another word
            # A bar flushes each of its frames. All but the last are overdrawn, and that one is
            # shown a moment later in any case.
            if name not in self._redrawing:
                self._flush(name)

        stream.write, stream.flush = write, flush
        stream.buffer = _Bytes(write)
        stream.flush_interval = _FLUSH_SECONDS

    def _pass_on(self, name: str, text: str) -> None:
        """Write a text without secrets to the log, and then to the notebook."""
        self._log.write(name, text)
        self._heard(name, text)
        if self._log.failure and not self._told_of_failure:
            self._told_of_failure = True
            why = self._log.failure
            text = f"[mitosis: output.log is incomplete from here: {why}]\n{text}"
        for other in self._streams.keys() - {name}:
            self._flush(other)
        (self._redrawing.add if "\r" in text else self._redrawing.discard)(name)
        self._writes[name](text)
        self._written[name] = object()


def _wait_for_empty_pipes(descriptors: Sequence[int | None]) -> None:
    """Wait until ipykernel has read what was written to descriptors past Python."""
    watched = [descriptor for descriptor in descriptors if descriptor is not None]
    if not watched:
        return
    end = time.monotonic() + _DRAIN_SECONDS
    while time.monotonic() < end and select.select(watched, [], [], 0)[0]:
        time.sleep(0.001)
    time.sleep(0.002)  # what was read last is on its way
