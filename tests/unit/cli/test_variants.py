"""From `argument=variant` to a `Parameter`, with near names for slips."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from mitosis._cli.variants import parameters, variants_by_parameter
from mitosis._model import Parameter
from mitosis._run.variants import Place
from mitosis.errors import InvalidParameterError, UnknownVariantError

INNER, OUTER = ModuleType("pkg.mod"), ModuleType("pkg")
LOCAL = Parameter("own-name", "amplitude", 7, [OUTER])
INNER.__dict__.update(
    amplitude={
        "low": 1,
        "own": LOCAL,
        "untracked": Parameter("u", "amplitude", 8, track=False),
    },
    phase={},
)
OUTER.__dict__.update(
    amplitude={"low": 2, "high": 3}, frequency={1: "one", None: "none", "a=b": 4, "": 5},
    unit="V", _private={"a": 1},
)  # fmt: skip
SPACES = ((vars(INNER), INNER), (vars(OUTER), OUTER))


def named(*texts: str, evaluated: tuple[str, ...] = ()) -> Any:
    return parameters(lambda argument: Place(argument, SPACES), texts, evaluated)


def unknown(*texts: str) -> tuple[str, ...]:
    with pytest.raises(UnknownVariantError, match="because of unknown names") as caught:
        named(*texts)
    return caught.value.faults


def test_the_first_place_that_has_the_variant_counts() -> None:
    assert named("amplitude=low") == [Parameter("low", "amplitude", 1, [INNER])]
    assert named("amplitude=high") == [Parameter("high", "amplitude", 3, [OUTER])]


def test_a_variant_that_is_a_parameter_is_taken_as_it_is() -> None:
    assert named("amplitude=own") == [LOCAL]


def test_a_plus_leaves_the_parameter_untracked() -> None:
    tracked = [p.track for p in named("+amplitude=low", "+amplitude=own", "amplitude=high")]
    assert tracked == [False, False, True]


def test_a_parameter_that_is_untracked_itself_stays_so() -> None:
    assert [p.track for p in named("amplitude=untracked")] == [False]


def test_keys_that_are_no_texts_are_named_by_their_text() -> None:
    found = named("frequency=1", "frequency=None")
    assert [(p.var_name, p.vals) for p in found] == [("1", "one"), ("None", "none")]


def test_only_the_first_equals_sign_divides() -> None:
    assert named("frequency=a=b")[0].vals == 4


def test_space_around_names_does_not_matter() -> None:
    assert named(" amplitude = low ") == named("amplitude=low")


def test_an_expression_is_its_own_name() -> None:
    (found,) = named(evaluated=("amplitude=[1, 2] == 3",))
    assert found == Parameter("[1, 2] == 3", "amplitude", "[1, 2] == 3", evaluate=True)


def test_an_expression_may_be_untracked_and_of_an_unknown_argument() -> None:
    (found,) = named(evaluated=("+anything=1",))
    assert (found.arg_name, found.track) == ("anything", False)


def test_named_parameters_come_before_expressions() -> None:
    found = named("amplitude=low", evaluated=("b=1",))
    assert [p.arg_name for p in found] == ["amplitude", "b"]


def test_parameters_of_a_step_are_called_by_it() -> None:
    def place(argument: str) -> Place:
        return Place(argument.removeprefix("fit."), SPACES, "fit.")

    found = parameters(place, ["fit.amplitude=low", "fit.amplitude=own"], ["+fit.b=1"])
    names = [(p.var_name, p.arg_name, p.track) for p in found]
    assert names == [
        ("low", "fit.amplitude", True),
        ("own-name", "fit.amplitude", True),
        ("1", "fit.b", False),
    ]
    with pytest.raises(UnknownVariantError, match=r"-e fit\.amplitude=x") as caught:
        parameters(place, ["fit.amplitude=x"], [])
    assert caught.value.faults[0].startswith("parameter 'fit.amplitude' has no variant 'x'")


def test_a_near_variant_is_suggested() -> None:
    (fault,) = unknown("amplitude=hihg")
    assert fault.startswith("parameter 'amplitude' has no variant 'hihg'")
    assert "'high'" in fault


def test_without_a_near_variant_all_are_listed() -> None:
    (fault,) = unknown("amplitude=xyz")
    assert "high, low, own, untracked" in fault


def test_a_near_parameter_is_suggested_with_the_way_to_do_without() -> None:
    (fault,) = unknown("amplitudes=low")
    assert fault.startswith("no dict of variants is named 'amplitudes'")
    assert "'amplitude'" in fault
    assert "-e amplitudes=VALUE" in fault


@pytest.mark.parametrize("name", ["unit", "__name__"])
def test_what_is_no_dict_is_no_parameter(name: str) -> None:
    (fault,) = unknown(f"{name}=V")
    assert fault.startswith(f"no dict of variants is named '{name}'")


def test_all_unknown_names_are_said_at_once() -> None:
    faults = unknown("amplitude=x", "frequency=1", "nothing=1", "frequency=y")
    assert [fault.split("'")[1] for fault in faults] == ["amplitude", "nothing", "frequency"]


@pytest.mark.parametrize("text", ["amplitude", "=low", "amplitude=", "+=low", "", "=", " = "])
def test_a_text_without_a_name_on_each_side_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameterError, match="unusable") as caught:
        named(text)
    assert caught.value.faults == (f"{text!r} has to read ARGUMENT=VARIANT",)


def test_all_texts_that_cannot_be_read_are_said_at_once() -> None:
    with pytest.raises(InvalidParameterError, match="EXPRESSION") as caught:
        named(evaluated=("a", "b=1", "c="))
    assert len(caught.value.faults) == 2


def test_variants_are_listed_by_parameter() -> None:
    listed = variants_by_parameter(vars(OUTER))
    assert listed == {"amplitude": ["low", "high"], "frequency": ["1", "None", "a=b", ""]}
    assert variants_by_parameter(vars(SimpleNamespace(phase={}))) == {}
