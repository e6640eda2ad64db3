"""`mitosis doctor` in healthy and in broken places."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import sys
from pathlib import Path

import pytest

from mitosis._cli.doctor_databases import looked_at_databases
from tests.functional.conftest import Done, Project
from tests.functional.test_variants_command import on_a_terminal

pytestmark = pytest.mark.slow

PEAK = """
name = "peak"
def run(amplitude):
    "The amplitude is its own peak."
    {body}
    return {{"main": amplitude}}
"""


@pytest.fixture
def lab(project: Project) -> Project:
    project.write({".gitignore": "__pycache__/\ntrials/\n"}, peak=PEAK.format(body=""))
    project.commit()
    return project


def wrongs(done: Done) -> dict[str, str]:
    """Return what is wrong, with the lines below it, by label."""
    found = re.findall(r"(?m)^  WRONG  (\S+(?: \S+)*)((?:.*\n {12,})*.*)", done.out)
    return {label: " ".join(text.split()) for label, text in found}


def healthy(lab: Project) -> Project:
    done = lab.mitosis("run", "peak", "-e", "amplitude=1")
    assert done.status == 0, done
    return lab


def test_nothing_is_wrong_with_a_project_that_works(lab: Project) -> None:
    before = healthy(lab).snapshot()
    done = lab.mitosis("doctor")
    assert (done.status, wrongs(done)) == (0, {}), done
    titles = re.findall(r"(?m)^\n(\S.*)$", done.out)
    assert titles[:-1] == [
        *("software", "settings", "repository", "trials folder"),
        *("databases", "machine", "kernel"),
    ]
    assert "peak.db" in done.out
    assert "trials: 1 succeeded, 1 lock" in done.out
    assert f"interpreter  {sys.executable}" in done.out
    assert "a kernel answered after" in done.out
    assert max(map(len, done.out.splitlines())) <= 80 or str(lab.root) in done.out
    assert "\x1b" not in done.out
    assert lab.snapshot() == before


def test_a_terminal_gets_colours_and_the_same_words(lab: Project) -> None:
    shown = on_a_terminal(lab, f"{sys.executable} -m mitosis doctor")
    assert "\x1b[32mok" in shown
    assert "mitosis doctor: nothing is wrong" in shown


def test_an_empty_folder_without_a_repository_is_no_reason_to_fall_over(
    tmp_path: Path, project: Project
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = project.mitosis("doctor", cwd=empty)
    assert done.status == 1
    assert list(wrongs(done)) == ["commit"]
    assert "there is no git repository" in wrongs(done)["commit"]
    assert not list(empty.iterdir())


def test_without_git_the_rest_is_still_said(lab: Project, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    done = lab.mitosis("doctor", env={"PATH": str(tmp_path / "bin")})
    assert done.status == 1
    assert list(wrongs(done)) == ["git"]
    assert "there is no git on this machine" in wrongs(done)["git"]


def test_a_broken_file_of_settings_is_what_it_is_there_for(lab: Project) -> None:
    lab.write({"pyproject.toml": "[tool.mitosis]\ntrial_folder = 'a'\ntimeout_seconds = 'x'\n"})
    lab.commit()
    done = lab.mitosis("doctor")
    assert done.status == 1
    (text,) = wrongs(done).values()
    assert "did you mean 'trials_folder'?" in text
    assert "timeout_seconds is 'x', not a finite number of seconds above 0" in text


@pytest.mark.parametrize(
    "words", [("--config", "absent.toml"), ("--folder", "~nobody-of-that-name/trials")]
)
def test_a_misused_command_ends_with_2(lab: Project, words: tuple[str, str]) -> None:
    done = lab.mitosis("doctor", *words)
    assert done.status == 2
    assert words[1] in done.err
    assert "Traceback" not in done.err


def test_a_kernel_that_does_not_come_up_is_wrong_with_its_words(
    lab: Project, tmp_path: Path
) -> None:
    (tmp_path / "ipykernel.py").write_text("raise SystemExit('broken on purpose')")
    done = lab.mitosis("doctor", env={"PYTHONPATH": str(tmp_path)})
    assert done.status == 1
    assert "broken on purpose it ended with exit status 1" in wrongs(done)["start"]


def test_a_package_that_cannot_be_imported_does_not_silence_the_doctor(
    lab: Project, tmp_path: Path
) -> None:
    (tmp_path / "sqlalchemy.py").write_text("raise ImportError('broken on purpose')")
    done = lab.mitosis("doctor", env={"PYTHONPATH": str(tmp_path)})
    assert done.status == 1
    assert "mitosis cannot run: broken on purpose" in wrongs(done)["import"]
    assert "SQLAlchemy" in done.out
    assert "Traceback" not in done.out + done.err


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trials folder with two trials, and the database as it was after the first."""
    lab = Project(tmp_path_factory.mktemp("recorded"))
    lab.git("init", "-q")
    lab.write({".gitignore": "__pycache__/\ntrials/\n"}, peak=PEAK.format(body=""))
    lab.commit()
    shutil.copy(healthy(lab).root / "trials" / "peak.db", lab.root / "trials" / "old")
    return healthy(lab).root / "trials"


@pytest.fixture
def trials(recorded: Path, tmp_path: Path) -> Path:
    """A copy of it to break, with the former database beside it."""
    shutil.copytree(recorded, tmp_path / "trials")
    (tmp_path / "trials" / "old").rename(tmp_path / "old.db")
    return tmp_path / "trials"


def said(trials: Path) -> list[tuple[str, str, str]]:
    return [(f.mark, f.text, f.way_out) for f in looked_at_databases(trials)]


def test_a_sound_database_is_described(trials: Path) -> None:
    ((mark, text, _),) = said(trials)
    assert mark == "ok"
    assert re.fullmatch(
        r"schema \d, trials: 2 succeeded, 1 lock, [\d.]+ kB, journal mode delete", text
    )


def test_a_database_that_is_gone_is_to_be_repaired(trials: Path) -> None:
    (trials / "peak.db").unlink()
    (found, gone) = said(trials)
    assert found == ("ok", "none yet", "")
    text = "is gone; 2 trials in folders tell of it"
    assert gone == ("WRONG", text, f"mitosis repair {trials}")


@pytest.mark.parametrize("content", [b"garbage " * 1000, b"SQLite format 3\0" + b"\1" * 5000])
def test_a_damaged_database_is_to_be_repaired(trials: Path, content: bytes) -> None:
    (trials / "peak.db").write_bytes(content)
    ((mark, _, way_out),) = said(trials)
    assert (mark, way_out) == ("WRONG", f"mitosis repair {trials}")


def test_a_damaged_page_of_a_database_is_found(trials: Path) -> None:
    with (trials / "peak.db").open("r+b") as file:
        for page in range(2, trials.joinpath("peak.db").stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\xff" * 4096)
    ((mark, _, way_out),) = said(trials)
    assert (mark, way_out) == ("WRONG", f"mitosis repair {trials}")


def test_a_damaged_database_does_not_hide_the_next(trials: Path) -> None:
    (trials / "aaa.db").write_bytes(b"garbage " * 1000)
    assert [mark for mark, _, _ in said(trials)] == ["WRONG", "ok"]


def test_a_database_of_another_program_is_left_alone(trials: Path) -> None:
    connection = sqlite3.connect(trials / "customers.db")
    connection.execute("CREATE TABLE customers (name TEXT)")
    connection.close()
    (found, _) = said(trials)
    assert found == ("note", "made by another program; mitosis leaves it alone", "")


def test_a_folder_without_a_row_is_to_be_repaired(trials: Path) -> None:
    shutil.copy(trials.parent / "old.db", trials / "peak.db")
    text = "lacks peak-1-2, whose folders are there"
    assert said(trials)[1] == ("WRONG", text, f"mitosis repair {trials}")


def test_a_row_without_a_folder_is_worth_a_note(trials: Path) -> None:
    (folder,) = trials.glob("peak-1-2_*")
    shutil.rmtree(folder)
    assert said(trials)[1] == ("note", "holds peak-1-2, whose folders are not there", "")


def test_a_record_that_cannot_be_read_is_wrong(trials: Path) -> None:
    (folder,) = trials.glob("peak-1-2_*")
    (folder / "record.json").write_text("{")
    mark, text, _ = said(trials)[-1]
    assert mark == "WRONG"
    assert text.startswith(f"1 record cannot be read\n{folder.name}: it is no JSON")


def test_a_database_of_a_newer_mitosis_is_said(trials: Path) -> None:
    connection = sqlite3.connect(trials / "peak.db")
    connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema_version'")
    connection.commit()
    connection.close()
    ((mark, text, way_out),) = said(trials)
    assert mark == "WRONG"
    assert text.endswith("written by a newer mitosis")
    assert way_out.startswith("upgrade mitosis")


def test_a_trial_that_runs_is_alive_and_one_whose_runner_is_gone_is_closed(
    lab: Project,
) -> None:
    lab.write(peak=PEAK.format(body="import time; print('up', flush=True); time.sleep(60)"))
    lab.commit()
    running = lab.start("-m", "mitosis", "run", "peak", "-e", "amplitude=1")
    assert running.stdout
    while "up" not in running.stdout.readline():
        assert running.poll() is None
    texts = [text for _, text, _ in said(lab.root / "trials")]
    assert texts[1] == f"peak-1-1 runs in process {running.pid}"
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    (_, state, _), closed = said(lab.root / "trials")
    assert "trials: 1 lost" in state
    text = "closed just now, as their processes are gone: peak-1-1"
    assert closed == ("note", text, "")
    assert len(said(lab.root / "trials")) == 1


def test_a_disk_without_room_is_wrong(lab: Project, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if os.system(f"mount -t tmpfs -o size=200k tmpfs {small} 2>/dev/null"):
        pytest.skip("this machine allows no mounts")
    try:
        done = lab.mitosis("doctor", "--folder", str(small))
        assert list(wrongs(done)) == ["space"]
        assert "file system  tmpfs, local" in done.out
    finally:
        os.system(f"umount -l {small}")


def test_signals_that_are_ignored_are_worth_a_note(lab: Project) -> None:
    shown = on_a_terminal(lab, f"nohup {sys.executable} -m mitosis doctor < /dev/null | cat")
    assert "SIGHUP ignored, as under nohup" in " ".join(shown.split())
