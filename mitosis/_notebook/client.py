"""nbclient with what a trial needs: outputs in order and in bounds, and no endless waiting."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import takewhile
from queue import Empty
from types import MappingProxyType
from typing import Any

from nbclient.client import NotebookClient
from nbclient.exceptions import CellExecutionComplete, DeadKernelError
from nbformat import from_dict

from mitosis._notebook.document import NotebookNode
from mitosis._notebook.kernel import Kernel
from mitosis._notebook.nodes import output_of
from mitosis._notebook.transcript import Transcript

EVERY_CELL_AS_SHOWN: Mapping[int, str] = MappingProxyType({})
START_SECONDS = 120
_DRAIN_SECONDS = 600
_SUBSCRIBED_SECONDS = 0.05
"""Then a kernel is asked for something that does not welcome subscribers by itself."""
_MOST_WAITING = (
    10_000  # beyond that many messages (else 1000), the sockets drop what comes next
)
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class HiddenCodeError(Exception):
    """Code around the cells raised. The message says what, not where: code holds secrets."""


def unshown(log: list[str], shown: list[str]) -> list[str]:
    """Return the last lines of a log that were not shown.

    They follow what the log and the end of what was shown have in common. There may be nothing
    in common, as bars leave other lines in a log: then they are those after the last line that
    was shown at all.
    """
    for common in range(min(len(log), len(shown)), 0, -1):
        if shown[-common:] == log[:common]:
            return log[common:]
    known = set(shown)
    return list(takewhile(lambda line: line not in known, reversed(log)))[::-1]


def _hidden_error(reply: Any) -> str:
    return readable(f"{reply.get('ename', 'Error')}: {reply.get('evalue', '')}")


class Client(NotebookClient):
    """Runs the cells of one trial's notebook, and hidden code around them."""

    def __init__(
        self,
        notebook: NotebookNode,
        kernel: Kernel,
        on_text: Callable[[str, str], object],
        originals: Mapping[int, str] = EVERY_CELL_AS_SHOWN,
    ) -> None:
        super().__init__(
            notebook,
            km=kernel.manager,
            timeout=None,
            iopub_timeout=_DRAIN_SECONDS,
            startup_timeout=START_SECONDS,
            shell_timeout_interval=1,  # how often to look whether the kernel is still there
            record_timing=False,
        )
        self._kernel = kernel
        self._on_text = on_text
        self._originals = originals
        self._cell: NotebookNode = None
        self._index = 0
        self._started = 0
        self._transcript: Transcript | None = None
        self._asked = 0
        self._waiting: asyncio.Future[Any] | None = None
        self._silence: asyncio.Event | None = None
        self.messages = 0
        self.gave_up = False

    async def connect(self) -> None:
        """Open the channels to the kernel, as soon as it is ready.

        Raises:
            FirstCodeError: the code raised that it was to run first.
            RuntimeError: it died before.
            TimeoutError: it took too long.
        """
        assert self.km
        await asyncio.wait_for(self._kernel.ready(), START_SECONDS)
        self.kc = self.km.client()
        self.kc.start_channels(stdin=False, hb=False, control=False)

    def close(self) -> None:
        """Close the channels to the kernel."""
        if self.kc:
            self.kc.shell_channel.stop()
            self.kc.iopub_channel.stop()

    async def listen(self) -> None:
        """Make sure that outputs come in.

        Raises:
            TimeoutError: they do not.
        """
        assert self.kc
        self.kc.iopub_channel.socket.rcvhwm = _MOST_WAITING
        await asyncio.wait_for(self._be_heard(), START_SECONDS)

    async def _be_heard(self) -> None:
        """Wait for any message; a subscription takes its time to reach the kernel."""
        assert self.kc
        while True:
            with suppress(Empty):
                await self.kc.iopub_channel.get_msg(timeout=_SUBSCRIBED_SECONDS)
                return
            self.kc.kernel_info()

    async def run_hidden(self, code: str) -> None:
        """Run code that is no cell of the notebook."""
        assert self.kc
        self._asked += 1
        self.kc.session.metadata = {}
        message_id = self.kc.execute(code, silent=True, store_history=False)
        self._waiting = asyncio.ensure_future(self.async_wait_for_reply(message_id))
        try:
            reply = await self._waiting
        except asyncio.CancelledError:
            if self.gave_up:
                raise DeadKernelError("no reply") from None
            raise
        finally:
            self._waiting = None
        if reply and reply["content"]["status"] != "ok":
            raise HiddenCodeError(_hidden_error(reply["content"]))

    async def run_all(self) -> None:
        """Run all code cells in order, until one raises."""
        for index, cell in enumerate(self.nb.cells):
            if cell.cell_type == "code":
                await self._run_cell(cell, index)

    async def _run_cell(self, shown: NotebookNode, index: int) -> None:
        cell = self._as_written(shown, index)
        self._cell, self._index, self._transcript = cell, index, None
        self._started += 1
        self._asked += bool(cell.source.strip())  # nbclient does not run an empty one
        if self.kc:  # the kernel is told what it runs: see `_recording/tagged.py`
            self.kc.session.metadata = {"tags": list(cell.metadata.get("tags", ()))}
        cell.execution_count = self._started  # also for a kernel that dies before it says so
        try:
            await self.async_execute_cell(cell, index)
        finally:
            self.settle()
            shown.outputs, shown.execution_count = cell.outputs, cell.execution_count
            self.nb.cells[index] = shown

    def _as_written(self, shown: NotebookNode, index: int) -> NotebookNode:
        """Return a cell with the code that its author wrote, which may hold a secret."""
        if index not in self._originals:
            return shown
        cell = from_dict(shown)
        cell.source = self._originals[index]
        return cell

    def is_over(self) -> bool:
        """Tell whether the kernel has carried out what it was asked for last."""
        try:
            return int(self._kernel.mark.read_text(encoding="ascii")) >= self._asked
        except (OSError, ValueError):
            return False

    async def _async_poll_output_msg(self, *args: Any) -> None:
        # nbclient waits here for the word that a cell is over. It may have been dropped, or
        # the kernel's thread for outputs may have ended, while the reply is there.
        self._silence = asyncio.Event()
        polling = asyncio.ensure_future(super()._async_poll_output_msg(*args))
        silence = asyncio.ensure_future(self._silence.wait())
        try:
            await asyncio.wait([polling, silence], return_when=asyncio.FIRST_COMPLETED)
            if polling.done():
                polling.result()
        finally:
            polling.cancel()
            silence.cancel()

    def stop_listening(self, log: str) -> None:
        """Wait for no more outputs of the cell that runs, which is over; its reply counts."""
        if self._silence and not self._silence.is_set():
            self.complete(log)
            self._silence.set()

    def give_up(self) -> None:
        """Take a kernel that does not reply for dead."""
        self.gave_up = True
        waiting = self._waiting or self.task_poll_for_reply
        if waiting:
            waiting.cancel()

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
                    return readable("\n".join(output.traceback))
        return ""

    def complete(self, log: str) -> None:
        """Add the last lines of the log that a dead kernel had not sent any more."""
        if self._cell is None:
            return
        self.settle()
        missing = unshown(log.splitlines(), self._shown().splitlines())
        if missing:
            self.write("stdout", "\n".join(missing) + "\n")
            self.settle()

    def _shown(self) -> str:
        """Return all text that cells show, up to the one that is running."""
        before = [cell for cell in self.nb.cells[: self._index] if cell.cell_type == "code"]
        streams = [o for cell in before for o in cell.outputs if o.output_type == "stream"]
        return "".join(output.text for output in streams) + self._current().text()

    def settle(self) -> None:
        """Put everything held back into the cell that is running."""
        if self._transcript:
            self._transcript.settle()

    async def drain(self) -> None:
        """Take in what a kernel that is gone had sent before."""
        with suppress(Empty, RuntimeError):
            while self.kc and self._cell:
                message = await self.kc.iopub_channel.get_msg(timeout=0.3)
                with suppress(CellExecutionComplete):
                    self.process_message(message, self._cell, self._index)

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        """Take in a message; those that change a display, through the transcript."""
        self.messages += 1
        if msg["msg_type"] != "update_display_data":
            return super().process_message(msg, cell, cell_index)
        content = msg["content"]
        if name := (content.get("transient") or {}).get("display_id"):
            self._current().update(name, content["data"], content.get("metadata", {}))
        return None

    def output(self, outs: Any, msg: Any, display_id: Any, cell_index: int) -> Any:
        """Take an output, through the transcript."""
        if msg["msg_type"] == "stream":
            self.write(msg["content"]["name"], msg["content"]["text"])
            return None
        if self.output_hook_stack[msg["parent_header"].get("msg_id")]:
            return super().output(outs, msg, display_id, cell_index)
        if shown := output_of(msg):
            self._current().show(shown, display_id)
        return None

    def clear_output(self, outs: Any, msg: Any, cell_index: int) -> None:
        """Drop the cell's outputs."""
        if self.output_hook_stack[msg["parent_header"].get("msg_id")]:
            super().clear_output(outs, msg, cell_index)
        else:
            self._current().clear(wait=bool(msg["content"].get("wait")))


def readable(text: str) -> str:
    """Return text without colours, that any file takes."""
    return _ANSI.sub("", text).encode("utf-8", "backslashreplace").decode()
