"""Real sweeps: from the command line, interrupted, killed, and gone on with."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.functional.conftest import Done, Project, record

WAVE = '''
import time
from pathlib import Path

name = "waves"
amplitude = {"low": 1, "high": 4}
frequency = {"slow": 0.5, "fast": 2.0}

def run(seed, amplitude, frequency, pause=0.0, broken=False):
    """The sum is the sum."""
    print("so far so good")
    time.sleep(pause)
    if broken and amplitude == 4:
        raise ValueError("too high for us")
    return {"main": amplitude * frequency + seed}
'''
GRID = ("-p", "amplitude=low,high", "-p", "frequency=*")


def statuses(project: Project) -> dict[int, list[str]]:
    """Return the statuses of the trials of each point of the only sweep."""
    found: dict[int, list[str]] = {}
    for row in project.rows("trials/waves.db"):
        found.setdefault(row["sweep_point"], []).append(row["status"])
    return found


def until(happens: Callable[[], object], seconds: float = 200) -> None:
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Done]:
    """Return a project after a sweep of eight trials."""
    root = tmp_path_factory.mktemp("swept") / "project"
    project = Project(root)
    root.mkdir()
    project.git("init", "-q")
    (root / ".gitignore").write_text("__pycache__/\ntrials/\n")
    project.write(waves=WAVE)
    project.commit()
    done = project.mitosis(
        "sweep", "waves", *GRID, "--seed", "0-1", "-j", "2", "--name", "first"
    )
    return project, done


@pytest.mark.slow
def test_a_sweep_is_a_full_trial_for_every_point(swept: tuple[Project, Done]) -> None:
    project, done = swept
    assert done.status == 0, done
    rows = project.rows("trials/waves.db")
    assert {row["sweep"] for row in rows} == {"first"}
    assert sorted(row["sweep_point"] for row in rows) == list(range(8))
    assert {row["status"] for row in rows} == {"succeeded"}
    assert sorted(row["main"] for row in rows) == sorted(
        a * f + s for a in (1, 4) for f in (0.5, 2.0) for s in (0, 1)
    )
    for row in rows:
        folder = project.root / "trials" / row["folder"]
        assert record(folder)["sweep"] == {"name": "first", "point": row["sweep_point"]}
        assert "so far so good" in (folder / "output.log").read_text()
        assert (project.root / "trials" / row["html"]).exists()
    assert len({row["pid"] for row in rows if "pid" in row} - {None}) <= 1
    assert (project.root / "trials/sweep_first.html").exists()


@pytest.mark.slow
def test_a_sweep_tells_a_line_a_trial_and_a_table_by_variant(
    swept: tuple[Project, Done],
) -> None:
    _, done = swept
    assert len(re.findall(r"\d/8 .*succeeded, main = ", done.out)) == 8
    (row,) = re.findall(r"^high +slow .*$", done.out, re.MULTILINE)
    assert "2.5" in row
    assert done.out.rstrip().endswith("sweep_first.html")


@pytest.mark.slow
def test_a_sweep_that_is_done_has_nothing_to_resume(swept: tuple[Project, Done]) -> None:
    project, _ = swept
    done = project.mitosis("sweep", "--resume", "first")
    assert done.status == 0, done
    assert len(project.rows("trials/waves.db")) == 8


@pytest.mark.slow
def test_a_sweep_makes_its_table_and_page_without_the_libraries_of_trials(
    swept: tuple[Project, Done],
) -> None:
    project, _ = swept
    page = project.root / "trials/sweep_first.html"
    page.unlink()
    done = project.python("-X", "importtime", "-m", "mitosis", "sweep", "--resume", "first")
    assert "main ± std" in done.out
    assert page.read_text().count('<img src="data:image/svg+xml') == 2
    loaded = {line.split("|")[-1].strip() for line in done.err.splitlines() if "|" in line}
    assert {"mitosis._sweep.scheduler", "mitosis._run.posting", "sqlalchemy"} <= loaded
    slow = {"numpy", "pandas", "scipy", "matplotlib", "nbclient", "nbformat", "nbconvert"}
    assert not slow & loaded


@pytest.mark.slow
def test_sweeps_are_listed_and_shown(swept: tuple[Project, Done]) -> None:
    project, _ = swept
    listed = project.mitosis("sweeps")
    assert listed.status == 0, listed
    assert re.search(r"first +waves +8 +8", listed.out)
    shown = project.mitosis("sweeps", "first")
    assert shown.status == 0, shown
    assert "high" in shown.out
    unknown = project.mitosis("sweeps", "first1")
    assert unknown.status == 2
    assert "did you mean 'first'" in unknown.err


@pytest.mark.slow
def test_a_dry_run_shows_the_points_and_writes_nothing(swept: tuple[Project, Done]) -> None:
    project, _ = swept
    before = project.snapshot()
    done = project.mitosis("sweep", "waves", *GRID, "--seed", "0-2", "--dry-run")
    assert done.status == 0, done
    assert "12 trials" in done.out
    assert project.snapshot() == before


@pytest.mark.slow
@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_a_new_sweep_takes_no_trials_of_another_for_its_own(
    swept: tuple[Project, Done], options: list[str]
) -> None:
    project, _ = swept
    words = ["sweep", "waves", *GRID, "--name", "first", *options]
    refused = project.mitosis(*words)
    assert (refused.status, "mitosis sweep --resume first" in refused.err) == (2, True), refused
    plan = project.root / "trials/.sweeps/first.json"
    hidden = plan.rename(plan.with_suffix(".hidden"))
    before = project.snapshot()
    try:
        refused = project.mitosis(*words)
        assert refused.status == 2, refused
        assert "but not its plan" in " ".join(refused.err.split())
        assert project.snapshot() == before
    finally:
        hidden.rename(plan)


@pytest.mark.slow
def test_a_sweep_runs_only_what_is_needed(swept: tuple[Project, Done]) -> None:
    project, _ = swept
    done = project.mitosis(
        "sweep", "waves", *GRID, "--seed", "0,2", "--if-needed", "--name", "more", "-j", "2"
    )
    assert done.status == 0, done
    assert len(project.rows("trials/waves.db")) == 12
    assert done.out.count("stands for it") == 4
    assert re.search(r"^high +fast +2 ", done.out, re.MULTILINE)
    again = project.mitosis("sweep", "--resume", "more")
    assert again.status == 0, again
    assert "stands for it" not in again.out


@pytest.mark.slow
def test_one_conflict_stops_a_sweep_with_all_of_them_shown(project: Project) -> None:
    project.write(waves=WAVE)
    (project.root / ".gitignore").write_text("__pycache__/\ntrials/\n")
    project.commit()
    project.mitosis("run", "waves", "-p", "amplitude=low", "-p", "frequency=slow")
    project.mitosis("run", "waves", "-p", "amplitude=high", "-p", "frequency=slow")
    changed = WAVE.replace('"low": 1, "high": 4', '"low": 2, "high": 5, "other": 3')
    project.write(waves=changed)
    project.commit()
    before = project.snapshot()
    done = project.mitosis("sweep", "waves", "-p", "amplitude=*", "-p", "frequency=*")
    assert done.status == 2, done
    assert "variant 'low'" in done.err
    assert "variant 'high'" in done.err
    assert project.snapshot() == before


@pytest.mark.slow
def test_failures_are_counted_told_and_run_again_when_resumed(project: Project) -> None:
    project.write(waves=WAVE)
    (project.root / ".gitignore").write_text("__pycache__/\ntrials/\n")
    project.commit()
    words = ("-e", "broken=True", "--name", "half", "--seed", "1")
    done = project.mitosis("sweep", "waves", *GRID, *words, "-j", "1")
    assert done.status == 1, done
    assert Counter(s for (s,) in statuses(project).values()) == {"succeeded": 2, "failed": 2}
    assert "too high for us" in done.out
    assert "mitosis sweep --resume half" in done.out

    project.write(waves=WAVE.replace("too high", "much too high"))
    project.commit()
    refused = project.mitosis("sweep", "--resume", "half")
    assert refused.status == 2, refused
    assert "commit" in refused.err
    assert "--despite-changes" in refused.err
    assert len(project.rows("trials/waves.db")) == 4

    resume = ("sweep", "--resume", "half", "--despite-changes")
    nothing = project.mitosis(*resume, "--retry", "lost")
    assert nothing.status == 1, nothing
    assert len(project.rows("trials/waves.db")) == 4

    again = project.mitosis(*resume, "--fail-fast", "-j", "1")
    assert again.status == 1, again
    assert "much too high" in again.out
    assert Counter(map(len, statuses(project).values())) == {1: 3, 2: 1}


@pytest.mark.slow
def test_a_sweep_that_is_interrupted_says_how_to_go_on(project: Project) -> None:
    project.write(waves=WAVE)
    (project.root / ".gitignore").write_text("__pycache__/\ntrials/\n")
    project.commit()
    words = ("-e", "pause=30", "--name", "slow", "--seed", "1", "-j", "2")
    process = project.start("-m", "mitosis", "sweep", "waves", *GRID, *words)
    logs = project.root / "trials"
    until(lambda: sum("good" in p.read_text() for p in logs.glob("*/output.log")) == 2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=300)
    done = Done(process.returncode, out, err)
    assert done.status == 130, done
    assert "mitosis sweep --resume slow" in done.out
    assert statuses(project) == {0: ["killed"], 1: ["killed"]}


@pytest.mark.slow
def test_a_sweep_that_is_killed_at_any_moment_goes_on_without_loss_or_repeat(
    project: Project,
) -> None:
    project.write(waves=WAVE)
    (project.root / ".gitignore").write_text("__pycache__/\ntrials/\n")
    project.commit()
    trials = project.root / "trials"
    words = ("-e", "pause=0.7", "--name", "night", "--seed", "1", "-j", "2")
    first = project.start("-m", "mitosis", "sweep", "waves", *GRID, *words)
    until(lambda: list(trials.glob(".sweeps/night.json")))
    kill(first)

    second = project.start("-m", "mitosis", "sweep", "--resume", "night", "-j", "2")
    until(lambda: any("good" in p.read_text() for p in trials.glob("*/output.log")))
    second.send_signal(signal.SIGSTOP)  # or it might be through before the next one has begun
    busy = project.mitosis("sweep", "--resume", "night")
    assert busy.status == 2, busy
    assert "another process" in busy.err
    kill(second)

    third = project.start("-m", "mitosis", "sweep", "--resume", "night", "-j", "1")
    until(lambda: any("succeeded" in each for each in statuses(project).values()))
    kill(third)

    last = project.mitosis("sweep", "--resume", "night", "-j", "2")
    assert last.status == 0, last
    assert sorted(statuses(project)) == [0, 1, 2, 3]
    for each in statuses(project).values():
        assert each.count("succeeded") == 1
        assert set(each) <= {"succeeded", "lost"}


def kill(process: subprocess.Popen[str]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=300)


PYTHON = """
import mitosis, waves
from concurrent.futures import ProcessPoolExecutor

if __name__ == "__main__":
    with ProcessPoolExecutor(2) as executor:
        sweep = mitosis.sweep(
            waves,
            {"amplitude": ["low", "high"], "frequency": "slow"},
            seeds=range(2),
            executor=executor,
            jobs=2,
            name="from python",
        )
    table = sweep.table()
    print(list(table["amplitude"]), list(table["n"]), list(table["mean"]))
    print([trial.status.value for trial in sweep.trials], sweep.failures, sweep.is_done)
    print(sweep.html)
"""


@pytest.mark.slow
def test_python_gets_trials_and_a_table_from_any_executor(project: Project) -> None:
    project.write(waves=WAVE)
    (project.root / ".gitignore").write_text("__pycache__/\ntrials/\n")
    done = project.script(PYTHON)
    assert done.status == 0, done
    *_, table, trials, page = done.out.splitlines()
    assert table == "['low', 'high'] [2, 2] [1.0, 2.5]"
    assert trials == "['succeeded', 'succeeded', 'succeeded', 'succeeded'] [] True"
    assert Path(page).exists()


@pytest.mark.slow
def test_where_no_trial_can_be_forked_a_kernel_is_started_for_each(
    project: Project, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text("of_the_site = True\n")
    (project.root / ".gitignore").write_text("__pycache__/\ntrials/\n")
    project.write(waves=WAVE)
    project.commit()
    words = ("sweep", "waves", "-p", "amplitude=*", "-p", "frequency=slow", "-j", "2")
    done = project.mitosis(*words, env={"PYTHONPATH": str(tmp_path)})
    assert done.status == 0, done
    assert statuses(project) == {0: ["succeeded"], 1: ["succeeded"]}
    assert "fork" not in done.err
