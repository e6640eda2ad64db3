"""Secrets that a kernel knows: marks in texts, and whether a pickle holds one."""

from __future__ import annotations

import html
import json

import dill
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
