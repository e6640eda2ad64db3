"""What a program of the system says, if it is there and answers soon."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence

_PATIENCE_SECONDS = 5


def said(command: Sequence[str]) -> str:
    """Return what a command prints; nothing if it is missing, fails or does not end."""
    program = shutil.which(command[0])
    if program is None:  # most often, and cheaper to find than by starting it
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - the words are constants
            [program, *command[1:]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=_PATIENCE_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace")
