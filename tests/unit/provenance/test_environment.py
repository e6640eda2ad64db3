"""The environment: complete, the same for the same packages, found anew when it changes."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitosis._model import Environment
from mitosis._provenance import (
    environment,
    environment_digest,
    environment_json,
    read_environment,
)


def install(folder: Path, directory: str, metadata: str | bytes | None) -> None:
    """Put the metadata of a package into a folder, as an installer does."""
    place = folder / directory
    place.mkdir(parents=True)
    if metadata is not None:
        text = metadata.encode() if isinstance(metadata, str) else metadata
        (place / "METADATA").write_bytes(text)


def described(name: str, version: str) -> str:
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nName: a README\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the only one on `sys.path`."""
    folder = tmp_path / "site"
    folder.mkdir()
    importlib.import_module("json")
    monkeypatch.setattr(sys, "path", [str(folder)])
    return folder


def test_interpreter_and_all_packages_are_named() -> None:
    found = environment()
    assert found.python.startswith(platform.python_version())
    assert "\n" not in found.python
    assert found.implementation == "CPython"
    assert "sqlalchemy" in found.packages
    assert list(found.packages) == sorted(found.packages)


def test_versions_are_those_that_importlib_finds() -> None:
    packages = environment().packages
    expected = {name: importlib.metadata.version(name) for name in packages}
    assert packages == expected


def test_no_package_is_missing() -> None:
    names = {dist.metadata["Name"] for dist in importlib.metadata.distributions()}
    normal = {re.sub(r"[-_.]+", "-", name).lower() for name in names if name}
    assert set(environment().packages) == normal


def test_names_are_normalised(site: Path) -> None:
    install(site, "Some_Odd.Name-1.0.dist-info", described("Some_Odd.-Name", "1.0"))
    assert environment().packages == {"some-odd-name": "1.0"}


def test_the_first_on_the_path_wins(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder, version in (("first", "2.0"), ("second", "1.0")):
        install(site / folder, f"thing-{version}.dist-info", described("thing", version))
    monkeypatch.setattr(sys, "path", [str(site / "first"), str(site / "second")])
    assert environment().packages == {"thing": "2.0"}


def test_the_remains_of_an_interrupted_installation_do_not_count(site: Path) -> None:
    install(site, "~hing-1.0.dist-info", described("thing", "1.0"))
    install(site, "thing-2.0.dist-info", described("thing", "2.0"))
    assert environment().packages == {"thing": "2.0"}


@pytest.mark.parametrize(
    "metadata",
    [None, "", "Name: thing\n\n", "Version: 1.0\n\n", "\n\nName: thing\nVersion: 1", b"\xff"],
)
def test_broken_metadata_is_left_out(site: Path, metadata: str | bytes | None) -> None:
    install(site, "thing-1.0.dist-info", metadata)
    install(site, "other-1.0.dist-info", described("other", "1.0"))
    assert environment().packages == {"other": "1.0"}


def test_broken_metadata_does_not_hide_the_package_behind_it(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(site / "first", "thing-3.0.dist-info", None)
    install(site / "second", "thing-2.0.dist-info", described("thing", "2.0"))
    install(site / "third", "thing-1.0.dist-info", described("thing", "1.0"))
    monkeypatch.setattr(sys, "path", [str(site / n) for n in ("first", "second", "third")])
    assert environment().packages == {"thing": "2.0"}


@pytest.mark.parametrize("length", [10, 100_000])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_header_counts_however_long_it_is_and_nothing_behind_it(
    site: Path, length: int, line_end: str
) -> None:
    header = [
        "Metadata-Version: 2.1",
        f"License: {'x' * length}",
        "Name: thing",
        "Version: 1.0",
    ]
    text = line_end.join([*header, "", "Name: a README", "Version: 7", ""])
    install(site, "thing-1.0.dist-info", text)
    install(site, "only-1.0.dist-info", "Version: 1.0\n\nName: a README\n")
    assert environment().packages == {"thing": "1.0"}


def test_old_kinds_of_metadata_count(site: Path) -> None:
    (site / "flat-1.0.egg-info").write_text(described("flat", "1.0"))
    (site / "deep.egg-info").mkdir()
    (site / "deep.egg-info" / "PKG-INFO").write_text(described("deep", "2.0"))
    assert environment().packages == {"deep": "2.0", "flat": "1.0"}


def test_an_installation_in_the_running_process_is_noticed(site: Path) -> None:
    assert environment().packages == {}
    install(site, "thing-1.0.dist-info", described("thing", "1.0"))
    assert environment().packages == {"thing": "1.0"}


def test_an_unchanged_path_is_read_once(site: Path) -> None:
    assert environment() is environment()


def test_a_path_that_is_not_there_does_no_harm(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [str(site / "gone"), str(site / "gone.zip"), ""])
    monkeypatch.chdir(site)
    assert environment().packages == {}


def test_the_stored_text_is_readable_json() -> None:
    text = environment_json(Environment("3.11.7", "CPython", {"b": "1", "a": "2"}))
    assert json.loads(text) == {
        "python": "3.11.7",
        "implementation": "CPython",
        "packages": {"a": "2", "b": "1"},
    }
    assert b'  "a": "2",\n  "b": "1"\n' in text
    assert text.endswith(b"\n")


def test_what_conda_has_installed_is_named_with_its_builds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = environment_digest(environment())
    installed = tmp_path / "conda-meta"
    installed.mkdir()
    for name in ("libblas-3.9.0-21_linux64_openblas.json", "history", "ca-certificates.json"):
        (installed / name).touch()
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path))
    found = environment()
    assert found.conda == {"libblas": "3.9.0 21_linux64_openblas"}
    assert environment_digest(found) != plain
    (tmp_path / "stored.json").write_bytes(environment_json(found))
    assert read_environment(tmp_path / "stored.json") == found


_PACKAGES = st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=5)


@given(packages=_PACKAGES)
def test_the_order_of_packages_does_not_matter(packages: dict[str, str]) -> None:
    backwards = dict(reversed(packages.items()))
    digests = {
        environment_digest(Environment("3", "CPython", each)) for each in (packages, backwards)
    }
    assert len(digests) == 1


@given(one=_PACKAGES, other=_PACKAGES)
def test_different_packages_have_different_digests(
    one: dict[str, str], other: dict[str, str]
) -> None:
    digests = [environment_digest(Environment("3", "CPython", each)) for each in (one, other)]
    assert (digests[0] == digests[1]) == (one == other)


def test_another_interpreter_has_another_digest() -> None:
    assert environment_digest(Environment("3.11", "CPython", {})) != environment_digest(
        Environment("3.12", "CPython", {})
    )
