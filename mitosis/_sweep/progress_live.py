"""A display of a sweep that is drawn over and over, on a terminal; with rich.

It is as high however many trials there are, and is gone when the sweep ends.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Any, Self

from rich.cells import set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.text import Text

from mitosis._layout import TrialFolder
from mitosis._model import Trial
from mitosis._sweep.last_line import last_line
from mitosis._sweep.progress_log import Progress
from mitosis._sweep.standing import Named, Running, Standing, rough_time
from mitosis._wording import main_text, printable, shown

_BETWEEN_DRAWS_SECONDS = 0.25
_MOST_RUNNING = 8
_OTHER_LINES = 8
_WIDEST_BAR = 40
_WIDEST_NAME = 40


class LiveProgress(Progress):
    """Shows on a terminal how a sweep goes on.

    What is printed, warned or logged meanwhile comes to stand above the display.

    Args:
        name: of the sweep.
        standing: what is counted.
        best: `min` or `max` where it is known which `main` is the best.
    """

    wait_seconds = _BETWEEN_DRAWS_SECONDS

    def __init__(self, name: str, standing: Standing, best: str | None = None) -> None:
        super().__init__(name, standing)
        self._console = Console(file=sys.stdout, highlight=False, legacy_windows=False)
        self._frame = Frame(self.name, standing, best)
        self._live = Live(
            self._frame,
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stderr=sys.stderr is not None and sys.stderr.isatty(),
        )
        self._drawn = float("-inf")
        self._open = ExitStack()
        self._is_shown = False

    def __enter__(self) -> Self:
        """Begin to show."""
        former = (sys.stdout, sys.stderr)
        with _harmless():
            self._live.start()
            self._console.show_cursor(True)
            self._is_shown = True
        self._open.enter_context(_log_redirected(former))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave a clean screen."""
        self._is_shown = False
        self._open.close()
        with _harmless():
            self._live.stop()

    def started(self, trial: Trial) -> None:
        """Take in that a trial was claimed."""
        self.standing.start(trial)
        self.tick()

    def ended(self, trial: Trial, main: Any = None, reason: str = "") -> None:
        """Take in that a trial ended: what it reported, or why it did not succeed."""
        self.standing.end(trial, main, reason)
        self.tick()

    def taken(self, trial: Trial, main: Any = None) -> None:
        """Take in that an earlier trial stands for a point, and nothing is run."""
        self.standing.settle(trial.status, trial.name, main)
        self.tick()

    def tick(self) -> None:
        """Draw again, at most four times a second."""
        now = self.standing.elapsed
        if self._is_shown and now - self._drawn >= _BETWEEN_DRAWS_SECONDS:
            self._drawn = now
            with _harmless():
                self._live.refresh()

    def say(self, text: str) -> None:
        """Write lines that stay, above the display."""
        if not self._is_shown:
            return super().say(text)
        with _harmless():
            self._console.print(Text(text), soft_wrap=True)
        return None


class Frame:
    """What the display shows, made anew whenever rich asks for it."""

    def __init__(self, name: str, standing: Standing, best: str | None) -> None:
        self._name = name
        self._standing = standing
        self._best = best

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield lines of the terminal's width, as many as fit."""
        width = max(1, options.max_width - 1)  # the last column may wrap
        lines = [self._bar(width, is_ascii=options.ascii_only), self._counts(), *self._facts()]
        room = min(_MOST_RUNNING, console.size.height - _OTHER_LINES)
        for line in (*lines, *self._running(max(0, room), width)):
            line.truncate(width, overflow="ellipsis")
            line.no_wrap = True
            yield line

    def _bar(self, width: int, *, is_ascii: bool) -> Text:
        state = self._standing
        count = f" {state.ended}/{state.points}"
        name = self._name[:_WIDEST_NAME]
        size = max(0, min(_WIDEST_BAR, width - len(name) - len(count) - 1))
        points = max(1, state.points)
        done, ended = size * state.done // points, size * state.ended // points
        running = size * (state.ended + len(state.running)) // points
        signs = "#x=-" if is_ascii else "━━━─"
        parts = (done, "green"), (ended - done, "red"), (running - ended, "yellow")
        bar = [(sign * n, style) for sign, (n, style) in zip(signs[:3], parts, strict=True)]
        rest = signs[3] * (size - max(running, ended))
        return Text.assemble((name, "bold"), " ", *bar, (rest, "dim"), count)

    def _counts(self) -> Text:
        state = self._standing
        remaining = state.remaining()
        counts: list[str | Text] = [
            f"{state.done} done",
            Text(f"{state.failed} failed", "red" if state.failed else ""),
            f"{len(state.running)} running",
            f"{state.to_go} to go",
        ]
        time = f"  {rough_time(state.elapsed)}"
        if remaining is not None and round(remaining):
            time += f", about {rough_time(remaining)} to go"
        return Text.assemble(Text(", ").join(map(Text.assemble, counts)), time)

    def _facts(self) -> Iterator[Text]:
        state = self._standing
        if state.lowest and state.highest:
            yield from map(Text, self._mains(state.lowest, state.highest))
        if state.last_failure:
            name, reason = state.last_failure
            yield Text(f"last failure: {shown(name)}: {printable(reason)}")

    def _mains(self, lowest: Named, highest: Named) -> list[str]:
        if self._best:
            return [f"best main: {_named(lowest if self._best == 'min' else highest)}"]
        if lowest == highest:
            return [f"main: {_named(lowest)}"]
        return [f"lowest main:  {_named(lowest)}", f"highest main: {_named(highest)}"]

    def _running(self, most: int, width: int) -> Iterator[Text]:
        state = self._standing
        shown_ = list(state.running.values())[:most]
        longest = max((len(shown(each.trial.name)) for each in shown_), default=0)
        room = min(longest, _WIDEST_NAME, width // 2)
        for each in shown_:
            yield self._trial(each, room)
        more = len(state.running) - len(shown_)
        if more:
            yield Text(f"  and {more} more", "dim")

    def _trial(self, running: Running, room: int) -> Text:
        name = set_cell_size(_ends(shown(running.trial.name), room), room)
        time = rough_time(self._standing.running_seconds(running))
        line = last_line(TrialFolder(running.trial.folder).log)
        return Text.assemble(f"  {name}  {time:>10}  ", (line, "dim"))


def _named(best: Named) -> str:
    return f"{main_text(best.main)}  {shown(best.trial)}"


def _ends(name: str, most: int) -> str:
    """Return a name whose end can be seen: it tells trials apart."""
    if len(name) <= most:
        return name
    behind = max(1, most // 2)
    return f"{name[: max(0, most - 1 - behind)]}…{name[-behind:]}"


@contextmanager
def _harmless() -> Iterator[None]:
    """Let a terminal that is gone, or cannot show a letter, cost no trial."""
    try:
        yield
    except (OSError, ValueError):
        return


@contextmanager
def _log_redirected(former: tuple[Any, Any]) -> Iterator[None]:
    """Have log records that would go to the terminal go where rich sends them."""
    loggers = (logging.getLogger("mitosis"), logging.getLogger())
    handlers = {handler for logger in loggers for handler in logger.handlers}
    moved = []
    now = dict(zip(map(id, former), (sys.stdout, sys.stderr), strict=True))
    for handler in handlers:
        stream = getattr(handler, "stream", None)
        if isinstance(handler, logging.StreamHandler) and id(stream) in now:
            moved.append((handler, stream))
            handler.setStream(now[id(stream)])
    try:
        yield
    finally:
        for handler, stream in moved:
            handler.setStream(stream)
