"""What is known of trials while others are taken in from another folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from sqlalchemy import Connection, select

from mitosis._dataclass import dataclass
from mitosis._model import RecordedTrial
from mitosis._store.schema import purged, trial

Number = tuple[str, str, tuple[tuple[str, str], ...], int]
"""What numbers a trial: experiment, group, variants by parameter, and the iteration."""


@dataclass(frozen=True)
class Known:
    """The trials of a database that is held for writing.

    Attributes:
        numbers: the key of the trial that has each number, or had it until it was purged.
        folders: the name of each trial's folder, by key; empty where the row names none.
        purged: keys of trials that were purged.
    """

    numbers: Mapping[Number, str] = field(default_factory=dict)
    folders: Mapping[str, str] = field(default_factory=dict)
    purged: frozenset[str] = frozenset()


def known_trials(connection: Connection) -> Known:
    """Return what the tables know of trials."""
    c = trial.c
    query = select(c.key, c.experiment, c.run_group, c.variants, c.iteration, c.folder)
    p = purged.c
    gone = select(p.key, p.experiment, p.run_group, p.variants, p.iteration)
    rows, former = list(connection.execute(query)), list(connection.execute(gone))
    return Known(
        numbers={
            number_from(row.experiment, row.run_group, row.variants, row.iteration): row.key
            for row in (*former, *rows)
        },
        folders={row.key: row.folder or "" for row in rows},
        purged=frozenset(row.key for row in former),
    )


def number_of(recorded: RecordedTrial) -> Number:
    """Return what numbers a recorded trial."""
    claim = recorded.claim
    names = {variant.parameter: variant.name for variant in claim.variants}
    assert recorded.claimed, "a trial in debug mode has no number"
    return number_from(claim.experiment, claim.group or "", names, recorded.claimed.iteration)


def number_from(
    experiment: str, group: str, variants: Mapping[str, str], iteration: int
) -> Number:
    """Return what numbers a trial."""
    return experiment, group, tuple(sorted(variants.items())), iteration
