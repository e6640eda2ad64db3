"""Real searches: suggested, pruned, killed and gone on with."""

from __future__ import annotations

import json
import sqlite3
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.functional.conftest import Done, Project, record

BOWL = '''
import time
import mitosis

name = "bowl"

def run(seed, x, y, shape="round", pause=0.0):
    """The bowl has its bottom at 2."""
    for step in range(40):
        mitosis.log(loss=abs(x - 2) + 100 * (shape == "spilt"))
        if not pause:
            break
        time.sleep(pause)
    return {"main": (x - 2) ** 2 + y}
'''
SEARCH = """
import sys
import bowl
import mitosis
from mitosis import Parameter
from optuna.distributions import FloatDistribution
from optuna.pruners import ThresholdPruner

space = {"x": FloatDistribution(0, 4, step=0.5), "y": (0, 3), "shape": ["round", "flat"]}
"""


def made(root: Path) -> Project:
    project = Project(root)
    root.mkdir()
    project.git("init", "-q")
    (root / ".gitignore").write_text("__pycache__/\ntrials/\n")
    project.write(bowl=BOWL)
    return project


def statuses(project: Project) -> Counter[str]:
    """Return how many trials stand how."""
    try:
        return Counter(row["status"] for row in project.rows("trials/bowl.db"))
    except sqlite3.OperationalError:  # it is being made
        return Counter()


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Done]:
    """Return a project after a search of six trials, two at a time."""
    project = made(tmp_path_factory.mktemp("searched") / "project")
    done = project.script(
        f"""{SEARCH}
search = mitosis.optimize(bowl, space, 6, "maximize", seed=3, name="first", jobs=2)
assert search.is_done and not search.failures, search.counts
assert search.best.main == search.best_value == search.study.best_value
told = [(t.params["x"], t.params["y"], t.value) for t in search.study.trials]
table = search.table()
assert sorted(told) == sorted(table[["x", "y", "main"]].itertuples(index=False, name=None))
assert search.best_value == table["main"].max()
assert (search.best_params["x"] - 2) ** 2 + search.best_params["y"] == search.best_value
"""
    )
    return project, done


@pytest.mark.slow
def test_each_suggestion_is_a_recorded_trial_of_a_sweep(
    searched: tuple[Project, Done],
) -> None:
    project, done = searched
    assert done.status == 0, done
    rows = project.rows("trials/bowl.db")
    assert sorted(row["sweep_point"] for row in rows) == list(range(6))
    assert {(row["sweep"], row["status"], row["seed"]) for row in rows} == {
        ("first", "succeeded", "3")
    }
    for row in rows:
        told = record(project.root / "trials" / row["folder"])
        assert told["sweep"] == {"name": "first", "point": row["sweep_point"]}
        given = json.loads(row["variants"])
        x, y = float(given["x"]), int(given["y"])
        assert x in (0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4)
        assert y in (0, 1, 2, 3)
        assert given["x"] == repr(x)
        assert given["shape"] in ("'round'", "'flat'")
        assert row["main"] == (x - 2) ** 2 + y
    assert "optuna" not in f"{done.out}{done.err}".lower()
    assert (project.root / "trials/sweep_first.html").exists()


@pytest.mark.slow
def test_a_search_is_listed_and_shown_as_a_sweep_the_best_first(
    searched: tuple[Project, Done],
) -> None:
    project, _ = searched
    listed = project.mitosis("sweeps")
    assert " ".join(listed.out.splitlines()[1].split()[:4]) == "first bowl 6 6"
    shown = project.mitosis("sweeps", "first")
    assert shown.status == 0, shown
    assert shown.out.startswith("Search first: 6 points, 6 succeeded")
    best = max(row["main"] for row in project.rows("trials/bowl.db"))
    first = shown.out.split("trial\n", 1)[1].splitlines()[0]
    assert float(first.split()[3]) == best
    refused = project.mitosis("sweep", "bowl", "--resume", "first")
    assert refused.status == 2
    assert "is a search" in refused.err
    export = project.mitosis("history", "--filter", "sweep == 'first'", "-c", "main")
    assert export.out.count("\n") == 7


@pytest.mark.slow
def test_a_search_that_is_asked_for_otherwise_is_not_gone_on_with(
    searched: tuple[Project, Done],
) -> None:
    project, _ = searched
    done = project.script(
        f"""{SEARCH}
space["y"] = (0, 4)
mitosis.optimize(bowl, space, 9, name="first", resume=True, trials_folder="trials")
"""
    )
    assert done.status == 1
    assert "space is not what search 'first' was planned with" in done.err
    assert "direction is not" in done.err
    assert len(project.rows("trials/bowl.db")) == 6


@pytest.mark.slow
def test_a_killed_search_goes_on_to_the_trials_it_was_to_have(tmp_path: Path) -> None:
    project = made(tmp_path / "project")
    project.write(
        script=f"""{SEARCH}
mitosis.optimize(
    bowl, space, 5, params=[Parameter("pause", "pause", 0.05)], name="s", jobs=2,
    resume="again" in sys.argv,
)
"""
    )
    project.commit()
    with project.start("script.py") as process:
        try:
            end = time.monotonic() + 200
            while statuses(project) != {"succeeded": 2, "running": 2}:
                assert time.monotonic() < end, "it came to nothing"
                assert process.poll() is None
                time.sleep(0.02)
        finally:
            process.kill()
    done = project.python("script.py", "again")
    assert done.status == 0, done
    rows = project.rows("trials/bowl.db")
    ends: dict[int, dict[str, str]] = {}
    for row in rows:
        given = ends.setdefault(row["sweep_point"], {})
        assert given.setdefault("variants", row["variants"]) == row["variants"]
        given[row["status"]] = row["name"]
    assert sorted(ends) == list(range(5))
    assert all("succeeded" in each for each in ends.values())
    assert statuses(project)["succeeded"] == 5
    assert len(rows) == 7
    assert "s goes on (5 trials, 3 of them to run" in done.out


@pytest.mark.slow
def test_a_trial_that_promises_too_little_is_ended_and_counts(tmp_path: Path) -> None:
    project = made(tmp_path / "project")
    done = project.script(
        f"""{SEARCH}
space = {{"shape": ["spilt"], "x": (0.0, 4.0)}}
kept = [Parameter("slow", "pause", 0.5), Parameter("0", "y", 0)]
search = mitosis.optimize(
    bowl, space, 2, params=kept, name="s", jobs=1,
    prune_by="loss", pruner=ThresholdPruner(upper=50),
)
assert search.is_done and not search.failures, search.counts
assert set(search.table()["status"]) == {{"pruned"}}
assert [t.state.name for t in search.study.trials] == ["PRUNED"] * 2
assert all(t.intermediate_values[0] >= 100 for t in search.study.trials)
"""
    )
    assert done.status == 0, done
    rows = project.rows("trials/bowl.db")
    assert [row["status"] for row in rows] == ["killed", "killed"]
    assert {row["reason"] for row in rows} == {
        "its search pruned it, judging by what it logged"
    }
    assert all(row["wall_seconds"] < 15 for row in rows)
    assert "Search s: 2 points, 2 pruned" in done.out
    titles, line = map(str.split, project.mitosis("sweeps").out.splitlines())
    told = dict(zip(titles, line, strict=False))
    assert (told["trials"], told["failed"], told["pruned"]) == ("2", "0", "2")
    assert "failed" not in done.out
