"""The machine that a trial runs on."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

from mitosis._model import Machine
from mitosis._provenance.asking import said
from mitosis._provenance.graphics import gpus
from mitosis._provenance.variables import job_variables, numeric_variables
from mitosis._redaction import redact_argv

_PROCESSORS = Path("/proc/cpuinfo")
_MEMORY = Path("/proc/meminfo")
_FIRST = 4096
"""Bytes; the first of a hundred processors stands in them, and the file is made when read."""

_NAME = re.compile(r"^(?:model name|cpu model|cpu)\s*:\s*(\S.*)$", re.MULTILINE | re.IGNORECASE)
_TOTAL = re.compile(rb"^MemTotal:\s*(\d+) kB", re.MULTILINE)
_MACOS_PROCESSOR = ("sysctl", "-n", "machdep.cpu.brand_string")


def machine(argv: Sequence[str], known: Machine | None = None) -> Machine:
    """Return what a trial runs on and under, as far as one can tell.

    Args:
        argv: the runner's command line. Values that look like secrets come out as `***`.
        known: what another process has said of the same machine.
    """
    return replace(
        known or _hardware(),
        argv=redact_argv(argv),
        variables=numeric_variables(),
        job=job_variables(),
    )


def _hardware() -> Machine:
    return Machine(
        platform=_platform(),
        cpu=_processor(),
        cpu_count=os.cpu_count() or 1,
        memory_bytes=_memory(),
        argv=(),
        gpus=gpus(),
    )


def _memory() -> int:
    """Return how much there is; to import psutil takes far longer than to read it."""
    with suppress(OSError):
        if found := _TOTAL.search(_MEMORY.read_bytes()):
            return int(found[1]) * 1024
    import psutil

    return int(psutil.virtual_memory().total)


@cache
def _platform() -> str:
    """Return what `platform.platform` does, but start no process for it."""
    if sys.platform != "linux":
        return platform.platform()
    system, libc = os.uname(), "".join(platform.libc_ver())
    return f"{system.sysname}-{system.release}-{system.machine}" + (libc and f"-with-{libc}")


@cache
def _processor() -> str:
    """Return the processor's name; `platform.processor` knows the architecture at best."""
    if sys.platform == "darwin":
        return said(_MACOS_PROCESSOR).strip() or platform.machine()
    return _named(_PROCESSORS) or platform.processor() or platform.machine()


def _named(processors: Path) -> str:
    try:
        with processors.open("rb") as file:
            found = _NAME.search(file.read(_FIRST).decode("utf-8", "replace"))
    except OSError:
        return ""
    return " ".join(found[1].split()) if found else ""
