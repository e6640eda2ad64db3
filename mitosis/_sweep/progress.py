"""What a person sees while a sweep runs: a live display on a terminal, plain lines in a log."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from mitosis._model import Status
from mitosis._sweep.progress_log import Progress
from mitosis._sweep.standing import Standing

__all__ = ["Progress", "Settled", "make_progress", "may_redraw"]


class Settled(Protocol):
    """A trial as its row tells it."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def status(self) -> Status:
        """How it ended."""

    @property
    def main(self) -> Any:
        """What it reported."""

    @property
    def reason(self) -> str:
        """Why it did not succeed."""


def make_progress(
    name: str,
    points: int,
    *,
    before: Iterable[Settled] = (),
    jobs: int = 1,
    best: str | None = None,
) -> Progress:
    """Return what shows how a sweep goes on, to be used in a `with` statement.

    Args:
        name: of the sweep.
        points: how many it has.
        before: of each point that is not to be run, the trial that it has.
        jobs: how many trials run at once.
        best: `min` or `max` where it is known which `main` is the best.
    """
    standing = Standing(points, jobs)
    for row in before:
        standing.settle(row.status, row.name, row.main, row.reason)
    standing.last_failure = None  # it was an earlier call's
    if not may_redraw(sys.stdout, os.environ):
        return Progress(name, standing)
    from mitosis._sweep.progress_live import LiveProgress

    return LiveProgress(name, standing, best)


def may_redraw(out: Any, environment: Mapping[str, str]) -> bool:
    """Tell whether lines may be drawn over: someone watches, on a terminal that can do it."""
    if environment.get("TERM", "") in ("", "dumb", "unknown") or environment.get("CI"):
        return False
    try:
        return bool(out.isatty())
    except (AttributeError, ValueError):  # nothing there, a stand-in, or closed
        return False
