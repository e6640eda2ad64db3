"""What people said of a trial, as lines of a file in its folder."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from mitosis._layout import TrialFolder
from mitosis._model import Annotation, Mark
from mitosis._records import annotate, read_annotations, read_record
from tests.unit.records.trials import NOON, begin

NOTE = Annotation(Mark.NOTE, "warm lamp\nsee page 12", NOON, "Ada <ada@example.org>")
TAG = Annotation(Mark.TAG, "dräft", NOON + timedelta(seconds=1), "Ada <ada@example.org>")


@pytest.fixture
def folder(tmp_path: Path) -> TrialFolder:
    return TrialFolder(tmp_path)


def test_annotations_are_read_as_they_were_given(folder: TrialFolder) -> None:
    annotate(folder, [NOTE])
    annotate(folder, [TAG])
    assert read_annotations(folder) == (NOTE, TAG)


def test_each_is_one_line_of_json(folder: TrialFolder) -> None:
    annotate(folder, [NOTE, TAG])
    lines = [json.loads(line) for line in folder.annotations.read_text().splitlines()]
    assert [line["mark"] for line in lines] == ["note", "tag"]
    assert set(lines[0]) == {"mark", "text", "at", "by_whom"}


def test_they_come_in_the_order_of_time_whatever_that_of_the_lines(folder: TrialFolder) -> None:
    annotate(folder, [TAG, NOTE])
    assert read_annotations(folder) == (NOTE, TAG)


def test_a_trial_of_which_nobody_said_anything_has_none(folder: TrialFolder) -> None:
    assert read_annotations(folder) == ()


def test_what_is_no_annotation_is_passed_over(folder: TrialFolder) -> None:
    annotate(folder, [NOTE])
    wrong = [
        '{"mark": "note", "text": 3, "at": "2024-05-06T12:00:00+00:00", "by_whom": "x"}',
        '{"mark": "note", "text": "", "at": "2024-05-06T12:00:00", "by_whom": "no zone"}',
        '{"mark": "praise", "text": "", "at": "2024-05-06T12:00:00+00:00", "by_whom": "x"}',
        '{"mark": "note"}',
        "[]",
        '{"mark": "note", "te',
    ]
    with folder.annotations.open("a") as file:
        file.write("\n".join(wrong))
    assert read_annotations(folder) == (NOTE,)


def test_after_half_a_line_the_next_begins_anew(folder: TrialFolder) -> None:
    folder.annotations.write_text('{"mark": "note", "te')
    annotate(folder, [NOTE])
    assert read_annotations(folder) == (NOTE,)


def test_a_recorded_trial_carries_what_was_said_of_it(tmp_path: Path) -> None:
    trial = begin(tmp_path).finish()
    annotate(trial.folder, [NOTE, TAG])
    assert read_record(trial.folder).annotations == (NOTE, TAG)


@pytest.mark.slow
def test_many_processes_at_once_lose_no_line(folder: TrialFolder) -> None:
    code = f"""
from datetime import datetime, UTC
from pathlib import Path
from mitosis._layout import TrialFolder
from mitosis._model import Annotation, Mark
from mitosis._records import annotate
import os
for number in range(40):
    said = Annotation(Mark.TAG, f"{{os.getpid()}}-{{number}}", datetime.now(UTC), "x")
    annotate(TrialFolder(Path({str(folder.root)!r})), [said])
"""
    processes = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert len({said.text for said in read_annotations(folder)}) == 120


def test_what_was_said_before_a_kill_is_there(folder: TrialFolder) -> None:
    code = f"""
import os, signal
from datetime import datetime, UTC
from pathlib import Path
from mitosis._layout import TrialFolder
from mitosis._model import Annotation, Mark
from mitosis._records import annotate
said = Annotation(Mark.TAG, "t", datetime.now(UTC), "x")
annotate(TrialFolder(Path({str(folder.root)!r})), [said])
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert [said.text for said in read_annotations(folder)] == ["t"]
    assert [path.name for path in folder.root.iterdir()] == ["annotations.jsonl"]
