"""What was passed, fitted to the signature of the experiment's `run`."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mitosis._model import Parameter
from mitosis._run.arguments import Arguments, bind
from mitosis._run.experiment import describe
from mitosis.errors import InvalidArgumentsError, InvalidParameterError

OFFSET = 10


def two(amplitude: float, frequency: float = 1.0) -> Any: ...


def seeded(seed: int, amplitude: float = 1.0) -> Any: ...


def grouped(group: str | None = None) -> Any: ...


def anything(amplitude: float, **others: Any) -> Any: ...


def positional(amplitude: float, /, frequency: float) -> Any: ...


def by_keyword(*, amplitude: float) -> Any: ...


def variadic(amplitude: float, *rest: float) -> Any: ...


def empty() -> Any: ...


def fit(run: Any, *params: Any, **options: Any) -> Arguments:
    given = {"untracked": (), "seed": None, "group": None} | options
    return bind(describe(SimpleNamespace(name="sine", run=run)), params, **given)


def parameter(argument: str, value: Any = 1, **options: Any) -> Parameter:
    return Parameter("low", argument, value, **options)


def misfits(run: Any, *params: Parameter, **options: Any) -> tuple[str, ...]:
    with pytest.raises(InvalidArgumentsError, match="do not fit experiment 'sine'") as caught:
        fit(run, *params, **options)
    assert f"Its signature is run{caught.value.signature}." in caught.value.message
    return caught.value.faults


def unusable(run: Any, *params: Any, **options: Any) -> tuple[str, ...]:
    with pytest.raises(InvalidParameterError, match="Nothing was run") as caught:
        fit(run, *params, **options)
    return caught.value.faults


def test_parameters_stand_in_the_order_of_their_arguments_names() -> None:
    fitted = fit(two, parameter("frequency"), parameter("amplitude"))
    assert [p.arg_name for p in fitted.parameters] == ["amplitude", "frequency"]
    assert fitted.tracked == fitted.parameters


def test_parameters_may_come_from_a_generator() -> None:
    experiment = describe(SimpleNamespace(name="sine", run=two))
    fitted = bind(experiment, (parameter(a) for a in ["amplitude"]), iter(()), None, None)
    assert len(fitted.parameters) == 1


def test_a_default_need_not_be_given() -> None:
    assert fit(two, parameter("amplitude")).passed == {}


def test_a_run_that_takes_no_seed_gets_none_but_its_trial_has_one() -> None:
    fitted = fit(two, parameter("amplitude"))
    assert fitted.passed == {}
    assert fitted.seed_is_generated
    assert fitted.seed in range(2**32)


@pytest.mark.parametrize("run", [by_keyword, anything, variadic])
def test_an_argument_is_given_by_name(run: Any) -> None:
    assert fit(run, parameter("amplitude")).parameters == (parameter("amplitude"),)


def test_keywords_take_arguments_of_any_name() -> None:
    fitted = fit(anything, parameter("amplitude"), parameter("phase"), group="a")
    assert [p.arg_name for p in fitted.parameters] == ["amplitude", "phase"]
    assert fitted.passed == {"group": "a"}


def test_all_misfits_are_said_at_once() -> None:
    given = [parameter("phase"), parameter("frequency"), parameter("frequency")]
    assert misfits(two, *given, group="a") == (
        "'frequency' is given 2 times",
        "run() takes no argument 'phase'",
        "run() takes no argument 'group'",
        "argument 'amplitude' of run() is missing",
    )


def test_an_unknown_argument_is_named_once() -> None:
    assert misfits(empty, parameter("phase"), parameter("phase")) == (
        "'phase' is given 2 times",
        "run() takes no argument 'phase'",
    )


def test_positional_only_arguments_cannot_be_given() -> None:
    faults = misfits(positional, parameter("amplitude"), parameter("frequency"))
    assert faults == (
        "run() takes no argument 'amplitude'",
        "argument 'amplitude' of run() is positional-only; parameters are passed by name",
    )


def test_star_arguments_cannot_be_given() -> None:
    faults = misfits(variadic, parameter("amplitude"), parameter("rest"))
    assert faults == ("run() takes no argument 'rest'",)


def test_self_is_no_argument_of_a_bound_method() -> None:
    class Solver:
        name = "sine"

        def run(self, amplitude: float) -> Any: ...

    experiment = describe(Solver())
    assert bind(experiment, [parameter("amplitude")], (), None, None).passed == {}
    with pytest.raises(InvalidArgumentsError, match="takes no argument 'self'"):
        bind(experiment, [parameter("self"), parameter("amplitude")], (), None, None)


def test_a_seed_is_generated_where_run_takes_one() -> None:
    seeds = {fit(seeded).seed for _ in range(20)}
    assert len(seeds) == 20
    assert all(isinstance(seed, int) and 0 <= seed < 2**32 for seed in seeds)
    fitted = fit(seeded)
    assert fitted.seed_is_generated
    assert fitted.passed == {"seed": fitted.seed}


def test_a_seed_that_run_takes_by_default_is_generated_too() -> None:
    def run(seed: int = 3) -> Any: ...

    assert fit(run).seed_is_generated


def test_a_seed_that_was_given_is_passed_and_recorded() -> None:
    fitted = fit(seeded, seed=0)
    assert (fitted.seed, fitted.passed, fitted.seed_is_generated) == (0, {"seed": 0}, False)


def test_a_seed_for_the_global_generators_is_recorded_and_not_passed() -> None:
    fitted = fit(empty, seed=3)
    assert (fitted.seed, fitted.passed) == (3, {})


def test_a_parameter_may_be_the_seed() -> None:
    fitted = fit(seeded, parameter("seed", 5))
    assert (fitted.seed, fitted.passed, fitted.seed_is_generated) == (5, {}, False)


def test_a_seed_given_twice_is_refused() -> None:
    assert misfits(seeded, parameter("seed", 5), seed=5) == ("'seed' is given 2 times",)


def test_a_seed_given_twice_to_keywords_is_refused() -> None:
    assert misfits(anything, parameter("amplitude"), parameter("seed", 3), seed=5)


def test_a_group_given_twice_is_refused() -> None:
    assert misfits(grouped, parameter("group"), group="a") == ("'group' is given 2 times",)


@pytest.mark.parametrize("seed", [np.int64(7), np.uint8(7), 7])
def test_a_seed_may_be_any_whole_number(seed: Any) -> None:
    assert type(fit(seeded, seed=seed).seed) is int
    assert fit(seeded, seed=seed).seed == 7


@pytest.mark.parametrize("seed", [-1, True, False, 3.0, "3", math.nan, np.float64(3), [3]])
def test_any_other_seed_is_refused(seed: Any) -> None:
    (fault,) = unusable(seeded, seed=seed)
    assert fault == f"the seed is {seed!r}; it has to be a whole number from 0"


@pytest.mark.parametrize("group", ["", 3, b"a", ["a"]])
def test_a_group_has_to_be_a_text(group: Any) -> None:
    (fault,) = unusable(grouped, group=group)
    assert fault == f"the group is {group!r}; it has to be a text that is not empty"


def test_all_unusable_names_are_said_at_once() -> None:
    given = [Parameter("", "amplitude", 1), Parameter(3, "", 1)]  # type: ignore[arg-type]  # wrong
    faults = unusable(two, *given, seed=-1, group="")
    assert len(faults) == 5
    assert faults[0].startswith("Parameter('', 'amplitude', ...): the variant's name is ''")
    assert faults[1].startswith("Parameter(3, '', ...): the variant's name is 3")
    assert faults[2].startswith("Parameter(3, '', ...): the argument's name is ''")


def test_what_is_no_parameter_is_refused_by_its_text() -> None:
    faults = unusable(two, {"amplitude": 1}, parameter("frequency"), ("a", "b", 1))
    assert faults == (
        "{'amplitude': 1} is no mitosis.Parameter(variant, argument, value)",
        "('a', 'b', 1) is no mitosis.Parameter(variant, argument, value)",
    )


def test_untracked_parameters_are_passed_on_but_not_tracked() -> None:
    fitted = fit(two, parameter("amplitude"), untracked=[parameter("frequency")])
    assert [p.arg_name for p in fitted.parameters] == ["amplitude", "frequency"]
    assert [p.arg_name for p in fitted.tracked] == ["amplitude"]


def test_a_parameter_can_be_left_untracked_by_the_name_of_its_argument() -> None:
    given = [parameter("amplitude"), parameter("frequency")]
    fitted = fit(two, *given, untracked=["frequency"])
    assert [p.arg_name for p in fitted.tracked] == ["amplitude"]


def test_a_parameter_may_say_itself_that_it_is_untracked() -> None:
    assert fit(two, parameter("amplitude", track=False)).tracked == ()


def test_untracked_names_without_a_parameter_are_refused_together() -> None:
    faults = unusable(two, parameter("amplitude"), untracked=["phase", "frequency"])
    assert faults == (
        "untracked_params names 'frequency', no parameter",
        "untracked_params names 'phase', no parameter",
    )


def test_an_expression_sees_builtins_the_experiment_and_the_modules_named() -> None:
    given = parameter("amplitude", " max(OFFSET, 2) + math.pi * 0 ", modules=[math])
    fitted = fit(two, Parameter("x", "amplitude", given.vals, [math], evaluate=True))
    assert fitted.parameters[0].vals == 10
    assert fitted.parameters[0].var_name == "x"
    assert not fitted.parameters[0].evaluate


def test_a_text_that_is_not_to_be_evaluated_stays_a_text() -> None:
    assert fit(two, parameter("amplitude", "1 + 1")).parameters[0].vals == "1 + 1"


def test_an_expression_leaves_the_experiments_module_as_it_was() -> None:
    fit(two, parameter("amplitude", "(OFFSET := 3)", evaluate=True))
    assert OFFSET == 10
    assert "__builtins__" in globals()


def test_expressions_that_fail_are_all_said() -> None:
    wrong = [parameter("amplitude", "1 +", evaluate=True)]
    wrong.append(parameter("frequency", "unknown", evaluate=True))
    faults = unusable(two, *wrong)
    assert faults[0].startswith("the expression '1 +' for 'amplitude' raised SyntaxError")
    assert faults[1].startswith("the expression 'unknown' for 'frequency' raised NameError")


def test_an_expression_has_to_be_a_text() -> None:
    (fault,) = unusable(two, parameter("amplitude", 3, evaluate=True))
    assert "the value has to be the text of an expression" in fault


def test_a_parameter_outside_a_list_is_refused() -> None:
    single: Any = parameter("amplitude")
    with pytest.raises(InvalidParameterError, match="are lists") as caught:
        bind(describe(SimpleNamespace(name="two", run=two)), single, (), None, None)
    assert len(caught.value.faults) == 1
