"""What commands write on, and how wide it is."""

from __future__ import annotations

import shutil
import sys


def say(text: str) -> None:
    """Write whatever letters the terminal can show."""
    from mitosis._run.terminal import Terminal

    Terminal().say(text)


def terminal_width() -> int | None:
    """Return how wide lines may be; None where no one looks at them as they are."""
    is_watched = sys.stdout is not None and sys.stdout.isatty()
    return shutil.get_terminal_size().columns if is_watched else None
