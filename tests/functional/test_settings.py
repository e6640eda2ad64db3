"""What `[tool.mitosis]` demands and allows, in trials of a real project."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.functional.conftest import Project, record, trial_folder

pytestmark = pytest.mark.slow

SILENT = """
name = "silent"
def run(level):
    import time
    time.sleep(level)
    return {"main": level}
"""


@pytest.fixture
def lab(project: Project) -> Project:
    project.write({".gitignore": "__pycache__/\ntrials/\n"}, silent=SILENT)
    return project


def configure(lab: Project, table: str) -> None:
    lab.write({"pyproject.toml": f"[tool.mitosis]\n{table}\n"})
    lab.commit()


def test_a_trial_without_a_hypothesis_is_refused_where_one_is_required(lab: Project) -> None:
    configure(lab, "require_hypothesis = true")
    before = lab.snapshot()
    done = lab.mitosis("run", "silent", "-e", "level=0")
    assert done.status == 2
    assert "Experiment 'silent' states no hypothesis" in done.err
    assert lab.snapshot() == before


def test_a_hypothesis_on_the_command_line_is_one_and_is_recorded(lab: Project) -> None:
    configure(lab, "require_hypothesis = true")
    done = lab.mitosis("run", "silent", "-e", "level=0", "--hypothesis", "Nothing happens.")
    assert done.status == 0, done
    assert record(trial_folder(lab.root))["hypothesis"] == "Nothing happens."


def test_files_whose_changes_are_ignored_do_not_make_a_repository_dirty(lab: Project) -> None:
    configure(lab, 'ignore_changes = ["notes/**"]')
    lab.write({"notes/deep/idea.txt": ""})
    assert lab.mitosis("run", "silent", "-e", "level=0").status == 0
    lab.write({"idea.txt": ""})
    done = lab.mitosis("run", "silent", "-e", "level=0")
    assert done.status == 2
    assert "?? idea.txt" in done.err
    assert "notes" not in done.err


def test_a_time_limit_holds_for_every_trial_that_sets_no_other(lab: Project) -> None:
    configure(lab, "timeout_seconds = 1")
    done = lab.mitosis("run", "silent", "-e", "level=30")
    assert done.status == 1
    assert "timed out after 1 s" in done.out
    assert lab.mitosis("run", "silent", "-e", "level=1.2", "--timeout", "60").status == 0


def test_input_files_are_recorded_or_missed(lab: Project) -> None:
    configure(lab, 'data = ["measured.csv"]')
    done = lab.mitosis("run", "silent", "-e", "level=0")
    assert done.status == 2
    assert "measured.csv" in done.err
    lab.write({"measured.csv": "1,2\n"})
    lab.git("add", "measured.csv")
    lab.commit()
    assert lab.mitosis("run", "silent", "-e", "level=0").status == 0
    (file,) = record(trial_folder(lab.root))["data"]
    assert (file["path"], file["size_bytes"]) == ("measured.csv", 4)


def test_code_of_another_repository_has_to_be_committed_where_that_is_required(
    lab: Project, tmp_path: Path
) -> None:
    other = Project(tmp_path / "other")
    other.root.mkdir()
    other.git("init", "-q")
    other.write({".gitignore": "__pycache__/\n"}, lent="x = 1\n")
    other.commit()
    lab.write(silent=f"import lent\n{SILENT}")
    configure(lab, "require_clean_checkouts = true")
    there = {"PYTHONPATH": str(other.root)}
    assert lab.mitosis("run", "silent", "-e", "level=0", env=there).status == 0
    other.write(lent="x = 2\n")
    done = lab.mitosis("run", "silent", "-e", "level=0", env=there)
    assert done.status == 2
    assert "lent.py" in done.err
    configure(lab, "require_clean_checkouts = false")
    done = lab.mitosis("run", "silent", "-e", "level=0", env=there)
    assert done.status == 0, done
