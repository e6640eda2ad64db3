"""Notes and tags as they are kept."""

from __future__ import annotations

import pytest

from mitosis._curation import cleaned_note, tag_fault


def test_a_note_keeps_its_lines_and_letters() -> None:
    assert (
        cleaned_note(" Die Lampe war heiß,\n\tsee p. 12 ") == "Die Lampe war heiß,\n\tsee p. 12"
    )


def test_what_would_act_on_a_terminal_is_spelt_out() -> None:
    assert cleaned_note("a\x1b[31mb\rc\x00") == "a\\x1b[31mb\\rc\\x00"


def test_a_secret_in_a_note_becomes_a_mark() -> None:
    secret = "ghp_" + "a1B2" * 9
    assert cleaned_note(f"ran with {secret}") == "ran with ***"


def test_bytes_that_are_no_letters_are_spelt_out() -> None:
    assert cleaned_note("a\udcffb") == "a\\udcffb"


def test_a_note_that_is_a_book_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 10,000 characters, and this one has 10,001"):
        cleaned_note("x" * 10_001)


@pytest.mark.parametrize("tag", ["draft", "figure-2", "k=3", "#7", "ü", "a.b/c"])
def test_any_printable_word_is_a_tag(tag: str) -> None:
    assert tag_fault(tag) == ""


@pytest.mark.parametrize("number", range(10))
def test_what_is_no_word_is_no_tag(number: int) -> None:
    tags = [
        "",
        " ",
        "two words",
        "a,b",
        "a\n",
        "\x1b[31m",
        "x" * 61,
        "\ud800",
        "a\u00a0b",
        "\u200b",
    ]
    assert tag_fault(tags[number])


def test_a_secret_is_no_tag() -> None:
    assert tag_fault("ghp_" + "a1B2" * 9) == "it looks like a secret"
