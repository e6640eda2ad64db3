"""The process that runs a trial, and whether it is still there.

Whoever calls a live trial dead writes a lie, so every doubt counts for its life: another
machine, another way of counting processes, a machine that cannot be told from its copies.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from mitosis._model import Runner
from mitosis._provenance.asking import said

_SELF = Path("/proc/self/stat")
_KERNEL = Path("/proc/stat")
_START = 19
"""The field of a process's start, counted from the one after its name in brackets."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
_NAMESPACE = "/proc/self/ns/pid"
_FIRST_NAMESPACE = "pid:[4026531836]"
"""Of every Linux machine: PROC_PID_INIT_INO in include/linux/proc_ns.h of its source."""

_MACOS_BOOT = ("sysctl", "-n", "kern.bootsessionuuid")
_MACOS_MACHINE = ("ioreg", "-d2", "-c", "IOPlatformExpertDevice")
_PIDS = 2**31
_TOLERANCE_SECONDS = 2.0
"""The time of the boot, which starts are counted from, is known to a second."""


def runner() -> Runner:
    """Return which process this is."""
    after_boot, boot = _started()
    return Runner(
        host=platform.node(),
        pid=os.getpid(),
        process_started=after_boot + boot,
        boot_id=_boot_id(),
        started_after_boot=after_boot,
        machine_id=_machine_id(),
        pid_namespace=_pid_namespace(),
    )


def _started() -> tuple[float, float]:
    """Return how long after the boot this process began, and when that was.

    On Linux they are read from where psutil reads them; to import it takes far longer.
    """
    with suppress(OSError, ValueError, LookupError):
        ticks = int(_SELF.read_bytes().rpartition(b")")[2].split()[_START])
        _, _, boot = _KERNEL.read_bytes().partition(b"\nbtime ")
        return ticks / os.sysconf("SC_CLK_TCK"), float(boot.split()[0])
    import psutil

    boot_time = psutil.boot_time()
    return psutil.Process().create_time() - boot_time, boot_time


def is_gone(runner: Runner) -> bool:
    """Tell whether a process is certainly no more; write nothing.

    It is gone if its machine was started anew since, or if this machine, in the same boot and
    counting processes the same way, knows no such process, only its remains (a zombie), or a
    younger one of the same id. Of a container's process, whoever sees all processes of the
    machine can tell when none of that container is left. A runner of an earlier mitosis, which
    did not tell how its id is counted, is taken to have been in no container of another name.

    Args:
        runner: as `runner` returned it, in that process.
    """
    if not (runner.boot_id and _boot_id() and 0 < runner.pid < _PIDS):
        return False
    if runner.boot_id != _boot_id():
        return _is_here(runner)
    ours, theirs = _pid_namespace(), runner.pid_namespace
    if ours == _FIRST_NAMESPACE and theirs not in ("", ours):
        return _is_over(theirs)
    if not theirs and runner.host != platform.node() and sys.platform != "darwin":
        return False  # a Mac has no containers, and other names in other networks
    return theirs in ("", ours) and not _is_alive(runner)


def can_be_judged(runner: Runner) -> bool:
    """Tell whether `is_gone` would notice the end of a process."""
    ours, theirs = _pid_namespace(), runner.pid_namespace
    if not runner.boot_id or runner.boot_id != _boot_id():
        return False
    sees_all = ours == _FIRST_NAMESPACE and os.geteuid() == 0
    return theirs == ours or (sees_all if theirs else runner.host == platform.node())


def _is_over(namespace: str) -> bool:
    """Tell whether no process is left that counts in a namespace, seen from the first one."""
    import psutil

    for pid in set(psutil.pids()) - {1}:  # which is in the first one
        try:
            found = os.readlink(f"/proc/{pid}/ns/pid")  # noqa: PTH115 - it is a name, no path
        except FileNotFoundError:  # it has ended
            continue
        except OSError:  # it is somebody else's, and could be in there
            return False
        if found == namespace:
            return False
    return True


def _is_here(runner: Runner) -> bool:
    """Tell whether a process ran on this very machine."""
    known = bool(runner.host and runner.machine_id)
    return known and (runner.host, runner.machine_id) == (platform.node(), _machine_id())


def _is_alive(runner: Runner) -> bool:
    import psutil

    if not _exists(runner.pid):
        return False
    try:
        process = psutil.Process(runner.pid)
        is_zombie = process.status() == psutil.STATUS_ZOMBIE
        return not is_zombie and _started_with(runner, process.create_time())
    except psutil.NoSuchProcess:  # it ended just now, or /proc hides what others run
        return _exists(runner.pid)
    except psutil.Error:
        return True


def _exists(pid: int) -> bool:
    """Tell whether there is such a process, be it somebody else's.

    `psutil.pid_exists` looks into /proc, which can be mounted so that it hides other users'.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _started_with(runner: Runner, started: float) -> bool:
    """Tell whether a process of a runner's id began when the runner did.

    Setting the clock moves the time since the epoch, but not the time since the boot.
    """
    import psutil

    if runner.started_after_boot is None:
        difference = started - runner.process_started
    else:
        difference = started - psutil.boot_time() - runner.started_after_boot
    return abs(difference) <= _TOLERANCE_SECONDS


@cache
def _boot_id() -> str:
    """Return what tells one boot from the next; empty where nothing does for certain.

    The time of the boot does not: it moves with the clock.
    """
    with suppress(OSError):
        return _BOOT_ID.read_text().strip()
    return said(_MACOS_BOOT).strip() if sys.platform == "darwin" else ""


@cache
def _machine_id() -> str:
    """Return a digest of the machine's id, which itself is to be kept confidential.

    A container has none: the one in it came with its image, and its copies have it too.
    """
    from blake3 import blake3

    if _pid_namespace() not in ("", _FIRST_NAMESPACE):
        return ""
    found = _identity(_MACHINE_IDS)
    return blake3(f"mitosis:{found}".encode()).hexdigest()[:16] if found else ""


def _identity(places: Sequence[Path]) -> str:
    for place in places:
        with suppress(OSError):
            text = place.read_text().strip()
            if text and text != "uninitialized":
                return text
    if sys.platform != "darwin":
        return ""
    lines = said(_MACOS_MACHINE).splitlines()
    return next((line.split('"')[-2] for line in lines if '"IOPlatformUUID"' in line), "")


def _pid_namespace() -> str:
    """Return what this process's id is counted in; not kept, as a fork can change it."""
    try:
        return os.readlink(_NAMESPACE)  # noqa: PTH115 - it is a name, no path
    except OSError:
        return ""
