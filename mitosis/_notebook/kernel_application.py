"""ipykernel's application without what no trial's kernel uses: files to read, and options."""

from __future__ import annotations

import logging
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from ipykernel.compiler import XCachingCompiler
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.profiledir import ProfileDir
from traitlets.config import Config

_SOME_FOLDER = os.sep


class _BareProfile(ProfileDir):
    def check_dirs(self) -> None:
        """Make nothing; what needs a folder makes it."""


class KernelApplication(IPKernelApp):
    """A kernel's application that is told everything by its caller.

    Args:
        connection_file: says where the sockets are.
        inline_rc: settings of matplotlib for inline figures.
        mark: the file in which the kernel counts the requests that it has carried out.
    """

    def __init__(
        self, *, connection_file: str, inline_rc: dict[str, float], mark: Path
    ) -> None:
        config = ZMQInteractiveShell.instance().config if _has_shell() else _config()
        config.InlineBackend.rc = inline_rc
        super().__init__(  # type: ignore[no-untyped-call]
            config=config,
            connection_file=connection_file,
            parent_handle=os.getppid(),
        )
        self.log.setLevel(logging.WARNING)  # no record is made that no handler takes
        self._mark = mark

    def parse_command_line(self, argv: Any = None) -> None:
        """Do nothing: the command line is another program's."""

    def load_config_file(self, *args: Any, **options: Any) -> None:
        """Do nothing: no configuration of a user's joins a trial."""

    def init_heartbeat(self) -> None:
        """Do nothing: the runner looks at the process itself."""

    def init_profile_dir(self) -> None:
        """Name a profile's folder without making the folders in it."""
        self.profile_dir = _BareProfile(location=str(Path(self.ipython_dir, "profile")))

    def init_kernel(self) -> None:
        """Make the kernel, whose shell may be there already."""
        had_shell = _has_shell()
        super().init_kernel()  # type: ignore[no-untyped-call]
        if had_shell:
            _adopt_shell(self.kernel)

    def init_code(self) -> None:
        """Count requests, and survive what schedulers send to all processes of a job.

        That is SIGUSR1, and it is the runner that acts on it.
        """
        super().init_code()  # type: ignore[no-untyped-call]
        _Counting(self._mark).follow(self.shell)
        if signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL:
            signal.signal(signal.SIGUSR1, lambda *_: None)


def make_shell() -> None:
    """Make the shell for the kernels that will be forked: it is most of what a start takes.

    What it has done to this process that is not for it to keep is done again by the kernel.
    """
    main, paths = sys.modules["__main__"], list(sys.path)
    environment = dict(os.environ)
    os.environ.pop("VIRTUAL_ENV", None)  # it might warn of that here
    ZMQInteractiveShell.instance(
        config=_config(),
        ipython_dir=_SOME_FOLDER,
        profile_dir=_BareProfile(location=_SOME_FOLDER),
        compiler_class=XCachingCompiler,
    )
    sys.modules["__main__"], sys.path[:] = main, paths
    os.environ.clear()
    os.environ.update(environment)


def _adopt_shell(kernel: Any) -> None:
    """Have a kernel's shell be as if it had been made with it."""
    shell = kernel.shell
    shell.parent = shell.kernel = kernel
    shell.ipython_dir, shell.profile_dir = kernel.parent.ipython_dir, kernel.profile_dir
    shell.init_environment()
    shell.init_virtualenv()
    shell.save_sys_module_state()
    shell.init_sys_modules()


def _has_shell() -> bool:
    return bool(ZMQInteractiveShell.initialized())


def _config() -> Any:
    return Config(HistoryManager={"enabled": False}, IPKernelApp={"exec_PYTHONSTARTUP": False})


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
