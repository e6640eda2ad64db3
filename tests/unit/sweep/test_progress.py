"""Progress of a sweep in a log, and what is counted for any display."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from mitosis._model import Status, Trial
from mitosis._sweep.last_line import last_line
from mitosis._sweep.progress import Progress, make_progress, may_redraw
from mitosis._sweep.standing import Standing, rough_time
from tests.unit.sweep.planned import grid, row


class Clock:
    """Tells the time that it was told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def trial(number: int, status: Status = Status.RUNNING) -> Trial:
    folder = Path(f"exp-{number}_{number:08x}")
    page = Path(f"trial_exp-{number}.html")
    return Trial(f"exp-{number}", f"{number:08x}", "exp", {}, 1, number, status, page, folder)


def finish(standing: Standing, number: int, main: object = 1.0) -> None:
    standing.end(trial(number, Status.SUCCEEDED), main, "")


def test_nothing_is_said_of_the_rest_before_a_trial_has_ended(clock: Clock) -> None:
    standing = Standing(4, 2, clock)
    standing.start(trial(1))
    clock.now = 100.0
    assert standing.remaining() is None


def test_jobs_beside_each_other_shorten_the_rest(clock: Clock) -> None:
    alone, four = Standing(9, 1, clock), Standing(9, 4, clock)
    for standing in (alone, four):
        standing.start(trial(1))
    clock.now = 10.0
    for standing in (alone, four):
        finish(standing, 1)
    assert alone.remaining() == 80.0
    assert four.remaining() == 20.0


def test_what_runs_already_counts_and_only_the_longest_at_the_end(clock: Clock) -> None:
    standing = Standing(3, 2, clock)
    standing.start(trial(1))
    clock.now = 10.0
    finish(standing, 1)
    standing.start(trial(2))
    clock.now = 14.0
    standing.start(trial(3))
    clock.now = 16.0
    assert standing.remaining() == 8.0


def test_points_of_an_earlier_call_count_but_not_for_the_time(clock: Clock) -> None:
    standing = Standing(100, 1, clock)
    for number in range(98):
        standing.settle(Status.SUCCEEDED, f"exp-{number}", number)
    standing.start(trial(99))
    clock.now = 10.0
    finish(standing, 99, main=-1)
    assert (standing.done, standing.failed, standing.to_go) == (99, 0, 1)
    assert standing.remaining() == 10.0
    assert standing.lowest
    assert standing.highest
    assert (standing.lowest.trial, standing.highest.trial) == ("exp-99", "exp-97")


@pytest.mark.parametrize("main", [None, True, "0.1", float("nan"), float("inf"), 10**400, [1]])
def test_only_numbers_are_compared(clock: Clock, main: object) -> None:
    standing = Standing(2, 1, clock)
    finish(standing, 1, main)
    assert standing.done == 1
    assert standing.lowest is standing.highest is None


def test_what_is_kept_does_not_grow_with_the_trials(clock: Clock) -> None:
    standing = Standing(1000, 2, clock)
    for number in range(1000):
        standing.start(trial(number))
        finish(standing, number, number)
    assert not standing.running
    assert standing.ended == 1000


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (599.6, "10 min"),
        (3700, "1 h 02 min"),
    ],
)
def test_times_are_told_roughly(seconds: float, said: str) -> None:
    assert rough_time(seconds) == said


def test_a_log_has_one_line_for_each_ended_trial(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with Progress("amplitudes", Standing(3, 2, clock)) as progress:
        progress.started(trial(1))
        progress.started(trial(2))
        progress.tick()
        clock.now = 2.0
        progress.ended(trial(1, Status.SUCCEEDED), main=0.25)
        failed = trial(2, Status.FAILED)
        progress.ended(failed, reason="ZeroDivisionError:\n\x1b[31mdivision by zero")
        progress.taken(trial(3, Status.SUCCEEDED))
    assert capsys.readouterr().out == (
        "mitosis: 1/3 exp-1 succeeded, main = 0.25, 2.0 s (about 2 s to go)\n"
        "mitosis: 2/3 exp-2 failed: ZeroDivisionError: \\x1b[31mdivision by zero, 2.0 s"
        " (1 failed so far, about 2 s to go)\n"
        "mitosis: 3/3 exp-3 stands for it, nothing is run (1 failed so far)\n"
    )


def test_a_log_has_the_warnings_of_a_trial(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    progress = Progress("amplitudes", Standing(3, 2, clock))
    progress.warned(
        trial(1), ["a.py was changed while the trial ran", "two\n    \x1b[31mlines"]
    )
    assert capsys.readouterr().out == (
        "mitosis: warning: exp-1: a.py was changed while the trial ran\n"
        "mitosis: warning: exp-1: two\n"
        "    \\x1b[31mlines\n"
    )


def test_a_log_says_every_few_minutes_that_something_still_runs(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    progress = Progress("amplitudes", Standing(3, 2, clock))
    progress.started(trial(1))
    for clock.now in range(0, 660, 5):
        progress.tick()
    assert capsys.readouterr().out == (
        "mitosis: 0/3 1 trial still running for up to 5 min 00 s\n"
        "mitosis: 0/3 1 trial still running for up to 10 min\n"
    )


def test_a_resumed_sweep_begins_where_it_stood(capsys: pytest.CaptureFixture[str]) -> None:
    plan = grid({"k": [1, 2, 3]})
    before = [row(plan, 0), row(plan, 1, status=Status.FAILED)]
    progress = make_progress(plan.name, 3, before=before)
    progress.started(trial(3))
    progress.ended(replace(trial(3), status=Status.SUCCEEDED), 1)
    assert capsys.readouterr().out.startswith("mitosis: 3/3 exp-3 succeeded, main = 1")


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_lines_are_drawn_over_only_where_someone_can_see_it() -> None:
    assert may_redraw(Screen(), {"TERM": "xterm"})
    assert not may_redraw(Screen(), {"TERM": "dumb"})
    assert not may_redraw(Screen(), {})
    assert not may_redraw(Screen(), {"TERM": "xterm", "CI": "true"})
    assert not may_redraw(io.StringIO(), {"TERM": "xterm"})
    assert not may_redraw(None, {"TERM": "xterm"})


@pytest.mark.parametrize(
    ("written", "line"),
    [
        (b"", ""),
        (b"\n \n", ""),
        (b"one\ntwo\n\n", "two"),
        (b"one\nhalf a li", "half a li"),
        (b"one\n\x1b[31mred\x1b[0m\x07\n", "red"),
        (b"\r10%\r20%\r30%", "30%"),
        (b"a\tb", "a b"),
        (b"\xff\xfe\n", ""),
        ("é".encode() * 800, "é" * 500),
    ],
)
def test_the_last_line_of_a_log_is_harmless(tmp_path: Path, written: bytes, line: str) -> None:
    log = tmp_path / "output.log"
    log.write_bytes(written)
    assert last_line(log) == line


def test_a_trial_without_a_log_here_has_no_last_line(tmp_path: Path) -> None:
    assert last_line(tmp_path / "gone" / "output.log") == ""
