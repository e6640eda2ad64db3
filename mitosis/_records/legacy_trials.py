"""Rows of mitosis 0.6 told as trials of today: what is known of each, and what never was."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from mitosis import _layout
from mitosis._dataclass import dataclass
from mitosis._model import (
    Claim,
    CodeState,
    Environment,
    Machine,
    Outcome,
    Runner,
    Status,
    Usage,
    Variant,
)
from mitosis._provenance import environment_digest
from mitosis._recording.report import cut, plain
from mitosis._records.legacy_folder import LegacyFolder, find_folder, key_of, local_time
from mitosis._records.legacy_names import Place, Reading, read_names
from mitosis._records.legacy_values import Seen, Settled, legacy_variant, settle, shows_types
from mitosis._store.legacy import LegacyDatabase, LegacyTrial

_NO_MACHINE = Machine(platform="", cpu="", cpu_count=0, memory_bytes=0, argv=())
_NO_RUNNER = Runner(host="", pid=0, process_started=0.0)
_NO_END = "mitosis 0.6 did not record its end"
_RAISED = "the experiment raised an error, which its page shows"


@dataclass(frozen=True)
class LegacyImport:
    """A trial to import, which has no iteration of today yet.

    Attributes:
        former: the row.
        folder: what else is there of it; None if nothing is.
        page: its file; None if it is not there.
        settled: parameter to its variant, with what it was locked to.
        fault: why it cannot be taken over as it was; empty where it can.
        used: tables of definitions and names in them.
    """

    former: LegacyTrial
    claim: Claim
    outcome: Outcome
    folder: LegacyFolder | None
    page: Path | None
    settled: Mapping[str, Settled] = field(default_factory=dict)
    fault: str = ""
    used: frozenset[tuple[str, str]] = frozenset()

    @property
    def environment(self) -> Environment | None:
        """Interpreter and packages, where they are known."""
        return self.folder.environment if self.folder else None

    @property
    def facts(self) -> dict[str, Any]:
        """What today's record has no place for."""
        return {
            "by": "mitosis 0.6",
            "experiment": self.former.experiment,
            "variant": self.former.variant,
            "iteration": self.former.iteration,
            "key": key_of(self.former.file_name),
            "page": self.former.file_name,
            "results": self.former.results,
            "runner_cpu_seconds": self.former.cpu_seconds,
            "locked_texts": {p: settled.text for p, settled in self.settled.items()},
        }

    @property
    def words(self) -> str:
        """What its page says of where it comes from."""
        key = key_of(self.former.file_name)
        return (
            f"It was run by mitosis 0.6 as {self.former.variant}, iteration "
            f"{self.former.iteration}{f' (key {key})' if key else ''}, and imported."
        )


def legacy_trials(database: LegacyDatabase) -> list[LegacyImport]:
    """Return all trials of a database, in their order."""
    beside = database.path.parent
    found = [
        _Found.of(database, trial, find_folder(beside, trial.file_name))
        for trial in database.trials
    ]
    seen = _seen(found)
    return [_told(database, one, seen) for one in found]


@dataclass(frozen=True)
class _Found:
    row: LegacyTrial
    folder: LegacyFolder | None
    reading: Reading

    @classmethod
    def of(
        cls, database: LegacyDatabase, row: LegacyTrial, folder: LegacyFolder | None
    ) -> _Found:
        steps = folder.steps if folder else ()
        return cls(row, folder, read_names(database, row, [step.named for step in steps]))


def _seen(found: Sequence[_Found]) -> Mapping[tuple[str, str, str], list[Seen]]:
    """Return what all folders show, by step, argument and name of the variant."""
    seen = defaultdict[tuple[str, str, str], list[Seen]](list)
    for one in found:
        if not one.folder or not one.folder.steps:
            continue
        is_telling = shows_types(one.folder.environment)
        for parameter, place in one.reading.places.items():
            step = one.folder.steps[place.number]
            value = Seen(
                evaluated=place.argument in step.evaluated,
                is_told=is_telling and place.argument in step.values,
                value=step.values.get(place.argument),
            )
            seen[place.step, place.argument, one.reading.variants[parameter]].append(value)
    return seen


def _told(
    database: LegacyDatabase,
    found: _Found,
    seen: Mapping[tuple[str, str, str], list[Seen]],
) -> LegacyImport:
    row, reading = found.row, found.reading
    page = database.path.parent / row.file_name if row.file_name else None
    page = page if page and page.is_file() and page.parent == database.path.parent else None
    settled = {
        parameter: _settled(database, parameter, name, reading.places.get(parameter), seen)
        for parameter, name in sorted(reading.variants.items())
    }
    started_at = (found.folder and found.folder.started_at) or local_time(page or database.path)
    return LegacyImport(
        former=row,
        claim=_claim(found, [s.variant for s in settled.values()], started_at),
        outcome=_outcome(row, started_at, page),
        folder=found.folder,
        page=page,
        settled=settled,
        fault=reading.fault,
        used=frozenset(
            (f"{place.step}_variant_{place.argument}", reading.variants[parameter])
            for parameter, place in reading.places.items()
        ),
    )


def _settled(
    database: LegacyDatabase,
    parameter: str,
    name: str,
    place: Place | None,
    seen: Mapping[tuple[str, str, str], list[Seen]],
) -> Settled:
    if place is None:
        doubt = "it is the joined name of several variants"
        return Settled(legacy_variant(parameter, name, name), name, doubt)
    text = database.names(place.step, place.argument)[name]
    return settle(parameter, name, text, seen.get((place.step, place.argument, name), ()))


def _claim(found: _Found, variants: Sequence[Variant], started_at: datetime) -> Claim:
    row, reading = found.row, found.reading
    group = [reading.group] if reading.group else []
    environment = found.folder.environment if found.folder else None
    return Claim(
        experiment=reading.experiment,
        key=_key(row),
        name_prefix="-".join([reading.experiment, *group, *(v.name for v in variants)]),
        group=reading.group,
        variants=tuple(variants),
        values=_values(found, variants),
        seed=None,
        code=CodeState(commit=row.commit),
        machine=_NO_MACHINE,
        runner=_NO_RUNNER,
        environment_digest=environment_digest(environment) if environment else "",
        started_at=started_at,
        database=_layout.database(Path(), reading.experiment).name,
    )


def _key(row: LegacyTrial) -> str:
    """Return a key that begins with the old one, and is the same whenever it is imported."""
    facts = (row.experiment, row.variant, str(row.iteration), row.file_name or "")
    digest = sha256("\0".join(facts).encode("utf-8", "surrogatepass")).hexdigest()
    return (key_of(row.file_name) + digest)[: _layout.KEY_LENGTH]


def _values(found: _Found, variants: Sequence[Variant]) -> dict[str, Any]:
    """Return what each argument was given, as far as it is known."""
    reading = found.reading
    values = {v.parameter: cut(v.text) for v in variants}
    if not found.folder or not found.folder.steps:
        return values
    for number, step in enumerate(found.folder.steps):
        named = {p.argument: n for n, p in reading.places.items() if p.number == number}
        for argument, value in step.values.items():
            values[named.get(argument, argument)] = plain(value)[0]
    return values


def _outcome(row: LegacyTrial, started_at: datetime, page: Path | None) -> Outcome:
    status, reason = Status.SUCCEEDED, ""
    if row.file_name is None:
        status, reason = Status.LOST, _NO_END
    elif row.results is None:
        status, reason = Status.FAILED, _RAISED
    ended_at = max(started_at, local_time(page)) if page else started_at
    return Outcome(
        status=status,
        ended_at=ended_at,
        usage=Usage(wall_seconds=None),
        reason=reason,
        main=_main(row.results),
    )


def _main(printed: str | None) -> Any:
    """Return the number that was printed; of anything else, what was printed."""
    if printed is None or printed == "None":
        return None
    try:
        value = ast.literal_eval(printed)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return cut(printed)
    return value if type(value) in (int, float, bool) else cut(printed)
