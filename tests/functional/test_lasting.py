"""The database is no single point of loss: what happens when it is gone, or held by others."""

from __future__ import annotations

import json
import sqlite3
import subprocess
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
FILLING = """
name = "slow"
def run(x):
    print("before")
    with open("trials/filler", "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
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
    deadline = time.monotonic() + 200
    while not (project.root / name).exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_database_that_is_gone_at_the_end_costs_the_trial_nothing(prepared: Project) -> None:
    process = prepared.start("go.py", "1")
    started(prepared)
    (prepared.root / "trials/slow.db").unlink()
    (prepared.root / "go.state").touch()
    out, err = process.communicate(timeout=300)
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
    seen = prepared.mitosis("variants", "list")
    assert "slow.db" in seen.err, seen
    assert "it is gone, but its trials' folders are here" in seen.err
    assert seen.status == 1
    refused = prepared.python("go.py", "2")
    assert refused.status == 1
    assert "slow.db was gone; it was made anew from the folders of 1 trial" in refused.err
    assert "VariantConflictError" in refused.err
    again = prepared.python("go.py", "1")
    assert "slow-one-2 succeeded" in again.out


@pytest.mark.parametrize("damage", ["emptied", "an old copy"])
def test_a_database_that_forgot_trials_gets_them_back_before_a_number_is_given_twice(
    prepared: Project, damage: str
) -> None:
    database = prepared.root / "trials/slow.db"
    (prepared.root / "go.state").touch()
    assert prepared.python("go.py", "1").status == 0
    former = b"" if damage == "emptied" else database.read_bytes()
    assert prepared.python("go.py", "1").status == 0
    database.write_bytes(former)
    again = prepared.python("go.py", "1")
    assert "slow-one-3 succeeded" in again.out, again
    assert "slow.db" in again.err
    assert [row["iteration"] for row in prepared.rows(database)] == [1, 2, 3]
    assert prepared.mitosis("repair", "trials").status == 0


ESCAPES = """
import signal
import mitosis, slow

class Alarm(BASE):
    pass

def ring(number, frame):
    raise Alarm("the caller's own")

signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 4)
params = [mitosis.Parameter("one", "x", 1)]
try:
    mitosis.run(slow, params=params, trials_folder="trials")
except Alarm as exc:
    print("escaped:", exc)
"""


@pytest.mark.parametrize("base", ["Exception", "BaseException", "SystemExit"])
def test_an_exception_of_the_caller_ends_the_trial_as_killed_and_gets_through(
    prepared: Project, base: str
) -> None:
    prepared.write(go=ESCAPES.replace("BASE", base))
    prepared.commit()
    done = prepared.python("go.py")
    assert "escaped: the caller's own" in done.out, done
    (row,) = prepared.rows("trials/slow.db")
    assert row["status"] == "killed"
    assert row["reason"] == "Alarm was raised in its runner: the caller's own"
    page = (prepared.root / "trials" / row["html"]).read_text()
    assert "Alarm was raised in its runner" in page
    assert row["ended_at"] is not None


def test_a_running_trial_can_be_closed_by_who_knows_that_it_is_gone(prepared: Project) -> None:
    process = prepared.start("go.py", "1")
    started(prepared)
    process.kill()
    process.communicate()
    (file,) = (prepared.root / "trials").glob("slow-one-1_*/record.json")
    kept = json.loads(file.read_text())
    kept["runner"] |= {"host": "elsewhere", "boot_id": "another"}
    file.write_text(json.dumps(kept))
    connection = sqlite3.connect(prepared.root / "trials/slow.db")
    connection.execute("UPDATE trial SET host = 'elsewhere', boot_id = 'another'")
    connection.commit()
    connection.close()
    left = prepared.mitosis("repair", "trials")
    assert "--lost" in left.out, left
    assert prepared.rows("trials/slow.db")[0]["status"] == "running"
    done = prepared.mitosis("repair", "trials", "--lost", "slow-one-1")
    assert done.status == 0, done
    assert prepared.rows("trials/slow.db")[0]["status"] == "lost"


def test_a_full_disk_costs_the_results_but_not_the_truth(prepared: Project) -> None:
    folder = prepared.root / "trials"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1500k", "none", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine allows no mounts")
    try:
        prepared.write(slow=FILLING)
        prepared.commit()
        done = prepared.python("go.py", "1")
        assert "succeeded, main = 1" in done.out, done
        assert "could not be stored: No space left on device" in done.err
        (row,) = prepared.rows("trials/slow.db")
        assert (row["status"], row["main"]) == ("succeeded", 1.0)
        (kept,) = [record(f) for f in folder.glob("slow-one-1_*")]
        assert "No space left on device" in kept["results_dropped"]["main"]
        assert (folder / row["html"]).stat().st_size > 1000
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_database_that_is_held_at_the_end_is_waited_for_and_that_is_said(
    prepared: Project,
) -> None:
    told = prepared.root / "told.state"
    with told.open("w") as file:
        process = prepared.start("go.py", "1", stderr=file)
    started(prepared)
    connection = sqlite3.connect(prepared.root / "trials/slow.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    (prepared.root / "go.state").touch()
    deadline = time.monotonic() + 200
    while "waiting for slow.db" not in told.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    connection.execute("COMMIT")
    connection.close()
    out, _ = process.communicate(timeout=300)
    assert process.returncode == 0, (out, told.read_text())
    assert told.read_text().count("waiting for slow.db") == 1
    (row,) = prepared.rows("trials/slow.db")
    assert row["status"] == "succeeded"
    (folder,) = (prepared.root / "trials").glob("slow-one-1_*")
    assert record(folder)["status"] == "succeeded"
