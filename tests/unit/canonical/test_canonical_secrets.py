"""Secrets in canonical texts: keyed digests under a key, marks for people, else plain texts."""

from __future__ import annotations

import dataclasses
import pathlib
import pickle
from collections import OrderedDict
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitosis import Secret, canonical
from mitosis._canonical import differ_by_keys_only, differences, form, secrets_under
from mitosis._canonical.reading import parse
from mitosis._canonical.secrecy import key_id, shown_text
from mitosis._recording.pickles import dumps, loads
from mitosis.errors import NotCanonicalError
from tests.unit.planted import CONNECTION, TOKENS

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
TOKEN = TOKENS["GitHub"]
PASSWORD = "hunter22"


@dataclasses.dataclass
class Access:
    password: str
    host: str = "localhost"


def keyed(value: object, argument: str = "", key: bytes = KEY) -> str:
    with secrets_under(key, argument):
        return canonical(value)


SECRETIVE: list[tuple[Any, str]] = [
    (Secret(PASSWORD), PASSWORD),
    ([{"a": Secret(PASSWORD)}], PASSWORD),
    ({Secret(PASSWORD): 1}, PASSWORD),
    (TOKEN, TOKEN),
    (TOKEN.encode(), TOKEN),
    ({"x": [TOKEN]}, TOKEN),
    ({TOKEN: 1}, TOKEN),
    ({TOKEN}, TOKEN),
    (CONNECTION, "s3cr3tpass"),
    (f"\n{TOKEN}", TOKEN),
    (pathlib.PurePosixPath(f"/a/{TOKEN}"), TOKEN),
    (np.array([TOKEN]), TOKEN),
    (np.str_(TOKEN), TOKEN),
    ({"password": PASSWORD}, PASSWORD),
    ({"db": {"password": PASSWORD.encode()}}, PASSWORD),
    ({"credentials": {"user": "me", "it": [PASSWORD]}}, PASSWORD),
    ({"passwords": ("a-first-one", PASSWORD)}, PASSWORD),
    (OrderedDict(api_key=PASSWORD), PASSWORD),
    ([("api_key", PASSWORD)], PASSWORD),
    (Access(PASSWORD), PASSWORD),
    (SimpleNamespace(_secret_value=PASSWORD), PASSWORD),
    (partial(print, api_key=PASSWORD), PASSWORD),
    ({"Authorization": "Basic " + PASSWORD}, PASSWORD),
    (["--password", PASSWORD, "--n", "3"], PASSWORD),
    ("DB_PASSWORD=" + PASSWORD, PASSWORD),
    ([f"token={PASSWORD}&y=1"], PASSWORD),
    ('{"password": "' + PASSWORD + '"}', PASSWORD),
    (f"Server=db;Pwd={PASSWORD};", PASSWORD),
    ({"password": 982374}, "982374"),
    ({"db": ("api_key", 982374)}, "982374"),
    (pd.DataFrame({"password": [PASSWORD, "x"], "n": [1, 2]}), PASSWORD),
    (pd.Series([PASSWORD, "x"], name="api_key"), PASSWORD),
    (pd.Series([PASSWORD, 1], index=["password", "n"]), PASSWORD),
    (pd.DataFrame({"value": [PASSWORD, "x"]}, index=["password", "user"]), PASSWORD),
]


@pytest.mark.parametrize(("value", "secret"), SECRETIVE, ids=lambda v: type(v).__name__)
def test_under_a_key_no_text_holds_a_secret(value: Any, secret: str) -> None:
    with secrets_under(KEY) as met:
        found = form(value)
    assert secret not in found.text
    assert f"{key_id(KEY)}:" in found.text
    assert found.is_secret
    assert any(secret in text for text in met.texts)
    assert parse(found.text).text == found.text
    assert keyed(value) == found.text != keyed(value, key=OTHER_KEY)


@pytest.mark.parametrize(
    "value",
    [
        {"pad_token": "<pad>", "eos_token": "</s>", "cls_token": "[CLS]", "unk_token": "UNK"},
        {"tokenizer": "bert-base-uncased", "n_tokens": 512, "token_type": "wordpiece"},
        {"password": None, "secret": 3, "api_key": ""},
        {"n_passwords": 10_000, "auth_token": 12345678, "password": [True, 0.982374]},
        ["--pad-token", "<pad>", "--password", "--verbose"],
        "pad_token=<pad>, token_id=3; the password is asked for",
        pd.DataFrame({"pad_token": ["<pad>"], "n_tokens": [3]}),
        pd.Series([1, 2], name="password"),
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        np.arange(4),
    ],
)
def test_what_is_no_secret_is_written_as_ever(value: Any) -> None:
    with secrets_under(KEY) as met:
        found = form(value)
    assert (found.text, found.former, found.is_secret) == (canonical(value), {}, False)
    assert met.texts == set()


def test_an_arguments_name_may_say_that_its_value_is_a_secret() -> None:
    assert PASSWORD not in keyed(PASSWORD, "api_key")
    assert PASSWORD not in keyed([PASSWORD], "api_key")
    assert keyed(982374, "password").startswith("Secret(int='")
    assert keyed(PASSWORD, "solver") == repr(PASSWORD)


def test_without_a_key_texts_are_plain_and_a_secret_is_refused() -> None:
    assert canonical({"password": PASSWORD}) == "{'password': 'hunter22'}"
    assert canonical(TOKEN) == repr(TOKEN)
    with pytest.raises(NotCanonicalError, match="key of a trials folder") as caught:
        canonical({"a": Secret(PASSWORD)})
    assert caught.value.faults[0][0] == "$['a']"


def test_a_key_counts_only_while_it_is_said() -> None:
    with secrets_under(KEY):
        with secrets_under(None):
            assert canonical(TOKEN) == repr(TOKEN)
        assert TOKEN not in canonical(TOKEN)
    assert canonical(TOKEN) == repr(TOKEN)


def test_earlier_editions_write_plain_texts_so_that_their_locks_fit() -> None:
    with secrets_under(KEY, "api_key"):
        found = form(PASSWORD)
    assert found.former == {1: repr(PASSWORD), 2: repr(PASSWORD)}
    assert PASSWORD not in repr(found)


def test_a_secret_is_in_no_former_text() -> None:
    with secrets_under(KEY):
        assert form([Secret(PASSWORD)]).former == {}


VALUES = st.recursive(
    st.sampled_from([PASSWORD, "other", TOKEN, "x"]).flatmap(
        lambda text: st.sampled_from([text, Secret(text), text.encode()])
    )
    | st.text(max_size=6)
    | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.sampled_from(["password", "a", "it's"]) | st.text(), inner)
    ),
    max_leaves=8,
)


@pytest.mark.slow
@given(VALUES, VALUES)
def test_two_values_share_a_text_under_a_key_only_if_they_are_one(one: Any, other: Any) -> None:
    same = dumps(one) == dumps(other) or plain(one) == plain(other)
    assert (keyed(one) == keyed(other)) == same


def plain(value: Any) -> Any:
    """Return a value's text with secrets told apart from texts."""
    if isinstance(value, dict):
        return "dict", sorted((repr(k), plain(v)) for k, v in value.items())
    if isinstance(value, list | tuple):
        return type(value).__name__, [plain(held) for held in value]
    return type(value).__name__, str(value) if isinstance(value, str) else repr(value)


@given(st.text())
def test_no_plain_text_can_have_the_text_of_a_secret(text: str) -> None:
    assert keyed(Secret(text)) != keyed(text)
    assert keyed(keyed(Secret(text))) == repr(keyed(Secret(text)))


def test_a_secret_is_used_as_any_text_and_shows_nothing() -> None:
    secret = Secret(PASSWORD)
    assert (secret, f"{secret}!", secret[:3]) == (PASSWORD, "hunter22!", "hun")
    assert repr([secret]) == "[Secret(***)]"
    for again in (pickle.loads(pickle.dumps(secret)), loads(dumps(secret))):
        assert (type(again), again) == (Secret, PASSWORD)


def test_differences_show_marks_in_the_place_of_secrets_that_were_locked_as_text() -> None:
    locked = canonical({"password": PASSWORD, "url": CONNECTION, TOKEN: 1, "n": 1})
    given = canonical({"password": "another1", "url": "x", "n": 2})
    shown = repr(differences(locked, given))
    assert "another1" not in shown
    assert not any(secret in shown for secret in (PASSWORD, TOKEN, "s3cr3tpass"))
    assert ("$['n']", "1", "2") in differences(locked, given)
    assert differences(repr(PASSWORD), "'another1'", "api_key") == (
        ("$", "Secret(***)", "Secret(***)"),
    )
    assert PASSWORD not in shown_text(canonical([Access(PASSWORD)]))


def test_digests_under_two_keys_are_not_said_to_differ() -> None:
    one, other = keyed([Secret("a"), 1]), keyed([Secret("a"), 1], key=OTHER_KEY)
    assert differ_by_keys_only(one, other)
    ((path, locked, given),) = differences(one, other)
    assert path == "$[0]"
    assert locked == f"a secret under key {key_id(KEY)}"
    assert "nobody can compare" in given


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (keyed(Secret("a")), keyed(Secret("b"))),
        (keyed([Secret("a"), 1]), keyed([Secret("a"), 2], key=OTHER_KEY)),
        (keyed(Secret("a")), keyed(TOKEN, key=OTHER_KEY)),
        (repr(keyed(Secret("a"))), repr(keyed(Secret("a"), key=OTHER_KEY))),
        (keyed(Secret("a")), repr("a")),
    ],
)
def test_other_differences_are_differences(one: str, other: str) -> None:
    assert not differ_by_keys_only(one, other)


def test_the_path_to_a_fault_shows_no_token() -> None:
    with pytest.raises(NotCanonicalError) as caught:
        canonical({TOKEN: lambda: 1})
    assert TOKEN not in caught.value.message
