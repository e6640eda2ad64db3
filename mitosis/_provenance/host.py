"""The machine and the process that a trial runs in."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from mitosis._model import Machine
from mitosis._provenance.redaction import redact_argv

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def machine(argv: Sequence[str]) -> Machine:
    """Return host, platform and process, as far as one can tell.

    Args:
        argv: the runner's command line. Values that look like secrets come out as `***`.
    """
    import psutil

    return Machine(
        host=platform.node(),
        platform=platform.platform(),
        cpu=platform.processor() or platform.machine(),
        cpu_count=psutil.cpu_count() or 1,
        memory_bytes=psutil.virtual_memory().total,
        pid=os.getpid(),
        process_started=psutil.Process().create_time(),
        boot_id=_boot_id(),
        argv=redact_argv(argv),
    )


@cache
def _boot_id() -> str:
    """Return what tells one boot from the next: Linux's own id, else the time of the boot."""
    import psutil

    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return str(int(psutil.boot_time()))
