"""The machine and the process that a trial runs in."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from mitosis._model import Machine, Runner
from mitosis._redaction import redact_argv

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def machine(argv: Sequence[str]) -> Machine:
    """Return what a trial runs on and under, as far as one can tell.

    Args:
        argv: the runner's command line. Values that look like secrets come out as `***`.
    """
    import psutil

    return Machine(
        platform=platform.platform(),
        cpu=platform.processor() or platform.machine(),
        cpu_count=psutil.cpu_count() or 1,
        memory_bytes=psutil.virtual_memory().total,
        argv=redact_argv(argv),
    )


def runner() -> Runner:
    """Return which process this is."""
    import psutil

    started = psutil.Process().create_time()
    return Runner(
        host=platform.node(),
        pid=os.getpid(),
        process_started=started,
        boot_id=_boot_id(),
        started_after_boot=started - psutil.boot_time(),
    )


@cache
def _boot_id() -> str:
    """Return what tells one boot from the next: Linux's own id, else the time of the boot."""
    import psutil

    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return str(int(psutil.boot_time()))
