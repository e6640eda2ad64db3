"""Texts that may be literals of Python."""

import pytest

from mitosis._history.literals import literal_or_text


def test_a_literal_is_read() -> None:
    assert literal_or_text("{'k': [1, 2.5]}") == {"k": [1, 2.5]}


@pytest.mark.parametrize("text", ["", "1 +", "f(1)", "{[1]: 2}", "(" * 10_000])
def test_what_is_no_literal_stays_a_text(text: str) -> None:
    assert literal_or_text(text) == text
