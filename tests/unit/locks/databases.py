"""Trials folders with real databases in them, for the tests of locks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mitosis._canonical import VERSION, canonical, text_digest
from mitosis._locks import Held, held_locks
from mitosis._model import Act, Action, Lock, LockName, Variant
from mitosis._store import Store
from tests.unit.store import claims

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
COMMIT = "b9ac60db60d2f1a3b9ac60db60d2f1a3b9ac60db"


def variant(parameter: str, name: str, value: object) -> Variant:
    text = canonical(value)
    return Variant(parameter, name, text, text_digest(text), VERSION)


def lock(
    name: str = "low",
    value: object = 0.1,
    *,
    parameter: str = "noise",
    experiment: str = "sine",
) -> Lock:
    """Return a lock as a `mitosis.lock` has it."""
    given = variant(parameter, name, value)
    return Lock(experiment, given, NOON, f"{experiment}-{name}-1", "823e8316", COMMIT)


def hold(folder: Path, *locks: Lock, logfile: str | None = None) -> None:
    """Have trials lock these, each with a trial of its own."""
    folder.mkdir(exist_ok=True)
    for number, one in enumerate(locks):
        claim = claims.claim(
            one.variant,
            experiment=one.experiment,
            name_prefix=f"{one.experiment}-{one.variant.name}",
            started_at=NOON + timedelta(minutes=number),
        )
        Store(folder / (logfile or f"{one.experiment}.db")).claim(claim)


def do(folder: Path, action: Action, of: Lock, new_name: str = "") -> None:
    """Rename or retire a lock, a day later."""
    store = Store(folder / f"{of.experiment}.db")
    name = LockName(of.experiment, of.variant.parameter, of.variant.name)
    act = Act(action, NOON + timedelta(days=1), "Ada <ada@example.org>", "a slip")
    if action is Action.RENAMED:
        store.rename(name, new_name, act)
    else:
        store.retire(name, act)


def renamed(one: Lock, name: str) -> Lock:
    return replace(one, variant=replace(one.variant, name=name))


def texts(folder: Path) -> Mapping[tuple[str, str, str], str]:
    """Return what is in force, by experiment, parameter and name."""
    return {h.key: h.lock.variant.text for h in held_locks(folder).in_force}


def held(one: Lock, file: str = "trials/sine.db") -> Held:
    return Held(one, Path(file))
