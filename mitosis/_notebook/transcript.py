"""The outputs of one cell as they come in: bars folded to a line, floods cut in the middle."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from nbformat.v4 import new_output

from mitosis._plaintext import PlainText

HEAD_CHARACTERS = 400_000
TAIL_CHARACTERS = 400_000


class Transcript:
    """Collects a cell's outputs in order, in bounded memory as far as text is concerned.

    Args:
        outputs: the cell's list of outputs, which it fills.
        on_text: called with stream name and raw text, for people who watch.
    """

    def __init__(self, outputs: list[Any], on_text: Callable[[str, str], None]) -> None:
        self._outputs = outputs
        self._on_text = on_text
        self._plain = {name: PlainText(redraw_seconds=None) for name in ("stdout", "stderr")}
        self._head = 0
        self._tail: deque[tuple[str, str]] = deque()
        self._tail_size = 0
        self._cut = 0

    def write(self, stream: str, text: str) -> None:
        """Take what the experiment printed."""
        self._on_text(stream, text)
        self._keep(stream, self._plain[stream].feed(text))

    def settle(self) -> None:
        """Put everything held back into the outputs: something else follows, or nothing."""
        for stream, plain in self._plain.items():
            self._keep(stream, plain.end())
        if self._cut:
            note = f"\n... {self._cut:,} characters left out: output.log holds all ...\n"
            _append(self._outputs, "stderr", note)
        for stream, text in self._tail:
            _append(self._outputs, stream, text)
        self._tail.clear()
        self._tail_size = self._cut = 0

    def text(self) -> str:
        """Return all text that stands in the outputs."""
        streams = [o for o in self._outputs if o.output_type == "stream"]
        return "".join(output.text for output in streams)

    def _keep(self, stream: str, text: str) -> None:
        room = max(0, HEAD_CHARACTERS - self._head)
        if text[:room]:
            _append(self._outputs, stream, text[:room])
            self._head += len(text[:room])
        if text[room:]:
            self._keep_in_tail(stream, text[room:])

    def _keep_in_tail(self, stream: str, text: str) -> None:
        self._tail.append((stream, text))
        self._tail_size += len(text)
        while self._tail_size > TAIL_CHARACTERS:
            stream, first = self._tail.popleft()
            excess = min(len(first), self._tail_size - TAIL_CHARACTERS)
            self._tail_size -= excess
            self._cut += excess
            if first[excess:]:
                self._tail.appendleft((stream, first[excess:]))


def _append(outputs: list[Any], stream: str, text: str) -> None:
    if outputs and outputs[-1].output_type == "stream" and outputs[-1].name == stream:
        outputs[-1].text += text
    else:
        outputs.append(new_output("stream", name=stream, text=text))
