r"""What a terminal would show, as plain lines: no colours, no bars that move.

Programs redraw a line with a carriage return, and several lines by moving the cursor up. A
log or a page that kept each frame would hold ten thousand lines for one progress bar.
"""

from __future__ import annotations

import re

from mitosis._dataclass import dataclass

_REDRAW_SECONDS = 10.0
_MOST_ROWS = 64
# ECMA-48: control sequences (CSI), control strings (OSC, DCS, SOS, PM, APC), other escapes
_UNFINISHED = re.compile(r"\x1b(\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)?\Z")
_DROPPED = re.compile(r"[\x00-\x06\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]")
_CONTROLS = re.compile(r"[\x07\x1b\r\b]")
_PIECES = re.compile(
    r"(?P<up>\x1b\[(?P<rows>\d*)A)"
    r"|(?P<erase>\x1b\[[0-2]?K)"
    r"|(?P<escape>\x1b(\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(\x07|\x1b\\)|[ -/]*[0-~]))"
    r"|(?P<control>[\r\n\b])"
    r"|(?P<text>[^\x1b\r\n\b\x07]+)"
    r"|(?P<stray>[\x1b\x07])"
)


@dataclass
class _Row:
    text: str = ""
    shown: str = ""  # what of it has been handed out
    ended: bool = False  # whether its newline has been handed out


class PlainText:
    """Turn the chunks that a program writes into text that only ever grows.

    Ordinary text comes out at once, also an unfinished line. A line that is being redrawn
    comes out when it is finished, or as an extra line every `redraw_seconds`.

    Args:
        redraw_seconds: how often to show the state of a line under redraw; None for never.
    """

    def __init__(self, redraw_seconds: float | None = _REDRAW_SECONDS) -> None:
        self._redraw_seconds = redraw_seconds
        self._begin()

    def _begin(self) -> None:
        self._rows = [_Row()]
        self._row = 0
        self._column = 0
        self._held = ""
        self._withheld = False
        self._open: _Row | None = None  # the row that the log's unfinished last line shows
        self._last_redraw: float | None = None

    def feed(self, chunk: str, now: float = 0.0) -> str:
        """Take a chunk at a time `now`, in seconds, and return what a log gains by it."""
        chunk = self._held + _DROPPED.sub("", chunk)
        unfinished = _UNFINISHED.search(chunk)
        self._held = unfinished.group() if unfinished else ""
        chunk = chunk.removesuffix(self._held)
        if self._is_plain() and not _CONTROLS.search(chunk):
            return self._append(chunk)
        out = [self._act(match) for match in _PIECES.finditer(chunk)]
        out.append(self._show_redraw(now))
        return "".join(out)

    def end(self) -> str:
        """Return what is still held back, as the program has ended."""
        last = self._rows[-1]
        held = self._release(self._rows[:-1]) + (self._shown_anew(last) if last.text else "")
        self._begin()
        return held

    def _is_plain(self) -> bool:
        """Tell whether the next text goes right behind all that has been handed out."""
        row = self._rows[-1]
        return (
            not self._withheld
            and not row.ended
            and self._row == len(self._rows) - 1
            and self._column == len(row.text)
        )

    def _append(self, text: str) -> str:
        """Hand out text at once."""
        first, *others = text.split("\n")
        self._rows[-1].text += first
        for line in others[-_MOST_ROWS:]:
            self._rows[-1].shown, self._rows[-1].ended = self._rows[-1].text, True
            self._rows.append(_Row(line))
        del self._rows[:-_MOST_ROWS]
        self._rows[-1].shown = self._rows[-1].text
        self._row = len(self._rows) - 1
        self._column = len(self._rows[-1].text)
        self._open = self._rows[-1] if self._rows[-1].text else None
        return text

    def _act(self, match: re.Match[str]) -> str:
        if match["text"]:
            return self._write(match["text"])
        if match["up"] or match["erase"] or match["control"] in ("\r", "\b"):
            self._withheld = True  # what follows may overdraw, as the frames of a bar do
        if match["up"]:
            self._row = max(0, self._row - int(match["rows"] or 1))
        elif match["erase"]:
            self._rows[self._row].text = self._rows[self._row].text[: self._column]
        elif match["control"] == "\r":
            self._column = 0
        elif match["control"] == "\b":
            self._column = max(0, self._column - 1)
        elif match["control"] == "\n":
            return self._newline()
        return ""

    def _write(self, text: str) -> str:
        if self._is_plain():
            return self._append(text)
        self._withheld = True
        row = self._rows[self._row]
        row.text = (
            row.text[: self._column].ljust(self._column)
            + text
            + (row.text[self._column + len(text) :])
        )
        self._column += len(text)
        return ""

    def _newline(self) -> str:
        self._column = 0
        self._row += 1
        if self._row < len(self._rows):
            return ""
        out = self._release(self._rows)
        self._rows.append(_Row())
        del self._rows[:-_MOST_ROWS]
        self._row = len(self._rows) - 1
        return out

    def _release(self, rows: list[_Row]) -> str:
        """Hand out the rows that changed since they were shown."""
        self._withheld = False
        changed = [row for row in rows if not row.ended or row.text != row.shown]
        return "".join(self._shown_anew(row) for row in changed)

    def _shown_anew(self, row: _Row) -> str:
        """Hand out a row as a line, behind the end of an unfinished line in the log."""
        goes_on = row is self._open and row.text.startswith(row.shown)
        start = "\n" if self._open and not goes_on else ""
        if self._open:
            self._open.ended = True
        self._open = None
        if goes_on:
            text = f"{row.text[len(row.shown) :]}\n"
        else:
            text = f"{row.text.rstrip()}\n" if row.text.strip() or not row.ended else ""
        row.shown, row.ended = row.text, True
        return start + text

    def _show_redraw(self, now: float) -> str:
        row = self._rows[self._row]
        if self._redraw_seconds is None or row.text == row.shown or not row.text.strip():
            return ""
        if self._last_redraw is None:
            self._last_redraw = now
        if now - self._last_redraw < self._redraw_seconds:
            return ""
        self._last_redraw = now
        return self._shown_anew(row)
