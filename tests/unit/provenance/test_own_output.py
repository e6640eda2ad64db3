"""The file that a run prints to does not make its repository dirty."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_ASK = (
    "import sys; from pathlib import Path; from mitosis._provenance import code_state;"
    "print(code_state(Path.cwd(), Path('trials')).changes, file=sys.__stderr__)"
)


def _repository(folder: Path) -> Path:
    git = ["git", "-c", "user.name=n", "-c", "user.email=e@example.org"]
    subprocess.run([*git, "init", "-q"], cwd=folder, check=True)
    subprocess.run([*git, "commit", "-qm", "x", "--allow-empty"], cwd=folder, check=True)
    return folder


def _asked_with_output_to(log: Path) -> bytes:
    """Return what a process that prints to `log` finds changed in its repository."""
    with log.open("wb") as out:
        done = subprocess.run(
            [sys.executable, "-c", _ASK],
            cwd=log.parent,
            stdout=out,
            stderr=subprocess.PIPE,
            check=True,
        )
    return done.stderr.strip()


def test_the_log_that_this_run_is_redirected_to_is_not_counted(tmp_path: Path) -> None:
    folder = _repository(tmp_path)
    assert _asked_with_output_to(folder / "exp.log") == b"()"


def test_the_log_of_another_run_is_counted(tmp_path: Path) -> None:
    folder = _repository(tmp_path)
    (folder / "other.log").touch()
    assert _asked_with_output_to(folder / "exp.log") == b"('?? other.log',)"
