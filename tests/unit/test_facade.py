"""`import mitosis`: the names it offers, and that it costs next to nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

import mitosis
from mitosis import errors
from tests.conftest import FreshPython

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
HEAVY = (
    "IPython", "blake3", "click", "dill", "git", "ipykernel", "jupyter_client", "matplotlib",
    "mitosis._model", "mitosis._run", "mitosis.errors", "nbclient", "nbconvert", "nbformat",
    "numpy", "pandas", "psutil", "rich", "sqlalchemy", "sqlite3",
)  # fmt: skip


def test_the_public_names_are_exactly_these() -> None:
    assert mitosis.__all__ == [
        "Comparison",
        "Parameter",
        "Recording",
        "Search",
        "Secret",
        "Status",
        "Sweep",
        "Trial",
        "canonical",
        "compare",
        "current_trial",
        "digest",
        "errors",
        "history",
        "load",
        "load_trial_data",
        "log",
        "log_figure",
        "log_metric",
        "log_metrics",
        "log_table",
        "main",
        "metrics",
        "open_artifact",
        "optimize",
        "parameters_from",
        "record_data",
        "recording",
        "register_canonical",
        "run",
        "save_artifact",
        "step",
        "sweep",
    ]


@pytest.mark.parametrize("name", mitosis.__all__)
def test_each_public_name_can_be_had_and_has_a_docstring(name: str) -> None:
    assert getattr(mitosis, name).__doc__


def test_a_star_import_gives_the_public_names(fresh_python: FreshPython) -> None:
    code = """
        from mitosis import *
        import mitosis
        print(sorted(set(mitosis.__all__) - set(globals())))
    """
    assert fresh_python(code) == "[]\n"


def test_dir_lists_the_public_names_before_any_is_loaded(fresh_python: FreshPython) -> None:
    code = "import mitosis; print(sorted(set(mitosis.__all__) - set(dir(mitosis))))"
    assert fresh_python(code) == "[]\n"


def test_importing_it_loads_nothing_heavy(fresh_python: FreshPython) -> None:
    code = "import sys, mitosis; print(*(n for n in sys.argv[1:] if n in sys.modules))"
    assert fresh_python(code, *HEAVY) == "\n"


def test_parameter_can_be_used_without_anything_heavy(fresh_python: FreshPython) -> None:
    code = """
        import sys, mitosis
        mitosis.Parameter("low", "noise", 0.1)
        print(*(n for n in sys.argv[1:] if n in sys.modules))
    """
    assert fresh_python(code, *HEAVY) == "mitosis._model\n"


@pytest.mark.parametrize("name", ["trial", "_nothing", "NoSuchError", "OSError", "Experiment"])
def test_an_unknown_name_is_an_attribute_error_that_names_it(name: str) -> None:
    with pytest.raises(AttributeError, match=f"'mitosis' has no attribute '{name}'"):
        getattr(mitosis, name)


def test_every_error_can_be_had_from_the_package_itself() -> None:
    assert mitosis.VariantConflictError is errors.VariantConflictError
    assert mitosis.errors is errors


def test_the_version_is_the_one_in_pyproject() -> None:
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    assert mitosis.__version__ == project["version"]


def test_a_parameter_shows_its_names_and_value() -> None:
    parameter = mitosis.Parameter("low", "noise", 0.1)
    assert repr(parameter) == "Parameter(var_name='low', arg_name='noise', vals=0.1)"
    assert (parameter.modules, parameter.evaluate, parameter.track) == (None, False, True)


def test_a_parameter_takes_its_modules_as_the_fourth_argument() -> None:
    assert mitosis.Parameter("low", "noise", 0.1, [pytest]).modules == [pytest]


def test_evaluate_and_track_are_given_by_name_only() -> None:
    with pytest.raises(TypeError, match="positional"):
        mitosis.Parameter("low", "noise", "1", None, True)  # type: ignore[call-arg]  # what is tested


def test_a_parameter_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match="vals"):
        mitosis.Parameter("low", "noise", 0.1).vals = 2  # type: ignore[misc]  # what is tested


class CountingReader:
    """Stands for a trial's folder; it says which pieces were asked for."""

    def __init__(self) -> None:
        self.reads: list[str] = []

    def __getattr__(self, name: str) -> Callable[[], object]:
        def read() -> object:
            self.reads.append(name)
            return {"main": 3} if name == "results" else 3

        return read


def test_main_and_results_are_read_once_and_only_when_asked_for() -> None:
    reader = CountingReader()
    trial = mitosis.Trial(
        name="sine-1",
        key="3f9a2c11",
        experiment="sine",
        variants={},
        iteration=1,
        seed=None,
        status=mitosis.Status.SUCCEEDED,
        html=Path("a.html"),
        folder=Path("a"),
        reader=cast(Any, reader),
    )
    assert reader.reads == []
    assert [trial.main, trial.main, trial.results, trial.results] == [3, 3, *[{"main": 3}] * 2]
    assert reader.reads == ["main", "results"]


def test_the_states_are_those_of_the_contract() -> None:
    states = ["running", "succeeded", "failed", "killed", "timed_out", "lost"]
    assert [str(state) for state in mitosis.Status] == states
