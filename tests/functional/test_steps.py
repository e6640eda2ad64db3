"""Steps: several in one trial, and functions that are declared to be steps."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.functional.conftest import Done, Project, record

pytestmark = pytest.mark.slow

SETTINGS = """
[tool.mitosis.steps]
prepare = ["physics:prepare", "physics:variants"]
fit = ["physics:fit", "physics:variants"]
"""
PHYSICS = '''
import os
import mitosis


@mitosis.step(persist=True)
def load(path):
    with open(path) as file:
        return [float(word) for word in file.read().split()]


@mitosis.step(name="add-up")
def total(numbers):
    return sum(numbers)


def prepare(path, seed, scale=1):
    assert seed == 3 or scale == 10
    print("prepared", "here")
    return {"data": [scale * number for number in load(path)], "rows": 2}


def fit(table, alpha):
    """Sums grow with alpha."""
    print("fitted", "here")
    if alpha == "die":
        os.kill(os.getpid(), 9)
    if alpha == "raise":
        raise ArithmeticError("no fit")
    return {"main": alpha * total(table)}


variants = {"path": {"lab": "data.txt"}, "alpha": {"two": 2, "die": "die", "raise": "raise"}}
'''
SCRIPT = """
import sys, mitosis, physics
from mitosis import Parameter

@mitosis.step
def doubled(number):
    return 2 * number

class Fit:
    name = "fit"
    def run(self, table, alpha=3):
        return {"main": doubled(alpha) * len(table)}

params = [
    Parameter("lab", "path", "data.txt"),
    Parameter("ten", "prepare.scale", 10),
    Parameter("three", "fit.alpha", 3),
]
trial = mitosis.run([physics.prepare, Fit()], params=params, trials_folder="other")
print(trial.main, dict(trial.variants))
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A repository with two registered steps, and data that git ignores."""
    project = Project(tmp_path_factory.mktemp("steps"))
    project.git("init", "-q")
    files = {"pyproject.toml": SETTINGS, "data.txt": "1 2"}
    project.write(files | {".gitignore": "__pycache__/\ntrials/\nother/\ndata.txt\n"})
    project.write(physics=PHYSICS, script=SCRIPT)
    project.commit()
    return project


def run(place: Project, alpha: str, *words: str) -> Done:
    """Run both steps by their names."""
    parameters = ("-p", "prepare.path=lab", "-p", f"fit.alpha={alpha}", "--seed", "3")
    return place.mitosis("run", "prepare", "fit", *parameters, *words)


def folder(place: Project, name: str, trials: str = "trials") -> Path:
    (found,) = (place.root / trials).glob(f"{name}_*/")
    return found


def cells(html: str) -> dict[str, str]:
    """Return the text of both steps' cells."""
    text = re.sub(r"<[^>]+>", "", html)
    first = text.index("step = the_experiment()[&#39;prepare&#39;]")
    second = text.index("step = the_experiment()[&#39;fit&#39;]")
    return {"prepare": text[first:second], "fit": text[second:]}


def calls(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "steps.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def succeeded(place: Project) -> Done:
    return run(place, "two")


def test_a_step_gets_what_the_one_before_it_hands_on(place: Project, succeeded: Done) -> None:
    assert succeeded.status == 0, succeeded
    assert "prepare_fit-two-lab-1 succeeded, main = 6" in succeeded.out
    told = record(folder(place, "prepare_fit-two-lab-1"))
    assert told["variants"].keys() == {"prepare.path", "fit.alpha"}
    assert told["step_names"] == ["prepare", "fit"]
    assert told["hypothesis"] == "Sums grow with alpha."
    assert {n: s["calls"] for n, s in told["steps"].items()} == {"load": 1, "add-up": 1}
    kept = folder(place, "prepare_fit-two-lab-1") / "steps" / "0-prepare.results.dill"
    assert kept.stat().st_size > 0


def test_each_step_has_a_cell_with_its_own_output(succeeded: Done) -> None:
    shown = cells(succeeded.html)
    here = {
        name: (cell.count("prepared here"), cell.count("fitted here"))
        for name, cell in shown.items()
    }
    assert here == {"prepare": (1, 0), "fit": (0, 1)}
    table = "".join(shown["fit"].split())
    assert re.search(r"Stepsstepcallssecondsfailedkeptload10\..*add-up10\.", table)


def test_what_a_step_returned_is_read_back(place: Project, succeeded: Done) -> None:
    found = folder(place, "prepare_fit-two-lab-1")
    script = (
        "from pathlib import Path\n"
        "from mitosis._layout import TrialFolder\n"
        "from mitosis._recording import read_persisted\n"
        f"print(read_persisted(TrialFolder(Path({str(found)!r})), 'load'))"
    )
    assert place.python("-c", script).out == "[1.0, 2.0]\n"


@pytest.mark.parametrize(("alpha", "status"), [("die", "killed"), ("raise", "failed")])
def test_a_step_that_fails_leaves_the_one_before_it_on_the_page(
    place: Project, succeeded: Done, alpha: str, status: str
) -> None:
    done = run(place, alpha)
    assert done.status == 1, done
    shown = cells(done.html)
    here = {
        name: (cell.count("prepared here"), cell.count("fitted here"))
        for name, cell in shown.items()
    }
    assert here == {"prepare": (1, 0), "fit": (0, 1)}
    name = f"prepare_fit-{alpha}-lab-1"
    assert record(folder(place, name))["status"] == status
    assert [call["step"] for call in calls(folder(place, name))] == ["load"]
    before = done.html
    done.page.unlink()
    assert place.mitosis("repair").status == 0
    assert cells(done.html) == cells(before)


def test_a_list_of_functions_and_objects_is_one_experiment(place: Project) -> None:
    done = place.python("script.py")
    assert done.status == 0, done
    wanted = {"fit.alpha": "three", "prepare.path": "lab", "prepare.scale": "ten"}
    assert f"12 {wanted}" in done.out
    lines = calls(folder(place, "prepare_fit-three-lab-ten-1", "other"))
    assert [line["step"] for line in lines] == ["load", "doubled"]


def test_a_changed_file_shows_in_the_step_that_read_it(place: Project, succeeded: Done) -> None:
    (place.root / "data.txt").write_text("1 5")
    done = run(place, "two")
    assert done.status == 0, done
    assert "the results are others than those of prepare_fit-two-lab-1" in done.err
    assert "step 'load' returned something else for the same input" in done.err
    assert "'add-up'" not in done.err  # its input was another, too
    told = record(folder(place, "prepare_fit-two-lab-2"))
    assert told["purity"]["steps"] == [["load", 0]]
