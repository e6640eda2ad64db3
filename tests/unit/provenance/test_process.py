"""Which process a trial runs in, and when it is certainly gone."""

from __future__ import annotations

import dataclasses
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from mitosis._model import Runner
from mitosis._provenance import is_gone, runner
from mitosis._provenance import process as process_module

_CHECKOUT = str(Path(__file__).parents[3])
_TELL = """
import dataclasses, json, sys
from mitosis._provenance import runner
print(json.dumps(dataclasses.asdict(runner())), flush=True)
sys.stdin.read()
"""


@contextmanager
def another_process(*prefix: str) -> Iterator[tuple[subprocess.Popen[str], Runner]]:
    """A process that tells who it is and lives until its input ends."""
    with subprocess.Popen(
        [*prefix, sys.executable, "-c", _TELL],
        env=os.environ | {"PYTHONPATH": _CHECKOUT},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        yield process, Runner(**json.loads(process.stdout.readline()))
        process.kill()


def can_unshare() -> bool:
    command = ["unshare", "--pid", "--fork", "--mount-proc", "true"]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def test_process_id_and_start_tell_this_process_from_others() -> None:
    found = runner()
    assert (found.host, found.pid) == (platform.node(), os.getpid())
    assert found.process_started == psutil.Process(found.pid).create_time() <= time.time()
    assert found.started_after_boot is not None
    started = psutil.boot_time() + found.started_after_boot
    assert started == pytest.approx(found.process_started)


def test_the_start_is_told_also_where_no_proc_tells_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    usual = runner()
    monkeypatch.setattr(process_module, "_SELF", tmp_path / "none")
    found = runner()
    assert found.process_started == pytest.approx(usual.process_started)
    assert found.started_after_boot == pytest.approx(usual.started_after_boot)


def test_boot_machine_and_namespace_are_the_same_in_every_process() -> None:
    with another_process() as (_, other):
        ours = runner()
    assert (other.boot_id, other.machine_id) == (ours.boot_id, ours.machine_id)
    assert other.boot_id != ""
    assert other.pid_namespace == str(Path("/proc/self/ns/pid").readlink())


def test_the_id_of_the_machine_itself_is_not_told() -> None:
    place = Path("/etc/machine-id")
    secret = place.read_text().strip() if place.exists() else ""
    found = runner().machine_id
    assert len(found) in (0, 16)
    assert found == "" or found not in secret


def test_this_process_is_not_gone() -> None:
    assert not is_gone(runner())


def test_a_process_is_gone_once_it_was_killed_and_not_before() -> None:
    with another_process() as (process, other):
        assert not is_gone(other)
        process.kill()
        process.wait()
        assert is_gone(other)


def test_a_zombie_is_gone() -> None:
    with another_process() as (process, other):
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE
        assert is_gone(other)


def test_a_stopped_process_is_not_gone() -> None:
    with another_process() as (process, other):
        psutil.Process(process.pid).suspend()
        assert not is_gone(other)


@pytest.mark.parametrize("seconds", [-3600.0, -3.0, 3.0, 3600.0])
def test_a_younger_or_older_process_of_the_same_id_is_another_one(seconds: float) -> None:
    ours = runner()
    assert ours.started_after_boot is not None
    assert is_gone(replace(ours, started_after_boot=ours.started_after_boot + seconds))
    former = ours.process_started + seconds
    assert is_gone(replace(ours, started_after_boot=None, process_started=former))


def test_a_clock_that_was_set_moves_no_start() -> None:
    ours = runner()
    assert not is_gone(replace(ours, process_started=ours.process_started - 86400))


def test_the_boot_is_told_to_a_second_only() -> None:
    ours = runner()
    assert ours.started_after_boot is not None
    assert not is_gone(replace(ours, started_after_boot=ours.started_after_boot + 1.2))


def test_on_another_machine_nothing_is_known() -> None:
    elsewhere = replace(runner(), host="elsewhere", boot_id="another boot", pid=2**22 + 1)
    assert not is_gone(elsewhere)
    assert not is_gone(replace(elsewhere, host=platform.node(), machine_id="0" * 16))
    assert not is_gone(replace(elsewhere, host=platform.node(), machine_id=""))
    assert not is_gone(replace(elsewhere, host="", machine_id=runner().machine_id))


@pytest.mark.skipif(not runner().machine_id, reason="a container has no id of its own")
def test_after_the_machine_was_started_anew_all_are_gone() -> None:
    assert is_gone(replace(runner(), boot_id="another boot"))


def test_a_boot_that_is_not_known_says_nothing() -> None:
    assert not is_gone(replace(runner(), boot_id="", pid=2**22 + 1))


def test_an_id_whose_counting_was_not_told_is_judged_on_its_own_host_only() -> None:
    former = replace(runner(), pid_namespace="", machine_id="", started_after_boot=None)
    assert not is_gone(former)
    assert is_gone(replace(former, pid=2**22 + 1))
    assert not is_gone(replace(former, pid=2**22 + 1, host="a container"))


@pytest.mark.parametrize("pid", [0, -1, 2**40])
def test_an_id_that_none_can_have_says_nothing(pid: int) -> None:
    assert not is_gone(replace(runner(), pid=pid))


@pytest.mark.slow
@pytest.mark.skipif(not can_unshare(), reason="a new namespace takes privileges")
def test_a_process_in_a_container_is_gone_when_nothing_of_the_container_is_left() -> None:
    words = "unshare", "--pid", "--fork", "--kill-child", "--mount-proc"
    with another_process(*words) as (process, other):
        assert other.pid_namespace not in ("", runner().pid_namespace)
        assert other.machine_id == ""
        assert not is_gone(other)
        assert not is_gone(replace(other, pid=2**22 + 1))
        process.kill()
        process.wait()
        deadline = time.monotonic() + 10
        while not is_gone(other) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert is_gone(other)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_live_process_of_somebody_else_is_not_gone_where_proc_hides_it() -> None:
    code = (
        "import json, os, psutil, subprocess, sys\n"
        "from mitosis._model import Runner\n"
        "from mitosis._provenance import is_gone\n"
        "words = ['mount', '-t', 'proc', '-o', 'hidepid=2', 'proc', '/proc']\n"
        "subprocess.run(words, check=True)\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "other = Runner(**json.loads(sys.argv[1]))\n"
        "print(os.path.exists(f'/proc/{other.pid}'), is_gone(other))\n"
    )
    ours = json.dumps(dataclasses.asdict(runner()))
    done = subprocess.run(
        ["unshare", "--mount", sys.executable, "-c", code, ours],
        env=os.environ | {"PYTHONPATH": _CHECKOUT},
        capture_output=True,
        text=True,
        check=False,
    )
    if "mount" in done.stderr:
        pytest.skip(f"no such mount here: {done.stderr[-80:]}")
    assert done.stdout.strip() == "False False"
