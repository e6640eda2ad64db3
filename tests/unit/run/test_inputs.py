"""The arguments as text to lock, and as code and pickles to run."""

from __future__ import annotations

import ast
import enum
import functools
import json
import math
import sys
import tokenize
from io import StringIO
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn

import dill
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mitosis
from mitosis import _layout
from mitosis._model import Parameter, Variant
from mitosis._recording import ParameterTask, read_pickle
from mitosis._run.arguments import Arguments, bind
from mitosis._run.experiment import describe
from mitosis._run.inputs import Inputs, prepare
from mitosis._run.locking import lockable
from mitosis.errors import NotCanonicalError, NotPicklableError

name = "this-module"
LARGE = np.arange(200_000.0)


def run(**parameters: Any) -> dict[str, Any]:
    return {"main": parameters}


THIS_MODULE = sys.modules[__name__]


class Stubborn:
    def __reduce__(self) -> NoReturn:
        raise ValueError("I stay here")


class Named:
    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


class Size(enum.StrEnum):
    BIG = "big"


def prepared(*params: Parameter, experiment: Any = None, **fields: Any) -> Inputs:
    described = describe(experiment or THIS_MODULE)
    given = {"seed": None, "seed_is_generated": False, "passed": {}} | fields
    return prepare(described, Arguments(parameters=params, **given))


def evaluated(inputs: Inputs) -> dict[str, Any]:
    """Run the parameters cell as a kernel would."""
    namespace: dict[str, Any] = {
        "unpickled": lambda arg: dill.loads({**inputs.pickles, **inputs.secrets}[arg])
    }
    exec(inputs.code, namespace)
    parameters = namespace["parameters"]
    assert isinstance(parameters, dict)
    return parameters


LITERALS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text(max_size=120)
    | st.binary(max_size=120),
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=20) | st.integers(), inner, max_size=6)
        | st.sets(st.integers() | st.text(max_size=5), max_size=6)
    ),
    max_leaves=25,
)


@given(LITERALS)
def test_the_cell_recreates_every_value_exactly(value: Any) -> None:
    inputs = prepared(Parameter("low", "value", value), Parameter("low", "z", 1))
    again = evaluated(inputs)
    assert list(again) == ["value", "z"]
    assert mitosis.canonical(again["value"]) == mitosis.canonical(value)


@given(st.text(), st.text(min_size=1), st.text())
def test_no_name_and_no_text_can_break_the_cell(variant: str, argument: str, text: str) -> None:
    parameters = (Parameter(variant, argument, text), Parameter(variant, "other", Named("x")))
    again = evaluated(prepared(*parameters, passed={"group": text or "g"}))
    assert again[argument] == text or argument == "other"


def test_a_literal_is_written_as_it_reads() -> None:
    inputs = prepared(
        Parameter("low", "amplitude", 4),
        Parameter("a\nb", "noise", 0.1, track=False),
        passed={"seed": 7, "group": "a"},
        seed_is_generated=True,
    )
    assert inputs.code.splitlines() == [
        "parameters = {",
        "    'seed': 7,  # generated",
        "    'group': 'a',  # given",
        "    'amplitude': 4,  # variant low",
        "    'noise': 0.1,  # untracked a\\nb",
        "}",
    ]
    assert (inputs.pickles, inputs.shared, inputs.experiment) == ({}, {}, None)


def test_a_long_literal_is_wrapped_with_its_note_above() -> None:
    value = {f"key {n}": list(range(n)) for n in range(15)}
    inputs = prepared(Parameter("long", "value", value))
    lines = inputs.code.splitlines()
    assert lines[1] == "    # variant long"
    assert len(lines) > 15
    assert max(map(len, lines)) < 110
    assert list(evaluated(inputs)["value"]) == list(value)


def test_the_order_of_a_dict_is_kept() -> None:
    value = {"b": 1, "a": 2}
    assert list(evaluated(prepared(Parameter("x", "value", value)))["value"]) == ["b", "a"]


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        [1, math.inf],
        np.float64(1.5),
        np.arange(3),
        Path("/a"),
        Size.BIG,
        frozenset([1]),
        range(3),
        10**5000,
        "x" * 30_000,
        list(range(20_000)),
        lambda: 3,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_no_short_literal_recreates_travels_as_a_pickle(value: Any) -> None:
    inputs = prepared(Parameter("v", "value", value))
    assert list(inputs.pickles) == ["value"]
    assert "unpickled('value')" in inputs.code
    assert type(evaluated(inputs)["value"]) is type(value)


def test_the_note_shows_the_value_of_a_pickle() -> None:
    code = prepared(Parameter("v", "value", Path("/a"))).code
    assert "unpickled('value'),  # variant v: PosixPath('/a')" in code


@pytest.mark.parametrize(
    "text", ["a\nb", "a\rb", "# \u2028 x", "'''", "x" * 1000, "}\nimport os"]
)
def test_the_text_of_an_object_cannot_break_the_cell(text: str) -> None:
    inputs = prepared(Parameter("v", "value", Named(text)))
    assert evaluated(inputs)["value"].text == text
    comments = [
        token for token in tokenize.generate_tokens(StringIO(inputs.code).readline)
        if token.type == tokenize.COMMENT
    ]  # fmt: skip
    assert len(comments) == 1
    assert len(inputs.code.splitlines()) <= 4


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"], ids=ascii)
def test_no_text_of_an_object_makes_code_that_is_no_text(text: str) -> None:
    is_in_the_code = text in prepared(Parameter("v", "value", Named(text))).code
    assert not is_in_the_code  # said so, as a failure could not be shown with the text in it


def test_a_seed_of_numpy_is_written_as_the_number_it_is() -> None:
    def seeded(seed: int) -> Any: ...

    experiment = describe(SimpleNamespace(name="s", run=seeded))
    seed: Any = np.int64(7)
    inputs = prepare(experiment, bind(experiment, (), (), seed, None))
    assert evaluated(inputs) == {"seed": 7}


def test_a_group_that_is_an_enum_is_written_as_the_text_it_is() -> None:
    def grouped(group: str) -> Any: ...

    experiment = describe(SimpleNamespace(name="s", run=grouped))
    inputs = prepare(experiment, bind(experiment, (), (), None, Size.BIG))
    assert evaluated(inputs) == {"group": "big"}


def test_values_are_what_json_can_hold_of_them() -> None:
    inputs = prepared(
        Parameter("a", "number", np.float64(2.5)),
        Parameter("b", "text", "größe"),
        Parameter("c", "many", [1, 2]),
    )
    assert inputs.values == {"number": 2.5, "text": "größe", "many": "[1, 2]"}


def test_an_int_of_five_thousand_digits_has_a_value_that_json_can_hold() -> None:
    json.dumps(prepared(Parameter("a", "number", 10**5000)).values)


def test_modules_are_named_but_not_the_running_script(monkeypatch: pytest.MonkeyPatch) -> None:
    modules = [json, ModuleType("__main__"), THIS_MODULE]
    inputs = prepared(Parameter("a", "number", 1, modules))
    assert inputs.modules == {"number": ("json", __name__)}


def test_an_experiment_that_is_a_module_is_not_pickled() -> None:
    assert prepared().experiment is None


@pytest.mark.parametrize("run", [run, lambda x: x, functools.partial(run, a=1)])
def test_an_experiment_that_is_an_object_is_pickled_whole(run: Any) -> None:
    inputs = prepared(experiment=SimpleNamespace(name="sine", run=run))
    assert inputs.experiment is not None
    back = dill.loads(inputs.experiment)
    assert back.name == "sine"
    assert callable(back.run)


def test_all_that_cannot_be_pickled_is_said_at_once() -> None:
    experiment = SimpleNamespace(name="sine", run=run, more=Stubborn())
    params = [Parameter("a", name, Stubborn()) for name in ("x", "y")]
    with pytest.raises(NotPicklableError, match="dill cannot pickle") as caught:
        prepared(*params, Parameter("b", "fine", 1), experiment=experiment)
    assert caught.value.faults == (
        "parameter 'x', a Stubborn: ValueError: I stay here",
        "parameter 'y', a Stubborn: ValueError: I stay here",
        "experiment 'sine': ValueError: I stay here",
    )


def test_variants_are_locked_by_their_canonical_text() -> None:
    (variant,) = lockable((Parameter("low", "noise", [1, 2.5]),)).variants
    text = mitosis.canonical([1, 2.5])
    assert variant == Variant("noise", "low", text, mitosis.digest([1, 2.5]), variant.version)
    assert ast.literal_eval(variant.text) == [1, 2.5]


def test_one_value_that_cannot_be_locked_is_named_with_the_path_in_it() -> None:
    with pytest.raises(NotCanonicalError, match="cannot be locked") as caught:
        lockable((Parameter("low", "solver", {"callback": lambda: 1}),))
    ((path, _),) = caught.value.faults
    assert path == "$['callback']"
    assert "'solver'" in caught.value.subject
    assert "'low'" in caught.value.subject


def test_all_values_that_cannot_be_locked_are_said_at_once() -> None:
    params = [Parameter("low", argument, [lambda: 1]) for argument in ("a", "b")]
    with pytest.raises(NotCanonicalError, match="2 parameters cannot be locked") as caught:
        lockable((*params, Parameter("fine", "c", 1)))
    (first, _), (second, _) = caught.value.faults
    for path, argument in ((first, "'a'"), (second, "'b'")):
        assert argument in path
        assert "'low'" in path
        assert path.endswith("$[0]")


def test_small_pickles_stand_in_the_folder_of_the_trial(tmp_path: Path) -> None:
    folder = _layout.make_trial_folder(tmp_path, "sine-1", "3f9a2c11")
    inputs = prepared(Parameter("v", "value", Path("/a"), [json]), Parameter("w", "plain", 1))
    assert inputs.write(folder, tmp_path) == {
        "value": ParameterTask("parameters/value.dill", ("json",))
    }
    assert read_pickle(folder.root / "parameters" / "value.dill") == Path("/a")
    assert not folder.experiment.exists()


def test_large_pickles_stand_once_beside_the_trials(tmp_path: Path) -> None:
    parameters = (Parameter("v", "value", LARGE), Parameter("w", "same", LARGE, track=False))
    for key in ("00000001", "00000002"):
        folder = _layout.make_trial_folder(tmp_path, "sine-1", key)
        tasks = prepared(*parameters).write(folder, tmp_path)
        assert tasks["value"] == tasks["same"]
        assert tasks["value"].file.startswith("../.values/")
        assert np.array_equal(read_pickle(folder.root / tasks["value"].file), LARGE)
    assert len(list((tmp_path / ".values").iterdir())) == 1


def test_an_experiment_that_is_an_object_stands_in_the_folder(tmp_path: Path) -> None:
    folder = _layout.make_trial_folder(tmp_path, "sine-1", "3f9a2c11")
    prepared(experiment=SimpleNamespace(name="sine", run=run)).write(folder, tmp_path)
    assert read_pickle(folder.experiment).name == "sine"
