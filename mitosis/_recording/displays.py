"""What the kernel sends: without secrets, and kept in `displays.jsonl` where it is shown.

A page is rebuilt from that file where its runner has died. Marks in it say where each cell
began.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from mitosis._recording.lines import append_line
from mitosis._recording.secrecy import redacted

_DISPLAYS = ("display_data", "update_display_data", "execute_result")
_REDACTED = (*_DISPLAYS, "error", "execute_reply")
_BINARY = ("image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf")


class Displays:
    """Every figure, table and other rich output of a trial, a JSON object in each line.

    Args:
        path: the file, made with its first line.
        log_size_bytes: tells how long the log is at the moment.
        redact: takes secrets out of a text.

    Attributes:
        failure: why something could not be written; empty if all could.
    """

    def __init__(
        self, path: Path, log_size_bytes: Callable[[], int], redact: Callable[[str], str]
    ) -> None:
        self._path = path
        self._log_size_bytes = log_size_bytes
        self._redact = redact
        self.failure = ""
        self._process = 0

    def listen(self, session: Any) -> None:
        """See all that a kernel's session sends, from whatever thread, before it is sent."""
        self._process = os.getpid()  # not when this is imported: a fork for a trial comes later
        original = session.send

        def send(
            stream: Any, message: Any, content: Any = None, *rest: Any, **more: Any
        ) -> Any:
            if isinstance(message, str):
                content = self._seen(message, content)
            elif isinstance(message, dict):
                kind = message.get("msg_type", "")
                message["content"] = self._seen(kind, message.get("content"))
            return original(stream, message, content, *rest, **more)

        session.send = send

    def _seen(self, kind: str, content: Any) -> Any:
        if kind not in _REDACTED or not isinstance(content, Mapping):
            return content
        content = {**content, **_without_secrets(content, self._redact)}
        if kind in _DISPLAYS and os.getpid() == self._process:  # ipykernel sends no fork's
            self._keep(kind, content)
        return content

    def mark_cells(self, shell: Any) -> None:
        """Write from now on where in the log each cell begins, the first being number 1."""
        depth, number = 0, 0

        def begin(_info: object) -> None:
            nonlocal depth, number
            depth += 1
            if depth == 1:  # an experiment may run cells of its own inside one
                number += 1
                self._write("cell", {"number": number})

        def end(_result: object) -> None:
            nonlocal depth
            depth -= 1

        shell.events.register("pre_run_cell", begin)
        shell.events.register("post_run_cell", end)

    def _keep(self, kind: str, content: Mapping[str, Any]) -> None:
        parts = ("data", "metadata", "transient")
        self._write(kind, {name: content.get(name, {}) for name in parts})

    def _write(self, kind: str, parts: Mapping[str, Any]) -> None:
        try:
            at = self._log_size_bytes()
            append_line(
                self._path, {"at": at, "type": kind, **parts}, after_failure=self.failure
            )
        except Exception as exc:  # noqa: BLE001 - a display that cannot be kept is shown still
            self.failure = getattr(exc, "strerror", None) or repr(exc)


def _without_secrets(
    content: Mapping[str, Any], redact: Callable[[str], str]
) -> dict[str, Any]:
    parts = {
        name: redacted(content[name], redact)
        for name in ("ename", "evalue", "traceback", "metadata")
        if name in content
    }
    if isinstance(content.get("data"), Mapping):
        parts["data"] = {
            kind: held if kind in _BINARY else redacted(held, redact)
            for kind, held in content["data"].items()
        }
    return parts


def speak_plainly(session: Any) -> None:
    """Let a kernel's session read and write JSON by itself.

    An experiment may replace `json.dumps`, and the kernel would never be heard of again. Text
    that is no valid Unicode, as file names can be, is written as its escapes.
    """
    original, strict, lenient = session.pack, _STRICT.encode, _LENIENT.encode
    read = json.JSONDecoder().decode

    def pack(content: Any) -> bytes:
        try:
            return strict(content).encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            return lenient(content).encode()
        except (TypeError, ValueError):
            return bytes(original(content))

    def unpack(message: bytes | str) -> Any:
        return read(message if isinstance(message, str) else message.decode("utf-8", "replace"))

    session.pack, session.unpack = pack, unpack


def _written(value: object) -> str:
    """Return a time as Jupyter's messages have it."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    msg = f"{value!r} has no form in JSON"
    raise TypeError(msg)


_STRICT = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_written)
_LENIENT = json.JSONEncoder(default=str)
