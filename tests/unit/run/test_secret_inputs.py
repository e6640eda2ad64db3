"""Parameters that hold secrets: what is shown of them, and how they travel."""

from __future__ import annotations

import dataclasses
import pickle
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mitosis import Secret
from mitosis._layout import TrialFolder
from mitosis._model import Parameter
from mitosis._recording.pickles import loads
from mitosis._recording.secrecy import EXPERIMENT
from mitosis._run.arguments import Arguments, bind, without_secret_names
from mitosis._run.experiment import describe
from mitosis._run.inputs import Inputs, prepare
from mitosis._run.locking import lockable
from mitosis._run.secret_values import secret_texts
from mitosis.errors import InvalidParameterError
from tests.unit.planted import CONNECTION, TOKENS

name = "this-module"
TOKEN = TOKENS["GitHub"]
PASSWORD = "hunter22"
KEY = b"k" * 32


def run(**parameters: Any) -> dict[str, Any]:
    return {"main": parameters}


@dataclasses.dataclass
class Access:
    password: str
    host: str = "localhost"


class Slotted:
    __slots__ = ("api_key",)

    def __init__(self, api_key: str) -> None:
        self.api_key = api_key


def arguments(*params: Parameter) -> Arguments:
    return bind(describe(sys.modules[__name__]), params, (), 1, None)


def prepared(*params: Parameter, experiment: Any = None) -> Inputs:
    given = arguments(*params)
    described = describe(experiment or sys.modules[__name__])
    return prepare(described, given, lockable(given.tracked, KEY))


def written(inputs: Inputs, folder: Path) -> bytes:
    """Return all that is written of inputs."""
    (folder / "trial").mkdir(parents=True)
    inputs.write(TrialFolder(folder / "trial"), folder)
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return b"".join([*files, inputs.code.encode(), repr(inputs.values).encode()])


HOLDERS: list[tuple[str, Any, str]] = [
    ("api_key", PASSWORD, PASSWORD),
    ("x", TOKEN, TOKEN),
    ("x", TOKEN.encode(), TOKEN),
    ("x", Secret(PASSWORD), PASSWORD),
    ("x", [1, {"a": Secret(PASSWORD)}], PASSWORD),
    ("x", CONNECTION, "s3cr3tpass"),
    ("x", {"password": PASSWORD}, PASSWORD),
    ("x", Access(PASSWORD), PASSWORD),
    ("x", Slotted(PASSWORD), PASSWORD),
    ("x", SimpleNamespace(inner=[Access(PASSWORD)]), PASSWORD),
    ("x", np.array([TOKEN, "b"]), TOKEN),
    ("passwords", (PASSWORD, "second-one"), PASSWORD),
    ("headers", {"Authorization": "Basic " + PASSWORD}, PASSWORD),
    ("argv", ["--password", PASSWORD, "--n", "3"], PASSWORD),
    ("x", f"token={PASSWORD}&y=1", PASSWORD),
    ("x", '{"password": "' + PASSWORD + '"}', PASSWORD),
    ("x", [f"Server=db;Pwd={PASSWORD};"], PASSWORD),
    ("x", {"password": 982374}, "982374"),
    ("password", 982374, "982374"),
    ("x", pd.DataFrame({"password": [PASSWORD, "x"]}), PASSWORD),
    ("x", pd.Series([PASSWORD, "x"], name="api_key"), PASSWORD),
    ("x", pd.Series([PASSWORD, "x"], index=["password", "b"]), PASSWORD),
]


@pytest.mark.parametrize("track", [True, False])
@pytest.mark.parametrize(("argument", "value", "secret"), HOLDERS)
def test_what_holds_a_secret_travels_beside_the_files(
    argument: str, value: Any, secret: str, track: bool, tmp_path: Path
) -> None:
    inputs = prepared(Parameter("low", argument, value, track=track), Parameter("a", "n", 1))
    assert secret.encode() not in written(inputs, tmp_path)
    assert f"{argument!r}: unpickled({argument!r})" in inputs.code
    assert inputs.pickles == {}
    again = loads(inputs.secrets[argument])
    assert type(again) is type(value)
    # Twice, for pyarrow's tables take other bytes once they have been pickled.
    assert pickle.dumps(loads(pickle.dumps(again))) == pickle.dumps(loads(pickle.dumps(value)))
    told = inputs.session_secrets()
    assert told["key"] == KEY
    assert any(secret in text for text in told["values"])
    assert secret not in repr(inputs)


def test_a_secret_in_debug_mode_is_hidden_too(tmp_path: Path) -> None:
    params = Parameter("low", "api_key", PASSWORD), Parameter("low", "x", [Secret(TOKEN)])
    inputs = prepare(describe(sys.modules[__name__]), arguments(*params))
    everything = written(inputs, tmp_path)
    assert PASSWORD.encode() not in everything
    assert TOKEN.encode() not in everything
    assert inputs.values == {"api_key": "***", "x": "[Secret(***)]"}
    assert inputs.session_secrets()["key"] is None


def test_what_is_shown_of_a_secret_is_a_mark_or_the_text_of_its_lock() -> None:
    inputs = prepared(
        Parameter("low", "api_key", PASSWORD),
        Parameter("low", "x", {"password": PASSWORD, "host": "h"}),
        Parameter("low", "y", {"password": PASSWORD, "host": "h"}, track=False),
    )
    assert inputs.values["api_key"] == "***"
    assert inputs.values["x"].startswith("{'host': 'h', 'password': Secret(str='")
    assert inputs.values["y"] == "{'password': '***', 'host': 'h'}"


def test_a_secret_of_one_parameter_is_locked_in_no_other() -> None:
    params = Parameter("a", "api_key", PASSWORD), Parameter("b", "x", [PASSWORD])
    with pytest.raises(InvalidParameterError, match=r"'x' .*mitosis\.Secret") as caught:
        prepared(*params)
    assert PASSWORD not in caught.value.message


def test_a_secret_of_one_parameter_is_one_in_an_untracked_one(tmp_path: Path) -> None:
    other = Parameter("b", "x", [PASSWORD], track=False)
    inputs = prepared(Parameter("a", "api_key", PASSWORD), other)
    assert inputs.secrets.keys() == {"api_key", "x"}
    assert PASSWORD.encode() not in written(inputs, tmp_path)


def test_an_experiment_that_holds_a_token_travels_beside_the_files(tmp_path: Path) -> None:
    experiment = SimpleNamespace(name="held", run=run, token=TOKEN)
    inputs = prepared(Parameter("a", "x", 1), experiment=experiment)
    assert inputs.experiment is None
    assert loads(inputs.secrets[EXPERIMENT]).token == TOKEN
    assert TOKEN.encode() not in written(inputs, tmp_path)


def test_secrets_of_the_environment_are_told_to_the_kernel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LAB_API_KEY", "correct horse")
    low, high = Parameter("a", "x", 1), Parameter("b", "y", ["correct horse"])
    inputs = prepared(low, replace(high, track=False))
    assert "correct horse" in inputs.session_secrets()["values"]
    assert "correct horse" not in inputs.code
    with pytest.raises(InvalidParameterError, match="a secret of the environment"):
        prepared(low, high)


def test_models_tokens_stay_literals() -> None:
    value = {"pad_token": "<pad>", "eos_token": "</s>", "tokenizer": "bert", "n_tokens": 3}
    inputs = prepared(Parameter("low", "pad_token", "[PAD]"), Parameter("low", "x", value))
    assert inputs.secrets == {}
    assert "'pad_token': '[PAD]',  # variant low" in inputs.code


def test_what_a_name_inside_a_text_leads_to_is_known_by_itself_too() -> None:
    assert secret_texts("Server=db;Pwd=hunter22;") == {"Server=db;Pwd=hunter22;", PASSWORD}


def test_arguments_that_hold_secrets_are_known() -> None:
    given = arguments(
        Parameter("a", "api_key", PASSWORD), Parameter("b", "n", 1), Parameter("c", "x", TOKEN)
    )
    locking = lockable(given.tracked, KEY)
    assert locking.secret == {"api_key", "x"}
    assert locking.secrets == {PASSWORD, TOKEN}
    assert PASSWORD not in repr(locking)
    assert KEY.decode() not in repr(locking)


def test_a_name_that_tells_a_secret_is_replaced_by_one_that_does_not() -> None:
    given = arguments(
        Parameter(f"'{PASSWORD}'", "api_key", f"'{PASSWORD}'", evaluate=True),
        Parameter(f"with {TOKEN}", "x", 3),
        Parameter("low", "password", PASSWORD),
        Parameter("plain", "z", PASSWORD, track=False),
    )
    named = without_secret_names(given, KEY)
    names = {p.arg_name: p.var_name for p in named.parameters}
    assert names["api_key"].startswith("secret-")
    assert len(names["api_key"]) == len("secret-") + 8
    assert names["x"].startswith("secret-")
    assert (names["password"], names["z"]) == ("low", "plain")
    assert without_secret_names(given, KEY) == named != without_secret_names(given, b"o" * 32)
    assert [p.vals for p in named.parameters] == [p.vals for p in given.parameters]


def test_a_group_that_looks_like_a_secret_is_refused_without_showing_it() -> None:
    with pytest.raises(InvalidParameterError, match="the group looks like a secret") as caught:
        bind(describe(sys.modules[__name__]), [], (), 1, TOKEN)
    assert TOKEN not in caught.value.message


def test_no_message_on_an_expression_shows_a_secret() -> None:
    with pytest.raises(InvalidParameterError) as caught:
        arguments(
            Parameter("low", "api_key", f"int('{PASSWORD}')", evaluate=True),
            Parameter("low", "x", f"int('{TOKEN}')", evaluate=True),
        )
    assert "the expression for 'api_key' raised ValueError" in caught.value.message
    assert not any(secret in caught.value.message for secret in (PASSWORD, TOKEN))


def test_values_that_hold_themselves_or_raise_when_read_are_looked_through() -> None:
    class Hostile:
        def __getattribute__(self, name: str) -> Any:
            raise RuntimeError(name)

    ring: list[Any] = [TOKEN, Hostile(), lambda: 1, sys]
    ring.append(ring)
    assert secret_texts({"x": ring}) == {TOKEN}
