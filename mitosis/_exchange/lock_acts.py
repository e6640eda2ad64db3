"""What an archive tells of locks beside the trials that ran with them, and what is new of it.

The trials' records hold the locked texts. Who locked them first, and who renamed or retired
one since, stands in the source's databases; it travels in a file of acts for each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mitosis import _layout
from mitosis._canonical import key_ids
from mitosis._model import Action, Lock, RecordedTrial
from mitosis._store import RecordedAct, Store, acts_text, told_with

Called = tuple[str, str, str, str]
"""Experiment, parameter, digest and one of the names that a definition has had."""


def acts_of_trials(
    trials_folder: Path, trials: Iterable[RecordedTrial]
) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of a file of acts for each database of some trials."""
    for name, members in by_database(trials):
        if acts := acts_for(Store(trials_folder / name), members):
            yield _layout.acts_file(Path(name)).name, acts_text(acts).encode()


def by_database(trials: Iterable[RecordedTrial]) -> list[tuple[str, list[RecordedTrial]]]:
    """Return the names of databases, each with its trials."""
    found = defaultdict[str, list[RecordedTrial]](list)
    for trial in trials:
        found[trial.claim.database].append(trial)
    return sorted(found.items())


def acts_for(store: Store, trials: Iterable[RecordedTrial]) -> list[RecordedAct]:
    """Return what is to be told of the locks that trials ran with.

    Without a database, it is what people did to them.
    """
    used = {called for trial in trials for lock in _locks(trial) for called in _called(lock)}
    if not store.is_made():
        return [act for act in lock_acts(store) if used & _called_by(act)]
    locks = (lock for lock in store.variants(retired=True) if used & _called(lock))
    return [act for lock in locks for act in told_with(lock)]


def lock_acts(store: Store) -> list[RecordedAct]:
    """Return what the file of acts tells of locks, and not of trials that were purged."""
    return [act for act in store.acts() if isinstance(act, RecordedAct)]


def sorted_acts(
    acts: Iterable[RecordedAct], known: Iterable[Lock]
) -> tuple[list[Lock], list[RecordedAct]]:
    """Tell which locks are to be imported as they are, and which acts are to be done again.

    What is told of a definition that is known here is passed over: nobody's act elsewhere
    changes it.
    """
    here = {called for lock in known for called in _called(lock)}
    by_definition = defaultdict[tuple[str, ...], list[RecordedAct]](list)
    for act in acts:
        name = act.lock_name
        by_definition[name.experiment, name.parameter, act.digest, act.trial_key].append(act)
    locks: list[Lock] = []
    again: list[RecordedAct] = []
    for told in by_definition.values():
        if any(here & _called_by(act) for act in told):
            continue
        if all(act.act.action is Action.IMPORTED for act in told):
            locks += [act.lock for act in told[:1] if act.lock]
        else:
            again += told
    return locks, again


def contradicted(
    trials: Sequence[RecordedTrial], known: Sequence[Lock], acts: Iterable[RecordedAct]
) -> dict[str, list[str]]:
    """Return what keeps trials out, by key: variants that are locked to another value here.

    One whose name was freed there, before somebody locked it to the other value here, does not.
    """
    in_force = {lock.full_name: lock for lock in known if lock.retired_at is None}
    freed = [act for act in acts if act.act.action is not Action.IMPORTED]
    faults = defaultdict[str, list[str]](list)
    for trial in trials:
        for lock in _locks(trial):
            here = in_force.get(lock.full_name)
            if here is None or here.variant.text == lock.variant.text:
                continue
            digest = lock.variant.digest
            moments = (
                a.act.at for a in freed if (a.lock_name, a.digest) == (lock.full_name, digest)
            )
            if not any(lock.locked_at <= at <= here.locked_at for at in moments):
                faults[trial.claim.key].append(_fault(here, lock))
    return faults


def has_secrets(trial: RecordedTrial) -> bool:
    """Tell whether a trial locked a secret."""
    return any(key_ids(variant.text) for variant in trial.claim.variants)


def _fault(here: Lock, there: Lock, most: int = 60) -> str:
    texts = [lock.variant.text for lock in (here, there)]
    cut = [text if len(text) <= most else f"{text[:most]}..." for text in texts]
    return f"{there.full_name} is locked to {cut[0]} here, and ran as {cut[1]} there"


def _locks(trial: RecordedTrial) -> Iterator[Lock]:
    claim = trial.claim
    name = trial.claimed.name if trial.claimed else ""
    for variant in claim.variants:
        yield Lock(
            claim.experiment, variant, claim.started_at, name, claim.key, claim.code.commit
        )


def _called(lock: Lock) -> set[Called]:
    names = {lock.variant.name} | {act.former_name for act in lock.acts if act.former_name}
    return {(lock.experiment, lock.variant.parameter, lock.variant.digest, n) for n in names}


def _called_by(act: RecordedAct) -> set[Called]:
    experiment, parameter, name = act.lock_name
    names = {name, act.new_name} if act.new_name else {name}
    return {(experiment, parameter, act.digest, n) for n in names}
