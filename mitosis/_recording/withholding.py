"""The end of what is printed, held back while it may be the beginning of a secret.

A secret can come in pieces: letter by letter, or cut where a pipe's buffer ends. In pieces it
is not recognised, so what may be the first one waits for the next, for a moment. All else
goes out at once.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable

from mitosis._recording.forking import at_fork
from mitosis._recording.secrecy import Secrets
from mitosis._redaction import ends_in_token

_MORE = re.compile(r"[\w+/=.~%-]*")

_Source = tuple[str, int]
"""A stream, and the thread that writes to it: what others write in between is no next piece."""


class Withholding:
    """Takes pieces of text, and passes on what holds no secret and no part of one.

    Args:
        secrets: tell what is one.
        pass_on: called with stream name and text.
        seconds: how long a piece waits for the next one.
    """

    def __init__(
        self, secrets: Secrets, pass_on: Callable[[str, str], None], seconds: float = 0.2
    ) -> None:
        self._secrets = secrets
        self._pass_on = pass_on
        self._seconds = seconds
        self._renew()
        at_fork(in_child=self._renew)

    def _renew(self) -> None:
        """Begin anew in a child: what is held back is its parent's to write."""
        self._lock = threading.RLock()  # a signal handler may print in the midst of a print
        self._held: dict[_Source, str] = {}
        self._cut: set[_Source] = set()  # where a token was passed on of which more may come
        self._timer: threading.Timer | None = None
        self._touched = 0.0

    def write(self, stream: str, text: str) -> None:
        """Take a piece of text."""
        source = stream, threading.get_ident()
        with self._lock:
            if self._held:
                for other in [s for s in self._held if s[1] == source[1] and s != source]:
                    self._let_go(other)  # in the order in which it was written
                text = self._held.pop(source, "") + text
            if source in self._cut:
                text = self._without_the_rest(source, text)
            end = self._secrets.settled(text)
            self._send(source, text[:end])
            if end < len(text):
                self._hold(source, text[end:])

    def release(self) -> None:
        """Pass on, redacted, all that is held back: nothing follows for now."""
        with self._lock:
            for source in list(self._held):
                self._let_go(source)
            self._cut.clear()
            if self._timer:
                self._timer.cancel()
                self._timer = None

    def _hold(self, source: _Source, text: str) -> None:
        self._held[source] = text
        self._touched = time.monotonic()
        if self._timer is None:
            self._start_timer(self._seconds)

    def _start_timer(self, seconds: float) -> None:
        # Each time a new one: ipykernel sends what a thread writes to the cell that started it.
        self._timer = threading.Timer(seconds, self._look)
        self._timer.daemon = True
        self._timer.start()

    def _look(self) -> None:
        with self._lock:
            self._timer = None
            left = self._touched + self._seconds - time.monotonic()
            if self._held and left > 0:
                self._start_timer(left)
            else:
                for source in list(self._held):
                    self._let_go(source)

    def _let_go(self, source: _Source) -> None:
        self._send(source, self._held.pop(source, ""))

    def _send(self, source: _Source, text: str) -> None:
        if not text:
            return
        if not text[-1].isspace() and ends_in_token(text):
            self._cut.add(source)
        self._pass_on(source[0], self._secrets.redact(text))

    def _without_the_rest(self, source: _Source, text: str) -> str:
        """Return a text without what belongs to the token that was passed on before."""
        found = _MORE.match(text)
        text = text[found.end() :] if found else text
        if text:
            self._cut.discard(source)
        return text
