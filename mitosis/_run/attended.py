"""A trial whose caller waits for it: claimed, shown, stopped by signals, told or raised."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from textwrap import indent
from typing import NoReturn

from mitosis._model import Status, Trial
from mitosis._notebook import Ending, Stop
from mitosis._records.giving_up import end_given_up
from mitosis._run.assignment import Assignment
from mitosis._run.course import Course
from mitosis._run.earlier import alike_trials
from mitosis._run.here import CarrierDiedError, carry_here, is_warm
from mitosis._run.placing import IsTaken
from mitosis._run.terminal import Terminal, changes_text, end_line, start_line, told
from mitosis._run.watch import Signals
from mitosis._run.work import Done, Work
from mitosis._store import Store
from mitosis.errors import (
    DatabaseError,
    ExperimentFailedError,
    KernelStartError,
    TrialKilledError,
    TrialTimedOutError,
)

log = logging.getLogger("mitosis")

_NOT_IN_DATABASE = (
    "the end of %s could not be written into its database; `mitosis repair` takes it in from "
    "the trial's folder\n%s"
)


def attend(assignment: Assignment, signals: Signals, is_taken: IsTaken) -> Trial:
    """Claim a trial, run it here and record its end, whatever that is.

    Args:
        assignment: what to run.
        signals: those that come in meanwhile.
        is_taken: as `Placing` takes it.

    Raises:
        StaleDatabaseError: see `Placing.claim`; nothing was written.
        MitosisError: it could not be claimed; nothing was written.
        TrialError: it did not succeed; the class says how.
        KeyboardInterrupt: it was ended by Ctrl-C, and is recorded as killed.
    """
    terminal = Terminal()
    carried = _carried if is_warm() else _conducted
    course, done, escaped = carried(assignment, signals, is_taken, terminal)
    trial = course.trial(done.status)
    say_end(terminal, done, course.work, assignment.store)
    if done.ending.traceback:
        terminal.complain(done.ending.traceback)
    how = told(done.status, done.reason)
    terminal.say(end_line(trial, how, done.main, done.ending.wall_seconds))
    if escaped:
        raise escaped
    if done.status is not Status.SUCCEEDED:
        _raise(done, trial, how)
    return trial


def _conducted(
    assignment: Assignment, signals: Signals, is_taken: IsTaken, terminal: Terminal
) -> tuple[Course, Done, BaseException | None]:
    """Run the trial's notebook from this process."""
    from mitosis._run.company import Company
    from mitosis._run.trial import conduct

    course = Course(assignment.claimed(is_taken))
    company = Company(signals, partial(alike_trials, assignment), terminal.echo)
    done, escaped = conduct(course, company, partial(say_start, terminal, course))
    return course, done, escaped


def _carried(
    assignment: Assignment, signals: Signals, is_taken: IsTaken, terminal: Terminal
) -> tuple[Course, Done, BaseException | None]:
    """Have a trial process run it."""
    earlier = tuple(alike_trials(assignment))
    work = replace(assignment.claimed(is_taken), earlier=earlier, is_attended=True)
    course = Course(work)
    say_start(terminal, course)
    try:
        return course, carry_here(work, terminal.echo, signals), None
    except CarrierDiedError as exc:
        return course, given_up(work, str(exc)), None


def given_up(work: Work, reason: str) -> Done:
    """Record in its folder that a trial was killed, with all that it printed.

    If its record tells in fact how it ended, that is returned. Nobody may be at it any more.

    Args:
        work: the trial.
        reason: why, in one line.

    Raises:
        MitosisError: its record cannot be read or written.
        OSError: its folder cannot be written.
    """
    finish = end_given_up(work.folder, " ".join(reason.split()))
    return Done(finish, Ending(finish.outcome.status, finish.outcome.reason))


def say_start(terminal: Terminal, course: Course) -> None:
    """Say that a trial starts, and what differs from the last one of its variants."""
    claim, trial = course.work.claim, course.trial(Status.RUNNING)
    terminal.say(start_line(trial, seed_is_generated=claim.seed_is_generated))
    if claim.changed:
        terminal.say(changes_text(claim.since, claim.changed))


def say_end(terminal: Terminal, done: Done, work: Work, store: Store | None) -> None:
    """Write the row of a trial that has ended, and show its warnings."""
    terminal.settle()
    write_row(store, done, work.name)
    for warning in done.outcome.warnings:
        terminal.complain(f"mitosis: warning: {warning}")


def write_row(store: Store | None, done: Done, name: str) -> None:
    """Write how a trial ended into its database; what cannot be written is said."""
    if store is None:
        return
    try:
        store.finish(done.finish)
    except DatabaseError as exc:
        log.error(_NOT_IN_DATABASE, name, indent(str(exc), "    "))


def _raise(done: Done, trial: Trial, how: str) -> NoReturn:
    ending = done.ending
    if ending.stop is Stop.INTERRUPTED:
        raise KeyboardInterrupt
    if not ending.started and ending.status is Status.FAILED:
        raise KernelStartError(trial=trial, reason=how)
    if ending.status is Status.FAILED:
        raise ExperimentFailedError(trial=trial, reason=how, traceback=ending.traceback)
    kind = TrialTimedOutError if ending.status is Status.TIMED_OUT else TrialKilledError
    raise kind(trial=trial, reason=how)
