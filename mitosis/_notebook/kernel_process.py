"""The inside of a kernel's process: it loads what kernels need and waits for its role.

Such a process is forked or started before anybody knows whether there will be a trial. While
it waits it owns nothing but one end of a socket, and when the other end closes it is gone
without a trace. Nothing here may import more of mitosis than a kernel has, and sockets of
ZeroMQ, with their threads, are made only once the role is known.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import importlib
import json
import os
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from importlib.machinery import FileFinder
from itertools import takewhile
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from mitosis._notebook.belonging import user_modules

INLINE = "module://matplotlib_inline.backend_inline"
READY = b"r"
FAILED = b"f"
"""Answers to a role, the latter with the error."""
NOTHING: Mapping[str, str] = MappingProxyType({})

_NEEDED = (
    "mitosis._notebook.kernel_application",
    "mitosis._recording.session",
    # what is imported when a shell is made, or in the course of a trial
    *("blake3", "encodings.ascii", "IPython.core.logger", "IPython.core.completerlib"),
    *("IPython.core.debugger", "IPython.core.oinspect"),
    *("IPython.extensions.storemagic", "code", "faulthandler", "pdb"),
    *("tornado.platform.asyncio", "zmq.asyncio"),
)
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Role:
    """Which kernel a process is to be.

    Attributes:
        connection_file: says where the kernel's sockets are.
        directory: its working directory.
        environment: all of its environment variables.
        words: the file that takes what is written outside of any cell.
        mark: the file in which it counts the requests that it has carried out.
        inline_rc: settings of matplotlib for inline figures.
        first: code that is run before it is ready; it may hold secrets.
    """

    connection_file: str
    directory: str
    environment: dict[str, str]
    words: str
    mark: str
    inline_rc: dict[str, float] = field(default_factory=dict)
    first: str = ""

    def message(self) -> bytes:
        """Return the line that `wait_and_become` understands."""
        return json.dumps(asdict(self)).encode() + b"\n"


def load() -> None:
    """Import what every kernel needs, so that it is there when the role comes."""
    os.environ.setdefault("MPLBACKEND", INLINE)  # matplotlib reads it when it is imported
    with _without_debugger(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they are not the experiment's
        for name in _NEEDED:
            importlib.import_module(name)


@contextmanager
def _without_debugger() -> Iterator[None]:
    """Have ipykernel do without debugpy, which takes a fifth of the time to start a kernel."""
    if "debugpy" in sys.modules:
        yield
        return
    sys.modules["debugpy"] = None  # type: ignore[assignment] # to the import system: not there
    try:
        importlib.import_module("ipykernel.debugger")
        yield
    finally:
        del sys.modules["debugpy"]


def die_with(parent: int) -> None:
    """Have the system end this process with its parent.

    Args:
        parent: its process id; it may be gone already.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def wait_and_become(
    connection: socket.socket, set_by_libraries: Mapping[str, str] = NOTHING
) -> NoReturn:
    """Become the kernel that is asked for on a connection; vanish if it is closed instead.

    Args:
        connection: to whoever gives the role, and listens for `READY`.
        set_by_libraries: environment variables, by those that were imported already.
    """
    role = _await_role(connection)
    if role is None:
        os._exit(0)
    _become(role, connection, set_by_libraries)


def _await_role(connection: socket.socket) -> Role | None:
    with suppress(OSError), connection.makefile("rb") as file:
        line = file.readline()
        if line.endswith(b"\n"):
            return Role(**json.loads(line))
    return None


def _become(
    role: Role, connection: socket.socket, set_by_libraries: Mapping[str, str]
) -> NoReturn:
    os.chdir(role.directory)
    parent = {"JPY_PARENT_PID": str(os.getppid())}  # as jupyter_client sets it
    _set_environment({**role.environment, **set_by_libraries, **parent})
    _redirect(role.words)
    _forget_listings()
    last = next(reversed(sys.modules))
    from mitosis._notebook.kernel_application import KernelApplication

    application = KernelApplication.instance()
    application.take(role.connection_file, role.inline_rc, Path(role.mark))
    application.initialize([])  # type: ignore[no-untyped-call]
    with suppress(OSError):
        connection.sendall(_answer(role.first, application.shell))
    application.leave_when_told(connection)
    application.start()  # type: ignore[no-untyped-call]
    _leave(last)


def _answer(code: str, shell: Any) -> bytes:
    """Run code where the cells will run, and return what to say of it."""
    try:
        exec(code, shell.user_ns)  # noqa: S102 - that is what kernels are for
    except BaseException as exc:  # noqa: BLE001 - told to whoever waits
        return FAILED + f"{type(exc).__name__}: {exc}".encode(errors="backslashreplace")
    return READY


def _set_environment(wanted: Mapping[str, str]) -> None:
    """Have these environment variables; to set all of them anew would copy shared memory."""
    for name in os.environ.keys() - wanted.keys():
        del os.environ[name]
    for name, value in wanted.items():
        if os.environ.get(name) != value:
            os.environ[name] = value


def _forget_listings() -> None:
    """Have folders looked at anew where the trial's own modules may stand.

    There are hundreds of others, and Python looks at each by itself once it has changed.
    """
    for folder in sys.path:
        finder = sys.path_importer_cache.get(folder or str(Path.cwd()))
        if isinstance(finder, FileFinder):
            finder.invalidate_caches()


def _redirect(words: str) -> None:
    """Give the process the three streams of a kernel."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    out = os.open(words, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream in (sys.__stdout__, sys.__stderr__):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()  # type: ignore[union-attr] # there may be none
    for standard, target in enumerate((nothing, out, out)):
        os.dup2(target, standard)
    os.close(nothing)
    os.close(out)


def _leave(last: str) -> NoReturn:
    """End the process as an interpreter does, but leave standing what the trial has not made.

    Taking that down costs a fork more than all its cells: it writes to all memory it shares.

    Args:
        last: the module that was loaded last before the trial; a look at all of them would
            copy a part of all that is shared.
    """
    threading._shutdown()  # type: ignore[attr-defined] # noqa: SLF001 - as an interpreter does
    atexit._run_exitfuncs()  # noqa: SLF001 - likewise; IPython's lets go of what cells defined
    for name in user_modules([*takewhile(last.__ne__, reversed(sys.modules))]):
        with suppress(Exception):  # anything may stand in sys.modules
            vars(sys.modules[name]).clear()
    gc.collect()  # closes the files that the experiment left open
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with suppress(Exception):
            stream.flush()  # type: ignore[union-attr] # there may be none
    ctypes.PyDLL(None).exit(0)  # with what libraries of C do at the end
    os._exit(0)


def main() -> NoReturn:
    """Serve as the process that `forked.started` starts."""
    parent, descriptor = map(int, sys.argv[1:])
    die_with(parent)
    connection = socket.socket(fileno=descriptor)
    connection.set_inheritable(False)
    load()
    wait_and_become(connection)
