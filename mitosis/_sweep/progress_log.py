"""How a sweep goes on, told in a log: a line for each ended trial.

Nothing here has a thread of its own: who waits for trials says so with `tick`.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from mitosis._model import Status, Trial
from mitosis._run.terminal import Terminal
from mitosis._sweep.standing import Standing, rough_time
from mitosis._wording import counted, duration_text, main_text, printable, shown

_SILENT_SECONDS = 300.0
_WAIT_SECONDS = 5.0
_MOST_REASON = 160


class Progress:
    """Tells in a log how a sweep goes on; `LiveProgress` does so on a terminal.

    Args:
        name: of the sweep.
        standing: what is counted.

    Attributes:
        wait_seconds: how long whoever waits for trials may wait before the next `tick`.
    """

    wait_seconds = _WAIT_SECONDS

    def __init__(self, name: str, standing: Standing) -> None:
        self.name = shown(name)
        self.standing = standing
        self._terminal = Terminal()
        self._spoke = standing.elapsed

    def __enter__(self) -> Self:
        """Begin to show."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave a clean screen."""

    def started(self, trial: Trial) -> None:
        """Take in that a trial was claimed."""
        self.standing.start(trial)

    def ended(self, trial: Trial, main: Any = None, reason: str = "") -> None:
        """Take in that a trial ended: what it reported, or why it did not succeed."""
        seconds = self.standing.end(trial, main, reason)
        took = "" if seconds is None else f", {duration_text(seconds)}"
        self._count(f"{shown(trial.name)} {_ending(trial.status, main, reason)}{took}")

    def warned(self, trial: Trial, warnings: Iterable[str]) -> None:
        """Show what stands as warnings in the record of a trial that ended."""
        for warning in warnings:
            text = "\n".join(map(printable, warning.splitlines()))
            self.say(f"mitosis: warning: {shown(trial.name)}: {text}")

    def taken(self, trial: Trial, main: Any = None) -> None:
        """Take in that an earlier trial stands for a point, and nothing is run."""
        self.standing.settle(trial.status, trial.name, main)
        self._count(f"{shown(trial.name)} stands for it, nothing is run")

    def tick(self) -> None:
        """Show what has changed by the mere passing of time."""
        if self.standing.elapsed - self._spoke >= _SILENT_SECONDS:
            running = counted(len(self.standing.running), "trial")
            self._count(f"{running} still running for up to {self._longest()}")

    def say(self, text: str) -> None:
        """Write lines that stay."""
        self._terminal.say(text)
        self._spoke = self.standing.elapsed

    def _count(self, text: str) -> None:
        state = self.standing
        self.say(f"mitosis: {state.ended}/{state.points} {text}{_outlook(state)}")

    def _longest(self) -> str:
        state = self.standing
        seconds = (state.running_seconds(each) for each in state.running.values())
        return rough_time(max(seconds, default=0.0))


def _ending(status: Status, main: Any, reason: str) -> str:
    word = status.value.replace("_", " ")
    if status is Status.SUCCEEDED:
        return word if main is None else f"{word}, main = {main_text(main)}"
    return f"{word}: {_cut(reason)}" if reason else word


def _cut(reason: str) -> str:
    line = printable(" ".join(reason.split()))
    return line if len(line) <= _MOST_REASON else f"{line[: _MOST_REASON - 4]} ..."


def _outlook(state: Standing) -> str:
    remaining = state.remaining()
    facts = [f"{state.failed} failed so far"] if state.failed else []
    if remaining is not None and round(remaining) and state.ended < state.points:
        facts.append(f"about {rough_time(remaining)} to go")
    return f" ({', '.join(facts)})" if facts else ""
