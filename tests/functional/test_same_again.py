"""What is said when a trial runs again: what changed before it, and what came out otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.functional.conftest import Project, record

pytestmark = pytest.mark.slow

GO = """
import sys
import exp, mitosis
options = eval(sys.argv[1]) if len(sys.argv) > 1 else {}
mitosis.run(exp, params=[mitosis.Parameter("one", "x", 1)], trials_folder="trials", **options)
"""


def prepared(project: Project, experiment: str) -> None:
    project.write(exp=experiment, go=GO)
    (project.root / ".gitignore").write_text("trials/\n*.csv\n*.state\n")
    project.commit()


def run(project: Project, options: str = "{}", **more: Any) -> tuple[str, str, dict[str, Any]]:
    """Run the experiment; return output, errors and record."""
    done = project.python("go.py", options, **more)
    assert done.status == 0, done
    return done.out, done.err, record_of(project, Path(done.page))


def record_of(project: Project, page: Path) -> dict[str, Any]:
    (folder,) = (project.root / "trials").glob(f"{page.stem.removeprefix('trial_')}_*")
    return record(folder)


DRAWING = '''
import random
name = "exp"
def run(x):
    """Draws come again."""
    import numpy as np
    return {"main": random.random(), "more": np.random.rand(3)}
'''


def test_the_same_seed_gives_the_same_draws_also_where_run_takes_none(project: Project) -> None:
    prepared(project, DRAWING)
    out, _, first = run(project, "dict(seed=7)")
    _, err, second = run(project, "dict(seed=7)")
    assert first["results_digest"] == second["results_digest"]
    assert second["purity"]["verdict"] == "same"
    assert second["purity"]["compared_with"] == "exp-one-1"
    assert second["generators"]["numpy.random"] == {"seeded": True, "drawn": True}
    assert "warning" not in err
    assert "seed 7" in out


def test_without_a_seed_each_trial_has_one_of_its_own(project: Project) -> None:
    prepared(project, DRAWING)
    out, _, first = run(project)
    _, err, second = run(project)
    assert first["seed"] != second["seed"]
    assert first["seed_is_generated"]
    assert f"seed {first['seed']} (generated)" in out
    assert second["purity"] is None
    assert "warning" not in err


UNSTEADY = """
import pathlib
name = "exp"
def run(x):
    state = pathlib.Path("count.state")
    count = int(state.read_text()) if state.exists() else 0
    state.write_text(str(count + 1))
    return {"main": 1.0 + count * STEP, "steady": [1, 2]}
"""


def test_another_result_of_the_same_trial_is_a_warning_with_both(project: Project) -> None:
    prepared(project, UNSTEADY.replace("STEP", "0.5"))
    run(project, "dict(seed=1)")
    _, err, again = run(project, "dict(seed=1)")
    assert again["status"] == "succeeded"
    assert again["purity"]["verdict"] == "different"
    assert [key for key, *_ in again["purity"]["differences"]] == ["main"]
    (warning,) = again["warnings"]
    page = (project.root / "trials" / again["html"]).read_text()
    (folder,) = (project.root / "trials").glob("exp-one-2_*")
    log = (folder / "output.log").read_text()
    for text in (err, log, warning, page):
        assert "exp-one-1" in text
        assert "1.0" in text
        assert "1.5" in text
    assert "mitosis: warning: " in err


def test_noise_of_floating_point_is_no_warning(project: Project) -> None:
    prepared(project, UNSTEADY.replace("STEP", "2.3e-16"))
    run(project, "dict(seed=1)")
    _, err, again = run(project, "dict(seed=1)")
    assert again["purity"]["verdict"] == "noise"
    assert again["purity"]["largest_relative"] == pytest.approx(2.2e-16, rel=0.1)
    assert again["warnings"] == []
    assert "warning" not in err


READING = """
import mitosis
name = "exp"
def run(x):
    return {"main": len(mitosis.record_data("found.csv").read_text())}
"""


def test_input_files_are_recorded_and_a_changed_one_is_said(project: Project) -> None:
    prepared(project, READING)
    (project.root / "given.csv").write_text("1,2\n")
    (project.root / "found.csv").write_text("3,4\n")
    _, _, first = run(project, "dict(data=['given.csv'], seed=1)")
    assert [file["path"] for file in first["data"]] == ["given.csv", "found.csv"]
    assert all(len(file["digest"]) == 64 for file in first["data"])
    (row,) = project.rows("trials/exp.db")
    assert [file["path"] for file in json.loads(row["data"])] == ["given.csv", "found.csv"]
    out, _, _ = run(project, "dict(data=['given.csv'], seed=1)")
    assert "since" not in out
    (project.root / "given.csv").write_text("1,3\n")
    (project.root / "found.csv").write_text("3,4,5\n")
    out, err, third = run(project, "dict(data=['given.csv'], seed=1)")
    assert "mitosis: since exp-one-2: data given.csv has changed" in out
    assert third["changed"] == ["data given.csv has changed"]
    assert third["purity"] is None  # other data may have another result
    assert "warning" not in err


CHANGING_DATA = """
import mitosis, os, pathlib
name = "exp"
def run(x):
    os.chdir("..")
    for file in ("found.csv", "kept.csv", "gone.csv"):
        mitosis.record_data(pathlib.Path(__file__).with_name(file))
    for file in ("given.csv", "found.csv"):
        pathlib.Path(__file__).with_name(file).write_text("5")
    pathlib.Path(__file__).with_name("gone.csv").unlink()
    return {"main": 1}
"""


def test_an_input_file_that_changes_while_the_trial_runs_is_a_warning(project: Project) -> None:
    prepared(project, CHANGING_DATA)
    for name in ("given", "found", "kept", "gone"):
        (project.root / f"{name}.csv").write_text("1")
    _, err, kept = run(project, "dict(data=['given.csv'])")
    said = "was changed while the trial ran; what was read of it is not certain"
    assert kept["warnings"] == [f"given.csv {said}", f"found.csv {said}"]
    assert f"mitosis: warning: given.csv {said}" in err
    assert "place" not in kept["data"][0]
    (project.root / "gone.csv").write_text("1")
    out, _, after = run(project)
    assert after["changed"] == ["data given.csv is no longer named"]
    assert "given.csv is no longer named" in " ".join(out.split())


def test_a_missing_input_file_is_refused_before_anything_is_written(project: Project) -> None:
    prepared(project, READING)
    done = project.python("go.py", "dict(data=['nowhere.csv'])")
    assert done.status == 1
    assert "DataFileError" in done.err
    assert "nowhere.csv" in done.err
    assert not (project.root / "trials").exists()


def test_a_changed_commit_and_variable_are_said_before_the_trial(project: Project) -> None:
    prepared(project, DRAWING)
    run(project)
    project.write(exp=DRAWING + "\n# more\n", helper="x = 1\n")
    project.commit()
    out, _, second = run(project, env={"OMP_NUM_THREADS": "3"})
    start, changed, *_ = out.splitlines()
    assert start.startswith("mitosis: exp-one-2 starts")
    assert changed.startswith("mitosis: since exp-one-1: ")
    said = " ".join(out.split())
    assert "M exp.py" in said
    assert "A helper.py" in said
    assert "OMP_NUM_THREADS not set -> 3" in said
    page = (project.root / "trials" / second["html"]).read_text()
    assert "changed since exp-one-1" in page


CHANGING = """
import pathlib
import side
name = "exp"
def run(x):
    pathlib.Path(side.__file__).write_text("value = 2\\n")
    return {"main": side.value}
"""


def test_a_module_that_changes_while_the_trial_runs_is_a_warning(project: Project) -> None:
    project.write(side="value = 1\n")
    prepared(project, CHANGING)
    _, err, kept = run(project)
    assert "side.py was changed while the trial ran" in err
    assert "side.py was changed while the trial ran" in kept["warnings"][0]
    assert set(kept["code"]["modules"]) >= {"exp.py", "side.py"}


def test_a_hypothesis_is_kept_from_argument_attribute_or_docstring(project: Project) -> None:
    prepared(project, DRAWING)
    _, _, from_docstring = run(project)
    _, _, given = run(project, "dict(hypothesis='It holds.')")
    project.write(exp='hypothesis = "Stated beside."\n' + DRAWING)
    project.commit()
    _, _, beside = run(project)
    stated = [r["hypothesis"] for r in (from_docstring, given, beside)]
    assert stated == ["Draws come again.", "It holds.", "Stated beside."]
    assert "It holds." in (project.root / "trials" / given["html"]).read_text()
    assert [row["hypothesis"] for row in project.rows("trials/exp.db")] == stated
