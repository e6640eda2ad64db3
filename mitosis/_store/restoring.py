"""From the records in trials' folders to rows: the missing are added, the stale completed.

A finished row is never overwritten, and no lock: what contradicts them is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from mitosis._dataclass import dataclass
from mitosis._model import Claimed, Lock, RecordedTrial, Status, SweepPlan
from mitosis._store.act_lines import Told
from mitosis._store.adopting import Number, known_trials, number_from, number_of
from mitosis._store.annotating import annotate_anew
from mitosis._store.definitions import Definitions
from mitosis._store.ending import end_row, write_metrics
from mitosis._store.locking import locks_of
from mitosis._store.purging import delete_rows, keep, read_purged
from mitosis._store.recorded_acts import PurgedTrial, RecordedAct
from mitosis._store.scalars import value_rows
from mitosis._store.schema import trial, trial_value, trial_variant
from mitosis._store.trial_rows import claim_row
from mitosis._wording import counted

_FACTS = (
    *("experiment", "run_group", "name", "variants", "iteration", "digests", "seed"),
    "commit_hash",
)
_FILLED = (
    *("folder", "html", "hypothesis", "data", "results_digest"),
    *("started_after_boot", "machine_id", "pid_namespace", "numbers", "metrics"),
    *("sweep", "sweep_point"),
)

_Event = RecordedTrial | Told | SweepPlan
_OF_KEY = select(trial).where(trial.c.key == bindparam("wanted"))


@dataclass(frozen=True)
class Restored:
    """What a database got from the records of trials.

    Attributes:
        added: keys of the trials that it did not hold.
        completed: keys of those of which it did not hold all.
        contradictions: sentences; what they name was left as the database has it.
        replayed: sentences on what people had done and was done again.
    """

    added: tuple[str, ...] = ()
    completed: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()
    replayed: tuple[str, ...] = ()


def restore(
    connection: Connection,
    trials: Sequence[RecordedTrial],
    acts: Sequence[Told],
    plans: Sequence[SweepPlan] = (),
) -> Restored:
    """Bring trials, acts and the locks of sweeps into the tables, in the order of time."""
    of_locks = [act for act in acts if isinstance(act, RecordedAct)]
    of_locks.sort(key=lambda recorded: recorded.act.at)
    purged = [act for act in acts if isinstance(act, PurgedTrial)]
    restoring = _Restoring(connection, Definitions(connection, of_locks), purged)
    for event in _in_time([*trials, *purged, *of_locks, *plans]):
        if isinstance(event, RecordedAct):
            restoring.definitions.replay(event)
        elif isinstance(event, SweepPlan):
            restoring.lock(event)
        elif isinstance(event, PurgedTrial):
            restoring.purge(event)
        elif event.claimed:
            restoring.take(event, event.claimed)
    return restoring.restored


def _in_time(events: Sequence[_Event]) -> list[_Event]:
    """Sort trials by their start, purged ones too: they locked what they ran with."""
    return sorted(events, key=_moment)


def _moment(event: _Event) -> tuple[datetime, str]:
    if isinstance(event, RecordedAct):
        return event.act.at, ""
    if isinstance(event, PurgedTrial):
        return event.started_at, event.key
    if isinstance(event, SweepPlan):
        return event.created_at, ""
    return event.claim.started_at, event.claim.key


class _Restoring:
    def __init__(
        self, connection: Connection, definitions: Definitions, purged: Sequence[PurgedTrial]
    ) -> None:
        self.definitions = definitions
        self._connection = connection
        known = known_trials(connection)
        self._kept = known.purged
        self._purged = {one.key: one for one in (*purged, *read_purged(connection))}
        self._numbered = {
            number_from(one.experiment, one.group, one.variants, one.iteration): one.key
            for one in purged
        }
        self._numbered |= known.numbers
        self._keys = set(self._numbered.values()) - self._purged.keys()
        self._replayed: list[str] = []
        self._added: list[str] = []
        self._completed: list[str] = []
        self._contradictions: list[str] = []

    @property
    def restored(self) -> Restored:
        return Restored(
            added=tuple(self._added),
            completed=tuple(self._completed),
            contradictions=(*self._contradictions, *self.definitions.contradictions),
            replayed=(*self._replayed, *self.definitions.replayed),
        )

    def lock(self, plan: SweepPlan) -> None:
        """Have the tables hold the locks that a sweep made before its trials."""
        before = len(self.definitions)
        for lock in locks_of(plan):
            self.definitions.take(lock)
        if new := len(self.definitions) - before:
            self._replayed.append(f"{counted(new, 'variant')} locked by sweep {plan.name!r}")

    def purge(self, told: PurgedTrial) -> None:
        """Have the tables know that a trial is gone, and hold the locks that only it had."""
        for lock in told.locks:
            self.definitions.take(lock)
        if told.key in self._kept:
            return
        its_id = select(trial.c.id).where(trial.c.key == told.key)
        delete_rows(self._connection, list(self._connection.execute(its_id).scalars()))
        keep(self._connection, told)
        self._replayed.append(f"{_said(told)} on {told.act.at:%Y-%m-%d}")

    def take(self, recorded: RecordedTrial, claimed: Claimed) -> None:
        key = recorded.claim.key
        if purged := self._purged.get(key):
            self._contradictions.append(
                f"{_said(purged)}, but its folder is here; it is left out"
            )
            return
        if key in self._keys:
            self._compare(self._find(key), recorded, claimed)
            return
        definitions = [self.definitions.take(lock) for lock in _locks(recorded, claimed)]
        told = claim_row(recorded.claim, claimed)
        number = number_of(recorded)
        if number in self._numbered:
            self._contradictions.append(
                f"two trials are called {claimed.name!r}: {self._holder(number)}, "
                f"{_told(told)} is left out"
            )
            return
        trial_id = self._insert(told | _places(recorded) | _end(recorded), definitions)
        self._tell_more(trial_id, recorded)
        self._numbered[number] = key
        self._keys.add(key)
        self._added.append(key)

    def _holder(self, number: Number) -> str:
        key = self._numbered[number]
        if purged := self._purged.get(key):
            return f"the one with key {key} was purged by {purged.act.by}"
        return f"{_told(self._find(key))} is in the database"

    def _tell_more(self, trial_id: int, recorded: RecordedTrial) -> None:
        """Write what stands in tables of its own."""
        if values := value_rows(trial_id, recorded.claim):
            self._connection.execute(insert(trial_value), values)
        if recorded.finish:
            write_metrics(self._connection, trial_id, recorded.finish)
        if recorded.annotations:
            annotate_anew(self._connection, trial_id, recorded.annotations)

    def _find(self, key: str) -> dict[str, Any]:
        row = self._connection.execute(_OF_KEY, {"wanted": key}).mappings().one()
        return {str(name): value for name, value in row.items()}

    def _insert(self, row: dict[str, Any], definitions: Sequence[int]) -> int:
        inserted = self._connection.execute(insert(trial), row).inserted_primary_key
        (trial_id,) = inserted or (0,)
        links = [{"trial_id": trial_id, "variant_id": id_} for id_ in definitions]
        if links:
            self._connection.execute(insert(trial_variant), links)
        return int(trial_id)

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
        new |= {n: told[n] for n in _FILLED if not _is_blank(told.get(n)) and _is_blank(row[n])}
        if new:
            self._connection.execute(update(trial).where(trial.c.id == row["id"]).values(new))
        if recorded.finish and ("metrics" in new or "numbers" in new):
            write_metrics(self._connection, row["id"], recorded.finish)
        said = recorded.annotations
        is_said_anew = bool(said) and annotate_anew(self._connection, row["id"], said)
        if new or is_said_anew:
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


def _is_blank(value: Any) -> bool:
    return value in (None, "", [], {})


def _said(purged: PurgedTrial) -> str:
    return f"trial {purged.name!r} (key {purged.key}) was purged by {purged.act.by}"


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
