"""The inside of a nursery: it warms up, and forks trial processes as its owner asks for them.

It has one thread, always: a fork takes along only the thread that forks, and whatever another
one had locked would stay locked. Children are reaped here, and their owner told.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any, NoReturn

from mitosis._notebook import forked, kernel_process
from mitosis._notebook.blas import loaded_without_threads, openblas, use_threads
from mitosis._notebook.preloading import Preloaded, preload

_LOOK_SECONDS = 1.0
_MOST_BYTES = 65_536
_STANDARD_ERROR = 2


@dataclass(frozen=True)
class _Child:
    pid: int
    status: socket.socket


class _Nursery:
    def __init__(self, owner: int, control: socket.socket, get_ready: forked.GetReady) -> None:
        self._owner = owner
        self._control = control
        self._get_ready = get_ready
        self._children: dict[int, _Child] = {}
        self._wakeup, self._bell = socket.socketpair()
        for end in (self._wakeup, self._bell):
            end.setblocking(False)

    def serve(self) -> None:
        """Do what the owner asks for until it is gone; nothing of this process outlives it."""
        for number in (signal.SIGCHLD, signal.SIGUSR1):  # schedulers send it to all of a job
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(self._bell.fileno(), warn_on_full_buffer=False)
        try:
            while os.getppid() == self._owner and self._turn():
                pass
        finally:
            for child in self._children.values():
                os.kill(child.pid, signal.SIGKILL)

    def _turn(self) -> bool:
        """Wait for something to do, and do it; tell whether the owner is still there."""
        ready, _, _ = select.select([self._control, self._wakeup], [], [], _LOOK_SECONDS)
        with suppress(BlockingIOError):
            self._wakeup.recv(_MOST_BYTES)
        self._reap()
        return self._obey() if self._control in ready else True

    def _obey(self) -> bool:
        try:
            message, descriptors, _, _ = socket.recv_fds(self._control, _MOST_BYTES, 2)
        except OSError:
            return False
        if not message:
            return False
        order = json.loads(message)
        if "fork" in order:
            self._fork(order["child"], order["fork"], *descriptors)
        elif child := self._children.get(order["child"]):  # not reaped: its pid is its own
            os.kill(child.pid, order["signal"])
        return True

    def _fork(self, number: int, function: str, data: int, status: int) -> None:
        connection = socket.socket(fileno=status)
        parent = os.getpid()
        _flush()
        pid = os.fork()
        if not pid:
            _run_child(parent, function, data, self._get_ready)
        os.close(data)
        self._children[number] = _Child(pid, connection)
        _tell(connection, {"pid": pid})

    def _reap(self) -> None:
        for number, child in list(self._children.items()):
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                del self._children[number]
                _tell(child.status, {"exit": os.waitstatus_to_exitcode(status)})
                child.status.close()


def _tell(connection: socket.socket, told: dict[str, int]) -> None:
    with suppress(OSError):  # nobody waits any more
        connection.sendall(json.dumps(told).encode() + b"\n")


def _run_child(parent: int, function: str, data: int, get_ready: forked.GetReady) -> NoReturn:
    """Be a trial process: fork its kernel first, while there is nothing to take along."""
    status = 1
    try:
        kernel_process.die_with(parent)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGUSR1):
            signal.signal(number, signal.SIG_DFL)
        os.setpgid(0, 0)
        forked.close_all_but(data)
        forked.keep_at_hand(get_ready)
        status = _call(function, data)
    except BaseException:  # noqa: BLE001 - nothing may reach the nursery's own frames
        traceback.print_exc()
    finally:
        with suppress(BaseException):
            forked.throw_away()
        _flush()
        os._exit(status)


def _get_ready(preloaded: Preloaded, libraries: list[Any]) -> Mapping[str, str]:
    """Give a kernel's process what it would have had for itself, had it not been forked."""
    use_threads(libraries)
    if numpy_random := sys.modules.get("numpy.random"):
        numpy_random.seed()  # as `random` does by itself after a fork
    return preloaded.environment


def _call(function: str, data: int) -> int:
    """Call the function with what stands in a file, and put there what comes of it."""
    with os.fdopen(data, "r+b") as file:
        file.seek(0)
        payload = file.read()
        try:
            result, status = _found(function)(payload), 0
        except BaseException:  # noqa: BLE001 - told to the owner
            result, status = traceback.format_exc().encode(errors="backslashreplace"), 1
        file.seek(0)
        file.truncate()
        file.write(result)
    return status


def _found(function: str) -> Callable[[bytes], bytes]:
    module, _, name = function.partition(":")
    found: Any = getattr(import_module(module), name)
    return found  # type: ignore[no-any-return] # as its caller promises


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()


def _warm_up(modules: list[str]) -> None:
    """Import what trial processes and kernels need, and write a page that nobody sees."""
    kernel_process.load()
    for name in ("mitosis._notebook.execution", *modules):
        import_module(name)
    from mitosis import _notebook as notebooks

    plan = notebooks.Plan("warm", "", [], "", [notebooks.PlannedCell("1", ("run",))])
    banner = notebooks.Banner(title="warm", experiment="warm", status="running")
    notebooks.to_html(notebooks.build(plan, banner))


def main() -> NoReturn:
    """Serve as the process that `Nursery` starts."""
    owner, descriptor = int(sys.argv[1]), int(sys.argv[2])
    order = json.loads(sys.argv[3])
    control = socket.socket(fileno=descriptor)
    _open_standard_streams()
    _warm_up(order["modules"])
    with loaded_without_threads():
        preloaded = preload(order["preload"])
    if unfit := preloaded.said | preloaded.threaded:
        _start_again(order, unfit, control)
    if reason := forked.unsafe():
        control.send(reason.encode())  # see Nursery.why_unfit
        sys.exit(1)
    control.set_inheritable(False)
    get_ready = partial(_get_ready, preloaded, openblas())
    gc.collect()
    gc.freeze()  # a collection in a child would copy all of this memory
    with suppress(KeyboardInterrupt):
        _Nursery(owner, control, get_ready).serve()
    os._exit(0)


def _open_standard_streams() -> None:
    """Let no file take the place of a stream that is closed: children would write to it."""
    while (opened := os.open(os.devnull, os.O_RDWR)) <= _STANDARD_ERROR:
        pass
    os.close(opened)


def _start_again(
    order: dict[str, list[str]], unfit: set[str], control: socket.socket
) -> NoReturn:
    """Become a nursery without the libraries that a trial process must load itself."""
    order["preload"] = [line for line in order["preload"] if line not in unfit]
    start = [*sys.orig_argv[:-1], json.dumps(order)]
    control.set_inheritable(True)
    os.execv(sys.executable, [sys.executable, *start[1:]])  # noqa: S606 - itself
