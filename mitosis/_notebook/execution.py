"""Running a trial's notebook, and telling truthfully how it ended."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

from nbclient.exceptions import CellExecutionError, DeadKernelError

from mitosis._model import Status
from mitosis._notebook.client import (
    EVERY_CELL_AS_SHOWN,
    START_SECONDS,
    Client,
    HiddenCodeError,
    readable,
)
from mitosis._notebook.document import NotebookNode
from mitosis._notebook.ending import Ending, Stop
from mitosis._notebook.forked import FirstCodeError
from mitosis._notebook.kernel import Kernel, KernelOptions, exit_words, kernel
from mitosis._notebook.memory import Consumption

GRACE_SECONDS = 5.0
SILENT_SECONDS = 30.0
"""How long a kernel may say nothing after the end of a cell, until it is given up."""

_END_SECONDS = 600.0
_TICK_SECONDS = 0.25
_TAIL_BYTES = 20_000
_MOST_REASON = 160

_BY_SIGNAL = {-signal.SIGUSR1: Stop.ANNOUNCED, -signal.SIGXCPU: Stop.OUT_OF_CPU}


class Execution:
    """The run of one notebook, in a thread of its own so that the caller can stop it.

    Args:
        notebook: built by `build`; its cells are filled in place, also when the run fails.
        options: how to start the kernel.
        end: makes the code to run silently after the last cell, from the traceback of the
            experiment's error (empty if there was none).
        on_text: called with stream name and text as the experiment prints it.
        log: the file that the kernel itself writes what is printed to.
        timeout_seconds: time for all cells together; None for any.
        redact: takes secrets out of what an interpreter says outside of cells.
        originals: index of each cell that shows other code than it runs, to what it runs.
    """

    def __init__(
        self,
        notebook: NotebookNode,
        options: KernelOptions,
        *,
        end: Callable[[str], str],
        on_text: Callable[[str, str], object],
        log: Path,
        timeout_seconds: float | None,
        redact: Callable[[str], str] = str,
        originals: Mapping[int, str] = EVERY_CELL_AS_SHOWN,
    ) -> None:
        self._notebook = notebook
        self._options = options
        self._end = end
        self._on_text = on_text
        self._log = log
        self._timeout_seconds = timeout_seconds
        self._redact = redact
        self._originals = originals
        self._stop: Stop | None = None
        self._cells_ended: float | None = None
        self._kernel: Kernel | None = None
        self._consumption = Consumption()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._result: Future[Ending] = Future()
        self._thread = threading.Thread(target=self._work, name="mitosis-trial", daemon=True)

    def start(self) -> None:
        """Start the kernel and the run, and return at once."""
        self._thread.start()

    def is_over(self, *, within_seconds: float) -> bool:
        """Tell whether the kernel is gone, or is so before the time has passed."""
        self._thread.join(within_seconds)
        return not self._thread.is_alive()

    def wait(self) -> Ending:
        """Return the ending, once the kernel is gone."""
        while self._thread.is_alive():
            self._thread.join(0.5)  # an endless join would not let signals through
        return self._result.result()

    def abandon(self) -> Ending:
        """End the experiment as `stop` does, and return the ending, whatever is raised here."""
        self.stop(Stop.ABANDONED)
        while self._thread.is_alive():
            with suppress(BaseException):  # what comes now has come before
                self._thread.join(0.5)
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
        async with kernel(self._options) as self._kernel:
            self._consumption.watch(self._kernel.pid)
            client = Client(self._notebook, self._kernel, self._on_text, self._originals)
            try:
                await client.connect()
            except FirstCodeError as exc:
                return self._stopped() or _no_kernel(self._redact(readable(str(exc))))
            except (RuntimeError, OSError) as exc:
                said = self._redact(self._kernel.said() or str(exc))
                return self._stopped() or await self._not_up(said)
            began = time.monotonic()
            try:
                async with self._watched(client):
                    ending = await self._run_cells(client)
            except DeadKernelError:
                ending = await self._died(client, self._kernel)
            finally:
                client.close()
            wall_seconds = (self._cells_ended or time.monotonic()) - began
            self._consumption.sample()
        self._consumption.take(self._kernel.usage())
        return replace(
            ending,
            reason=self._redact(ending.reason),
            traceback=self._redact(ending.traceback),
            wall_seconds=wall_seconds,
            cpu_seconds=self._consumption.cpu_seconds(),
            peak_memory_bytes=self._consumption.peak_memory_bytes(),
        )

    async def _not_up(self, said: str) -> Ending:
        """Return the ending of a kernel that never answered: it failed, or was killed."""
        assert self._kernel
        code = await self._kernel.exit_code()
        if code is None or code >= 0:
            return _no_kernel(said)
        return Ending(Status.KILLED, self._how_it_died(code), said, started=False)

    @asynccontextmanager
    async def _watched(self, client: Client) -> AsyncIterator[None]:
        """Have an eye on the kernel for as long as the block runs."""
        watching = asyncio.ensure_future(self._watch(client))
        try:
            yield
        finally:
            watching.cancel()

    async def _watch(self, client: Client) -> None:
        """Note what the kernel takes, and do not wait for ever once a cell is over.

        If it is silent after that, its reply has to do; if there is none either, it is given
        up. Counted are looks and not seconds: while this process or the machine stands still,
        nothing comes in either.
        """
        silent, heard = 0, client.messages
        while silent * _TICK_SECONDS < SILENT_SECONDS + 2 * _TICK_SECONDS:
            await asyncio.sleep(_TICK_SECONDS)
            self._consumption.sample()
            silent = silent + 1 if client.messages == heard and client.is_over() else 0
            heard = client.messages
            if silent * _TICK_SECONDS >= SILENT_SECONDS:
                client.stop_listening(self._log_tail())
        client.give_up()

    async def _run_cells(self, client: Client) -> Ending:
        try:
            await client.listen()
        except TimeoutError:
            return self._stopped() or _no_kernel(f"it was not ready after {START_SECONDS} s")
        if stopped := self._stopped():
            return stopped
        self._consumption.sample()
        timer = self._start_timer(self._timeout_seconds)
        traceback = reason = ""
        try:
            await client.run_all()
        except CellExecutionError as exc:
            traceback = client.traceback()
            reason = f"{exc.ename}: {_first_line(readable(exc.evalue))}"
            if exc.ename == "MemoryError":
                self._consumption.sample()
                reason += self._consumption.words()
        finally:
            timer.cancel()
            self._cells_ended = time.monotonic()
        timer = self._start_timer(_END_SECONDS if self._timeout_seconds else None)
        try:
            await client.run_hidden(await asyncio.to_thread(self._end, traceback))
        except HiddenCodeError as exc:
            reason = reason or f"its report could not be written: {_last_line(str(exc))}"
        finally:
            timer.cancel()
        if stopped := self._stopped(traceback):
            return stopped
        status = Status.FAILED if reason else Status.SUCCEEDED
        return Ending(status, reason, traceback)

    def _start_timer(self, seconds: float | None) -> asyncio.Handle:
        loop = asyncio.get_running_loop()
        if seconds is None:
            return loop.call_soon(lambda: None)
        return loop.call_later(seconds, self.stop, Stop.TIMED_OUT)

    def _stopped(self, traceback: str = "") -> Ending | None:
        if self._stop is None:
            return None
        reason = str(self._stop)
        if self._stop is Stop.TIMED_OUT:
            reason = f"after {self._timeout_seconds:g} s"
        return Ending(self._stop.status, reason, traceback, stop=self._stop)

    async def _died(self, client: Client, kernel: Kernel) -> Ending:
        code = await kernel.exit_code()
        if code is not None:
            await client.drain()
        client.complete(self._log_tail())
        said = self._redact(kernel.said())
        if said:
            client.write("stderr", f"{said}\n")
            client.settle()
        self._stop = self._stop or _BY_SIGNAL.get(code or 0)
        return self._stopped(said) or Ending(Status.KILLED, self._how_it_died(code), said)

    def _how_it_died(self, code: int | None) -> str:
        if code is None:
            seconds = f"{SILENT_SECONDS:g} s"
            return f"its kernel did not answer any more: silent for {seconds} after a cell"
        if code != -signal.SIGKILL:
            return f"its kernel ended {exit_words(code)}"
        consumed = self._consumption.words()
        if self._consumption.ran_out():
            return f"out of memory: the system killed its kernel{consumed}"
        return f"its kernel ended {exit_words(code)}{consumed}"

    def _log_tail(self) -> str:
        try:
            with self._log.open("rb") as file:
                start = max(0, self._log.stat().st_size - _TAIL_BYTES)
                file.seek(start)
                tail = file.read().decode(errors="replace")
        except OSError:  # an experiment may have removed it
            return ""
        return tail.partition("\n")[2] if start else tail

    async def _interrupt(self, why: Stop) -> None:
        first = self._stop is None
        self._stop = self._stop or why
        if self._kernel is None:
            return
        if first:
            await self._kernel.send(signal.SIGINT)
            await asyncio.sleep(GRACE_SECONDS)
        await self._kernel.send(signal.SIGKILL)


def _no_kernel(said: str) -> Ending:
    reason = f"no kernel came up: {_last_line(said)}"
    return Ending(Status.FAILED, reason, said, started=False)


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2]


def _first_line(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= _MOST_REASON else f"{line[: _MOST_REASON - 4]} ..."
