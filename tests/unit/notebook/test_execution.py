"""However a kernel ends, or does not, its run ends and says how."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from mitosis._model import Status
from mitosis._notebook import Stop, execution
from tests.unit.notebook.runs import Run

pytestmark = pytest.mark.slow

SLEEP_IN_C = "import ctypes; ctypes.PyDLL(None).sleep(600)"
DEAF = (
    "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nimport time; time.sleep(600)"
)
STOPPED = "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"
KERNEL = "get_ipython().kernel"
MUTE = {
    "json is replaced": "import json; json.dumps = None",
    "nothing is sent": f"{KERNEL}.session.send = lambda *a, **k: None",
}
NOT_IDLE = """
session = get_ipython().kernel.session
send = session.send
def silent(stream, message, *args, **options):
    if message != "status":
        return send(stream, message, *args, **options)
session.send = silent
"""
BUSY = """
import time
for n in range(25):
    get_ipython().run_cell("1")
    time.sleep(0.1)
print("came to its end")
"""
OOM = """
import time
held = []
while True:
    held.append(bytearray(5_000_000))
    print(len(held), flush=True)
    time.sleep(0.1)
"""
JOINING = """
import os, sys
from pathlib import Path
from tests.unit.notebook.runs import Run
Path(sys.argv[1], "cgroup.procs").write_text(str(os.getpid()))
run = Run(Path(sys.argv[2]), Path(sys.argv[3]).read_text())
ending = run.end()
print(ending.status, ending.reason, ending.peak_memory_bytes, len(run.text) > 1, sep="|")
"""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "GRACE_SECONDS", 1.0)
    monkeypatch.setattr(execution, "SILENT_SECONDS", 1.0)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("code", [SLEEP_IN_C, DEAF, STOPPED], ids=["C", "deaf", "stopped"])
def test_a_time_limit_ends_a_kernel_that_takes_no_interrupt(tmp_path: Path, code: str) -> None:
    began = time.monotonic()
    ending = Run(tmp_path, code, timeout_seconds=0.5).end()
    assert (ending.status, ending.stop) == (Status.TIMED_OUT, Stop.TIMED_OUT)
    assert time.monotonic() - began < 10


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("code", MUTE.values(), ids=MUTE)
def test_a_kernel_that_never_replies_is_given_up(tmp_path: Path, code: str) -> None:
    run = Run(tmp_path, f"print('said before')\n{code}")
    ending = run.end()
    assert ending.status is Status.KILLED
    assert ending.reason == "its kernel did not answer any more: silent for 1 s after a cell"


@pytest.mark.usefixtures("impatient")
def test_where_only_the_outputs_are_lost_the_reply_counts(tmp_path: Path) -> None:
    run = Run(tmp_path, NOT_IDLE)
    run.log.write_text("as logged\n")
    ending = run.end()
    assert ending.status is Status.SUCCEEDED, ending
    assert run.text == "as logged\n"


@pytest.mark.usefixtures("impatient")
def test_a_cell_that_runs_others_is_not_given_up(tmp_path: Path) -> None:
    run = Run(tmp_path, BUSY)
    assert run.end().status is Status.SUCCEEDED
    assert "came to its end" in run.text


@pytest.mark.parametrize(
    ("number", "stop"),
    [(signal.SIGUSR1, Stop.ANNOUNCED), (signal.SIGXCPU, Stop.OUT_OF_CPU)],
)
def test_a_kernel_that_dies_of_an_announcement_is_timed_out(
    tmp_path: Path, number: signal.Signals, stop: Stop
) -> None:
    code = f"import os, signal; signal.signal({number:d}, signal.SIG_DFL)"
    ending = Run(tmp_path, f"{code}; print('said'); os.kill(os.getpid(), {number:d})").end()
    assert (ending.status, ending.reason, ending.stop) == (Status.TIMED_OUT, str(stop), stop)


def test_an_announcement_to_the_whole_job_leaves_the_kernel_to_its_runner(
    tmp_path: Path,
) -> None:
    run = Run(
        tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGUSR1); print('lives')"
    )
    assert run.end().status is Status.SUCCEEDED
    assert run.text == "lives\n"


def test_memory_and_processor_time_of_a_kernel_that_died_are_told(tmp_path: Path) -> None:
    code = (
        "held = bytearray(200_000_000)\nimport os, time; time.sleep(1); os.kill(os.getpid(), 9)"
    )
    ending = Run(tmp_path, code).end()
    assert ending.peak_memory_bytes is not None
    assert 200_000_000 < ending.peak_memory_bytes < 400_000_000
    assert 0 < (ending.cpu_seconds or 0) < 20
    told = re.fullmatch(
        r"its kernel ended by signal SIGKILL \(peak memory (2|3).*", ending.reason
    )
    assert told, ending.reason


def test_a_memory_error_says_how_much_was_taken(tmp_path: Path) -> None:
    ending = Run(tmp_path, "held = bytearray(100_000_000)\nbytearray(1 << 60)").end()
    assert ending.status is Status.FAILED
    assert re.match(r"MemoryError: .*\(peak memory 1\d\d MB", ending.reason), ending.reason


def test_figures_that_a_dead_kernel_sent_last_are_kept(tmp_path: Path) -> None:
    code = """
    from IPython.display import display, HTML
    handle = display("first", display_id=True)
    for n in range(100):
        handle.update(n)
    display(HTML("<b>last</b>"))
    import os, time
    time.sleep(0.3)
    os.kill(os.getpid(), 9)
    """
    run = Run(tmp_path, code)
    run.end()
    assert [o.data["text/plain"][:2] for o in run.outputs] == ["99", "<I"]


@pytest.fixture
def small_group() -> Iterator[Path]:
    """A control group whose processes get 150 MB together, where one can be made."""
    name = f"mitosis-test-{os.getpid()}"
    trees = {"memory": "memory.limit_in_bytes", "": "memory.max", "unified": "memory.max"}
    for tree, limit in trees.items():
        group = Path("/sys/fs/cgroup", tree, name)
        with suppress(OSError):
            group.mkdir()
            try:
                # The file for the limit stands there only if this tree counts memory.
                with (group / limit).open("r+") as file:
                    file.write("150000000")
                yield group
            finally:
                group.rmdir()
            return
    pytest.skip("no control group can be made here")


def test_a_kernel_that_the_system_kills_for_want_of_memory_says_so(
    tmp_path: Path, small_group: Path
) -> None:
    (tmp_path / "code").write_text(OOM)
    words = [str(small_group), str(tmp_path), str(tmp_path / "code")]
    done = subprocess.run(
        [sys.executable, "-c", JOINING, *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    status, reason, peak, said = done.stdout.strip().split("|")
    assert status == "killed", done
    assert re.fullmatch(
        r"out of memory: the system killed its kernel "
        r"\(peak memory at least \d+ MB, limit 150 MB\)",
        reason,
    )
    assert 50_000_000 < int(peak) < 200_000_000  # with what other groups share with it
    assert said == "True"


def test_a_kernel_whose_first_code_raises_has_not_come_up(tmp_path: Path) -> None:
    ending = Run(tmp_path, "print('never')", first="raise ValueError('no\\nsuch folder')").end()

    assert (ending.status, ending.started) == (Status.FAILED, False)
    assert ending.reason == "no kernel came up: such folder"
    assert ending.traceback == "ValueError: no\nsuch folder"


def test_a_kernel_that_dies_of_its_first_code_says_of_what(tmp_path: Path) -> None:
    ending = Run(tmp_path, "print('never')", first="import os; os.abort()").end()

    assert (ending.status, ending.started) == (Status.KILLED, False)
    assert "SIGABRT" in ending.reason
