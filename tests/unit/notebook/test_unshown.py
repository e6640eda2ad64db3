"""What a dead kernel's log holds more than was shown."""

from __future__ import annotations

import pytest

from mitosis._notebook.client import unshown


@pytest.mark.parametrize(
    ("shown", "log", "missing"),
    [
        ("", "a b", "a b"),
        ("a", "a b c", "b c"),
        ("a b c", "a b c", ""),
        ("-", "- last -", "last -"),
        ("x a b", "a b c", "c"),  # the log's beginning was cut off
        ("nan nan", "nan nan nan", "nan"),
        ("100%", "10% 50% 100% last", "last"),  # a bar leaves more lines in the log
        ("100%", "10% 50% 100%", ""),
    ],
)
def test_the_lines_after_what_both_have_are_missing(shown: str, log: str, missing: str) -> None:
    assert unshown(log.split(), shown.split()) == missing.split()
