"""Templates are compiled once, and nothing hangs on where that is kept."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mitosis._notebook import templates_in


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    (tmp_path / "page.j2").write_text("<p>{{ text }}</p>")
    return tmp_path


def rendered(folder: Path) -> str:
    return templates_in(folder).get_template("page.j2").render(text="a < b")


def test_a_compiled_template_is_kept_and_used(folder: Path) -> None:
    assert rendered(folder) == "<p>a &lt; b</p>"
    (kept,) = (folder / "__pycache__").iterdir()
    kept.write_bytes(kept.read_bytes().replace(b"<p>", b"<b>"))
    assert rendered(folder) == "<b>a &lt; b</p>"


def test_a_template_that_has_changed_is_compiled_anew(folder: Path) -> None:
    rendered(folder)
    (folder / "page.j2").write_text("<i>{{ text }}</i>")
    assert rendered(folder) == "<i>a &lt; b</i>"


@pytest.mark.parametrize("end", [0, 5, 30, 60, -1])
def test_a_damaged_file_is_made_anew(folder: Path, end: int) -> None:
    rendered(folder)
    (kept,) = (folder / "__pycache__").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[:end])
    assert rendered(folder) == "<p>a &lt; b</p>"
    assert kept.read_bytes() == whole


def test_where_nothing_can_be_written_nothing_is_missing(folder: Path) -> None:
    (folder / "__pycache__").write_text("a file")
    assert rendered(folder) == "<p>a &lt; b</p>"


def test_nothing_is_written_where_python_may_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert rendered(folder) == "<p>a &lt; b</p>"
    assert not (folder / "__pycache__").exists()


def test_compiled_templates_go_where_compiled_modules_go(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("cache")
    monkeypatch.setattr(sys, "pycache_prefix", str(elsewhere))
    rendered(folder)
    assert not (folder / "__pycache__").exists()
    assert [path for path in elsewhere.rglob("*") if path.is_file()]
