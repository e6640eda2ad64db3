"""A real git repository with experiments in it, and scripts run as users run them."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from shutil import copytree
from textwrap import dedent
from typing import Any

import pytest

SINE = '''
import numpy as np
name = "sine-exp"
def run(seed, amplitude):
    """The maximum of a sine wave equals its amplitude."""
    x = np.arange(0, 10, .05)
    y = amplitude * np.sin(x)
    return {"main": np.abs(max(y) - amplitude)}
'''

CONTRACT = """
import mitosis, sine_experiment
from pathlib import Path
folder = Path(".").resolve()
params = [mitosis.Parameter("my_variant", "amplitude", 4)]
mitosis.run(sine_experiment, params=params, trials_folder=folder)
"""


class Project:
    """A researcher's repository."""

    def __init__(self, root: Path) -> None:
        self.root = root
        # ipykernel leaves the descriptors alone when it believes to be under test itself
        inherited = {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"}
        self.environment = inherited | {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ada",
            "GIT_AUTHOR_EMAIL": "ada@example.org",
            "GIT_COMMITTER_NAME": "Ada",
            "GIT_COMMITTER_EMAIL": "ada@example.org",
        }

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", *words],
            cwd=self.root,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def write(self, files: Mapping[str, str] | None = None, **modules: str) -> None:
        """Write files by their paths, and modules by their names."""
        paths = dict(files or {}) | {f"{name}.py": text for name, text in modules.items()}
        for name, text in paths.items():
            path = self.root / name
            path.parent.mkdir(exist_ok=True, parents=True)
            path.write_text(dedent(text), encoding="utf-8")

    def commit(self) -> None:
        """Commit all sources, but no trials."""
        sources = [p for p in self.root.rglob("*.*") if p.suffix in (".py", ".toml")]
        self.git("add", "--", ".gitignore", *map(str, sources))
        self.git("commit", "-qam", "work", "--allow-empty")

    def start(self, *words: str, **options: Any) -> subprocess.Popen[str]:
        """Start python with these words in the repository."""
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=options.pop("cwd", self.root),
            env=self.environment | options.pop("env", {}),
            stdin=options.pop("stdin", subprocess.DEVNULL),
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=options.pop("stderr", subprocess.PIPE),
            text=True,
            encoding="utf-8",
            errors="backslashreplace",
            **options,
        )

    def python(self, *words: str, **options: Any) -> Done:
        """Run python with these words in the repository, to its end."""
        given = options.pop("input", None)
        if given is not None:
            options["stdin"] = subprocess.PIPE
        process = self.start(*words, **options)
        out, err = process.communicate(given, timeout=300)
        return Done(process.returncode, out or "", err or "")

    def script(self, source: str, **options: Any) -> Done:
        """Commit a script and run it."""
        self.write(script=source)
        self.commit()
        return self.python("script.py", **options)

    def mitosis(self, *words: str, **options: Any) -> Done:
        """Run the command `mitosis`."""
        return self.python("-m", "mitosis", *words, **options)

    def rows(self, database: Path | str) -> list[Mapping[str, Any]]:
        """Return the trials in a database, as any reader of SQLite sees them."""
        connection = sqlite3.connect(self.root / database)
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute("SELECT * FROM trial ORDER BY id")]
        finally:
            connection.close()

    def snapshot(self) -> dict[str, bytes]:
        """Return all files outside .git with their contents."""
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in self.root.rglob("*")
            if path.is_file() and not {".git", "__pycache__"} & set(path.parts)
        }


class Done:
    """A process that has ended."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def page(self) -> Path:
        """The path printed last."""
        return Path(self.out.rstrip().rpartition("\n")[2])

    @property
    def html(self) -> str:
        return self.page.read_text(encoding="utf-8")

    def __repr__(self) -> str:
        return f"status {self.status}\n--- out\n{self.out}\n--- err\n{self.err}"


def record(folder: Path) -> dict[str, Any]:
    """Read a trial's record."""
    loaded: dict[str, Any] = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    return loaded


def trial_folder(place: Path) -> Path:
    """Return the only trial's folder below a place."""
    (found,) = (path.parent for path in place.glob("**/record.json"))
    return found


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A researcher's repository with one commit, to be copied."""
    made = Project(tmp_path_factory.mktemp("repository"))
    made.git("init", "-q")
    (made.root / ".gitignore").write_text("__pycache__/\n")
    made.write(sine_experiment=SINE)
    made.commit()
    return made.root


@pytest.fixture
def project(repository: Path, tmp_path: Path) -> Project:
    return Project(copytree(repository, tmp_path / "project"))
