"""What is left on disk when runner, kernel or both are killed, at every step that writes.

The points are generated: `faults/fault_points.py` meets each call of a built-in function that
changes a file or speaks to SQLite. A process that is killed leaves its files as they are at
that moment, so a copy made at each point is what a killed runner leaves behind (its kernel
dies with it). At some of the points, taken by number, they are killed for real.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

import pytest

from mitosis._layout import TrialFolder, acts_file
from mitosis._records import close_dead, read_record, repair
from mitosis._store import Store
from tests.functional.conftest import Project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

FAULTS = Path(__file__).parent / "faults"

EXPERIMENT = """
import numpy as np
import mitosis
from IPython.display import display, HTML
name = "exp"
def run(seed, a, b):
    "The second claim."
    print("begun")
    mitosis.record_data("measured.txt")
    display(HTML("<b>shown</b>"))
    print("nearly done")
    if a == 13:
        raise ValueError("unlucky")
    return {"main": a * 2, "array": np.arange(3)}
"""
RUN = """
import sys
import numpy as np
import mitosis, exp
a = int(sys.argv[1])
b = np.arange(200_000) / 7  # large enough for a file of its own
params = [mitosis.Parameter(f"v{a}", "a", a), mitosis.Parameter("long", "b", b)]
try:
    mitosis.run(exp, params=params, seed=1, trials_folder="trials")
except (mitosis.ExperimentFailedError, mitosis.TrialKilledError):
    pass
"""
SCENARIOS = {
    "the first trial": ((), 4),
    "another variant": ((4,), 5),
    "the same again": ((4,), 4),
    "one that fails": ((4,), 13),
}


def prepared(project: Project, former: tuple[int, ...]) -> None:
    project.write(exp=EXPERIMENT, go=RUN)
    (project.root / "measured.txt").write_text("1 2 3\n")
    ignored = ("trials/", "snapshots/", "snapshots.processes", "hit", "measured.txt")
    (project.root / ".gitignore").write_text("\n".join(ignored))
    project.commit()
    for a in former:
        done = project.python("go.py", str(a))
        assert done.status == 0, done


def faulty(project: Project, mode: str, **more: str) -> dict[str, str]:
    (project.root / "snapshots").mkdir(exist_ok=True)
    return {
        "PYTHONPATH": str(FAULTS),
        "FAULT_MODE": mode,
        "FAULT_FOLDER": str(project.root / "trials"),
        "FAULT_SNAPSHOTS": str(project.root / "snapshots"),
        "FAULT_HIT": str(project.root / "hit"),
        **more,
    }


def table(folder: Path, name: str) -> list[dict[str, Any]]:
    database = folder / "exp.db"
    if not database.exists() or not database.stat().st_size:
        return []
    connection = sqlite3.connect(database)
    connection.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in connection.execute(f"SELECT * FROM {name} ORDER BY id")]
    except sqlite3.OperationalError:  # the first claim had not got to its tables
        return []
    finally:
        connection.close()


def banner(page: Path) -> str:
    text = page.read_text(encoding="utf-8")
    return text.partition('<section class="status ')[2].partition('"')[0]


def check_all(folder: Path, former: int, where: str) -> list[dict[str, Any]]:
    """Read a folder as the next process would, and find no lie in it."""
    store = Store(folder / "exp.db")
    before = {row["key"]: row["status"] for row in table(folder, "trial")}
    close_dead(folder, store)
    trials = table(folder, "trial")
    assert {row["key"] for row in trials} == set(before), where
    assert len(trials) in (former, former + 1), where
    for row in trials:
        check_trial(folder, row, before[row["key"]], where)
    numbers = [(row["variants"], row["iteration"]) for row in trials]
    assert len(set(numbers)) == len(numbers), where
    check_locks(folder, trials, where)
    return trials


def check_trial(folder: Path, row: Mapping[str, Any], before: str, where: str) -> None:
    recorded = read_record(TrialFolder(folder / row["folder"]))
    assert recorded.outcome is not None, where
    assert row["status"] == recorded.outcome.status != "running", where
    if before != "running":
        assert row["status"] == before, where
    if row["status"] in ("succeeded", "failed"):
        is_unlucky = json.loads(row["variants"])["a"] == "v13"
        assert (row["status"] == "failed") == is_unlucky, where
        assert (folder / row["folder"] / "report.json").exists(), where
    else:
        assert row["status"] in ("lost", "killed"), where
    page = folder / row["html"]
    assert banner(page) == row["status"], where
    log = (
        (folder / row["folder"] / "output.log").read_text()
        if (folder / row["folder"] / "output.log").exists()
        else ""
    )
    for line in ("begun", "nearly done"):
        assert (line in log) <= (line in page.read_text(encoding="utf-8")), where


def check_locks(folder: Path, trials: list[dict[str, Any]], where: str) -> None:
    keys = {row["key"] for row in trials}
    locks = table(folder, "variant")
    assert {lock["trial_key"] for lock in locks} <= keys, where
    held = {(lock["parameter"], lock["name"]) for lock in locks}
    wanted = {pair for row in trials for pair in json.loads(row["variants"]).items()}
    assert held == wanted, where


def check_rebuilt(folder: Path, trials: list[dict[str, Any]], where: str) -> None:
    """The folders alone hold all that the database held."""
    locks = table(folder, "variant")
    for file in (folder / "exp.db", acts_file(folder / "exp.db")):
        file.unlink(missing_ok=True)
    (folder / "exp.db-journal").unlink(missing_ok=True)
    repaired = repair(folder)
    assert not repaired.contradictions, where
    again = table(folder, "trial")
    skipped = ("id", "folder", "html")
    for old in trials:
        (new,) = [row for row in again if row["key"] == old["key"]]
        differing = {k: (old[k], new[k]) for k in old if k not in skipped and old[k] != new[k]}
        assert not differing, (where, differing)
    texts = {(lock["parameter"], lock["name"], lock["text"]) for lock in locks}
    found = {(k["parameter"], k["name"], k["text"]) for k in table(folder, "variant")}
    assert texts <= found, where
    assert all((folder / row["html"]).stat().st_size for row in again), where


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_runner_killed_at_any_step_leaves_no_lie_and_loses_nothing(
    project: Project, scenario: str
) -> None:
    former, a = SCENARIOS[scenario]
    prepared(project, former)
    done = project.python("go.py", str(a), env=faulty(project, "snapshot"))
    assert done.status == 0, done
    snapshots = sorted((project.root / "snapshots").iterdir())
    assert len(snapshots) > 40
    assert {s.name.partition("-")[0] for s in snapshots} == {"runner", "kernel"}
    for folder in snapshots:
        where = f"{scenario}, killed at {folder.name}"
        trials = check_all(folder, len(former), where)
        assert check_all(folder, len(former), where) == trials, where
        check_rebuilt(folder, trials, where)
        rmtree(folder)


@pytest.fixture(scope="module")
def names(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """What the points of a second trial are called, those that change a file."""
    project = Project(copytree(repository, tmp_path_factory.mktemp("watched") / "project"))
    prepared(project, (4,))
    done = project.python("go.py", "4", env=faulty(project, "snapshot"))
    assert done.status == 0, done
    return sorted(p.name.split("-") for p in (project.root / "snapshots").iterdir())


@pytest.mark.parametrize("whom", ["runner", "kernel", "both"])
def test_a_process_that_is_really_killed_leaves_no_lie(
    project: Project, names: list[list[str]], whom: str
) -> None:
    prepared(project, (4,))
    folder, ran = project.root / "trials", 1
    hit: list[bool] = []
    for who in ("runner", "kernel"):
        numbers = [int(number) for process, number, *_ in names if process == who]
        for number in numbers[:: max(1, len(numbers) // 3)]:
            where = f"{whom} killed at {who} {number}"
            (project.root / "hit").unlink(missing_ok=True)
            at = {"FAULT_WHERE": who, "FAULT_AT": str(number), "FAULT_WHOM": whom}
            project.python("go.py", "4", env=faulty(project, "kill", **at))
            hit.append((project.root / "hit").exists())  # runs differ by some calls
            found = len(table(folder, "trial"))
            assert found in (ran, ran + 1), where
            trials = check_all(folder, found, where)
            assert [row["iteration"] for row in trials] == list(range(1, found + 1)), where
            ran = found
    assert sum(hit) >= 4
