"""A few real trials, looked at afterwards: loaded, shown, compared, reported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import mitosis
from mitosis import Trial
from tests.functional.conftest import Project

pytestmark = pytest.mark.slow

FIT = '''
import datetime
import matplotlib.pyplot as plt
import mitosis
import shapes

name = "fit"

def run(degree, when, seed):
    """The error falls with the degree."""
    print("fitting", degree)
    for step in range(5):
        mitosis.log(loss=degree / (step + 1), step=step)
    mitosis.save_artifact({"degree": degree}, "model.pkl")
    plt.plot([1, degree])
    plt.show()
    return {"main": shapes.SCALE / degree, "when": when}
'''
NOTEBOOK = {
    "parameters": "k = 3",
    "table": "import pandas as pd\npd.DataFrame({'a': range(k)})",
    "figure": "import matplotlib.pyplot as plt\nplt.plot(range(k))",
    "main": "1 / k",
}
REPORT = {
    "parameters": "trials = []\ntrials_folder = None",
    "use": "import mitosis\nmitosis.metrics(trials, 'loss', trials_folder=trials_folder).shape",
    "fail": "[mitosis.load(t, trials_folder).main for t in trials].index('none')",
}
WHEN = "datetime.date(2024, 5, 6)"


def notebook(cells: dict[str, str]) -> str:
    """Return a notebook of tagged cells."""
    made: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "id": tag,
            "metadata": {"tags": [tag]},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for tag, source in cells.items()
    ]
    metadata = {"language_info": {"name": "python"}}
    return json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Two trials of a module at two commits, and two of a notebook."""
    made = Project(tmp_path_factory.mktemp("looking") / "project")
    made.root.mkdir()
    made.git("init", "-q")
    ignored = "__pycache__/\ntrials/\n*.html\nreport.ipynb\n"
    (made.root / ".gitignore").write_text(ignored)
    made.write(fit=FIT, shapes="SCALE = 1\n")
    made.write({"cluster.ipynb": notebook(NOTEBOOK), "report.ipynb": notebook(REPORT)})
    made.git("add", ".")
    made.commit()
    run(made, "run", "fit", "-e", "degree=2", "-e", f"when=__import__('datetime').{WHEN[9:]}")
    made.write(shapes="SCALE = 3\n")
    made.commit()
    run(made, "run", "fit", "-e", "degree=4", "-e", f"when=__import__('datetime').{WHEN[9:]}")
    for k in (3, 4):
        run(made, "run", "cluster.ipynb", "-e", f"k={k}")
    return made


def run(project: Project, *words: str) -> str:
    """Run the command and return what it printed."""
    done = project.mitosis(*words)
    assert done.status == 0, done
    return done.out


def loaded(project: Project, experiment: str) -> list[Trial]:
    """Return the trials of an experiment, the first one first."""
    folders = (project.root / "trials").glob(f"{experiment}-*_*")
    trials = [mitosis.load(folder) for folder in folders]
    return sorted(trials, key=lambda trial: str(trial.record["started_at"]))


def test_a_trial_is_loaded_as_it_was(project: Project) -> None:
    first, second = loaded(project, "fit")
    assert first.parameters["degree"] == 2
    assert first.parameters["when"].isoformat() == "2024-05-06"
    assert first.parameters["seed"] == first.seed
    assert (first.main, second.main) == (0.5, 0.75)
    assert first.results["when"].isoformat() == "2024-05-06"
    assert first.metrics["loss"].tolist() == [2, 1, 2 / 3, 0.5, 0.4]
    assert list(first.artifacts) == ["model.pkl"]
    assert first.log == "fitting 2\n"
    assert "numpy" in first.environment["packages"]
    assert first.code.experiment.strip() == FIT.strip()
    assert first.code.files["shapes.py"] == "SCALE = 1\n"
    assert second.code.files["shapes.py"] == "SCALE = 3\n"
    figure = first.notebook.outputs("run")[-1]
    assert figure.data.startswith(b"\x89PNG")


def test_tagged_cells_are_what_they_showed(project: Project) -> None:
    for trial, k in zip(loaded(project, "cluster"), (3, 4), strict=True):
        assert trial.notebook["main"] == 1 / k
        assert trial.notebook["table"]["a"].tolist() == list(range(k))
        assert trial.notebook["figure"].data.startswith(b"\x89PNG")


def test_the_terminal_shows_and_compares_them(project: Project) -> None:
    first, second = loaded(project, "fit")
    assert "loss = 0.4" in run(project, "show", first.key[:6])
    compared = run(project, "compare", first.key, second.key)
    lines = [" ".join(line.split()) for line in compared.splitlines()]
    for line in ("degree 2 4", "main 0.5 0.75", "loss 0.4 0.8", "-SCALE = 1", "+SCALE = 3"):
        assert line in lines
    assert "packages" not in compared
    assert "fit.py" not in compared, "it is the same in both"


def test_a_report_of_both_is_one_page(project: Project) -> None:
    keys = [trial.key for trial in loaded(project, "cluster") + loaded(project, "fit")]
    run(project, "compare", *keys, "--html", "all.html")
    page = (project.root / "all.html").read_text(encoding="utf-8")
    assert page.count("data:image/png") == 4
    assert 'alt="loss, step by step, of all trials"' in page
    assert '<span class="added">+SCALE = 1</span>' in page, "from the first trial's commit"
    assert "<script" not in page


def test_a_notebook_of_ones_own_makes_the_report(project: Project) -> None:
    keys = [trial.key for trial in loaded(project, "fit")]
    words = ["compare", *keys, "--html", "own.html", "--template", "report.ipynb"]
    done = project.mitosis(*words)
    page = (project.root / "own.html").read_text(encoding="utf-8")
    assert "(5, 2)" in page, "five steps of two trials"
    assert done.status == 1, "its last cell fails"
    assert "ValueError" in page
    assert "ValueError" in done.err


def test_results_come_as_mitosis_0_6_gave_them(project: Project) -> None:
    first: Any = loaded(project, "fit")[0]
    data = mitosis.load_trial_data(first.key, trials_folder=first.folder.parent)
    assert [dict(results) for results in data] == [first.results]
    assert Path(first.html).exists()
