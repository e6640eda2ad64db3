"""The database is no single point of loss: what happens when it is gone, or held by others."""

from __future__ import annotations

import sqlite3
import time

import pytest

from tests.functional.conftest import Project, record

pytestmark = pytest.mark.slow

SLOW = """
import pathlib, time
name = "slow"
def run(x):
    pathlib.Path("started.state").touch()
    while not pathlib.Path("go.state").exists():
        time.sleep(0.02)
    print("done computing")
    return {"main": x}
"""
GO = """
import sys
import mitosis, slow
x = int(sys.argv[1])
mitosis.run(slow, params=[mitosis.Parameter("one", "x", x)], trials_folder="trials")
"""


@pytest.fixture
def prepared(project: Project) -> Project:
    project.write(slow=SLOW, go=GO)
    (project.root / ".gitignore").write_text("trials/\n*.state\n")
    project.commit()
    return project


def started(project: Project, name: str = "started.state") -> None:
    deadline = time.monotonic() + 60
    while not (project.root / name).exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_database_that_is_gone_at_the_end_costs_the_trial_nothing(prepared: Project) -> None:
    process = prepared.start("go.py", "1")
    started(prepared)
    (prepared.root / "trials/slow.db").unlink()
    (prepared.root / "go.state").touch()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, (out, err)
    assert "succeeded, main = 1" in out
    assert "could not be written into its database" in err
    assert "mitosis repair" in err
    done = prepared.mitosis("repair", "trials")
    assert done.status == 0, done
    (row,) = prepared.rows("trials/slow.db")
    assert (row["status"], row["main"], row["iteration"]) == ("succeeded", 1.0, 1)


def test_a_database_that_is_gone_before_a_trial_is_made_anew_with_its_locks(
    prepared: Project,
) -> None:
    (prepared.root / "go.state").touch()
    assert prepared.python("go.py", "1").status == 0
    (prepared.root / "trials/slow.db").unlink()
    refused = prepared.python("go.py", "2")
    assert refused.status == 1
    assert "slow.db was gone; it was made anew from the folders of 1 trial" in refused.err
    assert "VariantConflictError" in refused.err
    again = prepared.python("go.py", "1")
    assert "slow-one-2 succeeded" in again.out


def test_a_database_that_is_held_at_the_end_is_waited_for_and_that_is_said(
    prepared: Project,
) -> None:
    process = prepared.start("go.py", "1")
    started(prepared)
    connection = sqlite3.connect(prepared.root / "trials/slow.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    (prepared.root / "go.state").touch()
    time.sleep(6)
    connection.execute("COMMIT")
    connection.close()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, (out, err)
    assert err.count("waiting for slow.db") == 1
    (row,) = prepared.rows("trials/slow.db")
    assert row["status"] == "succeeded"
    (folder,) = (prepared.root / "trials").glob("slow-one-1_*")
    assert record(folder)["status"] == "succeeded"
