"""Input files that an experiment names: `record_data` inside a trial and outside."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import mitosis
from mitosis._model import DataFile
from mitosis._recording import data
from mitosis._recording.data import DataLog, data_from_json, data_to_json, record_in
from mitosis._recording.lines import append_line, read_lines
from mitosis.errors import DataFileError

FILE = DataFile("größe\udcff.csv", "ab" * 32, 3, datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC))


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Path]:
    """The file that is written to, as if this process were a trial's kernel."""
    path = tmp_path / "trial.jsonl"
    record_in(DataLog(path, tmp_path))
    yield path
    data._open.clear()


def test_outside_a_trial_it_only_makes_sure_that_the_file_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1")
    assert mitosis.record_data(str(tmp_path / "a.csv")) == tmp_path / "a.csv"
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    with pytest.raises(FileNotFoundError, match=r"b\.csv"):
        mitosis.record_data(tmp_path / "b.csv")


def test_inside_a_trial_each_content_of_a_file_is_a_line(tmp_path: Path, lines: Path) -> None:
    for name, text in (("a.csv", "1"), ("b.csv", "2"), ("a.csv", "1"), ("a.csv", "3")):
        (tmp_path / name).write_text(text)
        assert mitosis.record_data(tmp_path / name) == tmp_path / name
    assert [line["path"] for line in read_lines(lines)] == ["a.csv", "b.csv", "a.csv"]
    assert len({line["digest"] for line in read_lines(lines)}) == 3


def test_inside_a_trial_a_missing_file_is_an_error(tmp_path: Path, lines: Path) -> None:
    with pytest.raises(DataFileError, match="nowhere"):
        mitosis.record_data(tmp_path / "nowhere")
    assert not lines.exists()


def test_a_file_that_was_named_before_is_not_written_again(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1")
    first = DataLog(tmp_path / "1.jsonl", tmp_path)
    first.add(tmp_path / "a.csv")
    second = DataLog(tmp_path / "2.jsonl", tmp_path, first.files)
    second.add(tmp_path / "a.csv")
    assert second.files == first.files
    assert not (tmp_path / "2.jsonl").exists()


def test_a_fork_of_the_kernel_records_too(tmp_path: Path, lines: Path) -> None:
    (tmp_path / "a.csv").write_text("1")
    child = os.fork()
    if child == 0:
        mitosis.record_data(tmp_path / "a.csv")
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert [line["path"] for line in read_lines(lines)] == ["a.csv"]


def test_what_was_written_is_read_again_whatever_a_dying_kernel_left(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    assert list(read_lines(path)) == []
    append_line(path, data_to_json(FILE))
    path.write_bytes(path.read_bytes() + b'[1]\n{"path": "half')
    assert [data_from_json(line) for line in read_lines(path)] == [FILE]


def test_a_line_after_one_that_broke_off_stands_for_itself(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text('{"half": ')
    append_line(path, {"whole": 1}, after_failure="No space left on device")
    assert json.loads(path.read_text().splitlines()[-1]) == {"whole": 1}


def test_what_unicode_calls_the_end_of_a_line_ends_none(tmp_path: Path) -> None:
    append_line(tmp_path / "lines.jsonl", {"failed": "one\u2028two\x85"})
    assert list(read_lines(tmp_path / "lines.jsonl")) == [{"failed": "one\u2028two\x85"}]
