"""Claims, ends and files for the tests of the store; everything has a default."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mitosis._model import (
    Act,
    Action,
    Claim,
    CodeState,
    Finish,
    Lock,
    LockName,
    Machine,
    Outcome,
    Places,
    Runner,
    Status,
    Usage,
    Variant,
)
from mitosis._store import Store
from mitosis._store.joining import home_of

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)
COMMIT = "0123456789abcdef0123456789abcdef01234567"
LOW = LockName("sine", "noise", "low")
_numbers = itertools.count(1)

_CLAIM = Claim(
    experiment="sine",
    key="",
    name_prefix="sine-low",
    group=None,
    variants=(),
    values={"noise": 0.1},
    seed=7,
    code=CodeState(Path("/repo"), COMMIT, "main", "https://example.org/r.git"),
    machine=Machine("Linux", "cpu", 8, 1 << 30, ("run.py",)),
    runner=Runner("host", 4321, 12.5, "boot"),
    environment_digest="e" * 64,
    started_at=NOON,
)


def variant(name: str = "low", text: str = "0.1", parameter: str = "noise") -> Variant:
    return Variant(parameter, name, text, f"digest of {text}", 1)


def claim(*variants: Variant, **fields: Any) -> Claim:
    """Return a claim with a key of its own, of the variant `noise=low` if none is named."""
    named = fields.pop("variants", variants or (variant(),))
    key = f"{next(_numbers):08x}"
    return replace(_CLAIM, **{"key": key, "variants": named} | fields)


def act(why: str = "typo", **fields: Any) -> Act:
    """Return what somebody did two days after the claims; the store says what it was."""
    done = Act(Action.RETIRED, NOON + timedelta(days=2), "Ada <ada@example.org>", why)
    return replace(done, **fields)


def in_force(store: Store, experiment: str = "sine") -> dict[tuple[str, str], Lock]:
    """Return an experiment's locks by parameter and name."""
    locks = store.variants(experiment)
    return {(lock.variant.parameter, lock.variant.name): lock for lock in locks}


def finish(key: str, main: Any = 1.5, **fields: Any) -> Finish:
    outcome = Outcome(
        status=Status.SUCCEEDED,
        ended_at=NOON + timedelta(seconds=3),
        usage=Usage(3.0, 2.5, 1 << 20),
        main=main,
    )
    places = Places(f"sine-low-1_{key}", "trial_sine-low-1.html")
    return Finish(key, replace(outcome, **fields), places)


def execute(database: Path, statement: str, *values: object) -> list[Any]:
    """Run one statement as another program would; on a server, in the schema of a database."""
    if home := home_of(database):
        from mitosis._store import server

        with server.transaction(home, database, create=False) as connection:
            done = connection.exec_driver_sql(statement.replace("?", "%s"), values)
            return [tuple(row) for row in done] if done.returns_rows else []
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(statement, values).fetchall()
        connection.commit()
        return rows
