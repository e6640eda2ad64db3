"""Secrets that are written in pieces, and all else, which must not wait."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitosis._recording.secrecy import Secrets
from mitosis._recording.withholding import Withholding
from tests.unit.planted import CONNECTION, TOKENS

KNOWN = ["hunter22-known", "two\nlines-of-it", "secret", "secret-part"]
WHOLE = TOKENS["Telegram"]
"""Begins with a number, and numbers do not wait."""

TOKEN_SHAPES = [token for token in TOKENS.values() if token != WHOLE]
PLANTED = [*KNOWN, CONNECTION, *TOKEN_SHAPES, "Bearer " + "abcdef123456"]
LOUD = ["s3cr3tpass", "abcdef123456", *KNOWN, *TOKENS.values()]
"""What must stand in nothing that is passed on."""


class Passed:
    """What a source has passed on, in order."""

    def __init__(self, values: Sequence[str] = (), seconds: float = 5) -> None:
        self.pieces: list[tuple[str, str]] = []
        secrets = Secrets(values=values)
        self.held = Withholding(secrets, lambda *piece: self.pieces.append(piece), seconds)

    @property
    def text(self) -> str:
        return "".join(text for _, text in self.pieces)

    def write(self, *pieces: str) -> str:
        for piece in pieces:
            self.held.write("stdout", piece)
        return self.text


@pytest.mark.parametrize("secret", PLANTED, ids=lambda text: text[:12])
def test_a_secret_written_letter_by_letter_is_one(secret: str) -> None:
    passed = Passed(KNOWN)
    passed.write(*f"it is {secret} and more\n")
    passed.held.release()
    assert not [loud for loud in LOUD if loud in passed.text]
    assert passed.text.startswith("it is ")
    assert "***" in passed.text
    assert passed.text.endswith(" and more\n")


@given(st.sampled_from(PLANTED), st.lists(st.integers(0, 120), max_size=4), st.booleans())
def test_wherever_a_secret_is_cut_the_whole_is_redacted_as_if_in_one_piece(
    secret: str, cuts: list[int], mid_line: bool
) -> None:
    text = f"a 1 {secret}" if mid_line else f"a 1 {secret}\n"
    places = [0, *sorted(cuts), len(text)]
    passed = Passed(KNOWN)
    passed.write(*(text[a:b] for a, b in pairwise(places)))
    passed.held.release()
    assert passed.text == Secrets(values=KNOWN).redact(text)


@given(st.text(), st.text(max_size=3))
def test_nothing_is_lost_and_nothing_is_moved(text: str, other: str) -> None:
    passed = Passed(["secret"])
    passed.write(*text, other)
    passed.held.release()
    assert passed.text == Secrets(values=["secret"]).redact(text + other)


@pytest.mark.parametrize(
    "text",
    [
        "loss 0.5\n",
        "hunter\n",
        "working ...",
        "\r 42%|####  | 42/100 [90.0it/s]",
        "12",
        "ghp_\n",
    ],
)
def test_what_can_be_no_beginning_is_passed_on_at_once(text: str) -> None:
    assert Passed(KNOWN).write(text) == text


def test_what_waits_is_as_little_as_can_be() -> None:
    passed = Passed(KNOWN)
    assert passed.write("the key is hunter2") == "the key is "
    assert passed.write("3, no") == "the key is hunter23, no"


def test_the_longer_of_two_secrets_is_waited_for() -> None:
    passed = Passed(KNOWN)
    assert passed.write("a secret") == "a "
    assert passed.write("-part.\n") == "a ***.\n"


def test_what_waits_is_passed_on_redacted_a_moment_later() -> None:
    passed = Passed(KNOWN, seconds=0.05)
    passed.write("a secret and hunter2")
    deadline = time.monotonic() + 5
    while not passed.text.endswith("2") and time.monotonic() < deadline:
        time.sleep(0.01)
    assert passed.text == "a *** and hunter2"


def test_the_rest_of_a_long_token_is_not_passed_on() -> None:
    token = "eyJ" + "a1B2" * 100 + ".eyJ" + "a1B2" * 100 + "." + "c3D4" * 20
    passed = Passed()
    passed.write("is ", token[:900], token[900:], " so\n")
    assert passed.text == "is *** so\n"


def test_a_private_key_may_come_line_by_line() -> None:
    key = TOKENS["private key"]
    passed = Passed()
    passed.write(*key.splitlines(keepends=True), "\n", "after\n")
    assert passed.text == "***\nafter\n"


def test_the_streams_keep_their_order() -> None:
    passed = Passed(KNOWN)
    passed.held.write("stdout", "hunt")
    passed.held.write("stderr", "so\n")
    assert passed.pieces == [("stdout", "hunt"), ("stderr", "so\n")]


def test_what_another_thread_writes_in_between_cuts_no_secret() -> None:
    passed = Passed(KNOWN)
    passed.write("hunter22")
    other = threading.Thread(target=passed.write, args=("between\n",))
    other.start()
    other.join()
    assert passed.write("-known\n") == "between\n***\n"


def test_a_child_does_not_write_what_its_parent_holds_back() -> None:
    passed = Passed(KNOWN)
    passed.write("hunt")
    child = os.fork()
    if not child:
        passed.held.release()
        os._exit(int(passed.text != ""))
    assert os.waitpid(child, 0)[1] == 0
    passed.held.release()
    assert passed.text == "hunt"


@pytest.mark.slow
def test_ten_thousand_prints_are_cheap() -> None:
    held = Passed(KNOWN).held
    started = time.process_time()
    for number in range(10_000):
        held.write("stdout", f"epoch {number} loss 0.25 and a few more words")
        held.write("stdout", "\n")
    assert time.process_time() - started < 3
