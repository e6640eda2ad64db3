"""A nursery's trial processes: what they get, what is told of them, and what they leave."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from mitosis._notebook.nursery import Nursery, NurseryGoneError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="nurseries are for Linux"),
]

ERRANDS = '''
import json, os, signal, sys, tempfile, time
from pathlib import Path
from mitosis import _notebook as notebooks

def echo(payload):
    return payload[::-1]

def fail(payload):
    raise ValueError("on purpose")

def die(payload):
    os.kill(os.getpid(), signal.SIGKILL)

def sleep(payload):
    Path(payload.decode()).touch()
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        return b"interrupted"

def look(payload):
    """Have a kernel tell about itself and this process."""
    code = """
import json, os, sys, threading
varying = ("IPYTHONDIR", "JPY_PARENT_PID")
environ = {k: v for k, v in os.environ.items() if k not in varying}
import numpy
from threadpoolctl import threadpool_info
told = {
    "parent": os.getppid(),
    "forked": "nursery_process" in " ".join(sys.orig_argv),
    "pools": sorted((p["internal_api"], p["num_threads"]) for p in threadpool_info()),
    "environ": environ,
    "draw": float(numpy.random.normal()),
}
print(json.dumps(told))
"""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "output.log")
        log.touch()
        cells = [notebooks.PlannedCell(code, ("run",))]
        banner = notebooks.Banner(title="a", experiment="a", status="running")
        book = notebooks.build(notebooks.Plan("a", "", [], "", cells), banner)
        said = []
        execution = notebooks.Execution(
            book, notebooks.KernelOptions(Path.cwd(), 72), log=log, timeout_seconds=None,
            begin="def keep(results): pass\\nresults = None", end=lambda _traceback: "",
            on_text=lambda _stream, text: said.append(text),
        )
        execution.start()
        ending = execution.wait()
    told = json.loads("".join(said)) if said else {"reason": ending.reason}
    return json.dumps(told | {"trial": os.getpid()}).encode()
'''


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of installed modules, where `errands` is."""
    place = tmp_path_factory.mktemp("lib") / "site-packages"
    place.mkdir()
    (place / "errands.py").write_text(ERRANDS)
    (place / "loud_library.py").write_text("print('hello')")
    sys.path.insert(0, str(place))
    yield place
    sys.path.remove(str(place))


@pytest.fixture(scope="module")
def nursery(installed: Path) -> Iterator[Nursery]:
    environment = dict(os.environ)
    os.environ.pop("PYTEST_CURRENT_TEST", None)  # it changes with each test
    with Nursery(["import numpy", "import loud_library"], ["errands"]) as nursery:
        os.environ.update(environment)
        yield nursery


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_many_processes_at_once_each_return_what_their_function_returned(
    nursery: Nursery,
) -> None:
    payloads = [bytes([number]) * 300_000 + b"end" for number in range(20)]
    children = [nursery.fork("errands:echo", payload) for payload in payloads]
    with ThreadPoolExecutor(20) as pool:
        ended = list(pool.map(lambda child: child.wait(60), children))
    assert [e.result for e in ended] == [payload[::-1] for payload in payloads]
    assert {e.exit_status for e in ended} == {0}
    assert len({child.pid for child in children}) == 20


def test_one_that_raises_or_dies_costs_only_itself(nursery: Nursery) -> None:
    raised = nursery.fork("errands:fail", b"").wait(60)
    assert (raised.exit_status, raised.result) == (1, None)
    assert "ValueError: on purpose" in raised.traceback
    died = nursery.fork("errands:die", b"").wait(60)
    assert (died.exit_status, died.result) == (-signal.SIGKILL, None)
    assert nursery.fork("errands:echo", b"ab").wait(60).result == b"ba"
    assert psutil.Process(nursery.pid).children() == []


def test_signals_reach_the_process_that_they_are_for(nursery: Nursery, tmp_path: Path) -> None:
    names = ["one", "two"]
    one, two = (nursery.fork("errands:sleep", str(tmp_path / name).encode()) for name in names)
    wait_until(lambda: {file.name for file in tmp_path.iterdir()} == set(names))
    with pytest.raises(TimeoutError):
        one.wait(0.05)
    one.send_signal(signal.SIGINT)
    assert one.wait(60).result == b"interrupted"
    two.send_signal(signal.SIGKILL)
    assert two.wait(60).exit_status == -signal.SIGKILL
    two.send_signal(signal.SIGINT)  # nobody is there any more
    assert two.wait().exit_status == -signal.SIGKILL


def test_what_a_scheduler_sends_to_all_of_a_job_ends_no_nursery(nursery: Nursery) -> None:
    assert nursery.fork("errands:echo", b"ab").wait(60).result == b"ba"
    os.kill(nursery.pid, signal.SIGUSR1)
    assert nursery.fork("errands:echo", b"cd").wait(60).result == b"dc"


def test_a_kernel_is_what_it_would_be_had_it_been_started(nursery: Nursery) -> None:
    told = [json.loads(nursery.fork("errands:look", b"").wait(60).result or b"") for _ in "ab"]
    assert [t["forked"] for t in told] == [True, True]
    assert [t["parent"] for t in told] == [t["trial"] for t in told]
    assert told[0]["draw"] != told[1]["draw"]
    started = subprocess.run(
        [sys.executable, "-c", "import errands; print(errands.look(b'').decode())"],
        env={k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"}
        | {"PYTHONPATH": sys.path[0]},
        capture_output=True,
        check=True,
        timeout=120,
    )
    usual = json.loads(started.stdout)
    assert not usual["forked"]
    assert told[0]["pools"] == usual["pools"]
    assert told[0]["environ"] | {"PYTHONPATH": sys.path[0]} == usual["environ"]


@pytest.mark.parametrize("end", ["close", "kill"])
def test_nothing_outlives_the_owner(installed: Path, tmp_path: Path, end: str) -> None:
    mark = tmp_path / "mark"
    code = (
        f"import sys, time; sys.path.insert(0, {str(installed)!r})\n"
        "from mitosis._notebook.nursery import Nursery\n"
        "nursery = Nursery([], ['errands'])\n"
        f"child = nursery.fork('errands:sleep', {str(mark).encode()!r})\n"
        "sys.stdin.readline(); nursery.close(); print(nursery._process.returncode)"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    wait_until(mark.exists)
    processes = psutil.Process(owner.pid).children(recursive=True)
    assert len(processes) >= 3  # the nursery, a trial, its kernel
    if end == "kill":
        owner.kill()
    out, _ = owner.communicate("\n" if end == "close" else None, timeout=60)
    assert out == ("0\n" if end == "close" else "")
    wait_until(lambda: not any(map(is_alive, processes)))


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_nursery_that_is_gone_says_so(installed: Path) -> None:
    nursery = Nursery([], ["errands"])
    child = nursery.fork("errands:sleep", b"/dev/null")
    os.kill(nursery.pid, signal.SIGKILL)
    with pytest.raises(NurseryGoneError):
        child.wait(60)
    with pytest.raises(NurseryGoneError):
        nursery.fork("errands:echo", b"")
    nursery.close()
