"""Which variants the code defines for an experiment."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from mitosis._canonical import canonical
from mitosis._cli.definitions import Definitions, define
from mitosis._cli.experiments import find
from mitosis._run.experiment import describe
from mitosis._settings import Settings

HEAD = "from mitosis import Parameter\nunit = 3\n"


@pytest.fixture
def defined(project: Any) -> Any:
    """Define an experiment `p.exp` in a package, and return what is found of it."""

    def of(module: str, package: str = "", signature: str = "x, y=0", locked: Any = ()) -> Any:
        experiment = f'{HEAD}name = "exp"\ndef run({signature}): ...\n{module}\n'
        project({"p/__init__.py": f"{HEAD}{package}\n", "p/exp.py": experiment})
        found = find("p.exp", Settings())
        return define(found, describe(found.experiment), locked)

    return of


def values(defined: Definitions) -> dict[str, str]:
    return {f"{d.variant.parameter}={d.variant.name}": d.variant.text for d in defined.sound}


def test_dicts_named_like_an_argument_are_found_in_the_module_and_around_it(
    defined: Any,
) -> None:
    found = defined("x = {'one': 1}", "y = {'two': 2}\nz = {'three': 3}")
    assert values(found) == {"x=one": "1", "y=two": "2"}
    assert found.faults == ()


def test_the_place_that_is_looked_at_first_wins(defined: Any) -> None:
    found = defined("x = {'one': 1}", "x = {'one': 2, 'two': 2}")
    assert values(found) == {"x=one": "1", "x=two": "2"}
    assert found.faults == ()


def test_keys_that_are_no_texts_are_named_as_a_command_line_names_them(defined: Any) -> None:
    assert values(defined("x = {1: 'a', None: 'b'}")) == {"x=1": "'a'", "x=None": "'b'"}


def test_a_parameter_has_its_own_names(defined: Any) -> None:
    found = defined(
        "first = {'key': Parameter('own', 'x', 5)}\nz = {'k': Parameter('o', 'q', 1)}"
    )
    assert values(found) == {"x=own": "5"}


def test_a_parameter_for_what_can_be_no_argument_is_no_variant(defined: Any) -> None:
    assert values(defined("x = {'k': Parameter('own', ['x'], 5), 'l': 6}")) == {"x=l": "6"}


def test_a_name_that_no_trial_takes_is_told(defined: Any) -> None:
    found = defined(r"x = {'half': Parameter('\ud800', 'x', 5)}")
    assert found.sound == ()
    assert "half of a surrogate pair" in found.faults[0]


def test_an_expression_is_evaluated_as_a_trial_evaluates_it(defined: Any) -> None:
    found = defined("x = {'two units': Parameter('two units', 'x', '2 * unit', evaluate=True)}")
    assert values(found) == {"x=two units": "6"}


def test_an_untracked_variant_is_left_out(defined: Any) -> None:
    assert values(defined("x = {'a': Parameter('a', 'x', lambda: 0, track=False)}")) == {}


def test_objects_are_locked_by_their_text(defined: Any) -> None:
    found = defined("class Foo:\n    pass\nx = {'foo': Foo(), 'set': {1, 2}}")
    assert values(found)["x=set"] == canonical({1, 2})
    assert values(found)["x=foo"].startswith("p.exp.Foo(")


def test_all_that_cannot_be_locked_is_told_with_its_place(defined: Any) -> None:
    found = defined(
        "x = {'bad': {'deep': [lambda: 0]}, 'good': 1, 'expr': "
        "Parameter('expr', 'x', '1 / 0', evaluate=True), 'none': Parameter('', 'x', 1)}"
    )
    assert values(found) == {"x=good": "1"}
    bad, expression, unnamed = found.faults
    assert bad.startswith("variant 'bad' of parameter 'x', $['deep'][0]: a lambda")
    assert "ZeroDivisionError" in expression
    assert "the variant's name is ''" in unnamed


@pytest.mark.parametrize(("value", "faults"), [(1, 0), (2, 1)])
def test_one_name_with_two_values_is_told(defined: Any, value: int, faults: int) -> None:
    found = defined(
        f"a = {{'k': Parameter('n', 'x', 1)}}\nb = {{'k': Parameter('n', 'x', {value})}}"
    )
    told = "variant 'n' of parameter 'x': it is defined twice, with different values"
    assert found.faults == (told,) * faults


def test_what_no_argument_takes_is_no_variant(defined: Any) -> None:
    assert values(defined("x = {}\ny = [1]\nz = {'a': 1}", signature="x, y, /")) == {}


def test_a_run_that_takes_any_argument_has_the_variants_that_are_locked(defined: Any) -> None:
    module = "x = {'one': 1}\nz = {'two': 2}\nq = {'three': 3}"
    found = defined(module, signature="x, **others", locked={"z"})
    assert values(found) == {"x=one": "1", "z=two": "2"}


def test_a_step_s_dict_holds_nothing_but_variants(waves: ModuleType) -> None:
    waves.__dict__["table"] = {"anything": {"a": 1}, "amplitude": {"b": 2}}
    waves.__dict__["run"] = lambda **arguments: None
    settings = Settings(steps={"fit": ("waves:run", "waves:table")})
    found = find("fit", settings)
    assert set(values(define(found, describe(found.experiment), ()))) == {
        "anything=a",
        "amplitude=b",
    }
