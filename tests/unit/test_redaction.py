"""What is a secret: by its shape, its place in an address, and the name that leads to it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitosis._redaction import (
    MARK,
    calls_secret,
    has_token,
    is_secret,
    known_secrets,
    may_call_secret,
    pair_secrets,
    redact,
    redact_argv,
    redact_code,
    redact_text,
    redact_tokens,
    token_start,
)
from tests.unit.planted import CONNECTION, TOKENS

HARMLESS = [
    "task-classification-benchmark-1",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "hf_hub",
    "risk-averse-portfolio-optimisation-2",
    "MASK",
    "globally-connected-network-of-agents-x1",
    "Basic understanding of things",
    "https://example.org/a@b?x=1",
    "ssh://git@example.org/project.git",
    "SGD",
    "-----BEGIN CERTIFICATE-----",
    "",
]


@pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS)
def test_a_token_is_known_by_its_shape_wherever_it_stands(token: str) -> None:
    for text in (token, f"got {token} from it", f"x='{token}',", f'"{token}"', f"\n{token}\n"):
        assert has_token(text)
        assert token not in redact_tokens(text)
        assert MARK in redact_tokens(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_resembles_a_token_stays(text: str) -> None:
    assert not has_token(text)
    assert redact_tokens(text) == text


def test_a_password_in_an_address_is_one_a_user_is_none() -> None:
    assert has_token(CONNECTION)
    assert "s3cr3tpass" not in redact_text(CONNECTION)
    assert has_token("redis://:" + "s3cr3t@localhost/0")


@pytest.mark.parametrize(
    "name",
    [
        *("password", "db_password", "github_token", "apiKey", "AWS_SECRET_ACCESS_KEY"),
        *("client_secret", "secret_key", "token_value", "_secret_value", "credentials"),
        *("private-key", "WANDB_API_KEY", "password2", "slackBotToken"),
    ],
)
def test_names_whose_noun_is_a_secrets_call_secret(name: str) -> None:
    assert calls_secret(name)
    assert may_call_secret(f"{{'{name}': 'x'}}")


@pytest.mark.parametrize(
    "name",
    [
        *("token_type", "tokenizer", "n_tokens", "password_field", "sort_key", "pat", "key"),
        *("rng_key", "secret_sharing", "passes", "keypoints", "", "monkey"),
    ],
)
def test_names_of_other_things_do_not(name: str) -> None:
    assert not calls_secret(name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("pad_token", text) for text in ("<pad>", "[PAD]", "</s>", "PAD", "endoftext", "7")),
        *(("eos_token", text) for text in ("<|endoftext|>", "end", "<0x0A>")),
        ("password", "${DB_PASSWORD}"),
        ("password", "***"),
        ("api_key", "/run/secrets/api_key"),
        ("credentials", "~/.aws/credentials"),
        ("secret", "42"),
        ("secret", "1e-3"),
        ("n_passwords", "10000"),
        ("max_secret", "10000"),
        ("auth_token", "12345678"),
        ("password", "--verbose"),
        ("Authorization", "optional"),
    ],
)
def test_special_tokens_numbers_and_paths_are_no_secrets(name: str, text: str) -> None:
    assert not is_secret(text, name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("password", "hunter22"),
        ("api_token", "abcdefg1"),
        ("password", "982374"),
        ("Authorization", "Basic bWU6cHc="),
        ("x-authorization", "Token abcdefg"),
        ("WANDB_API_KEY", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ("aws_secret_access_key", "/a1B2c3D4a1B2c3D4/1B2c3D4a1B2c3D4a1B2c3D"),
    ],
)
def test_other_texts_under_such_names_are_secrets(name: str, text: str) -> None:
    assert is_secret(text, name)
    assert not is_secret(text)


def test_secrets_of_the_environment_are_known_by_their_variables() -> None:
    environ = {
        "GH_TOKEN": "abcdefg1",
        "PWD": "/home/me/project",
        "DB_PASSWORD": "short",
        "TOKENIZERS_PARALLELISM": "false or true",
        "API_KEY": "correct horse",
        "SECRET_TOKEN": "/run/secrets/token",
        "POSTGRES_PASSWORD": "postgres",
        "HOME": "/home/somebody",
    }
    assert known_secrets(environ) == ["abcdefg1", "correct horse"]


def test_known_secrets_are_taken_out_of_any_text_also_where_they_are_quoted() -> None:
    known = ["it's\nmine", "its-longer-brother", "its-longer"]
    text = "a it's\nmine, b its-longer-brother " + repr("it's\nmine")
    assert redact(text, known) == f'a {MARK}, b {MARK} "{MARK}"'


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        *("x" * 10**6, "sk-" * 340_000, "https://" * 125_000, "https://a:" * 100_000),
        *("eyJaaaaaaaaaaaa-" * 60_000, "eyJaaaaaaaaaaaa." * 60_000, "SG." * 330_000),
        *("-----BEGIN PRIVATE KEY-----" * 37_000, "aaaa8Q~" * 140_000, "~.-" * 300_000 + "8Q~"),
        *(
            "://x:" + "a" * 10**6,
            "xoxb-" * 200_000,
            "1234567890:AA" * 80_000,
            "pypi-" * 200_000,
        ),
        *("password=" * 110_000, "a-b=" * 250_000, '"password": ' * 80_000),
        *("?token=" * 140_000, "Bearer " * 140_000, "discord.com/api/webhooks/" * 40_000),
    ],
    ids=lambda text: text[:16],
)
def test_no_line_of_a_megabyte_takes_long(text: str) -> None:
    started = time.process_time()
    redact_text(text)
    has_token(text)
    may_call_secret(text)
    pair_secrets(text)
    token_start(text)
    assert time.process_time() - started < 3


@given(st.text())
def test_redacting_twice_is_redacting_once(text: str) -> None:
    once = redact_text(text)
    assert redact_text(once) == once


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("PASSWORD=hunter22", {"hunter22"}),
        ("export DB_PASSWORD='correct horse'\nX=1", {"correct horse"}),
        ("token=abc12345&y=1", {"abc12345"}),
        ('{"user": "me", "password": "correct horse"}', {"correct horse"}),
        ('{"password": 982374}', {"982374"}),
        ("{'api_key': 'hunter22'}", {"hunter22"}),
        ("Server=db;User Id=me;Pwd=hunter22;", {"hunter22"}),
        ("Server = db; Password = hunter22", {"hunter22"}),
        ("--password=hunter22 --n=3", {"hunter22"}),
    ],
)
def test_a_name_inside_a_text_may_lead_to_a_secret(text: str, secrets: set[str]) -> None:
    assert pair_secrets(text) == secrets
    assert is_secret(text)


@pytest.mark.parametrize(
    "text",
    [
        *("pad_token=<pad>,token_id=3,n_tokens=512", "tokenizer=bert", "password=${PASSWORD}"),
        *("connect(password=password)", "password=get_password()", "api_key=None", "token=UNK"),
        *(
            "The password: it is required",
            "the secret = a good night's sleep",
            "secret=",
            "a=b",
        ),
        *('{"pad_token": "[PAD]"}', '{"password": null}', "password={password}", "key=value"),
        "password_file=/run/secrets/db",
    ],
)
def test_sentences_code_and_special_tokens_hold_none(text: str) -> None:
    assert pair_secrets(text) == set()
    assert not is_secret(text)


def test_source_code_is_shown_without_its_secrets() -> None:
    source = f"""
API_KEY = "hunter22"
config = {{'password': b'hunter23', "pad_token": "<pad>", "lr": 0.1}}
connect(token='{TOKENS["GitHub"]}', host="localhost", url="{CONNECTION}")
os.environ["DB_PASSWORD"] = 'hunter24'
def run(password: str = "hunter25"): return {{"main": password == "x"}}
"""
    shown = redact_code(source)
    assert not any(f"hunter2{n}" in shown for n in (2, 3, 4))
    assert TOKENS["GitHub"] not in shown
    assert "s3cr3tpass" not in shown
    assert '"pad_token": "<pad>", "lr": 0.1' in shown
    assert shown.count("\n") == source.count("\n")


def test_a_token_in_a_command_line_is_marked() -> None:
    token = TOKENS["GitHub"]
    argv = ["run", "-e", f'key="{token}"', "--url", CONNECTION, f"--x={token}"]
    assert token not in " ".join(redact_argv(argv))
    assert "s3cr3tpass" not in " ".join(redact_argv(argv))
