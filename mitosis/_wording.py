"""Names, numbers and durations as people like to read them in a line."""

from __future__ import annotations

from typing import Any


def shown(name: str) -> str:
    """Return a name that fits into a line, whatever it holds."""
    text = name if name.isprintable() else ascii(name)[1:-1]
    return text if len(text) <= 100 else f"{text[:60]}...{text[-36:]}"


def printable(text: str) -> str:
    """Return a text in which nothing steers a terminal or ends a line."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def is_unicode(text: str) -> bool:
    """Tell whether a text can be written as UTF-8: half of a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def counted(number: int, noun: str) -> str:
    """Return a number of things, e.g. `"1 trial"` or `"2 trials"`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def main_text(main: Any) -> str:
    """Return `main` as people like to read it."""
    if isinstance(main, float):
        return f"{main:.6g}"
    text = " ".join(str(main).split())
    return text if len(text) <= 60 else f"{text[:56]} ..."


def duration_text(seconds: float | None) -> str:
    """Return a duration as people like to read it; nothing where it is not known."""
    if seconds is None:
        return ""
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def size_text(number_of_bytes: int) -> str:
    """Return a size as people like to read it, in powers of a thousand."""
    size = float(number_of_bytes)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 999.5:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"
