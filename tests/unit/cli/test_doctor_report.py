"""What the doctor found, on 80 columns, with its marks and ways out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from mitosis._cli.doctor_findings import Finding, Mark, Section, examined, note, wrong
from mitosis._cli.doctor_report import section_text, summary
from mitosis.errors import SettingsError


def text(*findings: Finding, colours: bool = False) -> str:
    return section_text(Section("things", findings), colours=colours)


def test_facts_are_aligned_below_the_title_and_ways_out_below_their_facts() -> None:
    shown = text(
        Finding("a", "one"),
        note("longer", "two\nthree"),
        wrong("b", "four", "do this\nthen that"),
    )
    assert shown.splitlines() == [
        "things",
        "  ok     a       one",
        "  note   longer  two",
        "                 three",
        "  WRONG  b       four",
        "                 -> do this",
        "                 -> then that",
    ]


def test_no_line_is_longer_than_80_columns() -> None:
    words = "word " * 60
    shown = text(wrong("label", words, words), Finding("x", words))
    assert max(map(len, shown.splitlines())) <= 80
    assert shown.count("word") == 180


def test_a_path_stays_whole_so_that_it_can_be_copied() -> None:
    path = f"/data/{'deep/' * 30}end"
    assert path in text(Finding("path", path))


def test_a_long_label_has_a_line_of_its_own() -> None:
    shown = text(Finding("x" * 40, "fact"), Finding("short", "other"))
    assert shown.splitlines()[1:] == [
        f"  ok     {'x' * 40}",
        f"{' ' * 35}fact",
        f"  ok     {'short':<24}  other",
    ]


def test_control_characters_and_secrets_do_not_reach_the_terminal() -> None:
    shown = text(note("a\x1b[2J", "https://me:pass@host/x\x07", "hf_" + "a1B2" * 8))
    assert shown.isprintable() or shown.replace("\n", "").isprintable()
    assert "pass" not in shown
    assert "hf_a" not in shown
    assert r"\x07" in shown


def test_colours_change_nothing_but_colours() -> None:
    findings = (Finding("a", "one"), note("b", "two"), wrong("c", "three", "do"))
    coloured = text(*findings, colours=True)
    assert "\x1b[" in coloured
    assert "\x1b[" not in text(*findings)
    assert click.unstyle(coloured) == text(*findings)


@pytest.mark.parametrize(
    ("findings", "line"),
    [
        ([Finding("a", "")], "nothing is wrong"),
        ([note("a", "")], "nothing is wrong, 1 thing to note"),
        ([wrong("a", ""), note("b", ""), note("c", "")], "1 thing wrong, 2 things to note"),
    ],
)
def test_the_last_line_counts(findings: list[Finding], line: str) -> None:
    sections = [Section("one", tuple(findings)), Section("two", (Finding("x", "y"),))]
    assert summary(iter(sections)) == f"mitosis doctor: {line}"


def test_an_error_while_looking_is_a_fact_and_hides_no_other() -> None:
    def look() -> Iterator[Finding]:
        yield Finding("a", "one")
        raise ZeroDivisionError("by zero")

    section = examined("things", look)
    assert section.is_wrong
    assert [f.mark for f in section.findings] == [Mark.OK, Mark.WRONG]
    assert section.findings[1].text == "looking raised ZeroDivisionError: by zero"


def test_an_error_of_our_own_says_its_message() -> None:
    def look() -> Iterator[Finding]:
        raise SettingsError(file=Path("p.toml"), faults=("a fault",))

    (finding,) = examined("things", look).findings
    assert "a fault" in finding.text
