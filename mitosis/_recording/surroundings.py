"""The kernel made fit for an experiment: it runs there as it would as a script."""

from __future__ import annotations

import atexit
import importlib
import logging
import sys
import warnings
from types import ModuleType
from typing import Any

_NOISY = ("matplotlib", "PIL", "asyncio", "parso", "numba", "urllib3")


def show_whole_tracebacks(shell: Any) -> None:
    """Show where `sys.exit` was called; IPython would show one line and a hint on quitting."""
    original = shell.showtraceback

    def showtraceback(*args: Any, **options: Any) -> None:
        original(*args, **options | {"exception_only": False})

    shell.showtraceback = showtraceback
    warnings.filterwarnings("ignore", message="To exit: use 'exit'")


def keep_bars_as_text() -> None:
    """Have `tqdm.auto` print its bar; a page cannot show the widget it takes in a kernel."""
    stand_in = ModuleType("tqdm.autonotebook")

    def plain_bar(name: str) -> Any:
        if name not in ("tqdm", "trange"):  # others only look around, as inspect does
            raise AttributeError(name)
        return getattr(importlib.import_module("tqdm.std"), name)

    stand_in.__dict__["__getattr__"] = plain_bar
    sys.modules["tqdm.autonotebook"] = stand_in


def leave_without_closing_sockets() -> None:
    """Spare the kernel's exit the handler in which ipykernel 7 may hang for 2.5 s.

    The process is about to end; the system closes its sockets. Other exit handlers, the
    experiment's among them, run as ever.
    """
    from IPython import get_ipython

    application = get_ipython().kernel.parent
    atexit.unregister(application.close)


def draw_figures_once(shell: Any) -> None:
    """Draw a figure only as the page gets it, and not for a window that is not there as well.

    In interactive mode, which kernels are in, pyplot draws each figure when a cell is over.
    That takes a third of a figure's time, and with the inline backend nobody sees it.
    """
    paused: list[Any] = []

    def pause() -> None:
        matplotlib: Any = sys.modules.get("matplotlib")
        backend: Any = sys.modules.get("matplotlib_inline.backend_inline")
        configured = getattr(backend, "configure_inline_support", None)
        is_inline = getattr(configured, "current_backend", "") == "inline"
        if is_inline and not paused and matplotlib.is_interactive():
            matplotlib.interactive(False)
            paused.append(matplotlib)

    def resume(*_: object) -> None:
        while paused:
            paused.pop().interactive(True)

    shell.events.register("post_execute", pause)  # before pyplot, which is not loaded yet
    shell.events.register("post_run_cell", resume)
    shell.events.register("pre_execute", resume)


def show_log_records(level: str) -> None:
    """Show the experiment's log records among its prints."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.INFO)
