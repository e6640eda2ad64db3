"""A real kernel that runs cells inside a session, without the runner."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from mitosis._recording import Report, Task

_BEGIN = """
from pathlib import Path as _Path
from mitosis._recording.session import Session as _Session
_mitosis = _Session(_Path({folder!r}), argv={argv!r}, repository={base}, secrets={secrets!r})
_mitosis.begin(globals())
"""
_SECONDS = 60


@dataclass
class Ran:
    """What came of the cells."""

    folder: Path
    texts: dict[str, str] = field(default_factory=lambda: {"stdout": "", "stderr": ""})
    messages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def report(self) -> Report:
        return Report.read(self.folder / "report.json")

    @property
    def log(self) -> str:
        return (self.folder / "output.log").read_text(encoding="utf-8")

    @property
    def displays(self) -> list[dict[str, Any]]:
        lines = (self.folder / "displays.jsonl").read_text(encoding="utf-8").splitlines()
        entries = [json.loads(line) for line in lines]
        return [entry for entry in entries if entry["type"] != "cell"]  # those begin a cell


def run_cells(
    folder: Path,
    *cells: str,
    seed: int | None = 1,
    argv: Sequence[str] = ("run.py",),
    base: Path | None = None,
    secrets: Mapping[str, Any] | None = None,
    earlier: Sequence[Mapping[str, Any]] = (),
) -> Ran:
    """Run cells in a session of their own, and end it as a runner does."""
    folder.mkdir(exist_ok=True)
    Task("sine", "INFO", {}, seed=seed).write(folder / "task.json")
    (folder / "output.log").touch()
    ran = Ran(folder)
    begin = _BEGIN.format(
        folder=str(folder),
        argv=list(argv),
        base=f"_Path({str(base)!r})" if base else None,
        secrets=secrets,
    )
    manager = KernelManager()
    manager.transport = "ipc"
    manager.ip = str(folder / "s")
    # ipykernel leaves the descriptors alone when it believes to be under test itself
    inherited = {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"}
    manager.start_kernel(cwd=str(folder), env=inherited)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=_SECONDS)
        assert _execute(client, ran, begin, silent=True) == ""
        error = ""
        for cell in cells:
            error = error or _execute(client, ran, dedent(cell))
        end = f"_mitosis.end({error!r}, earlier={list(earlier)!r})"
        assert _execute(client, ran, end, silent=True) == ""
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return ran


def _execute(client: BlockingKernelClient, ran: Ran, code: str, *, silent: bool = False) -> str:
    """Run code and return the traceback of its error."""
    sent = client.execute(code, silent=silent, store_history=not silent)
    reply = client.get_shell_msg(timeout=_SECONDS)
    while reply["parent_header"].get("msg_id") != sent:
        reply = client.get_shell_msg(timeout=_SECONDS)
    while True:
        message = client.get_iopub_msg(timeout=_SECONDS)
        if message["parent_header"].get("msg_id") != sent:
            continue
        ran.messages.append(message)
        content = message["content"]
        if message["msg_type"] == "stream":
            ran.texts[content["name"]] += content["text"]
        if message["msg_type"] == "status" and content["execution_state"] == "idle":
            return "\n".join(reply["content"].get("traceback", ()))
