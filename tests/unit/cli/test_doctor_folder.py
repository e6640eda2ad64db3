"""What the doctor says of a trials folder."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from mitosis._cli.doctor_findings import Finding, Mark
from mitosis._cli.doctor_folder import looked_at_folder


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent.resolve()))
    git(tmp_path, "init", "-q")
    return tmp_path.resolve()


def git(place: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=place, check=True, capture_output=True)


def found(trials: Path) -> dict[str, Finding]:
    return {finding.label: finding for finding in looked_at_folder(trials)}


def test_a_folder_that_is_not_there_is_looked_at_where_it_would_be(tmp_path: Path) -> None:
    facts = found(tmp_path / "deep" / "trials")
    assert facts["path"].text.endswith("trials, which the first trial makes")
    assert {f.mark for f in facts.values()} <= {Mark.OK, Mark.NOTE}
    assert not list(tmp_path.iterdir())


def test_a_file_in_its_place_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "trials").write_text("")
    facts = found(tmp_path / "trials" / "deep")
    assert facts["path"].mark is Mark.WRONG
    assert "is a file" in facts["path"].text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_wrong(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert found(tmp_path / "trials")["path"].mark is Mark.WRONG
    tmp_path.chmod(0o700)


def test_looking_leaves_nothing_behind(tmp_path: Path) -> None:
    facts = found(tmp_path)
    assert {"path", "file system", "space", "clock"} <= set(facts)
    assert facts["clock"].text == "the same as this machine's"
    assert not list(tmp_path.iterdir())


def test_a_kernel_file_system_is_named(tmp_path: Path) -> None:
    if not Path("/dev/shm").is_dir():
        pytest.skip("there is no /dev/shm")
    assert found(Path("/dev/shm"))["file system"].text == "tmpfs, local"


def test_a_key_that_others_can_read_is_wrong_with_the_way_out(tmp_path: Path) -> None:
    key = tmp_path / ".secret-key"
    key.write_bytes(b"k" * 32)
    key.chmod(0o644)
    fact = found(tmp_path)["secret key"]
    assert (fact.mark, fact.way_out) == (Mark.WRONG, f"chmod 600 {key}")
    key.chmod(0o600)
    assert found(tmp_path)["secret key"].mark is Mark.OK


def test_a_folder_that_git_would_add_is_worth_a_note(repository: Path) -> None:
    trials = repository / "results" / "trials"
    trials.mkdir(parents=True)
    assert found(trials)["git"].text == "ignores it"  # as it ignores all empty folders
    (trials / "trial_a.html").write_text("")
    fact = found(trials)["git"]
    assert fact.mark is Mark.NOTE
    assert fact.way_out == f"add the line /results/trials/ to {repository / '.gitignore'}"
    (repository / ".gitignore").write_text("/results/trials/\n")
    assert found(trials)["git"].mark is Mark.OK


def test_a_key_that_git_tracks_is_wrong(repository: Path) -> None:
    key = repository / "trials" / ".secret-key"
    key.parent.mkdir()
    key.write_bytes(b"k" * 32)
    key.chmod(0o600)
    git(repository, "add", "--", str(key))
    fact = found(key.parent)["git"]
    assert (fact.mark, fact.way_out) == (Mark.WRONG, f"git rm --cached {key}")


def test_a_folder_outside_of_git_says_nothing_of_git(tmp_path: Path) -> None:
    assert "git" not in found(tmp_path)


def test_a_place_where_no_file_can_be_made_is_wrong() -> None:
    if not Path("/proc/self").is_dir() or not os.access("/proc", os.W_OK):
        pytest.skip("no folder here takes rights but no files")
    fact = found(Path("/proc/trials"))["files"]
    assert fact.mark is Mark.WRONG
    assert fact.text.startswith("no file can be written in /proc: ")
