"""For all tests: fresh interpreters, and a user who may not write everywhere."""

from __future__ import annotations

import compileall
import gc
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import settings

settings.register_profile("mitosis", deadline=None)  # machines that run tests are busy
settings.register_profile("fast lane", deadline=None, max_examples=20)
settings.load_profile("mitosis")

FreshPython = Callable[..., str]
Unprivileged = Callable[[], AbstractContextManager[None]]
_NOBODY = 65534
_SLOW_TO_HAVE = {"fresh_python", "interpreter", "_hermetic_git", "server"}
_PACKAGE = Path(__file__).parents[1] / "mitosis"

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in the background of a script
    signal.signal(signal.SIGINT, signal.default_int_handler)  # or what tests start ignores it
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.pthread_sigmask(signal.SIG_SETMASK, ())

os.environ["PYTHONDONTWRITEBYTECODE"] = "1"  # or what tests start leaves files in repositories

gc.disable()  # all that is made while tests are collected stays; looking for cycles is a third


def pytest_configure(config: pytest.Config) -> None:
    """Try fewer examples of each law in the fast lane."""
    if "not slow" in config.option.markexpr:
        settings.load_profile("fast lane")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile the package once, not in each process that tests start: it is half a second."""
    if not hasattr(session.config, "workerinput"):
        compileall.compile_dir(_PACKAGE, quiet=2)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow whatever starts an interpreter, git or a server."""
    for item in items:
        if _SLOW_TO_HAVE & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish() -> None:
    """Spare every later collection the modules and tests, which live to the end."""
    gc.freeze()
    gc.enable()


@pytest.fixture
def fresh_python(tmp_path: Path) -> FreshPython:
    """Run code in a new interpreter, in an empty folder, and return what it printed."""

    def run(code: str, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", dedent(code), *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may write to, below folders that every user may pass."""
    folder = Path(tempfile.mkdtemp(prefix="mitosis-")).resolve()
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def unprivileged() -> Unprivileged:
    """Be a user whom file modes bind, which root is not, for the length of a `with`."""

    @contextmanager
    def nobody() -> Iterator[None]:
        if os.geteuid() != 0:
            yield
            return
        os.setresuid(_NOBODY, _NOBODY, 0)
        try:
            yield
        finally:
            os.setresuid(0, 0, 0)

    return nobody
