"""Several steps as one experiment: names, arguments, and the cells that they become."""

from __future__ import annotations

import functools
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import tests.unit.run.test_experiment as wave
from mitosis import step
from mitosis._model import Parameter
from mitosis._run.arguments import Arguments, bind
from mitosis._run.chain import Chain
from mitosis._run.experiment import describe
from mitosis.errors import (
    InvalidArgumentsError,
    InvalidExperimentError,
    InvalidParameterError,
)

HERE = Path(__file__).resolve()
UNIT = 100


def prepare(source: str, seed: int, scale: float = 1.0) -> dict[str, Any]:
    """Preparing prepares."""
    return {"data": [source, seed, scale]}


@step
def fit(table: list[Any], alpha: float, scale: float = 1.0, **options: Any) -> dict[str, Any]:
    """Sums grow."""
    return {"main": alpha}


def score(*, alpha: float, group: str) -> dict[str, float]:
    return {"main": alpha}


def given(*names: str) -> list[Parameter]:
    return [Parameter("low", name, 1) for name in names]


def bound(steps: list[Any], *names: str, **more: Any) -> Arguments:
    options: dict[str, Any] = {"untracked": (), "seed": 1, "group": None} | more
    return bind(describe(steps), given(*names), **options)


def misfits(steps: list[Any], *names: str, **more: Any) -> tuple[str, ...]:
    with pytest.raises(InvalidArgumentsError, match="Its steps are ") as caught:
        bound(steps, *names, **more)
    return caught.value.faults


def code(steps: list[Any], *names: str, opening: tuple[str, ...] = ()) -> list[str]:
    """Return the code of the cells that run."""
    parts = {name: f"parameters[{name!r}]" for name in names}
    return [cell.source for cell in describe(steps).cells(opening, parts) if cell.is_code]


def test_a_list_of_functions_is_called_by_all_their_names() -> None:
    described = describe([prepare, fit])
    assert (described.name, described.step_names) == ("prepare_fit", ("prepare", "fit"))
    assert (described.file, described.files) == (HERE, (HERE, HERE))
    assert described.payload["fit"].run is fit


def test_the_last_step_says_what_the_experiment_claims() -> None:
    assert describe([prepare, fit]).hypothesis == "Sums grow."
    assert describe([prepare, fit], " Else. ").hypothesis == "Else."


def test_steps_may_be_modules_and_objects_and_functions() -> None:
    described = describe([SimpleNamespace(name="first", run=prepare), wave, fit])
    assert isinstance(described, Chain)
    assert described.name == "first_this-module_fit"
    assert [each.module for each in described.steps] == [None, wave.__name__, None]
    assert described.payload.keys() == {"first", "fit"}


def test_one_step_is_the_experiment_that_it_is() -> None:
    described = describe([prepare])
    assert (described.name, described.step_names) == ("prepare", ())
    assert described.by_name == {"source", "seed", "scale"}
    assert bound([prepare], "prepare.source", "scale").tracked[1].arg_name == "source"


def test_all_that_are_no_steps_are_said_at_once() -> None:
    wrong = [prepare, 3, lambda: None, functools.partial(prepare), prepare, [fit]]
    with pytest.raises(InvalidExperimentError, match="The list of steps") as caught:
        describe(wrong)
    assert caught.value.faults == (
        "step 2: it has no `name`",
        "step 2: it has no `run`",
        "step 3: it has no `name`",
        "step 4: it has no `name`",
        "step 6: it has no `name`",
        "step 6: it has no `run`",
        "2 of its steps are called 'prepare'",
    )
    with pytest.raises(InvalidExperimentError, match="it has no steps"):
        describe([])


def test_parameters_are_called_by_step_and_argument() -> None:
    arguments = bound([prepare, fit], "prepare.source", "fit.alpha", "fit.scale", "fit.any")
    assert [p.arg_name for p in arguments.tracked] == [
        "fit.alpha",
        "fit.any",
        "fit.scale",
        "prepare.source",
    ]
    assert arguments.passed == {"seed": 1}


def test_an_argument_of_one_step_only_needs_no_step() -> None:
    arguments = bound([prepare, fit], "source", "alpha", untracked=["alpha"])
    assert [(p.arg_name, p.track) for p in arguments.parameters] == [
        ("fit.alpha", False),
        ("prepare.source", True),
    ]


def test_an_argument_of_several_steps_needs_the_step() -> None:
    with pytest.raises(InvalidParameterError, match=r"'fit\.scale' or 'prepare\.scale'"):
        bound([prepare, fit], "source", "alpha", "scale")


def test_misfits_of_all_steps_are_said_at_once() -> None:
    assert misfits([prepare, score], "prepare.sauce", "alpha", "alpha", "nothing") == (
        "'score.alpha' is given 2 times",
        "the experiment takes no argument 'prepare.sauce'; did you mean 'prepare.source' or "
        "'prepare.scale'?",
        "the experiment takes no argument 'nothing'",
        "argument 'prepare.source' of the experiment is missing",
        "argument 'group' of the experiment is missing",
    )


def test_what_is_handed_on_cannot_be_given() -> None:
    (fault,) = misfits([prepare, fit], "source", "alpha", "fit.table")
    assert fault == (
        "argument 'fit.table' is filled with what step 'prepare' hands on as \"data\""
    )


def test_seed_and_group_go_to_the_steps_that_take_them() -> None:
    arguments = bound([prepare, score], "source", "alpha", group="night")
    assert arguments.passed == {"seed": 1, "group": "night"}
    first, second = code([prepare, score], *arguments.names)
    assert "seed=parameters['seed']" in first
    assert "group=parameters['group']" in second
    assert "seed" not in second


def test_each_step_is_a_cell_that_gets_what_the_last_handed_on() -> None:
    names = ("seed", "prepare.source", "fit.alpha", "fit.a b", "fit.class")
    first, second = code([prepare, fit], *names, opening=("check_locked(parameters)",))
    assert first == (
        "step = the_experiment()['prepare']\n\n"
        "check_locked(parameters)\n"
        "results = step.run(\n"
        "    seed=parameters['seed'],\n"
        "    source=parameters['prepare.source'],\n"
        ")\n"
        "hand_on('prepare', results)"
    )
    assert second == (
        "step = the_experiment()['fit']\n\n"
        "results = step.run(\n"
        "    *handed_on(),\n"
        "    alpha=parameters['fit.alpha'],\n"
        "    **{'a b': parameters['fit.a b'], 'class': parameters['fit.class']},\n"
        ")"
    )


def test_a_module_is_imported_and_its_source_shown() -> None:
    cells = list(describe([prepare, wave]).cells((), {}))
    assert [cell.tags for cell in cells] == [
        ("source",),
        ("run", "prepare"),
        ("source",),
        ("run", "this-module"),
    ]
    assert cells[3].source.startswith(
        "from tests.unit.run import test_experiment as step\n\nresults = step.run(*handed_on())"
    )


def test_a_step_whose_arguments_have_to_be_named_gets_no_data() -> None:
    assert "handed_on" not in code([prepare, score])[1]
    assert "score.alpha" in describe([prepare, score]).by_name


def test_a_name_with_a_dot_belongs_to_the_longest_step() -> None:
    inner = SimpleNamespace(name="a.b", run=lambda *, c=1: {"main": c})
    outer = SimpleNamespace(name="a", run=lambda **any_name: {"data": 1})
    first, second = code([outer, inner], "a.b.c", "a.d")
    assert "d=parameters['a.d']" in first
    assert "c=parameters['a.b.c']" in second
    assert "a.b.c" not in first


def test_an_expression_sees_the_module_of_its_step_though_that_is_decorated() -> None:
    expression = Parameter("x", "fit.alpha", "UNIT + 1", evaluate=True)
    arguments = bind(describe([prepare, fit]), [*given("source"), expression], (), 1, None)
    assert arguments.parameters[0].vals == 101
