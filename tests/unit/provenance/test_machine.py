"""The machine, and the command line on it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitosis._provenance import host, machine
from mitosis._provenance.host import _named
from mitosis._redaction import names_secret, redact_argv

_CHECKOUT = str(Path(__file__).parents[3])


def test_a_machine_names_host_processor_and_memory() -> None:
    found = machine(["run.py", "--seed", "1"])
    assert found.argv == ("run.py", "--seed", "1")
    assert found.cpu
    assert found.cpu_count == psutil.cpu_count()
    assert found.memory_bytes == psutil.virtual_memory().total
    assert found.platform.startswith(os.uname().sysname)


def test_another_process_of_a_machine_tells_only_what_is_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = replace(machine(["sweep.py"]), gpus=("a card",), variables={"OMP_X": "9"})
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    found = machine(["worker.py"], known)
    assert (found.argv, found.gpus) == (("worker.py",), ("a card",))
    assert found.variables["OMP_NUM_THREADS"] == "3"
    assert "OMP_X" not in found.variables
    assert found == replace(machine(["worker.py"]), gpus=("a card",))


def test_the_platform_is_told_as_python_tells_it() -> None:
    assert machine([]).platform == platform.platform()


def test_a_processor_has_a_name_not_only_an_architecture(tmp_path: Path) -> None:
    assert machine([]).cpu != platform.machine()
    (tmp_path / "cpuinfo").write_text("processor\t: 0\nmodel name\t: Fast  One @ 3 GHz\n")
    assert _named(tmp_path / "cpuinfo") == "Fast One @ 3 GHz"
    assert _named(tmp_path / "none") == ""


def test_memory_is_told_also_where_linux_does_not_tell_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(host, "_MEMORY", tmp_path / "none")
    assert machine([]).memory_bytes == psutil.virtual_memory().total


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere psutil tells it")
def test_to_tell_machine_and_runner_loads_no_psutil_on_linux() -> None:
    code = (
        "import sys; from mitosis._provenance import machine, runner\n"
        "machine([]), runner(); print('psutil' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False\n"


def test_importing_the_layer_imports_nothing_heavy() -> None:
    code = (
        "import sys, mitosis._provenance\n"
        "print({'git', 'psutil', 'sqlalchemy', 'nbclient', 'blake3'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": _CHECKOUT},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("given_argv", "kept"),
    [
        (["--token=abc"], ["--token=***"]),
        (["--password", "abc", "x"], ["--password", "***", "x"]),
        (["--password", "--debug"], ["--password", "--debug"]),
        (["--password"], ["--password"]),
        (["--db=https://user:pw@host/x"], ["--db=https://***@host/x"]),
        (["postgresql://user:pw@host/x"], ["postgresql://***@host/x"]),
        (["OPENAI_API_KEY=abc"], ["OPENAI_API_KEY=***"]),
        (["-p", "client_secret=abc"], ["-p", "client_secret=***"]),
        (["-e", "+apiToken='a b\nc'"], ["-e", "+apiToken=***"]),
        (["--param", "mod.step.private-key=x"], ["--param", "mod.step.private-key=***"]),
        (["x=ghp_abcdefghijklmnopqrstuvwxyz0123"], ["x=***"]),
        (["hf_abcdefghijklmnopqrstuvwxyz"], ["***"]),
        (["Authorization: Bearer abc.def"], ["Authorization: Bearer ***"]),
    ],
)
def test_what_looks_like_a_secret_is_marked(given_argv: list[str], kept: list[str]) -> None:
    assert redact_argv(given_argv) == tuple(kept)


@pytest.mark.parametrize(
    "argv",
    [
        ["-m", "project", "--exp_name", "exp1", "--seed", "2", "--param", "amplitude=low"],
        ["--tokenizer=bert", "--max-tokens=5", "--key", "3f9a2c", "monkey=1", "-e", "x=y==1"],
        ["https://host:80/x?y=z", "user@host", "/home/a@b/x.py", ""],
    ],
)
def test_what_is_no_secret_stays_as_it_is(argv: list[str]) -> None:
    assert redact_argv(argv) == tuple(argv)


@pytest.mark.parametrize(
    "name", ["--token", "DB_PASSWORD", "awsAccessKey", "ssh-key", "APIKEY"]
)
def test_names_of_secrets_are_recognised(name: str) -> None:
    assert names_secret(name)


@given(argv=st.lists(st.text()))
def test_a_command_line_keeps_its_length_and_is_marked_once(argv: list[str]) -> None:
    once = redact_argv(argv)
    assert len(once) == len(argv)
    assert redact_argv(once) == once
