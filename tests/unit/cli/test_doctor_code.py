"""What the doctor says of settings and repository."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from mitosis._cli.doctor_code import looked_at_repository, looked_at_settings
from mitosis._cli.doctor_findings import Finding, Mark
from mitosis._settings import Settings, find_settings
from mitosis.errors import SettingsError

GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}


def git(place: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=place, check=True, capture_output=True)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in (GIT | {"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}).items():
        monkeypatch.setenv(name, value)
    return tmp_path.resolve()


@pytest.fixture
def repository(place: Path) -> Path:
    git(place, "init", "-q", "--initial-branch", "main")
    git(place, "commit", "-q", "--allow-empty", "-m", "work")
    return place


def seen(place: Path, settings: Settings | None = None) -> Mapping[str, Finding]:
    found = looked_at_repository(place, place / "trials", settings or Settings())
    return {finding.label: finding for finding in found}


def set_(place: Path, table: str) -> list[Finding]:
    file = place / "pyproject.toml"
    file.write_text(f"[tool.mitosis]\n{table}")
    try:
        return list(looked_at_settings(place, find_settings(place), None))
    except SettingsError as exc:
        return list(looked_at_settings(place, Settings(), exc))


def test_a_clean_repository_is_described(repository: Path) -> None:
    git(repository, "remote", "add", "origin", "https://ada:hunter2@example.org/lab.git")
    found = seen(repository)
    assert found["folder"].text == str(repository)
    assert found["commit"].text.endswith(", branch main")
    assert found["remote"].text == "https://example.org/lab.git"
    assert found["changes"].text == "none: trials can be recorded"
    assert {finding.mark for finding in found.values()} == {Mark.OK}


def test_changes_are_named_up_to_a_few_with_the_way_out(repository: Path) -> None:
    for number in range(20):
        (repository / f"new-{number:02}.txt").touch()
    changes = seen(repository)["changes"]
    first, *names = changes.text.splitlines()
    assert changes.mark is Mark.WRONG
    assert (first, names[0], names[-1], len(names)) == ("20 files", "?? new-00.txt", "...", 9)
    assert changes.way_out.startswith("commit them, or add them to .gitignore")


def test_changes_that_a_setting_ignores_are_not_wrong(repository: Path) -> None:
    (repository / "notes").mkdir()
    (repository / "notes" / "a.txt").touch()
    assert seen(repository)["changes"].mark is Mark.WRONG
    assert seen(repository, Settings(ignore_changes=("notes/**",)))["changes"].mark is Mark.OK


def test_a_head_without_a_branch_is_said(repository: Path) -> None:
    git(repository, "checkout", "-q", "--detach")
    assert seen(repository)["commit"].text.endswith(", detached HEAD")


def test_without_a_commit_nothing_can_be_recorded(place: Path) -> None:
    git(place, "init", "-q")
    assert "has no commit yet" in seen(place)["commit"].text
    assert seen(place)["commit"].mark is Mark.WRONG


def test_without_a_repository_nothing_can_be_recorded(place: Path) -> None:
    found = seen(place)
    assert list(found) == ["git", "commit"]
    assert found["commit"].text == "there is no git repository"


def test_each_setting_is_shown_with_where_it_comes_from(place: Path) -> None:
    found = {
        finding.label: finding.text
        for finding in set_(place, "timeout_seconds = 90.5\nrequire_hypothesis = false\n")
    }
    assert found["file"] == str(place / "pyproject.toml")
    assert found["timeout_seconds"] == "90.5"
    assert found["require_hypothesis"] == "false"
    assert found["require_clean_checkouts"] == "false (default)"
    assert found["ignore_changes"] == "none (default)"


def test_steps_and_packages_are_shown_by_their_names(place: Path) -> None:
    found = {
        finding.label: finding.text
        for finding in set_(place, "packages = ['a', 'b']\nsteps.fit = ['a:run', 'a:table']")
    }
    assert (found["packages"], found["steps"]) == ("a, b", "fit")


def test_input_files_that_are_not_there_are_wrong(place: Path) -> None:
    (place / "there.csv").touch()
    *_, last = set_(place, "data = ['there.csv', 'absent.csv']")
    assert (last.mark, last.text) == (Mark.WRONG, f"{place / 'absent.csv'} is not there")


def test_mistakes_are_said_and_the_defaults_shown(place: Path) -> None:
    first, *others = set_(place, "require_hypotesis = true\ntimeout_seconds = 0")
    assert first.mark is Mark.WRONG
    assert "did you mean 'require_hypothesis'" in first.text
    assert "timeout_seconds is 0" in first.text
    assert all(finding.text.endswith("(default)") for finding in others)


def test_a_file_that_is_no_toml_is_a_mistake_with_its_line(place: Path) -> None:
    first, *_ = set_(place, "data = = 3")
    assert "line 2" in first.text


def test_a_place_without_settings_says_so(place: Path) -> None:
    first, *_ = looked_at_settings(place, Settings(), None)
    assert first.text.startswith("no [tool.mitosis] in a pyproject.toml")
