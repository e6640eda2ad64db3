"""A trial in the process that asked for it, which goes on afterwards as if nothing had been."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from mitosis._recording.report import Report
from mitosis._recording.session import Session
from mitosis._recording.tee import Tee


class InProcess(Session):
    """One trial, as a script or a cell of someone's notebook sees it.

    Args:
        folder: the trial's.
        repository: as `Session` takes it.
        secrets: as `Session` takes them.
    """

    def __init__(
        self, folder: Path, *, repository: Path | None, secrets: Mapping[str, Any]
    ) -> None:
        super().__init__(folder, argv=(), repository=repository, secrets=secrets)
        self._tee = Tee(self._log, self._secrets)
        self._undo = ExitStack()
        self._cpu_before = 0.0

    def enter(self, parameters: Mapping[str, Any]) -> None:
        """Seed the global generators, and record what happens from now on.

        Args:
            parameters: all values; the locked ones are compared with their locks.

        Raises:
            ValueChangedError: a value is not what was locked.
        """
        with self._secrets.keyed(), ExitStack() as undo:
            self._parameters.check(parameters)
            undo.callback(self._log.close)
            self._threads = {t.ident for t in threading.enumerate() if t.ident}
            undo.callback(self._generators.end)
            self._generators.begin_for_a_while()
            self._record_here()
            undo.callback(self._leave)
            self._listen_to_displays(undo)
            self._cpu_before = _cpu_seconds()
            self._tee.begin()
            undo.callback(self._tee.end)
            self._undo = undo.pop_all()

    def leave(
        self,
        results: Mapping[Any, Any],
        traceback: str,
        earlier: Sequence[Mapping[str, Any]] = (),
    ) -> str:
        """Give the process back as it was, and write what the trial came to.

        Args:
            results: what it found out, whether it succeeded or not.
            traceback: of the error that ended it, if there was one.
            earlier: as `end` takes them.

        Returns:
            The results as a page shows them; empty if there are none.

        Raises:
            OSError: the report could not be written.
        """
        with self._undo:
            self._tee.end()
            for name in self._tee.deaf:
                self._warn(f"what was printed to {name} could not be captured")
            shown = self._secrets.redact(repr(self.store(results))) if results else ""
            self.tell(traceback, earlier)
            return shown

    def _used(self, report: Report) -> Report:
        seconds = (report.cpu_seconds or 0.0) - self._cpu_before
        return replace(report, cpu_seconds=seconds)

    def _listen_to_displays(self, undo: ExitStack) -> None:
        """Keep what a cell displays, where this process is a kernel of Jupyter."""
        ipython = sys.modules.get("IPython")
        shell = ipython.get_ipython() if ipython else None
        session = getattr(getattr(shell, "kernel", None), "session", None)
        if session is not None:
            self._displays.listen(session)
            undo.callback(vars(session).pop, "send", None)


def _cpu_seconds() -> float:
    used = Report().with_usage().cpu_seconds
    return time.process_time() if used is None else used
