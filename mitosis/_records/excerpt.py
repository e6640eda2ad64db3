"""As much of a trial's output as fits on a page, however long its log is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mitosis._layout import TrialFolder
from mitosis._recording import read_lines

END_BYTES = 4_000_000
"""How much is read of either end of a log: more than the page shows of it."""

Display = dict[str, Any]


def read_excerpt(folder: TrialFolder) -> tuple[str, list[Display]]:
    """Return what a trial printed, and what it displayed at which byte of that text.

    Of a log that is longer than a page could show, the middle is left out, and the displays
    are moved to where they stand in what is left.
    """
    text, cut_at, left_out = _ends(folder.log)
    return text, list(_moved(read_lines(folder.displays), cut_at, left_out))


def _ends(log: Path) -> tuple[str, int, int]:
    """Return a log's text, where its middle was left out, and how many bytes that were."""
    try:
        with log.open("rb") as file:
            head = file.read(2 * END_BYTES)
            rest = log.stat().st_size - len(head)
            if rest <= 0:
                return head.decode("utf-8", "replace"), len(head), 0
            head = head[:END_BYTES]
            file.seek(-END_BYTES, 2)
            tail = file.read()
    except OSError:
        return "", 0, 0
    # Whole lines only: half a letter at the seam would move all displays behind it.
    head = head[: head.rfind(b"\n") + 1] or head
    tail = tail[tail.find(b"\n") + 1 :]
    left_out = log.stat().st_size - len(head) - len(tail)
    note = f"\n... {left_out:,} bytes left out: output.log holds all ...\n\n".encode()
    text = (head + note + tail).decode("utf-8", "replace")
    return text, len(head), left_out - len(note)


def _moved(displays: Iterator[Display], cut_at: int, left_out: int) -> Iterator[Display]:
    for display in displays:
        at = display.get("at")
        if isinstance(at, int) and at > cut_at:
            display = {**display, "at": max(cut_at, at - left_out)}  # noqa: PLW2901 - the same
        yield display
