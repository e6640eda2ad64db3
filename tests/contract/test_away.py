"""A server that goes away while a trial runs costs the row its end, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mitosis._store import Store, join

from .servers import Server, serving

pytestmark = pytest.mark.slow

EXPERIMENT = """
import os
import signal

name = "vanishing"
hypothesis = "the trial ends well without its server"


def run(server):
    os.kill(server, signal.SIGQUIT)
    return {"main": 7}


server = {"a": SERVER}
"""


def _mitosis(folder: Path, url: str, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"MITOSIS_STORE": url}
    command = [sys.executable, "-m", "mitosis", *words]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )


def _project(folder: Path, server: Server) -> None:
    text = EXPERIMENT.replace("SERVER", str(server.pid))
    (folder / "vanishing.py").write_text(text, encoding="utf-8")
    (folder / ".gitignore").write_text("trials/\n__pycache__/\n", encoding="utf-8")
    person = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    for words in (("init", "-q"), ("add", "-A"), (*person, "commit", "-qm", "Vanish")):
        subprocess.run(["git", *words], cwd=folder, check=True)


def test_the_trial_ends_in_its_folder_and_repair_tells_the_server_when_it_is_back(
    tmp_path: Path,
) -> None:
    with serving(lasting=True) as server:
        url = server.new_database().replace("postgres@", "postgres:S3cret@")
        _project(tmp_path, server)
        done = _mitosis(tmp_path, url, "run", "vanishing", "-p", "server=a")
        assert done.returncode == 0, done.stderr
        assert "shared store cannot be used" in done.stderr
        refused = _mitosis(tmp_path, url, "run", "vanishing", "-p", "server=a")
        assert refused.returncode == 2
        assert "shared store cannot be used" in refused.stderr
        server.start()
        trials = tmp_path / "trials"
        join(trials, url)
        store = Store(trials / "vanishing.db")
        assert [row["status"] for row in store.trials()] == ["running"]
        repaired = _mitosis(tmp_path, url, "repair")
        assert repaired.returncode == 0, repaired.stdout + repaired.stderr
        (row,) = store.trials()
        assert (row["status"], row["main"]) == ("succeeded", 7)
        told = done.stderr + refused.stderr + repaired.stdout + repaired.stderr
        assert "S3cret" not in told
        files = [path.read_bytes() for path in trials.rglob("*") if path.is_file()]
        assert not any(b"S3cret" in content for content in files)
