"""mitosis as published: its examples, and its desiderata one by one.

The trivial example, an object that travels by pickle, the command line of a package, debug
mode, trials at once in the background.
"""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

import mitosis
from tests.functional.conftest import CONTRACT, SINE, Done, Project
from tests.functional.seeds.scripts import made, ran, told

pytestmark = pytest.mark.slow

WITH_OBJECT = """
import importlib
import mitosis
import waves
from pathlib import Path

class Wave:
    def __init__(self, height): self.height = height

this_module = importlib.import_module(__name__)
folder = Path(".").resolve()
params = [mitosis.Parameter("my_variant", "wave", Wave(4), [this_module])]

mitosis.run(waves, params=params, trials_folder=folder)
"""

WAVES = """
name = "waves"
def run(wave):
    wave.height += 1
    print("a wave of height", wave.height)
    raise ValueError("it broke")
"""

INIT = """
from importlib import import_module
from mitosis import Parameter

this_module = import_module(__name__)
class Foo: pass
first_param = {"test": Parameter("my_variant", "argname", Foo(), [this_module])}
"""

MAIN = """
import argparse
import mitosis
import project_pkg
from pathlib import Path
from project_pkg import exp1

parser = argparse.ArgumentParser("Project_pkg experiment runner")
parser.add_argument("--param", action="append")
parser.add_argument("--debug", action="store_true")
args = parser.parse_args()
trials_folder = Path(".").resolve() / "trials"
params: list[mitosis.Parameter] = []
for param in args.param:
    arg_name, var_name = param.split("=")
    params.append(getattr(project_pkg, arg_name)[var_name])
mitosis.run(
    project_pkg.exp1,
    debug=args.debug,
    seed=2,
    params=params,
    trials_folder=trials_folder
)
"""

EXP1 = """
from random import Random

name = "exp1"
def run(seed, argname):
    '''A foo is of use.'''
    return {"main": Random(seed).random(), "kind": type(argname).__name__}
"""

GRID = """
from itertools import product
import mitosis

for amplitude, frequency in product((1, 2), (3, 4)):
    parameters = {"amplitude": amplitude, "frequency": frequency, "noise": {"b": [1], "a": 2}}
    with mitosis.recording("grid", parameters) as trial:
        trial.results["main"] = amplitude * frequency
try:
    with mitosis.recording("grid", {"amplitude": object()}):
        print("it runs")
except mitosis.errors.NotCanonicalError as error:
    print("refused", error.slug)
"""

HYPOTHESIS = '[tool.mitosis]\nrequire_hypothesis = true\ntrials_folder = "trials"\n'


@pytest.fixture(scope="module")
def waves(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A folder with the trivial example, whose trials lie in it."""
    return made(
        Project(tmp_path_factory.mktemp("waves")),
        sine_experiment=SINE,
        script=CONTRACT,
        with_object=WITH_OBJECT,
        waves=WAVES,
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A package with a command line, whose trials lie in a folder of their own."""
    project = Project(tmp_path_factory.mktemp("package"))
    project.write({"project_pkg/__init__.py": INIT, "project_pkg/__main__.py": MAIN})
    project.write({"project_pkg/exp1.py": EXP1})
    return made(project, "exp*.log\n", grid=GRID)


@pytest.fixture(scope="module")
def sine(waves: Project) -> list[Done]:
    """Two trials of the trivial example, and one with another value between them."""
    first = ran(waves.python("script.py"))
    waves.write(script=CONTRACT.replace('"amplitude", 4', '"amplitude", 3'))
    waves.commit()
    refused = waves.python("script.py")
    waves.write(script=CONTRACT)
    waves.commit()
    return [first, refused, ran(waves.python("script.py"))]


@pytest.fixture(scope="module")
def broken(waves: Project, sine: list[Done]) -> mitosis.Trial:
    """The trial whose argument travels by pickle, and whose experiment fails."""
    assert sine
    done = waves.python("with_object.py")
    assert done.status == 1
    return mitosis.load("waves-my_variant-1", trials_folder=waves.root)


@pytest.fixture(scope="module")
def packaged(project: Project) -> list[str]:
    """Two trials of a package at once, in the background of a shell."""
    line = (
        f"nohup {sys.executable} -m project_pkg --param first_param=test &> exp1.log & "
        f"nohup {sys.executable} -m project_pkg --param first_param=test &> exp2.log & wait"
    )
    shell = ["bash", "-c", line]
    subprocess.run(shell, cwd=project.root, env=project.environment, check=True, timeout=120)
    return [(project.root / f"exp{n}.log").read_text(encoding="utf-8") for n in (1, 2)]


@pytest.fixture(scope="module")
def grid(project: Project) -> Done:
    return ran(project.python("grid.py"))


def test_the_trivial_example_makes_a_page_and_a_database(
    waves: Project, sine: list[Done]
) -> None:
    page = waves.root / "trial_sine-exp-my_variant-1.html"
    assert sine[0].page == page
    html = page.read_text(encoding="utf-8")
    for shown in ("amplitude", "my_variant", "np.sin(x)", "main"):
        assert shown in html
    first, second = waves.rows("sine-exp.db")
    assert (first["status"], first["main"]) == ("succeeded", second["main"])


def test_a_variant_cannot_come_to_mean_another_value(sine: list[Done]) -> None:
    assert sine[1].status == 1
    assert "VariantConflictError" in sine[1].err
    assert re.search(r"locked +4\n +given +3\n", sine[1].err)
    assert issubclass(mitosis.errors.VariantConflictError, RuntimeError)


def test_a_trial_is_named_by_its_variants_and_its_number(
    waves: Project, sine: list[Done]
) -> None:
    assert [row["name"] for row in waves.rows("sine-exp.db")] == [
        "sine-exp-my_variant-1",
        "sine-exp-my_variant-2",
    ]
    assert sine[2].page.name == "trial_sine-exp-my_variant-2.html"


def test_commit_packages_and_python_are_recorded_with_every_trial(
    waves: Project, sine: list[Done]
) -> None:
    trial = mitosis.load(sine[2].page)
    assert trial.commit == waves.git("rev-parse", "HEAD").strip()
    assert trial.environment["packages"]["numpy"]
    assert trial.environment["python"].startswith("3.")
    assert "mitosis: since sine-exp-my_variant-1: code" in sine[2].out


def test_libraries_that_compute_are_recorded_with_their_threads(sine: list[Done]) -> None:
    libraries = mitosis.load(sine[0].page).environment["numeric_libraries"]
    (blas,) = (each for each in libraries if each["user_api"] == "blas")
    assert blas["version"]
    assert blas["num_threads"] >= 1


def test_one_generated_seed_is_passed_on_recorded_and_shown(sine: list[Done]) -> None:
    trials = [mitosis.load(sine[0].page), mitosis.load(sine[2].page)]
    assert trials[0].seed != trials[1].seed
    assert f"seed {trials[0].seed} (generated)" in sine[0].out
    assert trials[0].parameters["seed"] == trials[0].seed


def test_an_object_travels_by_pickle_with_the_modules_it_needs(broken: mitosis.Trial) -> None:
    assert broken.log.startswith("a wave of height 5\n")
    (file,) = (broken.folder / "parameters").iterdir()
    assert file.name == "wave.dill"


def test_an_error_of_the_experiment_stands_on_the_page(broken: mitosis.Trial) -> None:
    assert broken.status == "failed"
    html = broken.html.read_text(encoding="utf-8")
    assert "a wave of height 5" in html
    assert "ValueError" in html
    assert "it broke" in html


def test_a_mutable_argument_is_kept_as_it_was_given(broken: mitosis.Trial) -> None:
    assert any("changed parameter 'wave'" in warning for warning in broken.record["warnings"])
    assert "height=4" in broken.record["variants"]["wave"]["text"]


def test_the_command_line_of_a_package_runs_trials_in_the_background_at_once(
    project: Project, packaged: list[str]
) -> None:
    rows = project.rows("trials/exp1.db")
    assert [row["name"] for row in rows] == ["exp1-my_variant-1", "exp1-my_variant-2"]
    assert {row["status"] for row in rows} == {"succeeded"}
    assert all("exp1-my_variant-" in log and ".html" in log for log in packaged)
    pages = [project.root / "trials" / row["html"] for row in rows]
    trials = [mitosis.load(page) for page in pages]
    assert [trial.results["kind"] for trial in trials] == ["Foo", "Foo"]
    assert trials[0].main == trials[1].main


def test_debug_mode_runs_uncommitted_code_and_records_nothing_but_a_page(
    project: Project, packaged: list[str]
) -> None:
    assert packaged
    before = project.rows("trials/exp1.db")
    project.write({"project_pkg/exp1.py": EXP1.replace("Random(seed).random()", "99")})
    try:
        words = ("-m", "project_pkg", "--param", "first_param=test")
        refused, tried = project.python(*words), ran(project.python(*words, "--debug"))
    finally:
        project.git("checkout", "-q", "project_pkg")
    assert "DirtyRepositoryError" in refused.err
    assert "_debug_" in tried.page.name
    assert "99" in tried.html
    assert project.rows("trials/exp1.db") == before


def test_a_wrapper_goes_through_a_grid(project: Project, grid: Done) -> None:
    found = mitosis.history("grid", trials_folder=project.root / "trials")
    assert list(found["main"]) == [3, 4, 6, 8]
    assert grid.status == 0


def test_only_arguments_with_a_text_of_their_own_are_run(project: Project, grid: Done) -> None:
    assert "refused not-canonical\n" in grid.out
    assert "it runs" not in grid.out
    assert len(project.rows("trials/grid.db")) == 4
    same = mitosis.canonical({"a": 2, "b": [1]}) == mitosis.canonical({"b": [1], "a": 2})
    assert same


def test_arguments_are_recreated_from_text_or_pickle(project: Project, grid: Done) -> None:
    assert grid.status == 0
    trial = mitosis.load("grid-1-3-{'b': [1], 'a': 2}-1", trials_folder=project.root / "trials")
    assert trial.parameters["noise"] == {"b": [1], "a": 2}


def test_a_name_is_freed_by_retiring_its_lock(project: Project, grid: Done) -> None:
    assert grid.status == 0
    told(project, "variants", "retire", "grid", "amplitude=1", "--why", "too small")
    assert "too small" in told(project, "variants", "show", "grid", "amplitude=1")


def test_no_trial_runs_without_a_hypothesis_where_one_is_required(project: Project) -> None:
    project.write({"pyproject.toml": HYPOTHESIS})
    project.commit()
    refused = project.python("grid.py")
    project.git("rm", "-q", "pyproject.toml")
    project.commit()
    assert "NoHypothesisError" in refused.err
    assert refused.status == 1
