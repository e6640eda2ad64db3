"""The hidden side of a trial's notebook: what its cells call, and what runs around them."""

from __future__ import annotations

import asyncio
import atexit
import ctypes
import importlib
import json
import logging
import os
import random
import signal
import sys
import warnings
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import dill  # noqa: F401 - here, for an experiment may leave no path to import it by

from mitosis._canonical import arrive
from mitosis._layout import TrialFolder
from mitosis._recording.parameters import LockedParameters, mutation_warning
from mitosis._recording.pickles import read_pickle, write_pickles
from mitosis._recording.report import Report, plain, shortened
from mitosis._recording.streams import Log, Output
from mitosis._recording.task import Task, enter_trial
from mitosis.errors import InvalidResultsError, UnpicklingError

_NOISY = ("matplotlib", "PIL", "asyncio", "parso", "numba", "urllib3")
_PR_SET_PDEATHSIG = 1


class Session:
    """One trial, as its kernel sees it."""

    def __init__(self, folder: Path) -> None:
        self._folder = TrialFolder(folder)
        self._task = Task.read(self._folder.task)
        self._log = Log(self._folder.log)
        self._report = Report()
        self._parameters = LockedParameters(self._task.locked, self._task.script)
        self._output: Output | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self, namespace: dict[str, Any]) -> None:
        """Set the kernel up, and give the notebook's cells the functions they call."""
        from IPython import get_ipython

        shell = get_ipython()
        enter_trial(self._task.experiment)
        _die_with_the_runner()
        _show_whole_tracebacks(shell)
        _send_lone_surrogates(shell.kernel.session)
        _keep_bars_as_text()
        sys.argv[:] = self._task.argv
        # IPython undoes, after each cell, what the cell did to the streams, and holds all
        # output in memory. From the next cell on it does neither.
        shell._tee = lambda channel: nullcontext()  # noqa: ARG005, SLF001 - as IPython calls it
        shell.events.register("pre_run_cell", self._capture_output)
        shell.events.register("post_execute", self._settle_output)
        namespace.update(
            unpickled=self.unpickled,
            the_experiment=self.the_experiment,
            check_locked=self.check_locked,
            seed_globals=seed_globals,
            keep=self.keep,
        )

    def _capture_output(self, _info: object) -> None:
        # An experiment may call asyncio.run, as it may in a script.
        self._loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)  # noqa: SLF001 - exported for event loops
        if self._output is None:
            self._output = Output(self._log)
            _show_log_records(self._task.log_level)

    def _settle_output(self) -> None:
        if self._loop:
            asyncio.set_event_loop(self._loop)
            asyncio._set_running_loop(self._loop)  # noqa: SLF001 - as above
        if self._output:
            self._output.settle()

    def unpickled(self, argument: str) -> Any:
        """Return the value of a parameter that travelled as a pickle."""
        parameter = self._task.parameters[argument]
        try:
            for module in parameter.modules:
                importlib.import_module(module)
            return read_pickle(self._folder.root / parameter.file)
        except Exception as exc:
            raise UnpicklingError(what=f"parameter {argument!r}", reason=repr(exc)) from exc

    def the_experiment(self) -> Any:
        """Return an experiment that is an object and travelled as a pickle."""
        try:
            return read_pickle(self._folder.experiment)
        except Exception as exc:
            what = f"experiment {self._task.experiment!r}"
            raise UnpicklingError(what=what, reason=repr(exc)) from exc

    def check_locked(self, parameters: Mapping[str, Any]) -> None:
        """Make sure, before the experiment runs, that the parameters are what was locked."""
        if self._folder.registered.exists():
            try:
                arrive(read_pickle(self._folder.registered))
            except Exception as exc:
                what = "what is registered for types in the parameters"
                raise UnpicklingError(what=what, reason=repr(exc)) from exc
        self._parameters.check(parameters)

    def keep(self, results: Any) -> Results:
        """Check and store what `run` returned, and show it."""
        if not isinstance(results, Mapping):
            reason = f"returned {shortened(results, 60)}, which is no dict"
            raise InvalidResultsError(experiment=self._task.experiment, reason=reason)
        if "main" not in results:
            keys = ", ".join(map(repr, results)) or "nothing"
            reason = f'returned a dict without "main" (it holds {keys})'
            raise InvalidResultsError(experiment=self._task.experiment, reason=reason)
        keeping = write_pickles(self._folder.results, results)
        main, exact = plain(results["main"])
        self._report = Report(
            main=main,
            main_is_exact=exact,
            results={str(key): shortened(value) for key, value in results.items()},
            dropped=keeping.dropped,
        )
        for key, why in keeping.dropped.items():
            logging.getLogger("mitosis").warning("result %r could not be stored: %s", key, why)
        return Results(results)

    def end(self, traceback: str = "") -> None:
        """Write what only the kernel knows, whether the experiment succeeded or not."""
        if traceback:
            self._log.write("stderr", f"{traceback}\n")
        self._compare_again()
        self._log.end()
        self._report.with_usage().write(self._folder.report)
        _leave_without_closing_sockets()

    def _compare_again(self) -> None:
        """Tell which parameters the experiment has changed; at no price to the report."""
        try:
            mutated = self._parameters.changes()
            warned = [
                mutation_warning(argument, places) for argument, places in mutated.items()
            ]
        except BaseException as exc:  # noqa: BLE001 - memory may have run out, or anything
            mutated = {}
            warned = [f"whether parameters were changed could not be found out: {exc!r}"]
        for warning in warned:
            self._log.write("stderr", f"WARNING mitosis: {warning}\n")
        self._report = replace(self._report, mutated=mutated, warnings=warned)


class Results:
    """What `run` returned, in the form that the notebook shows."""

    def __init__(self, results: Mapping[Any, Any]) -> None:
        self._results = results

    def __repr__(self) -> str:
        width = max(len(str(key)) for key in self._results)
        texts = {str(key): shortened(value, 2000) for key, value in self._results.items()}
        lines = [
            f"{key.ljust(width)}  " + text.replace("\n", "\n".ljust(width + 3))
            for key, text in texts.items()
        ]
        return "\n".join(lines)


def seed_globals(seed: int) -> None:
    """Seed the generators that `random`, numpy and torch keep for the whole process."""
    random.seed(seed)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(seed % 2**32)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed % 2**63)


def _die_with_the_runner() -> None:
    """Have the system end this kernel with its runner, however busy the kernel is.

    ipykernel looks for its parent once a second, from a thread that has to get its turn.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != int(os.environ.get("JPY_PARENT_PID", os.getppid())):
            os.kill(os.getpid(), signal.SIGKILL)


def _show_whole_tracebacks(shell: Any) -> None:
    """Show where `sys.exit` was called; IPython would show one line and a hint on quitting."""
    original = shell.showtraceback

    def showtraceback(*args: Any, **options: Any) -> None:
        original(*args, **options | {"exception_only": False})

    shell.showtraceback = showtraceback
    warnings.filterwarnings("ignore", message="To exit: use 'exit'")


def _send_lone_surrogates(session: Any) -> None:
    """Let text that is no valid Unicode reach the runner; file names can get into errors."""
    original = session.pack

    def pack(content: Any) -> bytes:
        try:
            return bytes(original(content))
        except UnicodeEncodeError:
            return json.dumps(content, default=str).encode()

    session.pack = pack


def _keep_bars_as_text() -> None:
    """Have `tqdm.auto` print its bar; a page cannot show the widget it takes in a kernel."""
    stand_in = ModuleType("tqdm.autonotebook")

    def plain_bar(name: str) -> Any:
        if name not in ("tqdm", "trange"):  # others only look around, as inspect does
            raise AttributeError(name)
        return getattr(importlib.import_module("tqdm.std"), name)

    stand_in.__dict__["__getattr__"] = plain_bar
    sys.modules["tqdm.autonotebook"] = stand_in


def _leave_without_closing_sockets() -> None:
    """Spare the kernel's exit the handler in which ipykernel 7 may hang for 2.5 s.

    The process is about to end; the system closes its sockets. Other exit handlers, the
    experiment's among them, run as ever.
    """
    from IPython import get_ipython

    application = get_ipython().kernel.parent
    atexit.unregister(application.close)


def _show_log_records(level: str) -> None:
    """Show the experiment's log records among its prints."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.INFO)
