"""Parameters are the same in the kernel as in the lock, and the same after the experiment."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.functional.conftest import Project

pytestmark = pytest.mark.slow

STRANGE = """
name = "strange"
class Drift:
    def __init__(self, rate): self.rate = rate
    def __setstate__(self, state): self.rate = state["rate"] + 1
def run(drift, config):
    print("it ran")
    return {"main": drift.rate}
"""
CHANGING = """
name = "changing"
def run(config, data):
    config["rate"] = config["rate"] / 2
    config["layers"].append(4)
    data[:2] = 7
    if config["fails"]:
        raise ValueError("after the change")
    return {"main": config["rate"]}
"""


def only_record(project: Project) -> dict[str, Any]:
    (file,) = (project.root / "trials").glob("*/record.json")
    record: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return record


def test_a_value_that_changes_on_its_way_stops_the_trial_before_the_experiment(
    project: Project,
) -> None:
    project.write(strange=STRANGE)
    done = project.script(
        """
        import mitosis, strange
        from mitosis import Parameter
        params = [Parameter("slow", "drift", strange.Drift(1)), Parameter("a", "config", {})]
        mitosis.run(strange, params=params)
        """
    )
    assert "ValueChangedError" in done.err, done
    assert "drift.rate\n        locked   1\n        arrived  2" in done.err, done
    assert "it ran" not in done.out
    record = only_record(project)
    assert (record["status"], record["mutated"]) == ("failed", {})
    assert project.rows("trials/strange.db")[0]["status"] == "failed"


@pytest.mark.parametrize("fails", [False, True])
def test_a_parameter_that_the_experiment_changed_is_reported(
    project: Project, fails: bool
) -> None:
    project.write(changing=CHANGING)
    done = project.script(
        f"""
        import mitosis, changing, numpy as np
        from mitosis import Parameter
        config = {{"rate": 1.0, "layers": [1, 2, 3], "fails": {fails}}}
        params = [Parameter("a", "config", config), Parameter("b", "data", np.zeros(9))]
        mitosis.run(changing, params=params)
        """
    )
    record = only_record(project)
    assert record["status"] == ("failed" if fails else "succeeded"), done
    assert record["mutated"]["config"] == [
        ["config['layers'][3]", "(absent)", "4"],
        ["config['rate']", "1.0", "0.5"],
    ]
    ((path, before, after),) = record["mutated"]["data"]
    assert path == "data"
    assert before.startswith("dtype='<f8', shape=(9,), preview=[0.0, 0.0, ")
    assert after.startswith("dtype='<f8', shape=(9,), preview=[7.0, 7.0, 0.0, ")
    (log,) = (project.root / "trials").glob("*/output.log")
    page = (project.root / "trials" / "trial_changing-a-b-1.html").read_text()
    for shown in (log.read_text(), page, done.err):
        assert "the experiment changed parameter" in shown
        assert "config['rate']" in shown.replace("&#39;", "'").replace("&#x27;", "'")


def test_without_a_change_nothing_is_said(project: Project) -> None:
    project.write(
        calm="""
        name = "calm"
        def run(config):
            return {"main": sum(config["layers"])}
        """
    )
    done = project.script(
        """
        import mitosis, calm
        from mitosis import Parameter
        mitosis.run(calm, params=[Parameter("a", "config", {"layers": [1, 2, 3]})])
        """
    )
    assert "warning" not in done.err.lower(), done
    assert (only_record(project)["mutated"], only_record(project)["warnings"]) == ({}, [])


def test_what_draws_from_the_process_wide_generators_travels_by_name(project: Project) -> None:
    project.write(
        drawing="""
        import random
        name = "drawing"
        def run(seed, draw, noise):
            same = draw() == random.Random(seed).random()
            return {"main": same, "sample": float(noise.rvs())}
        """
    )
    source = """
        import mitosis, drawing, random, scipy.stats
        from mitosis import Parameter
        params = [
            Parameter("uniform", "draw", random.random),
            Parameter("normal", "noise", scipy.stats.norm(0, 2)),
        ]
        random.seed(1); random.random()
        trial = mitosis.run(drawing, params=params, seed=5)
        print("seeded", trial.main, trial.results["sample"])
        """
    first, second = project.script(source), project.script(source)
    assert "seeded True" in first.out, first
    assert first.out.splitlines()[-1] == second.out.splitlines()[-1], second


@pytest.mark.parametrize("place", ["module", "script"])
def test_what_is_registered_for_a_type_counts_in_the_kernel_too(
    project: Project, place: str
) -> None:
    solver = """\
        import mitosis, threading
        class Solver:
            def __init__(self, steps): self.steps, self.lock = steps, threading.Lock()
            def __reduce__(self): return Solver, (self.steps,)
        @mitosis.register_canonical(Solver)
        def what_identifies_a_solver(solver): return {"steps": solver.steps}
        """
    project.write(
        solving="""
        name = "solving"
        def run(solver):
            solver.steps += 1
            return {"main": solver.steps}
        """,
        solvers=solver,
    )
    imported = "from solvers import Solver" if place == "module" else solver
    modules = "" if place == "module" else ", [sys.modules['__main__']]"
    source = f"""
        import mitosis, solving, sys
        {imported.strip()}
        mitosis.run(solving, params=[mitosis.Parameter("quick", "solver", Solver(3){modules})])
        """
    done = project.script(source)
    assert "main = 4" in done.out, done
    home = "solvers" if place == "module" else "__main__['script.py']"
    locked = only_record(project)["variants"]["solver"]["text"]
    assert locked == f"{home}.Solver(<canonical>, {{'steps': 3}})"
    changed = only_record(project)["mutated"]["solver"]
    assert [after for _, _, after in changed] == ["4"]


def test_a_class_of_the_script_is_refused_where_it_does_not_travel(project: Project) -> None:
    project.write(
        calm="""
        name = "calm"
        def run(config):
            return {"main": 1}
        """
    )
    before = project.snapshot()
    done = project.script(
        """
        import mitosis, calm
        class Model: pass
        mitosis.run(calm, params=[mitosis.Parameter("a", "config", {"model": Model()})])
        """
    )
    assert "$['model']: the class Model stands in the running script" in done.err, done
    assert "modules=[sys.modules['__main__']]" in done.err
    assert project.snapshot().keys() - before.keys() <= {"script.py"}
