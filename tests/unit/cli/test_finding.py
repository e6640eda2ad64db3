"""Finding the experiment that a command line names."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from mitosis._cli.experiments import experiment_names, find, find_all, find_in_package
from mitosis._cli.variants import parameters
from mitosis._model import Parameter
from mitosis._settings import Settings
from mitosis.errors import ExperimentNotFoundError


def not_found(call: Any, *arguments: Any) -> ExperimentNotFoundError:
    with pytest.raises(ExperimentNotFoundError, match="There is no experiment") as caught:
        call(*arguments)
    return caught.value


def test_a_module_is_found_with_the_variants_in_it_and_around_it(waves: ModuleType) -> None:
    found = find("waves.peak", Settings())
    assert found.experiment.name == "peak-exp"
    assert [module.__name__ for _, module in found.spaces] == ["waves.peak", "waves"]
    assert [("phase" in space, "amplitude" in space) for space, _ in found.spaces] == [
        (True, False),
        (False, True),
    ]


def test_an_object_in_a_module_is_found(waves: ModuleType) -> None:
    waves.__dict__["slow"] = SimpleNamespace(name="slow-exp", run=print)
    assert find("waves:slow", Settings()).experiment is waves.slow


def test_a_registered_name_goes_before_a_module(waves: ModuleType) -> None:
    waves.__dict__["variants"] = {"amplitude": {"low": 1}}
    steps = {"waves": ("waves.peak:run", "waves:variants")}
    found = find("waves", Settings(steps=steps))
    assert (found.experiment.name, found.step) == ("waves", "waves")
    assert found.spaces == ((waves.variants, waves),)


def test_registered_variants_have_to_be_a_dict(waves: ModuleType) -> None:
    steps = {"fit": ("waves.peak:run", "waves:unit")}
    assert (
        "waves:unit in [tool.mitosis.steps]"
        in not_found(find, "fit", Settings(steps=steps)).reason
    )


@pytest.mark.parametrize("name", ["absent", "waves.absent", "absent.deep.down", "waves.peak.x"])
def test_a_module_that_is_not_there_is_named(waves: ModuleType, name: str) -> None:
    assert not_found(find, name, Settings()).name == name


def test_near_modules_and_registered_names_are_suggested(waves: ModuleType) -> None:
    assert "'waves.peak'" in not_found(find, "waves.paek", Settings()).message
    steps = {"my_exp": ("a:b", "c:d")}
    assert "'my_exp'" in not_found(find, "my_xp", Settings(steps=steps)).message


def test_a_near_object_is_suggested(waves: ModuleType) -> None:
    error = not_found(find, "waves:amplitudes", Settings())
    assert "module 'waves' has no 'amplitudes'" in error.message
    assert "'amplitude'" in error.message


@pytest.mark.parametrize(
    ("module", "kind"),
    [
        ("broken", "ModuleNotFoundError"),
        ("raising", "ZeroDivisionError"),
        ("unparsable", "Syntax"),
    ],
)
def test_an_import_that_raises_is_told_with_the_place(
    many: ModuleType, module: str, kind: str
) -> None:
    message = not_found(find, f"waves.{module}", Settings()).message
    assert f"importing it raised {kind}" in message
    assert f"{module}.py" in message


@pytest.mark.parametrize(
    "name", ["", ".peak", "waves.", "..", "waves..peak", ":", "a b", "1+1"]
)
def test_names_that_no_module_can_have_are_refused(waves: ModuleType, name: str) -> None:
    assert not_found(find, name, Settings()).name == name


def test_the_only_experiment_of_a_package_needs_no_name(waves: ModuleType) -> None:
    assert find_in_package(waves, None).experiment.name == "peak-exp"


@pytest.mark.parametrize("name", ["peak", "peak-exp"])
def test_an_experiment_is_found_by_its_own_name_or_its_modules(
    many: ModuleType, name: str
) -> None:
    assert find_in_package(many, name).experiment.__name__ == "waves.peak"


def test_several_experiments_need_a_name(many: ModuleType) -> None:
    error = not_found(find_in_package, many, None)
    assert "name one with --exp_name" in error.message
    assert "peak" in error.message
    assert "valley" in error.message


def test_a_package_without_experiments_says_so(project: Any) -> None:
    package = project({"bare/__init__.py": ""})
    assert "it holds none" in not_found(find_in_package, package, None).message


def test_an_unknown_name_gets_near_ones(many: ModuleType) -> None:
    error = not_found(find_in_package, many, "vallex")
    assert error.name == "vallex"
    assert "'valley'" in error.message


def test_objects_in_the_package_are_experiments_too(waves: ModuleType) -> None:
    waves.__dict__["slow"] = SimpleNamespace(name="slow-exp", run=print)
    assert find_in_package(waves, "slow-exp").experiment is waves.slow
    assert experiment_names(waves) == ["peak", "slow-exp"]


def test_experiments_are_listed_without_importing_them(many: ModuleType) -> None:
    assert experiment_names(many) == ["broken", "peak", "raising", "valley"]


@pytest.mark.parametrize(
    "text",
    [
        'name: str = "x"\ndef run(): ...',
        'name = "x"\nrun = print',
        'name = "x"\nfrom os import walk as run',
        'name = "x"\nasync def run(): ...',
    ],
)
def test_name_and_run_may_be_defined_in_any_way(project: Any, text: str) -> None:
    assert experiment_names(project({"p/__init__.py": "", "p/mod.py": text})) == ["mod"]


@pytest.mark.parametrize("text", ["", 'name = "x"', "def run(): ...", "name ="])
def test_a_module_without_both_is_no_experiment(project: Any, text: str) -> None:
    assert experiment_names(project({"p/__init__.py": "", "p/mod.py": text})) == []


def test_a_module_whose_name_is_no_text_is_no_experiment(project: Any) -> None:
    files = {"p/__init__.py": "", "p/mod.py": "name = 3\ndef run(): ...\n"}
    assert experiment_names(project(files)) == []


DIFFUSION = """
from heat.shared import unit
name = "diff-exp"
hypothesis = "Heat spreads."
k = {"low": 1}
def run(k): return {"main": k}
def prepare(seed, size): return {"data": size}
size = {"small": 2}
"""


@pytest.fixture
def heat(project: Any) -> ModuleType:
    shared = "unit = 3\ndef run(): ...\n"
    files = {"heat/__init__.py": "", "heat/diffusion.py": DIFFUSION, "heat/shared.py": shared}
    package: ModuleType = project(files | {"other.py": 'name = "other"\ndef run(k): ...\n'})
    return package


@pytest.mark.parametrize(
    "name", ["diffusion", "heat/diffusion", "./heat/diffusion", "diff-exp", "diffusoin"]
)
def test_a_module_that_is_nearly_named_is_suggested(heat: ModuleType, name: str) -> None:
    assert not_found(find, name, Settings()).message.endswith("did you mean 'heat.diffusion'?")


@pytest.mark.parametrize("name", ["heat/diffusion.py", "./heat/diffusion.py", "other.py"])
def test_the_path_of_a_module_is_the_module(heat: ModuleType, name: str) -> None:
    found = find(name, Settings()).experiment
    assert isinstance(found, ModuleType)
    assert found.name == ("other" if name == "other.py" else "diff-exp")


def test_a_file_with_cells_is_no_module(heat: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "cells.py").write_text('# %%\nname = "cells"\ndef run(): ...\n')
    assert find("cells.py", Settings()).experiment == Path("cells.py")


def test_a_registered_step_claims_what_its_module_does(heat: ModuleType) -> None:
    find("heat.diffusion", Settings())
    steps = {"spread": ("heat.diffusion:prepare", "heat.diffusion:__dict__")}
    assert find("spread", Settings(steps=steps)).experiment.hypothesis == "Heat spreads."


def test_several_names_are_the_steps_of_one_experiment(heat: ModuleType) -> None:
    steps = {"first": ("heat.diffusion:prepare", "heat.diffusion:__dict__")}
    found = find_all(["first", "heat.diffusion", "other"], Settings(steps=steps))
    assert [each.name for each in found.experiment] == ["first", "diff-exp", "other"]
    place = found.places()
    by_step = place("first.size"), place("size"), place("diff-exp.k")
    assert [(p.prefix, p.key) for p in by_step] == [
        ("first.", "size"),
        ("first.", "size"),
        ("diff-exp.", "k"),
    ]
    assert parameters(place, ["size=small"], ["+seed=1"]) == [
        Parameter("small", "first.size", 2, [sys.modules["heat.diffusion"]]),
        Parameter("1", "seed", "1", evaluate=True, track=False),
    ]


def test_one_name_is_the_experiment_itself(heat: ModuleType) -> None:
    found = find_all(["heat.diffusion"], Settings())
    assert isinstance(found.experiment, ModuleType)
    place = found.places()
    assert [place(name).key for name in ("k", "diff-exp.k", "x.k")] == ["k", "k", "x.k"]
