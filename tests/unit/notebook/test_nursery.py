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
from functools import partial
from pathlib import Path

import psutil
import pytest

from mitosis._notebook.nursery import Nursery, NurseryGoneError
from mitosis._notebook.order import Order

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="nurseries are for Linux"),
]

ERRANDS = '''
import json, os, signal, sys, tempfile, time
from pathlib import Path
from mitosis import _notebook as notebooks

def echo(connection):
    while True:
        try:
            connection.send_bytes(connection.recv_bytes()[::-1])
        except EOFError:
            return

def fail(connection):
    raise ValueError("on purpose")

def die(connection):
    os.kill(os.getpid(), signal.SIGKILL)

def sleep(connection):
    try:
        connection.send_bytes(b"begun")
        time.sleep(60)
    except KeyboardInterrupt:
        connection.send_bytes(b"interrupted")

def look(connection):
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
        options = notebooks.KernelOptions(
            Path.cwd(), 72, "def keep(results): pass\\nresults = None"
        )
        execution = notebooks.Execution(
            book, options, log=log, timeout_seconds=None, end=lambda _traceback: "",
            on_text=lambda _stream, text: said.append(text),
        )
        execution.start()
        ending = execution.wait()
    told = json.loads("".join(said)) if said else {"reason": ending.reason}
    connection.send_bytes(json.dumps(told | {"trial": os.getpid()}).encode())
'''


LOOK = """
import errands
class Teller:
    def send_bytes(self, told):
        print(told.decode())
errands.look(Teller())
"""


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
    order = Order(["import numpy", "import loud_library"], ["errands"])
    with Nursery.started(order) as nursery:
        os.environ.update(environment)
        yield nursery


def told_by(nursery: Nursery, function: str) -> bytes:
    """Return what a function tells before it returns."""
    child, connection = nursery.fork(f"errands:{function}")
    told = connection.recv_bytes()
    assert child.wait() == 0
    return told


def echoed(nursery: Nursery, message: bytes) -> bytes:
    child, connection = nursery.fork("errands:echo")
    connection.send_bytes(message)
    back = connection.recv_bytes()
    connection.close()
    assert child.wait() == 0
    return back


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_many_processes_at_once_each_have_a_connection_of_their_own(nursery: Nursery) -> None:
    messages = [bytes([number]) * 300_000 + b"end" for number in range(20)]
    with ThreadPoolExecutor(20) as pool:
        back = list(pool.map(partial(echoed, nursery), messages))
    assert back == [message[::-1] for message in messages]


def test_a_process_takes_one_message_after_the_other_until_nobody_is_there(
    nursery: Nursery,
) -> None:
    child, connection = nursery.fork("errands:echo")
    for message in (b"ab", b"cd"):
        connection.send_bytes(message)
        assert connection.recv_bytes() == message[::-1]
    assert child.poll() is None
    assert psutil.pid_exists(child.pid)
    connection.close()
    assert child.wait() == 0
    assert child.usage
    assert child.usage.peak_rss > 0


def test_one_that_raises_or_dies_costs_only_itself(
    nursery: Nursery, capfd: pytest.CaptureFixture[str]
) -> None:
    raised, connection = nursery.fork("errands:fail")
    with pytest.raises((EOFError, OSError)):
        connection.recv_bytes()
    assert raised.wait() == 1
    died, _ = nursery.fork("errands:die")
    assert died.wait() == -signal.SIGKILL
    assert not died.is_orphan
    assert echoed(nursery, b"ab") == b"ba"
    assert psutil.Process(nursery.pid).children() == []


def test_signals_reach_the_process_that_they_are_for(nursery: Nursery) -> None:
    (one, its), (two, others) = (nursery.fork("errands:sleep") for _ in "ab")
    assert {its.recv_bytes(), others.recv_bytes()} == {b"begun"}
    with pytest.raises(TimeoutError):
        one.wait(0.05)
    one.send_signal(signal.SIGINT)
    assert its.recv_bytes() == b"interrupted"
    assert one.wait() == 0
    assert two.poll() is None
    two.kill()
    assert two.wait() == -signal.SIGKILL
    two.send_signal(signal.SIGINT)  # nobody is there any more
    assert two.wait() == -signal.SIGKILL


def test_a_process_that_nobody_wants_any_more_is_killed(nursery: Nursery) -> None:
    child, connection = nursery.fork("errands:sleep")
    assert connection.recv_bytes() == b"begun"
    pid = child.pid
    child.close()
    wait_until(lambda: not psutil.pid_exists(pid))
    assert echoed(nursery, b"ab") == b"ba"


def test_what_a_scheduler_sends_to_all_of_a_job_ends_no_nursery(nursery: Nursery) -> None:
    assert echoed(nursery, b"ab") == b"ba"
    os.kill(nursery.pid, signal.SIGUSR1)
    assert echoed(nursery, b"cd") == b"dc"


def test_a_kernel_is_what_it_would_be_had_it_been_started(nursery: Nursery) -> None:
    told = [json.loads(told_by(nursery, "look")) for _ in "ab"]
    assert [t["forked"] for t in told] == [True, True]
    assert [t["parent"] for t in told] == [nursery.pid] * 2
    assert told[0]["draw"] != told[1]["draw"]
    started = subprocess.run(
        [sys.executable, "-c", LOOK],
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
@pytest.mark.parametrize("how", ["started", "forked"])
def test_nothing_outlives_the_owner(installed: Path, how: str, end: str) -> None:
    order = "Order([], ['errands'])"
    code = (
        f"import sys; sys.path.insert(0, {str(installed)!r})\n"
        "from mitosis._notebook.nursery import Nursery\n"
        "from mitosis._notebook.order import Order\n"
        f"nursery = Nursery.{how}({order if how == 'started' else f'lambda: {order}'})\n"
        "child, connection = nursery.fork('errands:sleep')\n"
        "print(connection.recv_bytes().decode(), flush=True)\n"
        "sys.stdin.readline(); nursery.close(); print(nursery._process.returncode)"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout
    assert owner.stdout.readline() == "begun\n"
    processes = psutil.Process(owner.pid).children(recursive=True)
    assert len(processes) == 2  # the nursery, and what it has forked
    if end == "kill":
        owner.kill()
    out, _ = owner.communicate("\n" if end == "close" else None, timeout=60)
    assert out == ("0\n" if end == "close" else "")
    wait_until(lambda: not any(map(is_alive, processes)))


def test_one_that_still_warms_up_ends_at_once() -> None:
    begin = time.monotonic()
    with Nursery.started(Order(["import time; time.sleep(60)"])):
        pass
    assert time.monotonic() - begin < 30


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_nursery_that_is_gone_says_so(installed: Path) -> None:
    nursery = Nursery.started(Order([], ["errands"]))
    child, connection = nursery.fork("errands:sleep")
    assert connection.recv_bytes() == b"begun"
    os.kill(nursery.pid, signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    assert child.is_orphan
    with pytest.raises(NurseryGoneError):
        nursery.fork("errands:echo")
    nursery.close()
