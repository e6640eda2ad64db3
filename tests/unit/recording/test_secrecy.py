"""Secrets that a kernel knows: marks in texts, and whether a pickle holds one."""

from __future__ import annotations

import html
import json
import time

import dill
import numpy as np
import pytest

from mitosis import canonical
from mitosis._recording.secrecy import Secrets, redacted

VALUE = "p\"ss'w&rd \u00fc\\1"
TOKEN = "ghp_" + "a1B2" * 9


@pytest.mark.parametrize(
    "spelled",
    [VALUE, repr(VALUE)[1:-1], json.dumps(VALUE), html.escape(VALUE), f"x{VALUE}y{VALUE}"],
)
def test_a_secret_is_marked_however_it_is_quoted(spelled: str) -> None:
    text = Secrets(values=[VALUE]).redact(spelled)
    assert "***" in text
    assert "ss" not in text


def test_the_longer_of_two_secrets_is_marked_whole() -> None:
    assert Secrets(values=["secret", "secret-part"]).redact("a secret-part") == "a ***"


def test_tokens_and_passwords_in_addresses_are_marked_unknown() -> None:
    secrets = Secrets()
    assert secrets.redact(f"found {TOKEN}.") == "found ***."
    assert secrets.redact("https://me:pw123@host/x") == "https://***@host/x"


def test_short_values_blot_out_nothing() -> None:
    assert Secrets(values=["a", "abcde", ""]).redact("abcde a") == "abcde a"


def test_a_pickle_that_holds_a_secret_is_known() -> None:
    secrets = Secrets(values=[VALUE])
    assert secrets.are_in(dill.dumps({"config": [VALUE]}))
    assert not secrets.are_in(dill.dumps({"config": ["other"]}))


def test_values_of_json_are_redacted_in_all_their_texts() -> None:
    value = {"a": [VALUE, 1, None], VALUE: {"b": f"<{VALUE}>"}}
    assert redacted(value, Secrets(values=[VALUE]).redact) == {
        "a": ["***", 1, None],
        "***": {"b": "<***>"},
    }


def test_texts_hold_digests_of_secrets_only_under_the_key() -> None:
    with Secrets(key=b"k" * 32).keyed():
        text = canonical({"token": TOKEN})
    assert TOKEN not in text
    with Secrets().keyed():
        assert TOKEN in canonical({"token": TOKEN})


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("value", [VALUE, "plain-value"])
def test_data_that_hold_a_secret_in_wider_characters_are_known(value: str, codec: str) -> None:
    data = b"\x01\x02\x03" + value.encode(codec) + bytes(100)
    assert Secrets(values=[value]).are_in(data)
    assert not Secrets(values=["other-value"]).are_in(data)


@pytest.mark.parametrize("results", [[TOKEN], np.array([TOKEN]), {"a": TOKEN.encode()}])
def test_a_pickle_that_holds_a_token_is_known_without_being_told(results: object) -> None:
    assert Secrets().are_in(dill.dumps(results))


def test_numbers_look_like_no_token() -> None:
    numbers = np.random.default_rng(1)
    for data in (
        numbers.bytes(1 << 20),
        numbers.normal(size=1 << 16),
        numbers.integers(0, 127, 9999),
    ):
        assert not Secrets(values=["hunter22"]).are_in(dill.dumps(data))


@pytest.mark.slow
def test_ten_thousand_secrets_are_found_fast() -> None:
    values = [f"{number:05d}-a-secret" for number in range(10_000)]
    secrets = Secrets(values=values)
    started = time.process_time()
    for _ in range(1000):
        assert secrets.redact(
            f"a line of some length with {values[1]} and {values[2]} in it"
        ) == ("a line of some length with *** and *** in it")
    assert not secrets.are_in(bytes(range(256)) * 4096)
    assert secrets.are_in(bytes(1000) + values[9998].encode())
    assert time.process_time() - started < 10
