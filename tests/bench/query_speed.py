"""What questions to many trials cost beside SQL by hand, and how that grows with the trials.

Run it with `make bench`, or with numbers of trials:
`python -m tests.bench.query_speed 1000 100000 1000000`. Both sides of a ratio take turns, so
that a noisy machine is noisy for both; the file is in the system's cache for both.
"""

from __future__ import annotations

import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import insert

import mitosis
from mitosis._model import (
    Claimed,
    Finish,
    MetricSummary,
    Outcome,
    Places,
    Status,
    Usage,
    Variant,
)
from mitosis._store import Store
from mitosis._store.connection import transaction
from mitosis._store.ending import end_row
from mitosis._store.scalars import metric_rows, value_rows
from mitosis._store.schema import metric, trial, trial_value
from mitosis._store.trial_rows import claim_row
from tests.unit.store.claims import NOON, claim

SIZES = (1_000, 10_000, 100_000)
FEW = 20
ROUNDS = 7
EXPERIMENT = "bench"
METHODS = ("KMeans", "DBSCAN", "Ward", "Birch")

TOP = """
    SELECT trial.name, k.json AS k, metric.last AS loss
    FROM trial
    JOIN trial_value AS k ON k.trial_id = trial.id AND k.argument = 'k'
    JOIN metric ON metric.trial_id = trial.id
        AND metric.source = 'metric' AND metric.name = 'loss'
    WHERE trial.experiment = ? AND trial.archived_at IS NULL AND k.number > 3
    ORDER BY metric.last DESC LIMIT 20
"""
TOP_OF_JSON = """
    SELECT name, json_extract(literals, '$.k') AS k, json_extract(metrics, '$.loss') AS loss
    FROM trial WHERE experiment = ? AND archived_at IS NULL AND k > 3
    ORDER BY loss DESC LIMIT 20
"""
TOP_BY_INDEX = """
    SELECT trial.name, k.json AS k, metric.last AS loss
    FROM metric INDEXED BY metric_by_last
    CROSS JOIN trial ON trial.id = metric.trial_id
    CROSS JOIN trial_value AS k ON k.trial_id = trial.id AND k.argument = 'k'
    WHERE metric.source = 'metric' AND metric.name = 'loss'
        AND trial.experiment = ? AND trial.archived_at IS NULL AND k.number > 3
    ORDER BY metric.last DESC LIMIT 20
"""
ALL = """
    SELECT name, json_extract(literals, '$.k') AS k, json_extract(literals, '$.lr') AS lr,
        json_extract(literals, '$.method') AS method, status, main, started_at,
        json_extract(metrics, '$.loss') AS loss
    FROM trial WHERE experiment = ? AND archived_at IS NULL ORDER BY id
"""
COLUMNS = ["name", "k", "lr", "method", "status", "main", "started_at", "loss"]


QUESTIONS = {
    "last 20 claimed": {"tail": 20},
    "top 20 by a metric, filtered": {"where": "k > 3", "sort": "loss", "tail": 20},
    "a rare variant": {"where": "`lr.variant` == 'rare'"},
    "a rare value, sorted": {"where": "lr < 0.0005", "sort": "loss"},
    "failed, of 24 hours": {"where": "status == 'failed' and started_at < '2024-05-07'"},
}


def fill(database: Path, count: int) -> Store:
    """Make a database of trials with five parameters and three metrics each."""
    store, chance = Store(database), random.Random(1)
    numbers = iter(range(1, count + 1))
    while some := list(islice(numbers, 10_000)):
        with transaction(database, create=True) as connection:
            told = [_told(number, chance) for number in some]
            connection.execute(insert(trial), [row for row, _, _ in told])
            connection.execute(insert(trial_value), [v for _, rows, _ in told for v in rows])
            connection.execute(insert(metric), [m for _, _, rows in told for m in rows])
    return store


def _told(number: int, chance: random.Random) -> tuple[Any, Any, Any]:
    """Return the rows of a trial, as the store itself makes them."""
    values = {
        "k": chance.randrange(10),
        "lr": chance.random(),
        "method": chance.choice(METHODS),
        "scale": chance.random() < 0.5,
        "window": chance.randrange(1000),
    }
    names = {name: str(value)[:6] for name, value in values.items()}
    names["lr"] = "rare" if number % 997 == 0 else names["lr"]
    variants = tuple(
        Variant(name, names[name], repr(value), f"{number:064x}", 3)
        for name, value in values.items()
    )
    taken = replace(
        claim(*variants),
        experiment=EXPERIMENT,
        key=f"{number:08x}",
        values=values,
        seed=chance.getrandbits(32),
        started_at=NOON + timedelta(minutes=number),
    )
    name = "-".join([EXPERIMENT, *names.values(), str(number)])
    loss = chance.random()
    summary = MetricSummary(100, loss, 99, loss, 1.0, 0.5)
    done = Finish(
        taken.key,
        Outcome(
            Status.SUCCEEDED if number % 50 else Status.FAILED,
            taken.started_at + timedelta(seconds=9),
            Usage(9.0, 8.5, 1 << 28),
            main=loss,
        ),
        Places(f"{name}_{taken.key}", f"trial_{name}.html"),
        numbers={"main": loss},
        metrics=dict.fromkeys(("loss", "accuracy", "val/loss"), summary),
    )
    row = claim_row(taken, Claimed(name, number)) | end_row(done) | {"id": number}
    return row, value_rows(number, taken), metric_rows(number, done)


def filled(folder: Path, count: int) -> Path:
    """Make a database of so many trials in a folder of its own."""
    database = folder / str(count) / f"{EXPERIMENT}.db"
    database.parent.mkdir()
    fill(database, count)
    return database


def by_hand(database: Path, statement: str, **options: Any) -> pd.DataFrame:
    """Do what a person does without mitosis."""
    address = f"file:{database}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        frame: pd.DataFrame = pd.read_sql_query(
            statement, connection, params=(EXPERIMENT,), **options
        )
    return frame


def all_by_hand(database: Path) -> pd.DataFrame:
    """Read eight columns of all trials."""
    return by_hand(database, ALL, parse_dates={"started_at": {"utc": True}})


def top(database: Path) -> pd.DataFrame:
    """Ask mitosis for the twenty trials with the largest loss."""
    return mitosis.history(
        EXPERIMENT,
        where="k > 3",
        sort="loss",
        tail=20,
        columns=["name", "k", "loss"],
        trials_folder=database.parent,
    )


def everything(database: Path) -> pd.DataFrame:
    """Ask mitosis for eight columns of all trials."""
    return mitosis.history(EXPERIMENT, columns=COLUMNS, trials_folder=database.parent)


def compare(*ways: Callable[[], Any], rounds: int = ROUNDS) -> list[float]:
    """Return the median time of each way in milliseconds; they take turns."""
    taken: list[list[float]] = [[] for _ in ways]
    for _ in range(rounds + 1):
        for way, times in zip(ways, taken, strict=True):
            start = time.perf_counter()
            way()
            times.append(1000 * (time.perf_counter() - start))
    return [statistics.median(times[1:]) for times in taken]


def show_ratios(database: Path, count: int, few: Path) -> None:
    """Print both questions of the aim beside SQL by hand."""
    assert list(top(database)["loss"])[::-1] == list(by_hand(database, TOP)["loss"])
    ours, fixed, *hands = compare(
        lambda: top(database),
        lambda: top(few),
        lambda: by_hand(database, TOP),
        lambda: by_hand(database, TOP_OF_JSON),
        lambda: by_hand(database, TOP_BY_INDEX),
    )
    print(f"top 20 of {count:,} trials by a metric under a filter: {ours:.1f} ms")
    print(f"    of which {fixed:.1f} ms are the same for {FEW} trials")
    for what, hand in zip(("joins", "JSON", "forced on the best index"), hands, strict=True):
        print(f"    SQL by hand, {what:26} {hand:8.1f} ms   ratio {ours / hand:6.2f}")
    ours, hand = compare(lambda: everything(database), lambda: all_by_hand(database))
    print(f"DataFrame of {count:,} trials x {len(COLUMNS)} columns: {ours:.1f} ms")
    print(f"    SQL and pandas by hand {'':16} {hand:8.1f} ms   ratio {ours / hand:6.2f}")


def show_growth(database: Path, count: int) -> None:
    """Print what each question costs in a database of that size."""
    for what, options in QUESTIONS.items():
        (taken,) = compare(
            lambda options=options: mitosis.history(  # type: ignore[misc] # bound at once
                EXPERIMENT,
                columns=["name", "k", "loss"],
                trials_folder=database.parent,
                **options,
            )
        )
        print(f"{count:>10,}  {what:32} {taken:10.1f} ms")
    (taken,) = compare(lambda: everything(database), rounds=2)
    print(f"{count:>10,}  {'all, eight columns':32} {taken:10.1f} ms")


def main() -> None:
    """Fill a database of each size, and measure."""
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    with tempfile.TemporaryDirectory() as folder:
        few = filled(Path(folder), FEW)
        for count in sizes:
            database = filled(Path(folder), count)
            if count == 100_000:
                show_ratios(database, count, few)
            show_growth(database, count)
            database.unlink()


if __name__ == "__main__":
    main()
