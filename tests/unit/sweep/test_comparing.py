"""What differs between a sweep as it was planned and now, in lines."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from mitosis import _layout
from mitosis._model import Environment, Parameter, SweepPlan
from mitosis._provenance import environment_digest, environment_json
from mitosis._sweep.comparing import compare, points_changes

from .grids import planned, points

PLAN = planned(points({"amplitude": "low,high", "frequency": "slow"}, seeds=range(2)))
OLD = Environment("3.11.7 (main)", "CPython", {"numpy": "1.26"})
NEW = Environment("3.11.7 (main)", "CPython", {"numpy": "2.0"})


def changes(now: SweepPlan) -> list[str]:
    return list(points_changes(PLAN, now))


def test_the_same_call_changes_nothing(tmp_path: Path) -> None:
    reordered = planned(points({"frequency": "slow", "amplitude": "high,low"}, seeds="0,1"))
    assert compare(PLAN, reordered, tmp_path, None, OLD) == []


def test_points_that_are_new_or_gone_are_counted() -> None:
    now = points({"amplitude": ["high"], "frequency": ["slow", 3]}, seeds=range(2))
    assert changes(planned(now)) == ["2 points are gone", "2 points are new"]


def test_arguments_and_values_that_differ_are_named() -> None:
    cells = [Parameter("low", "amplitude", 3), "high"]
    now = planned(points({"amplitude": cells, "plot": [1]}, seeds=range(2)), group="g")
    assert changes(now) == [
        "group None -> 'g'",
        "argument 'frequency' is gone",
        "argument 'plot' is new",
        "variant 'low' of 'amplitude' has another value",
    ]


def test_an_argument_that_is_not_tracked_any_more_is_named() -> None:
    grid = {"amplitude": "low,high", "frequency": "slow"}
    now = planned(points(grid, seeds=range(2), untracked=["frequency"]))
    assert changes(now) == ["argument 'frequency' is untracked now"]


def test_packages_are_compared_with_those_of_the_plan(tmp_path: Path) -> None:
    then = replace(PLAN, environment=environment_digest(OLD))
    now = replace(PLAN, environment=environment_digest(NEW))
    (fact,) = compare(then, now, tmp_path, None, NEW)
    assert fact.startswith("packages differ")
    _layout.write_once(
        _layout.environment_file(tmp_path, then.environment), environment_json(OLD)
    )
    assert compare(then, now, tmp_path, None, NEW) == ["numpy 1.26 -> 2.0"]


@pytest.fixture
def commits(tmp_path: Path) -> list[str]:
    """Return two commits of a repository, between which a file was changed."""
    git = shutil.which("git")
    assert git

    def run(*words: str) -> str:
        settings = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        command = [git, "-C", str(tmp_path), *settings, *words]
        return subprocess.run(
            command, check=True, capture_output=True, text=True
        ).stdout.strip()

    run("init", "-q")
    found = []
    for text in ("x = 1\n", "x = 2\n"):
        (tmp_path / "model.py").write_text(text)
        run("add", ".")
        run("commit", "-qm", "-")
        found.append(run("rev-parse", "HEAD"))
    return found


def test_files_between_the_commits_are_named(tmp_path: Path, commits: list[str]) -> None:
    then, now = (replace(PLAN, commit=commit) for commit in commits)
    where = f"code {commits[0][:10]} -> {commits[1][:10]}"
    assert compare(then, now, tmp_path, tmp_path, OLD) == [f"{where}: M model.py"]
    unknown = replace(PLAN, commit="1" * 40)
    (fact,) = compare(unknown, now, tmp_path, tmp_path, OLD)
    assert fact.endswith("(the former commit is not in this repository)")
    (fact,) = compare(replace(PLAN, commit=None), now, tmp_path, tmp_path, OLD)
    assert fact.startswith("code no commit -> ")
