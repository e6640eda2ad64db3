"""Faults of SQLite at any statement, and the verbs that meet them."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from mitosis._model import (
    Annotation,
    Claimed,
    Finish,
    Lock,
    Mark,
    MetricSummary,
    Outcome,
    Places,
    RecordedTrial,
    Status,
    Usage,
)
from mitosis._store import Store

from .claims import LOW, NOON, act, claim, execute, finish, variant
from .former import make_schema_1

TABLES = (
    *("meta", "variant", "trial", "trial_variant", "variant_act"),
    *("trial_value", "metric", "trial_tag", "purged"),
)
KINDS = {
    "BUSY": sqlite3.SQLITE_BUSY,
    "FULL": sqlite3.SQLITE_FULL,
    "CORRUPT": sqlite3.SQLITE_CORRUPT,
    "READONLY": sqlite3.SQLITE_READONLY,
    "IOERR": sqlite3.SQLITE_IOERR,
}

Verb = Callable[[Store], object]


@dataclass
class Steps:
    """Counts the statements of all connections, and does something before one of them."""

    fault: Callable[[], None] = lambda: None
    before: int = -1
    done: int = 0

    def take(self) -> None:
        if self.done == self.before:
            self.fault()
        self.done += 1


@contextmanager
def counted(steps: Steps) -> Iterator[Steps]:
    """Have all new connections count their statements and commits."""

    class Cursor(sqlite3.Cursor):
        def execute(self, *args: Any) -> Cursor:
            steps.take()
            return super().execute(*args)

        def executemany(self, *args: Any) -> Cursor:
            steps.take()
            return super().executemany(*args)

    def connect(*args: Any, factory: type[Any] = sqlite3.Connection, **kwargs: Any) -> Any:
        class Connection(factory):  # type: ignore[misc]  # of any class
            def cursor(self, factory: Any = Cursor) -> Any:
                return super().cursor(factory)

            def commit(self) -> None:
                steps.take()
                super().commit()

        return real(*args, factory=Connection, **kwargs)

    real = sqlite3.connect
    with patch("sqlite3.connect", connect):
        yield steps


def failing(kind: str) -> Callable[[], None]:
    """Return what raises an error as SQLite does."""

    def fail() -> None:
        error = sqlite3.OperationalError(f"injected {kind}")
        error.sqlite_errorcode = KINDS[kind]
        error.sqlite_errorname = f"SQLITE_{kind}"
        raise error

    return fail


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def make_used(path: Path) -> None:
    """Make a database with a trial that runs, one that succeeded, and one that is lost."""
    store = Store(path)
    for number, name in enumerate(("low", "high", "mild")):
        text = str(number)
        store.claim(claim(variant(name, text), key=f"aaaaaaa{number}", name_prefix=name))
    store.finish(measured("aaaaaaa1"))
    store.finish(finish("aaaaaaa2", status=Status.LOST))
    store.annotate("aaaaaaa1", Annotation(Mark.TAG, "best", NOON, "Ada"))


def measured(key: str) -> Finish:
    """Return the end of a trial with a result that is a number, and a metric."""
    metrics = {"loss": MetricSummary(2, 0.5, 1, 0.5, 0.75, 0.6)}
    return replace(finish(key), numbers={"main": 1.5}, metrics=metrics)


def record(key: str, name: str = "low", text: str = "0", **fields: Any) -> RecordedTrial:
    """Return what the folder of a trial tells."""
    outcome = Outcome(Status.SUCCEEDED, NOON + timedelta(seconds=9), Usage(9.0), main=4.5)
    iteration = fields.pop("iteration", 1)
    told = RecordedTrial(
        claim=claim(variant(name, text), key=key, name_prefix=name),
        claimed=Claimed(f"{name}-{iteration}", iteration),
        places=Places(f"{name}-{iteration}_{key}", f"trial_{name}-{iteration}.html"),
        outcome=outcome,
    )
    return replace(told, **fields)


_LOCK = Lock("sine", variant("new", "7"), NOON, "sine-new-1", "0000000a", None)
_RECORDS = [
    record("aaaaaaa0"),
    record("aaaaaaa2", "mild", "2", annotations=(Annotation(Mark.NOTE, "odd", NOON, "Ada"),)),
    record("bbbbbbb0", iteration=2),
    record("bbbbbbb1", "wild", "9"),
]
VERBS: dict[str, Verb] = {
    "claim": lambda store: store.claim(
        claim(variant("low", "0"), variant("new", "7", "force"), key="bbbbbbb0"),
        lambda _: Places("folder", "page.html"),
    ),
    "finish": lambda store: store.finish(measured("aaaaaaa0")),
    "close_lost": lambda store: store.close_lost(finish("aaaaaaa0", status=Status.LOST)),
    "rename": lambda store: store.rename(LOW, "faint", act()),
    "retire": lambda store: store.retire(LOW, act()),
    "import": lambda store: store.import_locks([_LOCK], act()),
    "annotate": lambda store: store.annotate(
        "aaaaaaa1", Annotation(Mark.TAG, "worst", NOON, "Ada")
    ),
    "purge": lambda store: store.purge(["aaaaaaa1", "aaaaaaa2"], act()),
    "restore": lambda store: store.restore(_RECORDS),
    "migrate": lambda store: store.finish(finish("f0000001")),
}


def make_for(verb: str, path: Path) -> Store:
    """Make the database that a verb is to meet."""
    make_schema_1(path) if verb == "migrate" else make_used(path)
    return Store(path)


def told(store: Store) -> dict[str, Any]:
    """Return every row of a database, and what is told of acts."""
    tables = [name for name in TABLES if execute(store.path, f"PRAGMA table_info({name})")]
    rows = {name: execute(store.path, f"SELECT * FROM {name}") for name in tables}
    return rows | {"acts": store.acts()}
