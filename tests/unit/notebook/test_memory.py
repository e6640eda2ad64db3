"""What a kernel took of memory, and whether the system ended it for want of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from mitosis._notebook.memory import Consumption, ControlGroup

PID = 2**30  # beyond what any system gives
EATER = "import sys; held = bytearray(300_000_000); print('full', flush=True); sys.stdin.read()"


def tree(root: Path, groups: str, **files: str) -> Path:
    """Make what a Linux would show; in the names of files, __ stands for a slash."""
    paths = {f"sys/fs/cgroup/{name.replace('__', '/')}": text for name, text in files.items()}
    paths |= {f"proc/{PID}/cgroup": groups, "proc/vmstat": "nr_free_pages 1\noom_kill 7\n"}
    for path, text in paths.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def write(root: Path, path: str, text: str) -> None:
    (root / "sys/fs/cgroup" / path).write_text(text)


V2 = {
    "job__memory.max": "4000000000\n",
    "job__step__memory.events": "low 0\nmax 3\noom 0\noom_kill 0\noom_group_kill 0\n",
    "job__step__memory.max": "max\n",
}
V1 = {
    "memory__memory.limit_in_bytes": "9223372036854771712\n",
    "memory__job__memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
    "memory__job__memory.limit_in_bytes": "150000000\n",
}


def test_version_2_counts_for_the_group_and_limits_for_all_around_it(tmp_path: Path) -> None:
    group = ControlGroup(PID, tree(tmp_path, "0::/job/step\n", **V2))
    assert (group.kills(), group.limit_bytes()) == (0, 4_000_000_000)
    write(tmp_path, "job/step/memory.events", "oom 1\noom_kill 1\n")
    assert group.kills() == 1


def test_version_1_counts_in_its_own_file(tmp_path: Path) -> None:
    groups = "5:cpu,cpuacct:/other\n4:memory:/job\n0::/\n"
    group = ControlGroup(PID, tree(tmp_path, groups, **V1))
    assert (group.kills(), group.limit_bytes()) == (2, 150_000_000)


def test_a_container_may_see_its_group_at_the_top(tmp_path: Path) -> None:
    files = {"memory__memory.oom_control": "oom_kill 3\n"}
    group = ControlGroup(PID, tree(tmp_path, "4:memory:/docker/0123abcd\n", **files))
    assert (group.kills(), group.limit_bytes()) == (3, None)


@pytest.mark.parametrize("groups", ["", "0::/\n", "nonsense\n4:memory\n"])
def test_without_a_group_the_whole_machine_counts(tmp_path: Path, groups: str) -> None:
    group = ControlGroup(PID, tree(tmp_path, groups))
    assert (group.kills(), group.limit_bytes()) == (7, None)


def test_where_nothing_is_counted_nothing_is_claimed(tmp_path: Path) -> None:
    assert ControlGroup(PID, tmp_path).kills() is None
    consumption = Consumption()
    consumption.watch(PID, tmp_path)
    assert not consumption.ran_out()


def test_a_count_that_rises_while_it_is_watched_means_out_of_memory(tmp_path: Path) -> None:
    tree(tmp_path, "0::/job/step\n", **V2)
    consumption = Consumption()
    consumption.watch(PID, tmp_path)
    assert not consumption.ran_out()
    write(tmp_path, "job/step/memory.events", "oom_kill 1\n")
    assert consumption.ran_out()
    assert consumption.words() == " (limit 4 GB)"


def test_the_peak_of_a_process_that_died_is_known(tmp_path: Path) -> None:
    consumption = Consumption()
    with subprocess.Popen(
        [sys.executable, "-c", EATER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        process.stdout.readline()
        consumption.watch(process.pid, tmp_path)
        process.kill()
    peak = consumption.peak_memory_bytes()
    assert peak is not None
    assert 300_000_000 < peak < 400_000_000
    assert (consumption.cpu_seconds() or 0) > 0


def test_what_the_runner_itself_holds_is_not_the_kernels() -> None:
    held = bytearray(300_000_000)
    consumption = Consumption()
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"],
                          stdin=subprocess.PIPE) as process:  # fmt: skip
        consumption.watch(process.pid)
        process.kill()
    assert held[0] == 0
    assert (consumption.peak_memory_bytes() or 0) < 100_000_000


def test_a_process_that_is_gone_costs_nothing(tmp_path: Path) -> None:
    gone = max(psutil.pids()) + 100_000
    consumption = Consumption()
    consumption.watch(gone, tmp_path)
    consumption.sample()
    assert not consumption.ran_out()
