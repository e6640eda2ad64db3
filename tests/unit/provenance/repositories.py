"""Real git repositories, and real files of mitosis, for the tests of this layer."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from mitosis._layout import APPLICATION_ID


@dataclass(frozen=True)
class GitFolder:
    """A work tree that the tests may do anything to."""

    root: Path

    def git(self, *arguments: str) -> str:
        """Run git here and return what it printed."""
        return subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments],
            cwd=self.root,
            check=True,
            capture_output=True,
            encoding="utf-8",
        ).stdout.strip()

    def write(self, name: str, text: str = "x = 1\n") -> Path:
        """Write a file, and the folders above it."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def commit(self) -> str:
        """Commit everything that is not ignored, and return the hash."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=x")
        return self.git("rev-parse", "HEAD")


def new_repository(root: Path, *, committed: bool = True) -> GitFolder:
    """Make a repository with a branch `main` and, in its first commit, an experiment."""
    root.mkdir(parents=True)
    folder = GitFolder(root.resolve())
    folder.git("init", "--quiet", "--initial-branch=main")
    if committed:
        folder.write("experiment.py")
        folder.commit()
    return folder


def write_own_files(trials_folder: Path) -> list[Path]:
    """Write one of each kind of file that mitosis itself makes, and return them."""
    database = trials_folder / "sine.db"
    trials_folder.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("CREATE TABLE trial (name TEXT)")
        connection.commit()
    texts = [
        "sine.db-journal",
        "trial_sine-low-1.html",
        "trial_sine-low-1_debug_0123abcd.ipynb",
        "sine-low-1_0123abcd/record.json",
        "sine-low-1_0123abcd/results.dill",
        "sine-low-1_0123abcd/parameters/noise.dill",
        f".values/{'1f' * 32}.dill",
        f".environments/{'3d' * 32}.json",
    ]
    for name in texts:
        GitFolder(trials_folder).write(name)
    return [database, *(trials_folder / name for name in texts)]
