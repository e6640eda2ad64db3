"""daskperiment: the published examples, in our form.

The quick start is recorded trial by trial in one session, as it is typed there: parameters are
changed, a trial fails, a step is persisted, metrics are saved, a random step is seeded. The
published script is run from the command line.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pandas as pd
import pytest

import mitosis
from tests.functional.conftest import Done, Project, record
from tests.functional.seeds.scripts import made, ran, told

pytestmark = pytest.mark.slow

QUICKSTART = """
import mitosis

@mitosis.step
def prepare_data(a, b):
    return a + b

@mitosis.step
def calculate_score(s):
    return 10 / s
"""

PERSISTED = QUICKSTART.replace(
    "@mitosis.step\ndef prep", "@mitosis.step(persist=True)\ndef prep"
)

MONITORED = PERSISTED.replace(
    "    return 10 / s",
    "    for i in range(100):\n"
    "        mitosis.log_metric('dummy_score', 100 - random.random() * i, step=i)\n"
    "    return 10 / s",
).replace("import mitosis", "import random\nimport mitosis")

RANDOM = MONITORED.replace("10 / s", "10 / s + random.random()")

IMPURE = MONITORED.replace("10 / s", "10 / s + random.SystemRandom().random()")

SESSION = """
import sys
import numpy
from importlib import import_module
from pathlib import Path
import mitosis

def compute(a, b, seed=None):
    with mitosis.recording("quickstart", {"a": a, "b": b}, seed=seed, suppress=True) as trial:
        trial.results["main"] = steps.calculate_score(steps.prepare_data(a, b))

for line in Path(sys.argv[1]).read_text().splitlines():
    module, a, b, seed = line.split()
    steps = import_module(module)
    compute(int(a), int(b), None if seed == "-" else int(seed))
"""

TYPED = """\
quickstart 1 2 -
quickstart 1 3 -
quickstart 1 -1 -
persisted 3 2 -
monitored 1 2 -
monitored 3 4 -
scored 3 4 1
scored 3 4 1
impure 5 5 1
impure 5 5 1
"""

SIMPLE = """
import mitosis

name = "simple_experiment"

def prepare_data(a, b):
    return a + b

def calculate_score(s):
    return s + 1

def run(a, b):
    print("debug_information", mitosis.current_trial().key)
    return {"main": calculate_score(prepare_data(a, b))}
"""

LOADING = """
import csv
import mitosis

@mitosis.step
def load_user_data(filename):
    with open(filename) as file:
        return list(csv.reader(file))

for name, path in (("users", str), ("named", mitosis.record_data)):
    for _ in range(2):
        with mitosis.recording(name, {"filename": "users.csv"}, seed=1) as trial:
            trial.results["main"] = len(load_user_data(path("users.csv")))
        with open("users.csv", "a") as file:
            file.write("Grace,1906\\n")
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return made(
        Project(tmp_path_factory.mktemp("quickstart")),
        "users.csv\nmy_dir/\nreceived/\ntyped.txt\n",
        quickstart=QUICKSTART,
        persisted=PERSISTED,
        monitored=MONITORED,
        scored=RANDOM,
        impure=IMPURE,
        session=SESSION,
        simple_experiment=SIMPLE,
        loading=LOADING,
    )


@pytest.fixture(scope="module")
def session(project: Project) -> Done:
    project.write({"typed.txt": TYPED})
    return ran(project.python("session.py", "typed.txt"))


@pytest.fixture(scope="module")
def trials(project: Project, session: Done) -> list[mitosis.Trial]:
    """All trials of the session, read by another process."""
    assert session.status == 0
    folder = project.root / "trials"
    frame = mitosis.history("quickstart", trials_folder=folder)
    return [mitosis.load(key, trials_folder=folder) for key in frame.index]


@pytest.fixture(scope="module")
def simple(project: Project) -> list[Done]:
    first = project.mitosis("run", "simple_experiment", "-e", "a=1", "-e", "b=2")
    second = project.mitosis(
        *("run", "simple_experiment", "-e", "a=3", "-e", "b=2", "--seed", "1"),
        *("--folder", "my_dir"),
    )
    return [ran(first), ran(second)]


def test_parameters_of_each_trial_are_read_by_its_key(trials: list[mitosis.Trial]) -> None:
    assert trials[0].parameters == {"a": 1, "b": 2}
    assert trials[1].parameters == {"a": 1, "b": 3}


def test_the_history_is_a_table_of_parameters_results_and_times(
    project: Project, trials: list[mitosis.Trial]
) -> None:
    frame = mitosis.history("quickstart", trials_folder=project.root / "trials")
    assert list(frame["a"][:4]) == [1, 1, 1, 3]
    assert list(frame["main"][:2]) == [10 / 3, 2.5]
    assert (frame["wall_seconds"] > 0).all()
    assert frame["ended_at"].is_monotonic_increasing
    assert list(frame[frame["b"] == 3].index) == [trials[1].key]
    assert type(trials[1].main) is float


def test_a_failed_trial_stands_in_the_history_with_its_error(
    trials: list[mitosis.Trial],
) -> None:
    assert trials[2].status == "failed"
    assert trials[2].record["reason"] == "ZeroDivisionError: division by zero"


def test_what_a_persisted_step_returned_is_read_by_step_and_trial(
    trials: list[mitosis.Trial],
) -> None:
    assert trials[3].persisted("prepare_data") == 5
    assert trials[4].persisted("prepare_data") == 3
    with pytest.raises(LookupError, match="prepare_data"):
        trials[0].persisted("prepare_data")


def test_metrics_are_read_by_step_as_a_dataframe(trials: list[mitosis.Trial]) -> None:
    scores = trials[4].metrics["dummy_score"]
    assert scores.index.name == "step"
    assert list(scores.index) == list(range(100))
    assert scores[0] == 100.0


def test_metrics_of_several_trials_stand_side_by_side(
    project: Project, trials: list[mitosis.Trial]
) -> None:
    pair = [trials[4].key, trials[5].key]
    table = mitosis.metrics(pair, "dummy_score", trials_folder=project.root / "trials")
    assert isinstance(table, pd.DataFrame)
    assert table.shape == (100, 2)
    assert list(table.iloc[0]) == [100.0, 100.0]
    assert list(table.iloc[:, 1]) == list(trials[5].metrics["dummy_score"])


def test_the_code_of_each_step_is_read_by_trial_and_is_a_text_file(
    trials: list[mitosis.Trial],
) -> None:
    first, later = trials[0].code.steps, trials[4].code.steps
    assert first["prepare_data"] == "@mitosis.step\ndef prepare_data(a, b):\n    return a + b\n"
    assert later["prepare_data"].startswith("@mitosis.step(persist=True)\n")
    (file,) = (trials[0].folder / "steps").glob("prepare_data-*.py")
    assert file.read_text(encoding="utf-8") == first["prepare_data"]


def test_a_change_of_code_is_told_before_the_next_trial(
    project: Project, trials: list[mitosis.Trial]
) -> None:
    project.write(quickstart=PERSISTED)
    project.git("commit", "-qam", "Keep what is prepared")
    project.write({"typed.txt": "quickstart 1 3 -"})
    done = ran(project.python("session.py", "typed.txt"))
    assert "mitosis: since quickstart-1-3-1: code" in done.out
    assert ": M quickstart.py" in done.out
    folder = project.root / "trials"
    compared = mitosis.compare("quickstart-1-3-1", "quickstart-1-3-2", trials_folder=folder)
    assert "-@mitosis.step\n+@mitosis.step(persist=True)\n" in compared.code
    assert trials[1].code.steps["prepare_data"].startswith("@mitosis.step\n")


def test_a_step_whose_result_changed_for_the_same_input_is_named(
    session: Done, trials: list[mitosis.Trial]
) -> None:
    assert "step 'calculate_score' returned something else for the same input" in session.err
    (warning,) = trials[9].record["warnings"]
    assert "'calculate_score'" in warning
    assert "'prepare_data'" not in warning


def test_a_random_step_comes_again_with_its_seed(trials: list[mitosis.Trial]) -> None:
    assert trials[6].seed == trials[7].seed == 1
    assert trials[6].main == trials[7].main > 10 / 7
    assert trials[7].record["warnings"] == []


def test_a_seed_is_generated_and_told_where_none_is_given(
    session: Done, trials: list[mitosis.Trial]
) -> None:
    assert trials[0].record["seed_is_generated"]
    assert f"seed {trials[0].seed} (generated)" in session.out
    assert not trials[6].record["seed_is_generated"]


def test_trials_of_a_former_session_count_in_the_next(
    project: Project, trials: list[mitosis.Trial]
) -> None:
    assert len(trials) >= 10
    project.write({"typed.txt": "monitored 3 4 -"})
    done = ran(project.python("session.py", "typed.txt"))
    assert "quickstart-3-4-4 succeeded" in done.out


def test_an_update_of_a_package_is_told(project: Project, tmp_path: Path) -> None:
    project.write({"typed.txt": "quickstart 9 1 1"})
    shown = []
    for version in ("0.23.4", "0.24.0"):
        installed = tmp_path / version
        metadata = installed / f"toypandas-{version}.dist-info" / "METADATA"
        metadata.parent.mkdir(parents=True)
        metadata.write_text(f"Metadata-Version: 2.1\nName: toypandas\nVersion: {version}\n")
        done = project.python("session.py", "typed.txt", env={"PYTHONPATH": str(installed)})
        shown.append(ran(done).out)
    assert "toypandas 0.23.4 -> 0.24.0" not in shown[0]
    assert "toypandas 0.23.4 -> 0.24.0" in shown[1]


def test_values_are_given_as_name_and_value_on_the_command_line(
    project: Project, simple: list[Done]
) -> None:
    first, second = (mitosis.load(done.page) for done in simple)
    assert (first.main, second.main) == (4, 6)
    assert (first.parameters["a"], second.parameters["a"]) == (1, 3)
    assert second.seed == 1
    listed = mitosis.history("simple_experiment", trials_folder=project.root / "trials")
    assert list(listed["main"]) == [4]


def test_trials_lie_in_the_folder_that_one_names(project: Project, simple: list[Done]) -> None:
    assert simple[1].page.parent == project.root / "my_dir"
    names = {path.suffix for path in (project.root / "my_dir").iterdir()}
    assert {".db", ".html"} <= names


def test_a_step_knows_which_trial_it_belongs_to_and_only_there(simple: list[Done]) -> None:
    trial = mitosis.load(simple[0].page)
    assert trial.log == f"debug_information {trial.key}\n"
    assert mitosis.current_trial() is None


def test_the_last_trial_is_asked_of_the_history(
    project: Project, trials: list[mitosis.Trial]
) -> None:
    asked = ("history", "quickstart", "--tail", "1", "--columns", "name", "--json")
    (last,) = json.loads(told(project, *asked))
    newest = max(project.rows("trials/quickstart.db"), key=lambda row: int(row["id"]))
    assert last["name"] == newest["name"]
    assert trials


def test_trials_of_two_folders_are_put_together(project: Project, simple: list[Done]) -> None:
    for folder in ("trials", "my_dir"):
        told(project, "merge", str(project.root / folder), folder="received")
    found = mitosis.history("simple_experiment", trials_folder=project.root / "received")
    assert set(found.index) == {mitosis.load(done.page).key for done in simple}
    assert sorted(found["main"]) == [4, 6]


def test_code_machine_python_and_packages_are_recorded(
    project: Project, simple: list[Done]
) -> None:
    trial = mitosis.load(simple[0].page)
    environment = trial.environment
    assert environment["packages"]["dill"]
    assert environment["python"].startswith("3.")
    for fact in ("platform", "cpu", "cpu_count", "memory_bytes", "host"):
        assert environment[fact], fact
    code = trial.record["code"]
    assert (code["commit"], code["branch"]) == (
        trial.commit,
        project.git("rev-parse", "--abbrev-ref", "HEAD").strip(),
    )


def test_how_numpy_was_built_and_what_computes_is_recorded(trials: list[mitosis.Trial]) -> None:
    environment = trials[0].environment
    assert environment["numeric_builds"]["numpy"]["Compilers"]["c"]["name"]
    (blas,) = (b for b in environment["numeric_libraries"] if b["user_api"] == "blas")
    assert blas["num_threads"] >= 1
    assert blas["version"]


def test_summary_code_and_environment_are_shown(project: Project, simple: list[Done]) -> None:
    for shown in ("Succeeded", "calculate_score(prepare_data(a, b))", "debug_information"):
        assert shown in simple[0].html
    name = mitosis.load(simple[0].page).name
    assert "commit" in told(project, "show", name)
    assert "\ndill==" in told(project, "show", name, "--environment")
    assert "def prepare_data(a, b)" in told(project, "show", name, "--code")


def test_data_that_changed_is_found_by_the_step_that_loads_it(project: Project) -> None:
    project.write({"users.csv": "Ada,1815\n"})
    done = ran(project.python("loading.py"))
    assert done.err.count("step 'load_user_data' returned something else") == 1
    pair = [f"named-'users.csv'-{number}" for number in (1, 2)]
    compared = mitosis.compare(*pair, trials_folder=project.root / "trials")
    assert list(compared.table.loc["data"].index) == ["users.csv"]


def test_the_database_is_read_by_any_program(project: Project, session: Done) -> None:
    assert session.status == 0
    database = sqlite3.connect(
        f"file:{project.root / 'trials/quickstart.db'}?mode=ro", uri=True
    )
    query = "SELECT json_extract(literals, '$.b') FROM trial ORDER BY id LIMIT 3"
    assert database.execute(query).fetchall() == [(2,), (3,), (-1,)]
    database.close()
    kept = record(next((project.root / "trials").glob("quickstart-1-2-1_*")))
    assert kept["values"] == {"a": 1, "b": 2}
