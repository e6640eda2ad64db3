"""Running a trial's notebook, and telling truthfully how it ended."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import takewhile
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from nbclient.client import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from mitosis._model import Status
from mitosis._notebook.document import NotebookNode
from mitosis._notebook.kernel import KernelOptions, exit_words, kernel
from mitosis._notebook.transcript import Transcript

GRACE_SECONDS = 5.0
_START_SECONDS = 120
_DRAIN_SECONDS = 600
_TAIL_BYTES = 20_000
_MOST_REASON = 160
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Stop(StrEnum):
    """Why a trial was ended before its time."""

    INTERRUPTED = "it was interrupted"
    TERMINATED = "the runner received a signal to end"
    TIMED_OUT = "its time was up"


@dataclass(frozen=True)
class Ending:
    """How the notebook's run ended.

    Attributes:
        started: whether there was a kernel to run anything.
        stop: why it was ended before its time, if it was.
        wall_seconds: from the start of the first cell to the end of the last.
        reason: one line; empty if it succeeded.
        traceback: of the experiment's error, without colours.
    """

    status: Status
    reason: str = ""
    traceback: str = ""
    started: bool = True
    stop: Stop | None = None
    wall_seconds: float = 0.0


class Execution:
    """The run of one notebook, in a thread of its own so that the caller can stop it.

    Args:
        notebook: built by `build`; its cells are filled in place, also when the run fails.
        options: how to start the kernel.
        begin: code to run silently before the first cell.
        end: makes the code to run silently after the last cell, from the traceback of the
            experiment's error (empty if there was none).
        on_text: called with stream name and text as the experiment prints it.
        log: the file that the kernel itself writes what is printed to.
        timeout_seconds: time for all cells together; None for any.
    """

    def __init__(
        self,
        notebook: NotebookNode,
        options: KernelOptions,
        *,
        begin: str,
        end: Callable[[str], str],
        on_text: Callable[[str, str], None],
        log: Path,
        timeout_seconds: float | None,
    ) -> None:
        self._notebook = notebook
        self._options = options
        self._begin = begin
        self._end = end
        self._on_text = on_text
        self._log = log
        self._timeout_seconds = timeout_seconds
        self._stop: Stop | None = None
        self._manager: AsyncKernelManager | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._result: Future[Ending] = Future()
        self._thread = threading.Thread(target=self._work, name="mitosis-trial", daemon=True)

    def start(self) -> None:
        """Start the kernel and the run, and return at once."""
        self._thread.start()

    def wait(self) -> Ending:
        """Return the ending, once the kernel is gone."""
        while self._thread.is_alive():
            self._thread.join(0.5)  # an endless join would not let signals through
        return self._result.result()

    def stop(self, why: Stop) -> None:
        """Interrupt the experiment; a few seconds later, or when asked again, kill it."""
        if self._loop is None:
            self._stop = self._stop or why
        elif not self._loop.is_closed():
            with suppress(RuntimeError):  # it was closed in between: the run is over
                asyncio.run_coroutine_threadsafe(self._interrupt(why), self._loop)

    def _work(self) -> None:
        try:
            self._result.set_result(asyncio.run(self._run()))
        except BaseException as exc:  # noqa: BLE001 - handed to whoever waits
            self._result.set_exception(exc)

    async def _run(self) -> Ending:
        self._loop = asyncio.get_running_loop()
        async with kernel(self._options) as (manager, words):
            self._manager = manager
            client = _Client(self._notebook, manager, self._on_text)
            try:
                await client.async_start_new_kernel_client()
            except (RuntimeError, OSError) as exc:
                said = words.read_text(errors="replace").strip() or str(exc)
                return self._stopped() or _no_kernel(said)
            began = time.monotonic()
            try:
                ending = await self._run_cells(client)
            except DeadKernelError:
                ending = await self._died(client, manager, words)
            finally:
                client.close()
            return replace(ending, wall_seconds=time.monotonic() - began)

    async def _run_cells(self, client: _Client) -> Ending:
        try:
            await client.run_hidden(self._begin)
        except HiddenCodeError as exc:
            return self._stopped() or _no_kernel(str(exc))
        if stopped := self._stopped():
            return stopped
        timer = self._start_timer()
        traceback = reason = ""
        try:
            await client.run_all()
        except CellExecutionError as exc:
            traceback = client.traceback()
            reason = f"{exc.ename}: {_first_line(_readable(exc.evalue))}"
        finally:
            if timer:
                timer.cancel()
        try:
            await client.run_hidden(self._end(traceback))
        except HiddenCodeError as exc:
            reason = reason or f"its report could not be written: {_last_line(str(exc))}"
        if stopped := self._stopped(traceback):
            return stopped
        status = Status.FAILED if reason else Status.SUCCEEDED
        return Ending(status, reason, traceback)

    def _start_timer(self) -> asyncio.TimerHandle | None:
        if self._timeout_seconds is None:
            return None
        loop = asyncio.get_running_loop()
        return loop.call_later(self._timeout_seconds, self.stop, Stop.TIMED_OUT)

    def _stopped(self, traceback: str = "") -> Ending | None:
        if self._stop is None:
            return None
        status = Status.TIMED_OUT if self._stop is Stop.TIMED_OUT else Status.KILLED
        reason = str(self._stop)
        if self._stop is Stop.TIMED_OUT:
            reason = f"after {self._timeout_seconds:g} s"
        return Ending(status, reason, traceback, stop=self._stop)

    async def _died(self, client: _Client, manager: AsyncKernelManager, words: Path) -> Ending:
        await client.drain()
        client.complete(self._log_tail())
        said = words.read_text(errors="replace").strip()
        if said:
            client.write("stderr", f"{said}\n")
        how = f"its kernel ended {await exit_words(manager)}"
        return self._stopped(said) or Ending(Status.KILLED, how, said)

    def _log_tail(self) -> str:
        with self._log.open("rb") as file:
            file.seek(max(0, self._log.stat().st_size - _TAIL_BYTES))
            return file.read().decode(errors="replace")

    async def _interrupt(self, why: Stop) -> None:
        manager = self._manager
        first = self._stop is None
        self._stop = self._stop or why
        if manager is None or not manager.has_kernel:
            return
        if first:
            await manager.interrupt_kernel()
            await asyncio.sleep(GRACE_SECONDS)
        if manager.has_kernel:
            await manager._async_signal_kernel(9)  # noqa: SLF001 - no public way to a signal


class HiddenCodeError(Exception):
    """Code around the cells raised; the message is its traceback."""


class _Client(NotebookClient):
    """nbclient, with outputs kept in order and in bounds."""

    def __init__(
        self,
        notebook: NotebookNode,
        manager: AsyncKernelManager,
        on_text: Callable[[str, str], None],
    ) -> None:
        super().__init__(
            notebook,
            km=manager,
            timeout=None,
            iopub_timeout=_DRAIN_SECONDS,
            startup_timeout=_START_SECONDS,
            record_timing=False,
        )
        self._on_text = on_text
        self._cell: NotebookNode = None
        self._started = 0
        self._transcript: Transcript | None = None

    def close(self) -> None:
        """Close the channels to the kernel."""
        if self.kc:
            self.kc.stop_channels()

    async def run_hidden(self, code: str) -> None:
        """Run code that is no cell of the notebook."""
        assert self.kc
        message_id = self.kc.execute(code, silent=True, store_history=False)
        reply = await self.async_wait_for_reply(message_id)
        if reply and reply["content"]["status"] != "ok":
            raise HiddenCodeError(_readable("\n".join(reply["content"].get("traceback", ()))))

    async def run_all(self) -> None:
        """Run all code cells in order, until one raises."""
        for index, cell in enumerate(self.nb.cells):
            if cell.cell_type == "code":
                await self._run_cell(cell, index)

    async def _run_cell(self, cell: NotebookNode, index: int) -> None:
        self._cell, self._transcript = cell, None
        self._started += 1
        cell.execution_count = self._started  # also for a kernel that dies before it says so
        try:
            await self.async_execute_cell(cell, index)
        finally:
            self.settle()

    def write(self, stream: str, text: str) -> None:
        """Add text to the cell that is running."""
        self._current().write(stream, text)

    def _current(self) -> Transcript:
        if self._transcript is None:  # nbclient gives the cell its list when it has begun
            self._transcript = Transcript(self._cell.outputs, self._on_text)
        return self._transcript

    def traceback(self) -> str:
        """Return the traceback that the last cell which ran shows, without colours."""
        for cell in reversed(self.nb.cells):
            for output in cell.get("outputs", ()):
                if output.output_type == "error":
                    return _readable("\n".join(output.traceback))
        return ""

    def complete(self, log: str) -> None:
        """Add the last lines of the log that a dead kernel had not sent any more."""
        if self._cell is None:
            return
        self.settle()
        shown = set(self._current().text().splitlines())
        lines = reversed(log.splitlines())
        missing = list(takewhile(lambda line: line not in shown, lines))[::-1]
        if missing:
            self.write("stdout", "\n".join(missing) + "\n")

    def settle(self) -> None:
        """Put everything held back into the cell that is running."""
        if self._transcript:
            self._transcript.settle()

    async def drain(self) -> None:
        """Take in what a kernel that is gone had sent before."""
        with suppress(Empty, RuntimeError):
            while self.kc:
                message = await self.kc.iopub_channel.get_msg(timeout=0.3)
                if message["msg_type"] == "stream":
                    self.write(message["content"]["name"], message["content"]["text"])

    def output(self, outs: Any, msg: Any, display_id: Any, cell_index: int) -> Any:
        """Take an output, text through the transcript."""
        if msg["msg_type"] == "stream":
            self.write(msg["content"]["name"], msg["content"]["text"])
            return None
        self.settle()
        return super().output(outs, msg, display_id, cell_index)


def _no_kernel(said: str) -> Ending:
    reason = f"no kernel came up: {_last_line(said)}"
    return Ending(Status.FAILED, reason, said, started=False)


def _readable(text: str) -> str:
    """Return text without colours, that any file takes."""
    return _ANSI.sub("", text).encode("utf-8", "backslashreplace").decode()


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2]


def _first_line(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= _MOST_REASON else f"{line[: _MOST_REASON - 4]} ..."
