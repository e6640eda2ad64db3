"""Trials of a database that mitosis 0.6 wrote, taken over into a trials folder of today.

Each becomes a trial with a folder, a record and a page of its own, copied from what that
mitosis left, which is only ever read. Whatever it did not note stays unknown. What is imported
already is known by its key, so importing again takes over what has come since.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from mitosis import _layout
from mitosis._dataclass import dataclass
from mitosis._model import Act, Action, RecordedTrial, Variant
from mitosis._records.legacy_keeping import keep
from mitosis._records.legacy_numbers import Numbering
from mitosis._records.legacy_secrets import find_secrets, without_secrets
from mitosis._records.legacy_trials import LegacyImport, legacy_trials
from mitosis._store import Store
from mitosis._store.legacy import LegacyDatabase, is_legacy, read_legacy
from mitosis.errors import TrialsFolderError

BY = "mitosis import"


@dataclass(frozen=True)
class ImportedVariant:
    """A variant of an imported trial.

    Attributes:
        experiment: the experiment's name today.
        text: that mitosis 0.6 locked.
        doubt: why that text may stand for several values, so that the name is not locked;
            empty where it is.
    """

    experiment: str
    variant: Variant
    text: str
    doubt: str


@dataclass(frozen=True)
class Imported:
    """What an import did, or would do.

    Attributes:
        added: the trials that are new here.
        known: how many were imported before.
        databases: the files that hold the trials.
        variants: of the new trials, each once.
        unused: definitions that no trial used, which are left out, as `parameter=name`.
        faults: what could not be taken over as it was, a sentence each.
    """

    added: tuple[RecordedTrial, ...]
    known: int
    databases: tuple[Path, ...]
    variants: tuple[ImportedVariant, ...]
    unused: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def import_legacy(database: Path, trials_folder: Path, *, dry_run: bool = False) -> Imported:
    """Take over all trials of a database that mitosis 0.6 wrote.

    Folders and records come first, then all rows of one experiment at once. If it is
    interrupted, doing it again completes it.

    Args:
        database: the old file; what belongs to its trials is looked for beside it.
        trials_folder: where they go; another folder than the old one.
        dry_run: whether to change nothing.

    Raises:
        ForeignDatabaseError: mitosis 0.6 did not write the file, or another program wrote
            the one in the trials folder.
        TrialsFolderError: the folder cannot be used, or an old database has the name that
            the new one needs.
        DatabaseError: one of the files cannot be used.
    """
    found = read_legacy(database)
    in_plain = legacy_trials(found)
    secrets = find_secrets(found, in_plain)
    trials = [without_secrets(trial, secrets) for trial in in_plain]
    stores = {name: Store(trials_folder / name) for name in _names(trials)}
    _refuse_old_place(trials_folder, [store.path for store in stores.values()])
    numbering = Numbering(trials_folder, stores.values())
    new = [trial for trial in trials if trial.claim.key not in numbering.known]
    added = [numbering.recorded(trial) for trial in new]
    faults = [f"trial {t.former.variant!r}: {t.fault}" for t in new if t.fault]
    if not dry_run:
        _layout.make_trials_folder(trials_folder)
        added = [keep(t, r, trials_folder, secrets) for t, r in zip(new, added, strict=True)]
        for name, store in stores.items():
            here = [recorded for recorded in added if recorded.claim.database == name]
            faults += store.restore(here, store.acts()).contradictions if here else ()
            _free(store, trials)
    return Imported(
        added=tuple(added),
        known=len(trials) - len(new),
        databases=tuple(store.path for store in stores.values()),
        variants=_variants(new),
        unused=tuple(map(secrets.out_of, _unused(found, trials))),
        faults=tuple(dict.fromkeys(faults)),
    )


def _names(trials: Iterable[LegacyImport]) -> list[str]:
    return list(dict.fromkeys(trial.claim.database for trial in trials))


def _refuse_old_place(trials_folder: Path, databases: Iterable[Path]) -> None:
    for file in databases:
        if file.exists() and is_legacy(file):
            reason = (
                f"its {file.name} was written by mitosis 0.6, and the new one needs that name"
            )
            raise TrialsFolderError(folder=trials_folder, reason=reason)


def _free(store: Store, trials: Iterable[LegacyImport]) -> None:
    """Retire the definitions whose texts may stand for several values."""
    by_text = {
        (trial.claim.experiment, parameter, s.variant.name, s.variant.text): s.doubt
        for trial in trials
        for parameter, s in trial.settled.items()
        if s.doubt
    }
    for lock in store.variants() if by_text and store.is_made() else ():
        doubt = by_text.get((*lock.full_name, lock.variant.text))
        if doubt:
            act = Act(Action.RETIRED, datetime.now(UTC), BY, doubt)
            store.retire(lock.full_name, act, meant=lock)


def _variants(trials: Iterable[LegacyImport]) -> tuple[ImportedVariant, ...]:
    found = {
        (trial.claim.experiment, parameter, settled.variant.name): ImportedVariant(
            trial.claim.experiment, settled.variant, settled.text, settled.doubt
        )
        for trial in trials
        for parameter, settled in trial.settled.items()
    }
    return tuple(found[name] for name in sorted(found))


def _unused(database: LegacyDatabase, trials: Iterable[LegacyImport]) -> tuple[str, ...]:
    """Return the definitions that no trial used; today nothing but a trial locks."""
    used = {place for trial in trials for place in trial.used}
    return tuple(
        f"{table.partition('_variant_')[2]}={name}"
        for table, names in sorted(database.definitions.items())
        for name in names
        if (table, name) not in used
    )
