"""`python -m mitosis`, and the command `mitosis`."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> None:
    """Run the command line `mitosis`."""
    from mitosis._cli import command

    try:
        command()
    except SystemExit as end:
        if isinstance(end.code, int | None) and _may_leave():
            _leave(end.code or 0)
        raise


def _may_leave() -> bool:
    """Tell whether nobody waits for the interpreter's own end: no thread, no profiler."""
    threading = sys.modules.get("threading")
    is_alone = threading is None or threading.active_count() == 1
    return is_alone and sys.gettrace() is None and sys.getprofile() is None


def _leave(status: int) -> NoReturn:
    """End the process without taking apart all that was imported, which takes a while."""
    import atexit
    import os

    atexit._run_exitfuncs()  # noqa: SLF001 - there is no public way
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
