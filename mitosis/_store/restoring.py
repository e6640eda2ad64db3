"""From the records in trials' folders to rows: the missing are added, the stale completed.

A finished row is never overwritten, and no lock: what contradicts them is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from mitosis._model import Claimed, Lock, RecordedTrial, Status
from mitosis._store.acts_file import RecordedAct
from mitosis._store.definitions import Definitions
from mitosis._store.ending import end_row
from mitosis._store.schema import trial, trial_variant
from mitosis._store.trial_rows import claim_row

_FACTS = (
    *("experiment", "run_group", "name", "variants", "iteration", "digests", "seed"),
    "commit_hash",
)
_FILLED = (
    *("folder", "html", "hypothesis", "data", "results_digest"),
    *("started_after_boot", "machine_id", "pid_namespace"),
)

_OF_KEY = select(trial).where(trial.c.key == bindparam("wanted"))


@dataclass(frozen=True)
class Restored:
    """What a database got from the records of trials.

    Attributes:
        added: keys of the trials that it did not hold.
        completed: keys of those of which it did not hold all.
        contradictions: sentences; what they name was left as the database has it.
        replayed: sentences on what people had done to locks and was done again.
    """

    added: tuple[str, ...] = ()
    completed: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()
    replayed: tuple[str, ...] = ()


def restore(
    connection: Connection, trials: Sequence[RecordedTrial], acts: Sequence[RecordedAct]
) -> Restored:
    """Bring trials and acts into the tables, in the order of time."""
    in_order = sorted(acts, key=lambda recorded: recorded.act.at)
    restoring = _Restoring(connection, Definitions(connection, in_order))
    for event in _in_time(trials, in_order):
        if isinstance(event, RecordedAct):
            restoring.definitions.replay(event)
        elif event.claimed:
            restoring.take(event, event.claimed)
    return restoring.restored


def _in_time(
    trials: Sequence[RecordedTrial], acts: Sequence[RecordedAct]
) -> Iterator[RecordedTrial | RecordedAct]:
    events: list[tuple[Any, str, RecordedTrial | RecordedAct]] = [
        *((t.claim.started_at, t.claim.key, t) for t in trials),
        *((a.act.at, "", a) for a in acts),
    ]
    for *_, event in sorted(events, key=lambda e: e[:2]):
        yield event


class _Restoring:
    def __init__(self, connection: Connection, definitions: Definitions) -> None:
        self.definitions = definitions
        self._connection = connection
        self._numbered = _numbered(connection)
        self._keys = set(self._numbered.values())
        self._added: list[str] = []
        self._completed: list[str] = []
        self._contradictions: list[str] = []

    @property
    def restored(self) -> Restored:
        return Restored(
            added=tuple(self._added),
            completed=tuple(self._completed),
            contradictions=(*self._contradictions, *self.definitions.contradictions),
            replayed=tuple(self.definitions.replayed),
        )

    def take(self, recorded: RecordedTrial, claimed: Claimed) -> None:
        if recorded.claim.key in self._keys:
            self._compare(self._find(recorded.claim.key), recorded, claimed)
            return
        definitions = [self.definitions.take(lock) for lock in _locks(recorded, claimed)]
        told = claim_row(recorded.claim, claimed)
        number = _number(told)
        if number in self._numbered:
            other = self._find(self._numbered[number])
            self._contradictions.append(
                f"two trials are called {claimed.name!r}: {_told(other)} is in the database, "
                f"{_told(told)} is left out"
            )
            return
        self._insert(told | _places(recorded) | _end(recorded), definitions)
        self._numbered[number] = recorded.claim.key
        self._keys.add(recorded.claim.key)
        self._added.append(recorded.claim.key)

    def _find(self, key: str) -> dict[str, Any]:
        row = self._connection.execute(_OF_KEY, {"wanted": key}).mappings().one()
        return {str(name): value for name, value in row.items()}

    def _insert(self, row: dict[str, Any], definitions: Sequence[int]) -> None:
        inserted = self._connection.execute(insert(trial), row).inserted_primary_key
        (trial_id,) = inserted or (0,)
        links = [{"trial_id": trial_id, "variant_id": id_} for id_ in definitions]
        if links:
            self._connection.execute(insert(trial_variant), links)

    def _compare(
        self, row: Mapping[str, Any], recorded: RecordedTrial, claimed: Claimed
    ) -> None:
        told = claim_row(recorded.claim, claimed) | _places(recorded)
        self._contradict(row, recorded, {name: told[name] for name in _FACTS})
        end = _end(recorded)
        is_open = row["status"] in (Status.RUNNING.value, Status.LOST.value)
        new: dict[str, Any] = {}
        if end and is_open and row["status"] != end["status"]:
            new = end
        elif end and not is_open:
            ended = {name: end[name] for name in ("status", "main_json")}
            self._contradict(row, recorded, ended)
        told |= end
        new |= {name: told[name] for name in _FILLED if told.get(name) and not row[name]}
        if new:
            self._connection.execute(update(trial).where(trial.c.id == row["id"]).values(new))
            self._completed.append(recorded.claim.key)

    def _contradict(
        self, row: Mapping[str, Any], recorded: RecordedTrial, told: dict[str, Any]
    ) -> None:
        differing = [
            f"{name} is {_shown(row[name])} in the database, {_shown(value)} in its folder"
            for name, value in told.items()
            if row[name] != value
        ]
        if differing:
            self._contradictions.append(
                f"trial {row['name']!r} (key {recorded.claim.key}): {'; '.join(differing)}"
            )


def _numbered(connection: Connection) -> dict[tuple[Any, ...], str]:
    """Return the key of each trial by what numbers it."""
    c = trial.c
    query = select(c.key, c.experiment, c.run_group, c.variants, c.iteration)
    return {_number(row): str(row["key"]) for row in connection.execute(query).mappings()}


def _number(row: Mapping[Any, Any]) -> tuple[Any, ...]:
    names = tuple(sorted(row["variants"].items()))
    return row["experiment"], row["run_group"], names, row["iteration"]


def _told(row: Mapping[str, Any]) -> str:
    return f"the one with key {row['key']}, started {row['started_at']:%Y-%m-%d %H:%M},"


def _shown(value: Any, most: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}..."


def _locks(recorded: RecordedTrial, claimed: Claimed) -> Iterator[Lock]:
    claim = recorded.claim
    for given in claim.variants:
        yield Lock(
            experiment=claim.experiment,
            variant=given,
            locked_at=claim.started_at,
            trial_name=claimed.name,
            trial_key=claim.key,
            commit=claim.code.commit,
        )


def _places(recorded: RecordedTrial) -> dict[str, Any]:
    places = recorded.places
    return {"folder": places.folder or None, "html": places.html or None}


def _end(recorded: RecordedTrial) -> dict[str, Any]:
    return end_row(recorded.finish) if recorded.finish else {}
