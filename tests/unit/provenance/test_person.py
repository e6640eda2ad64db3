"""Who acts: git's author, else the login."""

from __future__ import annotations

import getpass
import os
import platform
import subprocess
from pathlib import Path

import pytest

from mitosis._provenance import person


@pytest.fixture(autouse=True)
def _no_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL"):
        monkeypatch.delenv(f"GIT_{name}", raising=False)
    monkeypatch.delenv("EMAIL", raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


def configure(folder: Path, **settings: str) -> None:
    subprocess.run(["git", "init", "-q", folder], check=True)
    for key, value in settings.items():
        subprocess.run(["git", "-C", folder, "config", f"user.{key}", value], check=True)


def test_a_repository_s_own_author_acts_in_it(tmp_path: Path) -> None:
    configure(tmp_path, name="Ada Ö. <x", email="ada@example.org")
    assert person(tmp_path / "trials").endswith("<ada@example.org>")
    assert person(tmp_path).startswith("Ada Ö.")


def test_the_environment_goes_before_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(tmp_path, name="Ada", email="ada@example.org")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Bob")
    assert person(tmp_path) == "Bob <ada@example.org>"


def test_outside_a_repository_the_global_author_acts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text("[user]\nname = Ada\nemail = ada@example.org\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    assert person(tmp_path) == "Ada <ada@example.org>"


@pytest.mark.parametrize("settings", [{}, {"name": "Ada"}])
def test_without_a_full_author_it_is_the_login_and_the_machine(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    configure(tmp_path, **settings)
    assert person(tmp_path) == f"{getpass.getuser()}@{platform.node()}"


def test_a_user_id_without_a_name_is_somebody_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 987654321)
    assert person(tmp_path) == f"unknown@{platform.node()}"
