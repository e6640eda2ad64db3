"""What a person sees while a trial runs: a start line, the live output, an end line, a path."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from textwrap import fill
from typing import Any, TextIO

from mitosis._model import Status, Trial
from mitosis._plaintext import PlainText
from mitosis._wording import counted, duration_text, main_text, shown

_MOST_CHANGES = 8
_BETWEEN_NAMES = re.compile(r"(, | -> |: )")
_SAID = {
    Status.SUCCEEDED: "succeeded",
    Status.FAILED: "failed: ",
    Status.KILLED: "was killed: ",
    Status.TIMED_OUT: "timed out ",
}


class Terminal:
    """Writes to this process's own output, at once.

    A terminal gets the experiment's text as it is, with its colours and moving bars. A file
    or a pipe gets plain lines, so `nohup ... &> exp.log` stays readable.
    """

    def __init__(self) -> None:
        self._plain: dict[str, PlainText] = {}
        self._is_mid_line = False

    def say(self, text: str) -> None:
        """Write a line of mitosis's own, or several."""
        self._write(sys.stdout, self._on_a_new_line(text))

    def complain(self, text: str) -> None:
        """Write a traceback, where errors go."""
        self._write(sys.stderr, self._on_a_new_line(text))

    def _on_a_new_line(self, text: str) -> str:
        start = "\n" if self._is_mid_line else ""
        return f"{start}{text.rstrip()}\n"

    def echo(self, stream: str, text: str) -> None:
        """Write what the experiment wrote."""
        out = sys.stdout if stream == "stdout" else sys.stderr
        if not _is_terminal(out):
            plain = self._plain.setdefault(stream, PlainText())
            text = plain.feed(text, time.monotonic())
        self._write(out, text)

    def settle(self) -> None:
        """Write what is still held back of lines that were being redrawn."""
        for stream, plain in self._plain.items():
            self._write(sys.stdout if stream == "stdout" else sys.stderr, plain.end())

    def _write(self, out: TextIO | None, text: str) -> None:
        if not text or out is None:
            return
        encoding = getattr(out, "encoding", None) or "utf-8"
        try:
            out.write(text.encode(encoding, "backslashreplace").decode(encoding))
            out.flush()
        except Exception:  # noqa: BLE001 - closed, or a stand-in; showing must cost no trial
            return
        self._is_mid_line = not text.endswith("\n")


def _is_terminal(out: Any) -> bool:
    try:
        return bool(out.isatty())
    except (AttributeError, ValueError):  # nothing there, a stand-in, or closed
        return False


def start_line(trial: Trial, *, seed_is_generated: bool) -> str:
    """Say which trial starts."""
    facts = [f"key {trial.key}"]
    if trial.seed is not None:
        facts.append(f"seed {trial.seed}{' (generated)' if seed_is_generated else ''}")
    if trial.commit:
        facts.append(f"commit {trial.commit[:10]}")
    if trial.iteration is None:
        facts.append("debug: not recorded")
    return f"mitosis: {shown(trial.name)} starts ({', '.join(facts)})"


def instead_line(trial: Trial, started_at: datetime, but: str) -> str:
    """Say which earlier trial is returned, for nothing has to be run, and where its page is."""
    main = "" if trial.main is None else f", main = {main_text(trial.main)}"
    when = f"{started_at:%Y-%m-%d %H:%M} UTC"
    line = f"mitosis: {shown(trial.name)} of {when} is returned, nothing is run{main}{but}"
    return f"{line}\n{trial.html}"


def changes_text(since: str, changed: Sequence[str]) -> str:
    """Say in a short paragraph what differs from the last trial of the same variants."""
    facts = [_fact_text(fact) for fact in changed[:_MOST_CHANGES]]
    if len(changed) > _MOST_CHANGES:
        facts.append(f"{counted(len(changed) - _MOST_CHANGES, 'more difference')}, on the page")
    text = f"mitosis: since {shown(since)}: {'; '.join(facts)}"
    return fill(
        text, 80, subsequent_indent="    ", break_on_hyphens=False, break_long_words=False
    )


def _fact_text(fact: str) -> str:
    """Return a fact with each long path in it shortened by itself, so that none is lost."""
    return "".join(shown(part) for part in _BETWEEN_NAMES.split(fact))


def told(status: Status, reason: str) -> str:
    """Return what is said of a trial that ended so, e.g. "failed: ZeroDivisionError: ..."."""
    said = _SAID[status]
    if status is Status.TIMED_OUT and not reason.startswith("after "):
        said = "timed out: "
    return f"{said}{reason}" if reason else said.rstrip(": ")


def end_line(trial: Trial, how: str, main: Any, wall_seconds: float) -> str:
    """Say how a trial ended, and where its notebook is."""
    value = f", main = {main_text(main)}" if main is not None else ""
    line = f"mitosis: {shown(trial.name)} {how}{value}, {duration_text(wall_seconds)}"
    return f"{line}\n{trial.html}"
