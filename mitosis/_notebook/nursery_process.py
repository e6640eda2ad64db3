"""The inside of a nursery: it warms up, and forks processes as they are asked for.

Its owner asks for trial processes, and these ask for kernels. It has one thread, always: a fork
takes along only the thread that forks, and whatever another one had locked would stay locked.
Children are reaped here, and whoever asked is told. Whoever asked can send signals through the
same connection, and a child whose connection closes is killed: nobody wants it any more.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from typing import NoReturn

from mitosis._notebook import forked, kernel_process
from mitosis._notebook.child import Link
from mitosis._notebook.order import Order, command
from mitosis._notebook.preloading import Preloaded, preload

_LOOK_SECONDS = 1.0
_MOST_BYTES = 65_536
_STANDARD_ERROR = 2
_OURS = (signal.SIGCHLD, signal.SIGUSR1, signal.SIGTERM)
"""Signals that only wake a nursery up; schedulers send SIGUSR1 to all of a job."""


@dataclass(frozen=True)
class _Child:
    pid: int
    status: socket.socket


class _Nursery:
    """Forks and reaps.

    Args:
        owner: its process id.
        control: where it asks for trial processes.
        get_ready: called in each kernel's process; returns the environment variables that
            libraries have set.
    """

    def __init__(
        self, owner: int, control: socket.socket, get_ready: Callable[[], Mapping[str, str]]
    ) -> None:
        self._owner = owner
        self._control = control
        self._get_ready = get_ready
        self._askers = {control}
        self._children: dict[socket.socket, _Child] = {}
        self._unwanted: list[int] = []
        self._wakeup, self._bell = socket.socketpair()
        for end in (self._wakeup, self._bell):
            end.setblocking(False)

    def serve(self) -> None:
        """Do what it is asked for until the owner is gone; nothing outlives this process."""
        for number in _OURS:
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(self._bell.fileno(), warn_on_full_buffer=False)
        try:
            while os.getppid() == self._owner and self._control in self._askers:
                self._turn()
        finally:
            for child in self._children.values():
                _send(child, signal.SIGKILL)

    def _turn(self) -> None:
        """Wait for something to do, and do it."""
        connections = [self._wakeup, *self._askers, *self._children]
        ready, _, _ = select.select(connections, [], [], _LOOK_SECONDS)
        with suppress(BlockingIOError):
            self._wakeup.recv(_MOST_BYTES)
        self._reap()
        for connection in ready:
            if child := self._children.get(connection):  # not reaped: its pid is its own
                self._pass_on(child)
            elif connection in self._askers:
                self._obey(connection)

    def _pass_on(self, child: _Child) -> None:
        try:
            numbers = child.status.recv(_MOST_BYTES)
        except OSError:
            numbers = b""
        for number in numbers or [signal.SIGKILL]:
            _send(child, number)
        if not numbers:
            del self._children[child.status]
            child.status.close()
            self._unwanted.append(child.pid)

    def _obey(self, asker: socket.socket) -> None:
        try:
            message, descriptors, _, _ = socket.recv_fds(asker, _MOST_BYTES, 2)
        except OSError:
            message = b""
        if message:
            self._fork(message.decode().strip(), *descriptors)
        else:
            self._askers.remove(asker)
            asker.close()

    def _fork(self, function: str, theirs: int, status: int) -> None:
        connection, told = socket.socket(fileno=theirs), socket.socket(fileno=status)
        ours, link = forked.pair(socket.SOCK_SEQPACKET) if function else (None, None)
        parent = os.getpid()
        forked.flush()
        pid = os.fork()
        if not pid:
            signal.set_wakeup_fd(-1)
            for number in _OURS:
                signal.signal(number, signal.SIG_DFL)
            if link:
                _be_trial_process(parent, connection, link, function)
            forked.be_child(parent, connection, partial(_be_kernel, self._get_ready))
        connection.close()
        if ours and link:
            link.close()
            self._askers.add(ours)
        self._children[told] = _Child(pid, told)
        _tell(told, {"pid": pid})

    def _reap(self) -> None:
        self._unwanted = [pid for pid in self._unwanted if not os.waitpid(pid, os.WNOHANG)[0]]
        for connection, child in list(self._children.items()):
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if not pid:
                continue
            del self._children[connection]
            code = os.waitstatus_to_exitcode(status)
            cpu = usage.ru_utime + usage.ru_stime
            _tell(connection, {"exit": code, "cpu": cpu, "rss": usage.ru_maxrss})
            connection.close()


def _tell(connection: socket.socket, told: Mapping[str, float]) -> None:
    with suppress(OSError):  # nobody waits any more
        connection.sendall(json.dumps(told).encode() + b"\n")


def _send(child: _Child, number: int) -> None:
    """Send a signal; where it kills, to all that the child has started, too."""
    with suppress(ProcessLookupError, PermissionError):
        if number == signal.SIGKILL:
            os.killpg(child.pid, number)  # each leads a group
    with suppress(ProcessLookupError):
        os.kill(child.pid, number)


def _be_trial_process(
    parent: int, connection: socket.socket, link: socket.socket, function: str
) -> NoReturn:
    from multiprocessing.connection import Connection

    def be(_parent: int, connection: socket.socket) -> None:
        forked.draw_from(Link(link))
        _found(function)(Connection(connection.detach()))

    forked.be_child(parent, connection, be, link)


def _found(function: str) -> Callable[..., object]:
    module, _, name = function.partition(":")
    found: Callable[..., object] = getattr(import_module(module), name)
    return found


def _be_kernel(
    get_ready: Callable[[], Mapping[str, str]], _parent: int, connection: socket.socket
) -> NoReturn:
    kernel_process.wait_and_become(connection, get_ready())


def _get_ready(preloaded: Preloaded) -> Mapping[str, str]:
    """Give a kernel's process what it would have had for itself, had it not been forked."""
    if numpy_random := sys.modules.get("numpy.random"):
        numpy_random.seed()  # as `random` does by itself after a fork
    return preloaded.environment


def _warm_up() -> None:
    """Do what is slow the first time: write a page, and draw if there is a pyplot."""
    from mitosis._notebook.page import load_page

    load_page()
    if "matplotlib.pyplot" in sys.modules:
        from mitosis._curves.first_figure import draw_first_figure

        draw_first_figure()


def main() -> NoReturn:
    """Serve as the process that `Nursery.started` starts."""
    owner, descriptor = int(sys.argv[1]), int(sys.argv[2])
    order = Order(**json.loads(sys.argv[3]))
    control = socket.socket(fileno=descriptor)
    _open_standard_streams()
    with suppress(KeyboardInterrupt):
        serve(owner, control, order)
    os._exit(0)


def serve(owner: int, control: socket.socket, order: Order) -> None:
    """Warm up, and be a nursery until the owner is gone."""
    gc.disable()  # what is loaded stays: looking at it again and again frees nothing
    kernel_process.load()
    import_module("mitosis._notebook.execution")
    from mitosis._notebook.kernel_application import prepare

    for name in order.modules:
        import_module(name)
    preloaded = preload(order.libraries)
    if preloaded.unfit:
        _start_again(owner, control, order, preloaded.unfit)
    if reason := forked.unsafe():
        control.send(reason.encode())  # see Nursery.last_words
        return
    control.set_inheritable(False)
    if order.for_many:
        with suppress(Exception):  # the trial will be told the same
            _warm_up()
    prepare()
    if order.then:
        _found(order.then)()
    get_ready = partial(_get_ready, preloaded)
    gc.freeze()  # a collection in a child would copy all of this memory
    gc.enable()
    _Nursery(owner, control, get_ready).serve()


def _open_standard_streams() -> None:
    """Let no file take the place of a stream that is closed: children would write to it."""
    while (opened := os.open(os.devnull, os.O_RDWR)) <= _STANDARD_ERROR:
        pass
    os.close(opened)


def _start_again(owner: int, control: socket.socket, order: Order, unfit: set[str]) -> NoReturn:
    """Become a nursery without the libraries that a trial process must load itself."""
    libraries = [line for line in order.libraries if line not in unfit]
    start = command(owner, control, replace(order, libraries=libraries))
    control.set_inheritable(True)
    os.execv(start[0], start)  # noqa: S606 - itself
