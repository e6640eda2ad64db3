"""This machine and process, and whether a kernel comes up on it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from mitosis._cli.doctor_findings import Finding, note, wrong
from mitosis._wording import size_text

_MOST_LINES = 12
_SLOW_SECONDS = 15.0
_ASKING_TO_END = ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGXCPU")


def looked_at_machine() -> Iterator[Finding]:
    """Yield what a trial would record of the machine, and what it may use of it."""
    from mitosis._notebook.memory import ControlGroup
    from mitosis._provenance import machine

    found = machine(sys.argv)
    yield Finding("processor", f"{found.cpu}, {found.cpu_count} logical")
    limit = ControlGroup(os.getpid()).limit_bytes()
    memory = size_text(found.memory_bytes)
    if limit is not None and limit < found.memory_bytes:
        yield note("memory", f"{memory}, of which this process may use {size_text(limit)}")
    else:
        yield Finding("memory", memory)
    for gpu in found.gpus:
        yield Finding("graphics", gpu)
    if found.variables:
        yield Finding("environment", _assignments(found.variables))
    if found.job:
        yield Finding("batch job", _assignments(found.job))
    if ignored := _ignored_signals():
        yield note(
            "signals", f"{', '.join(ignored)} ignored, as under nohup or in the background"
        )


def looked_at_kernel(here: Path) -> Iterator[Finding]:
    """Start a kernel as a trial does, and yield what came of it."""
    from mitosis._notebook import probe_kernel

    probe = probe_kernel(here)
    if not probe.python:
        words = probe.words.splitlines()[-_MOST_LINES:]
        way_out = f"{sys.executable} -m pip install --force-reinstall ipykernel"
        yield wrong("start", "\n".join(["no kernel came up:", *words]), way_out)
        return
    text = f"a kernel answered after {probe.seconds:.1f} s"
    yield (note if probe.seconds > _SLOW_SECONDS else Finding)("start", text)
    yield Finding("interpreter", probe.python)


def _assignments(variables: Mapping[str, str]) -> str:
    return "\n".join(f"{name}={value}" for name, value in variables.items())


def _ignored_signals() -> list[str]:
    return [
        name
        for name in _ASKING_TO_END
        if signal.getsignal(getattr(signal, name)) is signal.SIG_IGN
    ]
