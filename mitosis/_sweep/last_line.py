"""The last line that a running trial wrote."""

from __future__ import annotations

from pathlib import Path

from mitosis._plaintext import PlainText
from mitosis._wording import printable

_TAIL_BYTES = 1000


def last_line(log: Path) -> str:
    """Return the last line of a log that may still grow; empty if there is none.

    Only the end of the file is read, and nothing in the line steers a terminal.
    """
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL_BYTES))
            end = file.read()
    except OSError:  # not there yet, or on another machine
        return ""
    plain = PlainText(redraw_seconds=None)
    text = plain.feed(end.decode(errors="replace")) + plain.end()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return printable(lines[-1].lstrip("\ufffd").replace("\t", " ")) if lines else ""
