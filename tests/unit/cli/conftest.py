"""A project of experiments, importable in this process while a test runs."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree
from textwrap import dedent
from types import ModuleType

import pytest

PACKAGE = '''
"""Waves."""
amplitude = {"low": 0.5, "high": 10.0, "lowest": 0.1}
frequency = {"slow": 1, 2: "two"}
noise = {}
_hidden = {"a": 1}
unit = "V"
'''
PEAK = '''
name = "peak-exp"
phase = {"none": 0.0}

def run(amplitude, frequency=1, phase=0.0):
    """The amplitude is its own peak."""
    return {"main": amplitude}
'''
OTHERS = {
    "valley.py": 'name = "valley"\ndef run(amplitude): ...\n',
    "broken.py": 'name = "broken"\ndef run(): ...\nimport not_installed_anywhere\n',
    "raising.py": 'name = "raising"\ndef run(): ...\n1 / 0\n',
    "nameless.py": "def run(): ...\n",
    "_private.py": 'name = "private"\ndef run(): ...\n',
    "unparsable.py": 'name = "unparsable"\ndef run(: ...\n',
}

Project = Callable[[dict[str, str]], ModuleType]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """Write files below a folder that is then the working folder, and import the package."""
    before = set(sys.modules)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent.resolve()))

    def write(files: dict[str, str]) -> ModuleType:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
        importlib.invalidate_caches()
        return importlib.import_module(Path(next(iter(files))).parts[0])

    yield write
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) is None or str(tmp_path) in str(
            sys.modules[name].__file__
        ):
            sys.modules.pop(name)


@pytest.fixture
def waves(project: Project) -> ModuleType:
    """A package with one experiment."""
    return project({"waves/__init__.py": PACKAGE, "waves/peak.py": PEAK})


@pytest.fixture
def many(project: Project) -> ModuleType:
    """A package with several experiments, some of which cannot be imported."""
    others = {f"waves/{name}": text for name, text in OTHERS.items()}
    return project({"waves/__init__.py": PACKAGE, "waves/peak.py": PEAK} | others)


@pytest.fixture
def folder(three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the module's `three` in its `trials`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Ada")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "ada@example.org")
    (tmp_path / ".git").mkdir()
    return copytree(three, tmp_path / "trials")
