"""All experiments behind names, and what keeps some from being found."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from mitosis._cli.survey import Survey, survey
from mitosis._settings import Settings

EXPERIMENT = 'name = "{}"\ndef run(x): ...\n'


def names(surveyed: Survey) -> list[str]:
    return [found.experiment.name for found in surveyed.found]


def messages(surveyed: Survey) -> str:
    return "\n".join(fault.message for fault in surveyed.faults)


def test_a_package_means_all_experiments_in_it(waves: ModuleType) -> None:
    waves.__dict__["slow"] = SimpleNamespace(name="slow-exp", run=print)
    assert names(survey(["waves"], Settings())) == ["slow-exp", "peak-exp"]


def test_packages_below_it_count_too(project: Any) -> None:
    project(
        {
            "top/__init__.py": EXPERIMENT.format("itself"),
            "top/one.py": EXPERIMENT.format("one"),
            "top/low/__init__.py": "",
            "top/low/two.py": EXPERIMENT.format("two"),
            "top/low/lower/__init__.py": EXPERIMENT.format("three"),
            "top/_hidden/__init__.py": "",
            "top/_hidden/four.py": EXPERIMENT.format("four"),
        }
    )
    surveyed = survey(["top"], Settings())
    assert sorted(names(surveyed)) == ["itself", "one", "three", "two"]
    assert surveyed.faults == []
    (two,) = [found for found in surveyed.found if found.experiment.name == "two"]
    assert [module.__name__ for _, module in two.spaces] == ["top.low.two", "top.low", "top"]


def test_modules_objects_and_steps_are_found_as_run_finds_them(waves: ModuleType) -> None:
    waves.__dict__["slow"] = SimpleNamespace(name="slow-exp", run=print)
    waves.__dict__["variants"] = {"amplitude": {"low": 1}}
    settings = Settings(steps={"fit": ("waves.peak:run", "waves:variants")})
    surveyed = survey(["waves.peak", "waves:slow", "fit", "waves.peak"], settings)
    assert names(surveyed) == ["peak-exp", "slow-exp", "fit"]


def test_what_cannot_be_imported_hides_nothing(many: ModuleType) -> None:
    surveyed = survey(["absent", "waves", "waves.raising"], Settings())
    assert names(surveyed) == ["peak-exp", "valley"]
    said = messages(surveyed)
    for part in ("no module is named 'absent'", "waves.broken", "ZeroDivisionError"):
        assert part in said


def test_a_module_that_cannot_be_parsed_may_hide_an_experiment(many: ModuleType) -> None:
    said = messages(survey(["waves"], Settings()))
    assert "importing it raised SyntaxError" in said
    assert "^" in said


@pytest.mark.parametrize("end", ["raise SystemExit(3)", "import sys; sys.exit('usage: ...')"])
def test_a_module_that_ends_the_program_is_a_fault(project: Any, end: str) -> None:
    project({"p/__init__.py": "", "p/ending.py": EXPERIMENT.format("e") + end})
    assert "importing it raised SystemExit" in messages(survey(["p"], Settings()))


def test_a_package_without_experiments_is_a_fault(project: Any) -> None:
    project({"bare/__init__.py": "", "bare/tables.py": "x = 1\n"})
    assert "the package holds none" in messages(survey(["bare"], Settings()))
