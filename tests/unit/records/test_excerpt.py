"""Of a log that no page could show, both ends are read, and displays stay at their words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mitosis._layout import TrialFolder
from mitosis._records import excerpt
from mitosis._records.excerpt import read_excerpt


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrialFolder:
    """A log of 2000 numbered lines, and a display behind every hundredth."""
    monkeypatch.setattr(excerpt, "END_BYTES", 2000)
    made = TrialFolder(tmp_path)
    with made.log.open("ab") as log, made.displays.open("w") as displays:
        for number in range(2000):
            log.write(f"line {number} ü\n".encode())
            if number % 100 == 0:
                displays.write(json.dumps({"at": log.tell(), "number": number}) + "\n")
    return made


def test_both_ends_are_whole_lines_and_say_how_much_is_left_out(folder: TrialFolder) -> None:
    text, _ = read_excerpt(folder)
    assert len(text.encode()) < 5000
    first, note, last = _frame(text)
    assert (first, last) == ("line 0 ü", "line 1999 ü")
    left_out = int(note.split()[1].replace(",", ""))
    shown = text.encode().replace(f"\n{note}\n\n".encode(), b"")
    assert len(shown) + left_out == folder.log.stat().st_size


def _frame(text: str) -> list[str]:
    lines = text.splitlines()
    middle = next(i for i, line in enumerate(lines) if "left out" in line)
    return [lines[0], lines[middle], lines[-1]]


def test_each_display_stands_behind_its_line_or_where_that_was_left_out(
    folder: TrialFolder,
) -> None:
    text, displays = read_excerpt(folder)
    data = text.encode()
    seam = data.index(b"\n...")
    for display in displays:
        before = data[: display["at"]].decode()
        line = f"line {display['number']} ü\n"
        assert before.endswith(line) if line in text else display["at"] == seam
    kept = [d for d in displays if f"line {d['number']} ü\n" in text]
    assert {kept[0]["number"], kept[-1]["number"]} == {0, 1900}


def test_a_short_log_is_read_as_it_is(tmp_path: Path) -> None:
    folder = TrialFolder(tmp_path)
    folder.log.write_bytes(b"a\xff\n")
    folder.displays.write_text('{"at": 1}\nnonsense\n[]\n{"at": "x"}\n{"at"')
    assert read_excerpt(folder) == ("a\ufffd\n", [{"at": 1}, {"at": "x"}])


def test_without_files_there_is_nothing(tmp_path: Path) -> None:
    assert read_excerpt(TrialFolder(tmp_path)) == ("", [])
