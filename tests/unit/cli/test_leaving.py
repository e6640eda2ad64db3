"""How the process of the command ends: at once, but with all that is due before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

AT_EXIT = "import atexit; atexit.register(print, 'registered')"
IN_A_THREAD = (
    "import threading; "
    "threading.Thread(target=lambda: (threading.main_thread().join(), print('thread'))).start()"
)


def ended(folder: Path, before: str, *words: str) -> subprocess.CompletedProcess[str]:
    code = (
        f"import sys; sys.argv[1:] = {words!r}; {before}; from mitosis.__main__ import main; "
    )
    return subprocess.run(
        [sys.executable, "-c", f"{code}main()"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@pytest.mark.parametrize(("words", "status"), [(["--help"], 0), (["fly"], 2)])
def test_what_was_said_and_registered_is_done_before(
    tmp_path: Path, words: list[str], status: int
) -> None:
    done = ended(tmp_path, AT_EXIT, *words)
    assert done.returncode == status
    assert "mitosis" in done.stdout + done.stderr or "Usage" in done.stdout + done.stderr
    assert done.stdout.endswith("registered\n")


def test_a_thread_that_still_works_is_waited_for(tmp_path: Path) -> None:
    done = ended(tmp_path, IN_A_THREAD, "--help")
    assert done.returncode == 0
    assert done.stdout.endswith("thread\n")
