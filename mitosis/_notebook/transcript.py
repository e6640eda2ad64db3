"""The outputs of one cell as they come in: bars folded to a line, floods cut in the middle."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from mitosis._notebook.nodes import stream as stream_output
from mitosis._plaintext import PlainText

HEAD_CHARACTERS = 400_000
TAIL_CHARACTERS = 400_000
HEAD_DISPLAYS = 500
TAIL_DISPLAYS = 500

Output = Any
"""An output of a cell, as nbformat has it: a dict whose keys are attributes too."""

_Item = Any
"""An output, or a text with its stream."""


class Transcript:
    """Collects a cell's outputs in order, in bounded memory.

    The text is bounded by its characters and the displays by their number, apart from each
    other: neither a flood of text costs a figure, nor the other way round.

    Args:
        outputs: the cell's list of outputs, which it fills.
        on_text: called with stream name and raw text, for people who watch.
    """

    def __init__(self, outputs: list[Output], on_text: Callable[[str, str], object]) -> None:
        self._outputs = outputs
        self._on_text = on_text
        self._plain = {name: PlainText(redraw_seconds=None) for name in ("stdout", "stderr")}
        self._identified: dict[str, dict[int, Output]] = {}  # by display id, what is kept
        self._ids: dict[int, str] = {}
        self._clear_before_next = False
        self._begin()

    def _begin(self) -> None:
        self._characters = HEAD_CHARACTERS
        self._displays = HEAD_DISPLAYS
        self._tail = _Tail()

    def write(self, stream: str, text: str) -> None:
        """Take what the experiment printed."""
        self._on_text(stream, text)
        self._clear_if_due()
        self._keep(stream, self._plain[stream].feed(text))

    def show(self, output: Output, display_id: str | None = None) -> None:
        """Take an output that is no text, behind all that was printed before."""
        self._clear_if_due()
        self._release()
        if display_id:
            self.update(display_id, output["data"], output["metadata"])
            self._identified.setdefault(display_id, {})[id(output)] = output
            self._ids[id(output)] = display_id
        if output.output_type == "error":  # there is one at most, and it is what matters
            self._add(output)
        elif self._displays:
            self._displays -= 1
            self._add(output)
        else:
            self._forget(self._tail.show(output))

    def update(self, display_id: str, data: Mapping[str, Any], metadata: Any) -> None:
        """Change what a display with this id shows."""
        for output in self._identified.get(display_id, {}).values():
            output["data"], output["metadata"] = data, metadata

    def clear(self, *, wait: bool) -> None:
        """Drop all outputs: at once, or when the next one comes."""
        self._clear_before_next = wait
        if not wait:
            self._release()
            self._outputs.clear()
            self._identified.clear()
            self._ids.clear()
            self._begin()

    def settle(self) -> None:
        """Put everything held back into the outputs: nothing follows for now."""
        self._release()
        tail, self._tail = self._tail, _Tail()
        for item in tail.items():
            _append(self._outputs, item)

    def text(self) -> str:
        """Return all text that stands in the outputs."""
        streams = [o for o in self._outputs if o.output_type == "stream"]
        return "".join(output.text for output in streams)

    def _clear_if_due(self) -> None:
        if self._clear_before_next:
            self.clear(wait=False)

    def _release(self) -> None:
        for stream, plain in self._plain.items():
            self._keep(stream, plain.end())

    def _keep(self, stream: str, text: str) -> None:
        room = self._characters
        if text[:room]:
            self._characters -= len(text[:room])
            self._add((stream, text[:room]))
        if text[room:]:
            self._tail.write(stream, text[room:])

    def _add(self, item: _Item) -> None:
        """Add what has room at the head, in its place."""
        if self._tail:
            self._tail.hold(item)
        else:
            _append(self._outputs, item)

    def _forget(self, dropped: Output | None) -> None:
        """Let go of a display that is not shown, also by its id."""
        name = self._ids.pop(id(dropped), None)
        if name is not None:
            del self._identified[name][id(dropped)]
            if not self._identified[name]:
                del self._identified[name]


class _Tail:
    """What follows once the head is full: of texts and of displays only the last are kept."""

    def __init__(self) -> None:
        self._count = 0
        self._held: list[tuple[int, _Item]] = []  # what has room at the head: never dropped
        self._texts: deque[tuple[int, _Item]] = deque()
        self._displays: deque[tuple[int, _Item]] = deque()
        self._notes: dict[str, int] = {}
        self._size = self._cut = self._dropped = 0

    def __bool__(self) -> bool:
        return self._count > 0

    def _next(self) -> int:
        self._count += 1
        return self._count

    def hold(self, item: _Item) -> None:
        """Take what comes behind all else that is here, and stays."""
        self._held.append((self._next(), item))

    def write(self, stream: str, text: str) -> None:
        """Take a text, and drop as much from the beginning as is too much."""
        self._texts.append((self._next(), (stream, text)))
        self._size += len(text)
        while self._size > TAIL_CHARACTERS:
            number, (stream, first) = self._texts.popleft()
            excess = min(len(first), self._size - TAIL_CHARACTERS)
            self._size -= excess
            self._cut += excess
            self._notes.setdefault("characters", number)
            if first[excess:]:
                self._texts.appendleft((number, (stream, first[excess:])))

    def show(self, output: Output) -> Output | None:
        """Take a display, and return the one that is dropped for it, if there is one."""
        self._displays.append((self._next(), output))
        if len(self._displays) <= TAIL_DISPLAYS:
            return None
        number, dropped = self._displays.popleft()
        self._dropped += 1
        self._notes.setdefault("displays", number)
        return dropped

    def items(self) -> list[_Item]:
        """Return everything in order, with a note where something is missing."""
        missing = {
            "characters": f"{self._cut:,} characters left out: output.log holds all",
            "displays": f"{self._dropped:,} displays left out: displays.jsonl holds all",
        }
        notes: list[tuple[int, _Item]] = [
            (number, ("stderr", f"\n... {missing[kind]} ...\n"))
            for kind, number in self._notes.items()
        ]
        parts = [*notes, *self._held, *self._texts, *self._displays]
        return [item for _, item in sorted(parts, key=lambda part: part[0])]


def _append(outputs: list[Output], item: _Item) -> None:
    if not isinstance(item, tuple):
        outputs.append(item)
        return
    stream, text = item
    if outputs and outputs[-1].output_type == "stream" and outputs[-1].name == stream:
        outputs[-1].text += text
    else:
        outputs.append(stream_output(stream, text))
