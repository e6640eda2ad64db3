"""Makes the samples importable by one name, here and in the processes that tests start."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(ROOT))

Interpreter = Callable[..., str]


@pytest.fixture
def interpreter(tmp_path: Path) -> Interpreter:
    """Run a fresh interpreter elsewhere, with another hash seed, and return its output."""

    def run(*arguments: str, hash_seed: int = 0) -> str:
        path = os.pathsep.join([str(ROOT), str(tmp_path)])
        known = {"PYTHONPATH": path, "PYTHONHASHSEED": str(hash_seed)}
        done = subprocess.run(
            [sys.executable, *arguments],
            env=os.environ | known,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
