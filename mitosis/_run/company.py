"""Who is beside a trial while it runs: may end it, hears it, and has something to add."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from mitosis._dataclass import dataclass
from mitosis._layout import TrialFolder
from mitosis._notebook import Stop

Listener = Callable[[str, str], object]
"""Is called with stream name and text as an experiment prints it."""


class Stops(Protocol):
    """Whoever may want a trial to end before its time."""

    def pass_on_to(self, stop: Callable[[Stop], object]) -> None:
        """Call this when it is to end, or at once if that is so already."""


def silent(_stream: str, _text: str) -> None:
    """Show nothing of what an experiment prints."""


def nobody() -> None:
    """Tell nobody that an experiment is over."""


def _nothing(_folder: TrialFolder) -> Sequence[str]:
    return ()


@dataclass(frozen=True)
class Company:
    """Who is beside a trial while it runs.

    Attributes:
        stops: may end it.
        earlier: asked, once the experiment is over, for the trials that should have come out
            the same.
        on_text: called with stream name and text as the experiment prints it.
        warn: asked at the end what else a reader should know of the trial's folder.
        over: called once the experiment has succeeded and its kernel is gone, before that is
            recorded.
    """

    stops: Stops
    earlier: Callable[[], Sequence[Mapping[str, Any]]]
    on_text: Listener = silent
    warn: Callable[[TrialFolder], Sequence[str]] = _nothing
    over: Callable[[], object] = nobody


class Switch:
    """Ends a trial that runs in this process."""

    def __init__(self) -> None:
        self._stop: Callable[[Stop], object] | None = None
        self._why: Stop | None = None

    def pass_on_to(self, stop: Callable[[Stop], object]) -> None:
        """Call this when it is to end, or at once if that is so already."""
        self._stop = stop
        if self._why:
            stop(self._why)

    def stop(self, why: Stop) -> None:
        """End the trial."""
        self._why = why
        if self._stop:
            self._stop(why)

    def kill(self) -> None:
        """End the trial at once."""
        for _ in range(2):  # the second time counts at once
            self.stop(Stop.INTERRUPTED)
