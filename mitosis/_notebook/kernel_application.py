"""ipykernel's application without what no trial's kernel uses: files to read, and options."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from IPython.core.profiledir import ProfileDir
from tornado.ioloop import IOLoop
from traitlets.config import Config

_SOME_FOLDER = os.sep


class _BareProfile(ProfileDir):
    def check_dirs(self) -> None:
        """Make nothing; what needs a folder makes it."""


class TrialKernel(IPythonKernel):
    """A kernel that may have been made, with its shell, before the process that it serves in.

    Making one looks at all that is loaded, and so copies a part of all that a fork shares.
    """

    @classmethod
    def instance(cls, *args: Any, **told: Any) -> TrialKernel:
        """Return the kernel: a new one, or the one that was made, connected now."""
        was_made = cls.initialized()
        kernel: TrialKernel = super().instance(*args, **told)
        if was_made:
            kernel.connect(told)
        return kernel

    def connect(self, told: dict[str, Any]) -> None:
        """Be as if made in this process, with its sockets.

        Args:
            told: what IPKernelApp gives to a kernel that it makes.
        """
        for name in set(told) - {"parent", "user_ns", "log"}:
            setattr(self, name, told[name])
        self.ident = str(uuid4())
        self._stdout, self._stderr = sys.stdout, sys.stderr
        shell: Any = self.shell
        shell.ipython_dir, shell.profile_dir = told["parent"].ipython_dir, self.profile_dir
        shell.displayhook.session = shell.display_pub.session = self.session
        shell.displayhook.pub_socket = shell.display_pub.pub_socket = self.iopub_socket
        shell.displayhook.topic = self._topic("execute_result")  # type: ignore[no-untyped-call]
        shell.init_environment()
        shell.init_virtualenv()
        shell.save_sys_module_state()
        shell.init_sys_modules()

    def _process_children(self) -> list[Any]:
        """Return the children to end at the end; looking for them takes longer than a cell."""
        try:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:  # there are none
            return []
        found: list[Any] = super()._process_children()  # type: ignore[no-untyped-call]
        return found


class KernelApplication(IPKernelApp):
    """A kernel's application that is told everything by its caller."""

    def __init__(self) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            config=Config(
                HistoryManager={"enabled": False},
                IPKernelApp={"exec_PYTHONSTARTUP": False},
                TrialKernel={"_execute_sleep": 0},  # it gives outputs time; here they need none
            ),
            kernel_class=TrialKernel,
        )
        self.log.setLevel(logging.WARNING)  # no record is made that no handler takes
        self._mark = Path()
        self._has_shell = False

    def take(self, connection_file: str, inline_rc: dict[str, float], mark: Path) -> None:
        """Take what only the kernel's own process is told.

        Args:
            connection_file: says where the sockets are.
            inline_rc: settings of matplotlib for inline figures.
            mark: the file in which the kernel counts the requests that it has carried out.
        """
        self.session.pid, self.session.session = os.getpid(), str(uuid4())
        self.connection_file = connection_file
        self.parent_handle = os.getppid()
        self.ipython_dir = os.environ["IPYTHONDIR"]
        self.config.InlineBackend.rc = inline_rc
        self._mark = mark

    def leave_when_told(self, connection: socket.socket) -> None:
        """End as after a request to shut down once something comes, or the other end closes.

        The control channel would take a visit to another thread and back.
        """
        loop = IOLoop.current()

        def told(_connection: object, _events: object) -> None:
            loop.remove_handler(connection)
            loop.spawn_callback(leave)

        async def leave() -> None:
            await self.kernel._at_shutdown()  # noqa: SLF001 - as ipykernel's own handler does
            loop.stop()

        connection.setblocking(False)
        loop.add_handler(connection, told, IOLoop.READ)

    def parse_command_line(self, argv: Any = None) -> None:
        """Do nothing: the command line is another program's."""

    def load_config_file(self, *args: Any, **options: Any) -> None:
        """Do nothing: no configuration of a user's joins a trial."""

    def init_config_files(self) -> None:
        """Do nothing, likewise."""

    def init_heartbeat(self) -> None:
        """Do nothing: the runner looks at the process itself."""

    def init_poller(self) -> None:
        """Do nothing where the system itself ends a kernel with its parent."""
        if sys.platform != "linux":
            super().init_poller()  # type: ignore[no-untyped-call]

    def write_connection_file(self, **_options: Any) -> None:
        """Do nothing: the runner has written it."""

    def init_profile_dir(self) -> None:
        """Name a profile's folder without making the folders in it."""
        self.profile_dir = _BareProfile(location=str(Path(self.ipython_dir, "profile")))

    def make_shell(self) -> None:
        """Make the kernel, with a shell that is ready for its first cell.

        What it does to this process that is not for it to keep is done again in a fork.
        """
        profile = _BareProfile(location=_SOME_FOLDER)
        kernel = TrialKernel.instance(
            parent=self, profile_dir=profile, user_ns=None, log=self.log
        )
        shell: Any = kernel.shell
        self.shell = shell
        self.init_extensions()
        shell.display_formatter.format(1)
        shell.run_cell("None", silent=True)
        shell.last_execution_result = None
        shell.user_ns_hidden.update(shell.user_ns)
        shell._sys_modules_keys = set(sys.modules)  # noqa: SLF001 - as IPython's own does
        self._has_shell = True

    def init_extensions(self) -> None:
        """Load IPython's own, if that was not done when the shell was made."""
        if not self._has_shell:
            super().init_extensions()  # type: ignore[no-untyped-call]

    def init_code(self) -> None:
        """Count requests, and survive what schedulers send to all processes of a job.

        That is SIGUSR1, and it is the runner that acts on it.
        """
        if not self._has_shell:
            super().init_code()  # type: ignore[no-untyped-call]
        _Counting(self._mark).follow(self.shell)
        if signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL:
            signal.signal(signal.SIGUSR1, lambda *_: None)


def prepare() -> None:
    """Make all of a kernel but its sockets, and use it once, for those that will be forked.

    That is most of what a start takes. What it has done to this process that is not for it to
    keep is done again in the fork.
    """
    main, paths, environment = sys.modules["__main__"], list(sys.path), dict(os.environ)
    os.environ["IPYTHONDIR"] = _SOME_FOLDER
    os.environ.pop("VIRTUAL_ENV", None)  # it might warn of that here
    KernelApplication.instance().make_shell()
    sys.modules["__main__"], sys.path[:] = main, paths
    os.environ.clear()
    os.environ.update(environment)


class _Counting:
    """Counts what a shell has carried out, in a file that a runner can read.

    Hidden code counts when it is over, a cell when its figures are out too, and nothing counts
    that an experiment runs inside its own.
    """

    def __init__(self, mark: Path) -> None:
        self._mark = mark
        self._over = 0
        self._depth = 0

    def follow(self, shell: Any) -> None:
        shell.events.register("pre_run_cell", self._begin)
        shell.events.register("post_execute", self._end)
        shell.events.register("post_run_cell", self._end_cell)

    def _begin(self, _info: object) -> None:
        self._depth += 1

    def _end(self) -> None:
        if self._depth:
            return
        self._over += 1
        with suppress(Exception):
            self._mark.write_text(str(self._over), encoding="ascii")

    def _end_cell(self, _result: object) -> None:
        self._depth -= 1
        self._end()
