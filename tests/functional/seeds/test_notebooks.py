"""Notebooks as trackers: the published examples, in our form.

Two notebooks print an error in a tagged cell; outputs are found by tag and compared; one
notebook runs with other models; a report is made from a notebook of one's own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import mitosis
from tests.functional.conftest import Done, Project

pytestmark = pytest.mark.slow

MY_PROJECT = """
import numpy as np

def load_training_data():
    x = np.linspace(0, 3, 60)
    return x, np.sin(x)

class Model:
    def __init__(self, degree): self.degree = degree
    def fit(self, x, y): self.coefficients = np.polyfit(x, y, self.degree)
    def predict(self, x): return np.polyval(self.coefficients, x)

def instantiate_model(model_name, model_params):
    return Model(model_params.get("max_depth") or len(model_params["hidden_layer_sizes"]))
"""

OUTPUTS = [
    ("", "import pandas as pd\nimport matplotlib.pyplot as plt\nmse = {mse}"),
    ("mse main", "print(mse)"),
    ("facts", "{{'name': '{name}', 'mse': mse}}"),
    ("metrics_table", "pd.DataFrame({{'metric': ['mse', 'rmse'], 'value': [mse, mse**0.5]}})"),
    ("plot_1", "plt.plot([mse, 0.0])"),
]

TRAIN = [
    ("", "from my_project import load_training_data, instantiate_model"),
    (
        "parameters",
        "# default parameters\n"
        "model_name = 'random_forest' # other values could be svm, neural_network, etc\n"
        "model_params = {'n_estimators': 10, 'max_depth': 5}",
    ),
    (
        "",
        "X, y = load_training_data()\n"
        "model = instantiate_model(model_name, model_params)\n"
        "model.fit(X, y)\ny_pred = model.predict(X)",
    ),
    ("mse main", "print(((y - y_pred) ** 2).mean())"),
    ("prediction", "y_pred"),
]

SCRIPT = """
import mitosis

experiments = [
    {"model_name": "random_forest", "model_params": {"n_estimators": 10, "max_depth": 5}},
    {
        "model_name": "neural_network",
        "model_params": {"hidden_layer_sizes": [10, 10], "activation": "relu"},
    },
]
for number, experiment in enumerate(experiments, start=1):
    params = [
        mitosis.Parameter(experiment["model_name"], "model_name", experiment["model_name"]),
        mitosis.Parameter(f"set_{number}", "model_params", experiment["model_params"]),
    ]
    mitosis.run("template.ipynb", params=params)
"""

REPORT = [
    ("parameters", "trials, trials_folder = [], None"),
    ("", "import mitosis\nloaded = [mitosis.load(t, trials_folder) for t in trials]"),
    ("", "print('errors', [trial.notebook['mse'] for trial in loaded])"),
    ("", "loaded[0].notebook['metrics_table']"),
    ("", "loaded[1].notebook.outputs('plot_1')[-1]"),
]


def ipynb(*cells: tuple[str, str]) -> str:
    written: list[dict[str, Any]] = [
        {"cell_type": "code", "source": source, "metadata": {"tags": tags.split()}}
        | {"outputs": [], "execution_count": None}
        for tags, source in cells
    ]
    return json.dumps({"cells": written, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project(tmp_path_factory.mktemp("models"))
    made.git("init", "-q")
    files = {
        f"{name}.ipynb": ipynb(*((t, s.format(mse=mse, name=name)) for t, s in OUTPUTS))
        for name, mse in (("random_forest", 10.2), ("nn", 10.8))
    }
    files |= {"template.ipynb": ipynb(*TRAIN), "model_comparison.ipynb": ipynb(*REPORT)}
    files |= {"train.ipynb": ipynb(*TRAIN)}
    files |= {".gitignore": "trials/\n__pycache__/\n*.html\n"}
    made.write(files, my_project=MY_PROJECT, experiments=SCRIPT)
    made.git("add", "-A")
    made.git("commit", "-qm", "work")
    return made


@pytest.fixture(scope="module")
def forest(project: Project) -> mitosis.Trial:
    return ran(project.mitosis("run", "random_forest.ipynb"))


@pytest.fixture(scope="module")
def network(project: Project) -> mitosis.Trial:
    return ran(project.mitosis("run", "nn.ipynb"))


def ran(done: Done) -> mitosis.Trial:
    assert done.status == 0, done
    return mitosis.load(done.page)


def test_what_tagged_cells_print_is_compared_between_notebooks(
    forest: mitosis.Trial, network: mitosis.Trial
) -> None:
    assert {t.experiment: t.notebook["mse"] for t in (forest, network)} == {
        "random_forest": 10.2,
        "nn": 10.8,
    }
    assert (forest.main, network.main) == (10.2, 10.8)


def test_dict_table_and_chart_are_what_they_are(forest: mitosis.Trial) -> None:
    assert forest.notebook["facts"] == {"name": "random_forest", "mse": 10.2}
    table = forest.notebook["metrics_table"]
    assert table.set_index("metric")["value"]["mse"] == 10.2
    assert forest.notebook.outputs("plot_1")[-1].mime == "image/png"


def test_one_notebook_runs_with_the_parameters_of_each_model(project: Project) -> None:
    done = project.python("experiments.py")
    assert done.status == 0, done
    table = mitosis.history("template", trials_folder=project.root / "trials")
    assert sorted(table["model_name"]) == ["neural_network", "random_forest"]
    name = "template-random_forest-set_1-1"
    trial = mitosis.load(name, trials_folder=project.root / "trials")
    assert trial.results["mse"] == trial.main < 1e-3
    assert trial.notebook["prediction"].shape == (60,)
    assert trial.parameters["model_params"] == {"n_estimators": 10, "max_depth": 5}


def test_a_list_of_models_runs_in_parallel(project: Project) -> None:
    names = "model_name='random_forest','neural_network'"
    params = "model_params={'max_depth': 5},{'hidden_layer_sizes': [10, 10]}"
    words = ("-e", names, "-e", params, "--zip", "-j", "2")
    done = project.mitosis("sweep", "train.ipynb", *words)
    assert done.status == 0, done
    columns = ["model_name", "mse", "started_at", "ended_at"]
    table = mitosis.history("train", columns=columns, trials_folder=project.root / "trials")
    assert sorted(table["model_name"]) == ["neural_network", "random_forest"]
    assert table["mse"].between(0, 1).all()
    assert table["started_at"].max() < table["ended_at"].min()


def test_a_report_compares_a_candidate_with_production(
    project: Project, forest: mitosis.Trial, network: mitosis.Trial
) -> None:
    page = project.root / "report.html"
    done = project.mitosis(
        "compare", network.key, forest.key, "--html", "report.html", "--template",
        "model_comparison.ipynb",
    )  # fmt: skip
    assert done.status == 0, done
    html = page.read_text(encoding="utf-8")
    for shown in ("errors [10.8, 10.2]", "rmse", "data:image/png;base64"):
        assert shown in html
    own = mitosis.compare(network.key, forest.key, trials_folder=project.root / "trials")
    assert Path(own.to_html(page)).read_text(encoding="utf-8").count("data:image/png") >= 2
