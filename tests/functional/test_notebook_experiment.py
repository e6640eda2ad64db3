"""Notebooks as experiments: what Jupyter users have, run as recorded trials."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import mitosis
from tests.functional.conftest import Done, Project, record

pytestmark = pytest.mark.slow

TRAIN = [
    ("#", "# Train\n\nA forest beats a line."),
    (
        "hide-input",
        "%reset -f\n%matplotlib inline\n"
        "import numpy as np, pandas as pd, matplotlib.pyplot as plt\n"
        "from my_project import scale",
    ),
    ("parameters", "k: int = 5\nmodel = 'forest'\nmodel_params = {'depth': 3}\nseed = 0"),
    ("injected-parameters", "k = 99"),
    ("#", "## Data"),
    ("", "!echo from the shell\nx = np.random.rand(20) * scale(k)\nlen(x)"),
    ("table", "frame = pd.DataFrame({'k': [k, k + 1], 'model': model})\nframe"),
    ("chart", "frame['later'] = 1\nplt.plot(x)"),
    ("quiet", "'not shown';"),
    ("raises-exception", "1 / 0"),
    (
        "summary",
        "import asyncio\nawait asyncio.sleep(0)\nprint({'depth': model_params['depth']})",
    ),
    ("skip-execution", "raise SystemExit"),
    ("mse main", "keep = parameters = 3\nasyncio.run(asyncio.sleep(0))\nprint(10.5)"),
    ("", "del keep\nresults = {'sum': float(x.sum()), 'main': 10.51}"),
]

WAVES = """\
# ---
# jupyter:
#   mitosis:
#     name: wave-fit
# ---
# %% [markdown]
# Waves are wavy.
# %% tags=["parameters"]
k: int
api_key = "hunter22"
# %%
import sys, os
print(len(api_key), "key", os.path.basename(os.getcwd()))
k * 2
# %% tags=["main"]
password = "hunter23"
k + len(password)
"""


def ipynb(*cells: tuple[str, str]) -> str:
    """Return a notebook as Jupyter saves it; a cell is its tags and its source."""
    written: list[dict[str, Any]] = [
        {"cell_type": "code", "source": source, "metadata": {"tags": tags.split()}}
        | {"outputs": [{"output_type": "stream", "name": "stdout", "text": "stale output"}]}
        | {"execution_count": 3}
        if tags != "#"
        else {"cell_type": "markdown", "source": source, "metadata": {}}
        for tags, source in cells
    ]
    return json.dumps({"cells": written, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project(tmp_path_factory.mktemp("research"))
    made.git("init", "-q")
    made.write(
        {
            ".gitignore": "trials/\n__pycache__/\n",
            "notebooks/train.ipynb": ipynb(*TRAIN),
            "notebooks/my_project.py": "def scale(x): return 2 * x\n",
            "notebooks/stops.ipynb": ipynb(
                ("main", "print('before')"),
                ("mse", "raise ValueError('no data')"),
                ("", "print('after')"),
            ),
            "leaves.py": "# %% tags=['mse']\n1\n# %%\nresults = 2\nif results == 3: exit()\n",
            "waves.py": WAVES,
            "variants.py": "variants = {'k': {'low': 3}}\n",
            "pyproject.toml": "[tool.mitosis.steps]\n"
            'wavy = ["waves.py", "variants:variants"]\n',
        }
    )
    made.git("add", "-A")
    made.git("commit", "-qm", "work")
    return made


@pytest.fixture(scope="module")
def trained(project: Project) -> mitosis.Trial:
    """A notebook with all that Jupyter users do, run by a script."""
    script = (
        "import mitosis\nfrom mitosis import Parameter as P\n"
        "mitosis.run('notebooks/train.ipynb', seed=7, "
        "params=[P('three', 'k', 3), P('deep', 'model_params', {'depth': 7})])"
    )
    done = project.python("-c", script)
    assert done.status == 0, done
    assert "from the shell" in done.out
    return mitosis.load(done.page)


def test_a_notebook_is_recorded_locked_and_named_after_its_file(
    project: Project, trained: mitosis.Trial
) -> None:
    assert trained.name == "train-three-deep-1"
    assert (trained.status, trained.seed) == (mitosis.Status.SUCCEEDED, 7)
    stored = record(trained.folder)
    assert stored["hypothesis"] == "A forest beats a line."
    assert stored["values"] == {"k": 3, "model_params": stored["values"]["model_params"]}
    assert {"notebooks/train.ipynb", "notebooks/my_project.py"} <= {*stored["code"]["modules"]}
    conflict = "P('three', 'k', 4), P('deep', 'model_params', {'depth': 7})"
    done = project.python(
        "-c",
        "import mitosis\nfrom mitosis import Parameter as P\n"
        f"mitosis.run('notebooks/train.ipynb', params=[{conflict}])",
    )
    assert "VariantConflictError" in done.err


def test_tagged_cells_and_the_dict_give_the_results(trained: mitosis.Trial) -> None:
    results = dict(trained.results)
    table = results.pop("table")
    assert table.to_dict("list") == {"k": [3, 4], "model": ["forest", "forest"]}
    assert results.pop("sum") > 0
    assert results == {"summary": {"depth": 7}, "mse": 10.5, "main": 10.51}
    assert trained.main == 10.51


def test_what_a_tagged_cell_showed_is_found_by_its_tag(trained: mitosis.Trial) -> None:
    assert trained.notebook["mse"] == 10.5
    assert trained.notebook["summary"] == {"depth": 7}
    assert list(trained.notebook["table"]["k"]) == [3, 4]
    assert any(shown.mime == "image/png" for shown in trained.notebook.outputs("chart")[1:])


def test_the_page_shows_the_notebook_with_the_given_values(trained: mitosis.Trial) -> None:
    page = trained.html.read_text(encoding="utf-8")
    for text in ("A forest beats a line.", "Data</h2>", "ZeroDivisionError", "data:image/png"):
        assert text in page
    assert "stale output" not in page
    cells = json.loads((trained.folder / "notebook.ipynb").read_text(encoding="utf-8"))["cells"]
    injected = [c for c in cells if "injected-parameters" in c["metadata"]["tags"]]
    assert ["".join(c["source"]) for c in injected] == [
        "seed = 7\nk = 3\nmodel_params = parameters['model_params']"
    ]
    assert "SystemExit" not in page


@pytest.fixture(scope="module")
def waved(project: Project) -> Done:
    """A script with cells, registered, with secrets in its code, run from a shell."""
    return project.mitosis("run", "wavy", "-p", "k=low")


def test_a_script_with_cells_runs_under_its_registered_name(
    project: Project, waved: Done
) -> None:
    assert waved.status == 0, waved
    trial = mitosis.load(waved.page)
    assert (trial.name, trial.main) == ("wavy-low-1", 11)
    assert f"8 key {project.root.name}" in waved.out
    assert "# %% [markdown]\n# Waves are wavy." in trial.code.experiment


def test_no_file_of_the_trial_holds_a_secret_of_the_notebook(waved: Done) -> None:
    trial = mitosis.load(waved.page)
    files = [trial.html, *(path for path in trial.folder.rglob("*") if path.is_file())]
    assert [path for path in files if b"hunter2" in path.read_bytes()] == []
    assert "***" in trial.html.read_text(encoding="utf-8")


def test_a_cell_that_raises_ends_the_trial_and_the_page(project: Project) -> None:
    done = project.mitosis("run", "notebooks/stops.ipynb")
    assert done.status == 1
    assert "ValueError: no data" in done.err
    folder = trial_folder_of(project, "stops-1")
    assert record(folder)["status"] == "failed"
    assert "before" in done.html
    assert "print('after')" not in done.html.partition("Source of the experiment")[0]
    cells = json.loads((folder / "notebook.ipynb").read_text(encoding="utf-8"))["cells"]
    assert any(c["metadata"]["tags"] == ["mse"] and c["outputs"] for c in cells)


def test_a_notebook_without_a_main_result_fails_with_a_word_on_it(project: Project) -> None:
    done = project.mitosis("run", "leaves.py")
    assert done.status == 1
    assert "Notebook 'leaves' gives no \"main\" (its results: 'mse')" in done.err


def test_what_is_refused_leaves_no_trace(project: Project) -> None:
    before = project.snapshot()
    for words, said in (
        (["notebooks/train.ipynb", "-e", "kk=3"], "takes no argument 'kk'; did you mean 'k'?"),
        (["notebooks/trian.ipynb"], "did you mean 'train.ipynb'"),
        (["waves.py"], "argument 'k' of the notebook is missing"),
        (["waves.py", "-p", "k=low"], "no dict of variants is named 'k'"),
        (["variants.py"], "it is a script without marks of cells"),
    ):
        done = project.mitosis("run", *words)
        assert (done.status, said in done.err) == (2, True), done
    assert project.snapshot() == before


def test_a_notebook_that_is_not_committed_is_refused(project: Project) -> None:
    path = project.root / "notebooks" / "train.ipynb"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("forest", "line"), encoding="utf-8")
    try:
        done = project.mitosis("run", "notebooks/train.ipynb")
    finally:
        path.write_text(text, encoding="utf-8")
    assert done.status == 2
    assert "notebooks/train.ipynb" in done.err


def trial_folder_of(project: Project, name: str) -> Path:
    (folder,) = (project.root / "trials").glob(f"{name}_*")
    return folder
