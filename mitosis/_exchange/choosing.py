"""Which of the trials that arrive are new, and which number each of them gets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import field

from mitosis._dataclass import dataclass
from mitosis._model import RecordedTrial
from mitosis._store import Known, number_of
from mitosis._wording import shown

_PURGED = "it was purged here"


@dataclass
class Choice:
    """What becomes of each trial that arrives.

    Attributes:
        new: those that come in; `claimed` is as it is in the record.
        numbers: another number for some of these, by key.
        here: those that are here already, each with the name of its folder here.
        left: those that stay out, with the reason, in words.
    """

    new: list[RecordedTrial] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    here: list[tuple[RecordedTrial, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def choose(trials: Sequence[RecordedTrial], known: Known, *, renumber: bool) -> Choice:
    """Tell which trials come in; of two that want one number, the earlier one has it.

    Args:
        trials: all of one database.
        known: what that database holds.
        renumber: whether a trial whose number is taken gets the next free one, or stays out.
    """
    choice, taken = Choice(), dict(known.numbers)
    highest = defaultdict[tuple[object, ...], int](int)
    for *same, iteration in (*taken, *map(number_of, trials)):
        highest[tuple(same)] = max(highest[tuple(same)], iteration)
    for trial in sorted(trials, key=lambda t: (t.claim.started_at, t.claim.key)):
        key, number = trial.claim.key, number_of(trial)
        if key in known.purged:
            choice.left.append(left_line(trial, _PURGED))
            continue
        if key in known.folders:
            choice.here.append((trial, known.folders[key] or trial.places.folder))
            continue
        if taken.setdefault(number, key) != key:
            if not renumber:
                other = f"another trial has its number here (key {taken[number]})"
                choice.left.append(left_line(trial, other))
                continue
            highest[number[:-1]] += 1
            choice.numbers[key] = highest[number[:-1]]
        choice.new.append(trial)
    return choice


def name_of(trial: RecordedTrial, number: int | None = None) -> str:
    """Return the name of a trial, or the one that it gets by another number."""
    assert trial.claimed, "only recorded trials are exchanged"
    return f"{trial.claim.name_prefix}-{number}" if number else trial.claimed.name


def left_line(trial: RecordedTrial, *reasons: str) -> str:
    """Say of a trial why it stays out."""
    return f"{shown(name_of(trial))} (key {trial.claim.key}): {'; '.join(reasons)}"
