"""Notebooks as experiments: what they take, claim and give, before they run."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from mitosis._model import Parameter
from mitosis._run.arguments import bind
from mitosis._run.experiment import Experiment, describe
from mitosis._run.notebook_experiment import NamedNotebook
from mitosis.errors import (
    ExperimentNotFoundError,
    InvalidArgumentsError,
    InvalidExperimentError,
)

Cell = tuple[str, str]
MAIN: Cell = ("main", "k")


def notebook(folder: Path, *cells: Cell, name: str = "fit.ipynb", **metadata: Any) -> Path:
    """Write a notebook; a cell is its tags and its source, one of `#` is Markdown."""
    written: list[dict[str, Any]] = [
        {
            "cell_type": "markdown" if tags == "#" else "code",
            "source": source,
            "metadata": {"tags": tags.split()} if tags.strip("#") else {},
        }
        for tags, source in cells
    ]
    for cell in written:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    content = {"cells": written, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}
    file = folder / name
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def planned(experiment: Experiment, **given: str) -> list[tuple[str, str]]:
    """Return tags and source of the cells behind the folded source."""
    cells = list(experiment.cells(("seed_globals(1)",), given))
    assert cells[0].tags == ("source",)
    return [(" ".join(cell.tags), cell.source) for cell in cells[1:]]


def test_a_cell_tagged_parameters_says_what_a_notebook_takes(tmp_path: Path) -> None:
    source = (
        "%matplotlib inline\nk: int = 5\nmodel = 'forest'  # or svm\nboth = twice = [1]\n"
        "depth: int\nk = 6\na, b = 1, 2\nprint(k)\n!ls\nobject.attribute = 3"
    )
    described = describe(notebook(tmp_path, ("parameters", source), MAIN))
    assert described.interface.by_name == {"k", "model", "both", "twice", "depth"}
    assert described.interface.required == ("depth",)
    assert described.interface.text == (
        "Its parameters are k = 6, model = 'forest', both = [1], twice = [1], depth."
    )


def test_parameters_that_the_notebook_does_not_assign_are_refused_together(
    tmp_path: Path,
) -> None:
    described = describe(notebook(tmp_path, ("parameters", "depth: int\nmodel = 'a'"), MAIN))
    given = [Parameter("v", name, 1) for name in ("modle", "colour")]
    with pytest.raises(InvalidArgumentsError) as caught:
        bind(described, given, (), None, None)
    assert caught.value.faults == (
        "the notebook takes no argument 'modle'; did you mean 'model'?",
        "the notebook takes no argument 'colour'",
        "argument 'depth' of the notebook is missing",
    )
    assert "Its parameters are depth, model = 'a'." in str(caught.value)


def test_a_notebook_without_such_a_cell_takes_nothing(tmp_path: Path) -> None:
    described = describe(notebook(tmp_path, ("", "k = 3"), MAIN))
    with pytest.raises(InvalidArgumentsError, match="No cell of it is tagged parameters"):
        bind(described, [Parameter("v", "k", 1)], (), None, None)


def test_seed_and_group_are_passed_to_a_notebook_that_assigns_them(tmp_path: Path) -> None:
    takes = describe(notebook(tmp_path, ("parameters", "seed = 0\ngroup = ''"), MAIN))
    assert bind(takes, (), (), 7, "east").passed == {"seed": 7, "group": "east"}
    other = describe(notebook(tmp_path, ("parameters", "k = 0"), MAIN))
    assert bind(other, (), (), 7, None).passed == {}


def test_given_values_stand_behind_the_defaults_and_all_cells_stay(tmp_path: Path) -> None:
    described = describe(
        notebook(
            tmp_path,
            ("#", "# Fit"),
            ("hide-input", "import math"),
            ("parameters", "k = 5"),
            ("injected-parameters", "k = 6"),
            ("skip-execution", "raise SystemExit"),
            ("", "  "),
            ("raises-exception run", "1 / 0"),
            ("main mse", "k"),
        )
    )
    assert planned(described, k="3", model="parameters['model']") == [
        ("run", "seed_globals(1)"),
        ("", "# Fit"),
        ("", "import math"),
        ("", "k = 5"),
        ("injected-parameters", "k = 3\nmodel = parameters['model']"),
        ("raises-exception", "1 / 0"),
        ("main mse", "k"),
    ]
    assert ("injected-parameters", "") not in planned(described)


def test_the_source_is_kept_as_a_script_without_secrets(tmp_path: Path) -> None:
    described = describe(
        notebook(tmp_path, ("#", "# Fit\n\nIt fits."), ("", "password = 'hunter22'"), MAIN)
    )
    source, _, _, secretive, _ = described.cells((), {})
    assert source.source == (
        "```python\n# %% [markdown]\n# # Fit\n#\n# It fits.\n\n"
        "# %%\npassword = '***'\n\n# %% tags=[\"main\"]\nk\n```"
    )
    assert secretive.source == "password = '***'"
    assert secretive.original == "password = 'hunter22'"


@pytest.mark.parametrize(
    ("cells", "claim"),
    [
        ([("#", "# Fit\n\nIt\nfits.\n\nMore."), MAIN], "It fits."),
        ([("#", "Fit\n===\n\n## Why\n\nIt fits."), MAIN], "It fits."),
        ([("#", "It fits."), ("", "import math"), ("parameters", "k = 3"), MAIN], "It fits."),
        ([("", "import math"), ("#", "It fits."), ("parameters", "k = 3"), MAIN], "It fits."),
        ([("parameters", "k = 3"), ("#", "It fits."), MAIN], ""),
        ([("", "import math"), ("#", "It fits."), MAIN], ""),
        ([("#", "# Fit"), MAIN], ""),
        ([MAIN], ""),
    ],
    ids=range(8),
)
def test_the_first_paragraph_before_the_parameters_is_the_hypothesis(
    cells: list[Cell], claim: str, tmp_path: Path
) -> None:
    assert describe(notebook(tmp_path, *cells)).hypothesis == claim


def test_metadata_tell_name_and_hypothesis_and_the_caller_has_the_last_word(
    tmp_path: Path,
) -> None:
    stated = {"name": "wave-fit", "hypothesis": "It fits well."}
    file = notebook(tmp_path, ("#", "It fits."), MAIN, mitosis=stated)
    described = describe(str(file))
    assert (described.name, described.hypothesis) == ("wave-fit", "It fits well.")
    assert describe(file, "No.").hypothesis == "No."
    assert describe(notebook(tmp_path, MAIN)).name == "fit"
    named = describe(NamedNotebook(file, "step"))
    assert (named.name, named.full_names("step.k")) == ("step", ("step.k",))


def test_it_imports_what_lies_beside_it(tmp_path: Path) -> None:
    described = describe(notebook(tmp_path, MAIN))
    assert described.import_folders == (tmp_path.resolve(),)
    assert described.files == (tmp_path.resolve() / "fit.ipynb",)


@pytest.mark.parametrize(
    ("cells", "metadata", "faults"),
    [
        ([("", "k = 3")], {}, ["it has no cell tagged main, and no code that could make"]),
        (
            [("main", "1"), ("main mse", "2"), ("parameters", ""), ("mse", "3")],
            {"mitosis": {"name": 3, "hypothesis": ["h"]}},
            [
                "its metadata state the name 3, which is no text",
                "its metadata state the hypothesis ['h'], which is no text",
                "2 cells are tagged 'main' (numbers 1, 2); a tag names one",
                "2 cells are tagged 'mse' (numbers 2, 4); a tag names one",
            ],
        ),
        (
            [("parameters", "k = 3"), ("parameters", "m = = 3"), MAIN],
            {},
            ["2 cells are tagged 'parameters'", "line 1 of its parameters is no Python"],
        ),
    ],
    ids=range(3),
)
def test_a_notebook_that_cannot_give_a_result_is_refused_with_all_faults(
    cells: list[Cell], metadata: dict[str, Any], faults: list[str], tmp_path: Path
) -> None:
    with pytest.raises(InvalidExperimentError) as caught:
        describe(notebook(tmp_path, *cells, **metadata))
    assert len(caught.value.faults) == len(faults)
    for fault, begin in zip(caught.value.faults, faults, strict=True):
        assert fault.startswith(begin)
    assert str(caught.value).startswith("The file 'fit.ipynb' is no experiment:\n")
    assert "in a cell tagged main" in str(caught.value)


@pytest.mark.parametrize(
    "code", ["results = {}", "results: dict = {}", "from lib import *", "%run other.ipynb"]
)
def test_code_that_may_make_results_is_enough(code: str, tmp_path: Path) -> None:
    assert describe(notebook(tmp_path, ("", code))).name == "fit"


def test_tags_that_mean_something_to_jupyter_may_come_often(tmp_path: Path) -> None:
    tags = "hide-input remove-cell hide_output nbval-skip raises-exception run title"
    cells = [(tags, "1"), (tags, "2"), MAIN]
    described = describe(notebook(tmp_path, *cells))
    assert planned(described)[1:3] == [("raises-exception", "1"), ("raises-exception", "2")]


def test_a_file_that_is_not_there_is_told_with_its_neighbours(tmp_path: Path) -> None:
    notebook(tmp_path, MAIN, name="train.ipynb")
    with pytest.raises(ExperimentNotFoundError, match=r"did you mean 'train\.ipynb'"):
        describe(tmp_path / "trian.ipynb")
    with pytest.raises(ExperimentNotFoundError, match="no such file"):
        describe(tmp_path / "none" / "train.ipynb")
    (tmp_path / "folder.ipynb").mkdir()
    with pytest.raises(ExperimentNotFoundError, match="no such file"):
        describe(tmp_path / "folder.ipynb")


def test_a_text_that_is_no_path_is_told_how_modules_are_run() -> None:
    with pytest.raises(ExperimentNotFoundError, match=r"`mitosis run package\.exp1`"):
        describe("package/exp1")


def test_without_jupytext_a_script_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "fit.py"
    file.write_text("# %% tags=['main']\n1\n", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "jupytext", None)
    with pytest.raises(InvalidExperimentError, match=r"pip install 'mitosis\[notebooks\]'"):
        describe(file)
