"""A kernel that is started, asked one thing and ended: whether trials could have one here."""

from __future__ import annotations

import ast
import asyncio
import time
from pathlib import Path
from typing import Any

from mitosis._dataclass import dataclass
from mitosis._notebook.kernel import Kernel, KernelOptions, exit_words, kernel

_SECONDS = 60.0
_QUESTION = "__import__('sys').executable"


@dataclass(frozen=True)
class Probe:
    """What came of it.

    Attributes:
        seconds: from the start to the answer, or to the failure.
        python: the interpreter that answered; empty if none did.
        words: why none did: what it wrote, else what starting it raised.
    """

    seconds: float
    python: str
    words: str = ""


def probe_kernel(directory: Path, timeout_seconds: float = _SECONDS) -> Probe:
    """Start a kernel as a trial does, have it run a statement, and end it.

    Nothing is raised where it fails, and nothing is left behind.

    Args:
        directory: the kernel's working directory.
        timeout_seconds: how long to wait for its answer.
    """
    began = time.monotonic()
    try:
        return asyncio.run(_ask(directory, timeout_seconds, began))
    except Exception as exc:  # noqa: BLE001 - whatever it is, it is the answer
        return Probe(time.monotonic() - began, "", f"{type(exc).__name__}: {exc}")


async def _ask(directory: Path, timeout_seconds: float, began: float) -> Probe:
    async with kernel(KernelOptions(directory, matplotlib_dpi=72)) as started:
        try:
            python = await asyncio.wait_for(_answer(started), timeout_seconds)
            return Probe(time.monotonic() - began, python)
        except TimeoutError:
            said = f"it did not answer within {timeout_seconds:g} s"
        except RuntimeError:  # it died
            said = f"it ended {exit_words(await started.exit_code())}"
        words = "\n".join(filter(None, [started.said(), said]))
        return Probe(time.monotonic() - began, "", words)


async def _answer(kernel: Kernel) -> str:
    await kernel.ready()
    client: Any = kernel.manager.client()
    client.start_channels(iopub=False, stdin=False, hb=False, control=False)
    try:
        client.execute("", silent=True, user_expressions={"python": _QUESTION})
        reply = await client.get_shell_msg(timeout=None)
        told = reply["content"]["user_expressions"]["python"]["data"]["text/plain"]
        return str(ast.literal_eval(told))
    finally:
        client.shell_channel.stop()
