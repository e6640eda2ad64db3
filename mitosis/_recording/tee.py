"""What a process prints that goes on after its trial: to the log, and where it went before.

Other than in a kernel, nothing is changed of what a person sees: the streams are not ours.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from mitosis._recording.secrecy import Secrets
from mitosis._recording.streams import Log
from mitosis._recording.withholding import Withholding


class Tee:
    """Writes to a trial's log what is written to this process's output streams.

    The streams stay the objects that they are, and only their `write` is replaced: so those
    are heard, too, that got hold of them before, as handlers of log records do.

    Args:
        log: gets everything first, without secrets.
        secrets: what they are.

    Attributes:
        deaf: names of the streams that cannot be listened to.
    """

    def __init__(self, log: Log, secrets: Secrets) -> None:
        self._withholding = Withholding(secrets, log.write)
        self._routes: list[tuple[Any, Callable[[str], Any], Any]] = []
        self._is_open = False
        self.deaf: list[str] = []

    def begin(self) -> None:
        """Listen from now on."""
        self._is_open = True
        streams = {"stdout": sys.stdout, "stderr": sys.stderr}
        for name, stream in streams.items():
            if stream is None or any(stream is heard for heard, _, _ in self._routes):
                continue
            try:
                self._listen(name, stream)
            except AttributeError:  # it takes no attributes
                self.deaf.append(name)

    def _listen(self, name: str, stream: Any) -> None:
        original = stream.write

        def write(text: str) -> Any:
            if self._is_open and isinstance(text, str):
                whole = text.encode("utf-8", "backslashreplace").decode()
                self._withholding.write(name, whole)
            return original(text)

        own = vars(stream).get("write") if hasattr(stream, "__dict__") else None
        stream.write = write
        self._routes.append((stream, write, own))

    def end(self) -> None:
        """Write what is held back, and give the streams back as they were."""
        self._withholding.release()
        self._is_open = False  # for those who keep what they found under `write`
        for stream, write, own in self._routes:
            if vars(stream).get("write") is not write:
                continue  # somebody else listens now, through us
            if own is None:
                del stream.write
            else:
                stream.write = own
        self._routes.clear()
