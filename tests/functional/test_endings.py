"""However a trial ends, its record says so, and its page shows the output up to the end."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest

from tests.functional.conftest import Project, record, trial_folder

pytestmark = pytest.mark.slow

ENDINGS = """
import os, sys, time
name = "endings"
def run(how):
    "It ends well."
    print("last", "words")
    if how == "raise": raise ValueError("a wrong\\nvalue")
    if how == "exit": sys.exit(3)
    if how == "crash": import ctypes; ctypes.string_at(0)
    if how == "leave": os._exit(7)
    if how == "kill": os.kill(os.getpid(), 9)
    if how == "no dict": return 3
    if how == "no main": return {"other": 1}
    if how == "generator": return {"main": 1.5, "kept": [1], "lost": (x for x in "ab")}
    if how == "big": return {"main": 10**400}
    if how == "sleep":
        for i in range(600):
            print("tick", i, flush=True); time.sleep(.1)
    if how == "stubborn":
        while True:
            try: time.sleep(60)
            except KeyboardInterrupt: print("no")
    return {"main": float("nan")}
"""


@pytest.fixture
def endings(project: Project) -> Project:
    project.write(endings=ENDINGS)
    project.commit()
    return project


def words(how: str) -> list[str]:
    return ["-m", "mitosis", "run", "endings", "-e", f"how={how!r}"]


@pytest.mark.parametrize(
    ("how", "status", "reason"),
    [
        ("raise", "failed", "ValueError: a wrong"),
        ("exit", "failed", "SystemExit: 3"),
        ("crash", "killed", "its kernel ended by signal SIGSEGV"),
        ("leave", "killed", "its kernel ended with exit status 7"),
        ("kill", "killed", "its kernel ended by signal SIGKILL"),
        ("no dict", "failed", "InvalidResultsError: run() of experiment 'endings'"),
        ("no main", "failed", "InvalidResultsError: run() of experiment 'endings'"),
    ],
)
def test_a_bad_end_is_told_everywhere(
    endings: Project, how: str, status: str, reason: str
) -> None:
    done = endings.python(*words(how))
    assert done.status == 1, done
    (row,) = endings.rows("trials/endings.db")
    kept = record(trial_folder(endings.root))
    assert row["status"] == kept["status"] == status
    assert row["reason"] == kept["reason"]
    assert row["reason"].startswith(reason)
    assert reason in done.out
    assert "last words" in (trial_folder(endings.root) / "output.log").read_text()
    assert "last words" in done.html
    assert reason.split("'")[0] in done.html
    assert row["ended_at"] is not None


def test_an_experiment_that_raises_shows_its_traceback_in_log_page_record_and_error(
    endings: Project,
) -> None:
    done = endings.script(
        """
        import mitosis, endings
        try:
            mitosis.run(endings, params=[mitosis.Parameter("bad", "how", "raise")])
        except mitosis.ExperimentFailedError as error:
            print("HELD", error.trial.status, error.trial.name, "a wrong" in error.traceback)
        """
    )
    assert "HELD failed endings-bad-1 True" in done.out, done
    folder = trial_folder(endings.root)
    for text in (
        (folder / "output.log").read_text(),
        record(folder)["traceback"],
        done.err,
        (endings.root / "trials" / "trial_endings-bad-1.html").read_text(),
    ):
        assert "a wrong" in text
        assert "endings.py" in text
        assert "\x1b" not in text


def test_results_that_cannot_be_stored_are_named_and_the_others_kept(endings: Project) -> None:
    done = endings.script(
        """
        import mitosis, endings
        trial = mitosis.run(endings, params=[mitosis.Parameter("g", "how", "generator")])
        print(trial.main, trial.results)
        """
    )
    assert "1.5 {'main': 1.5, 'kept': [1]}" in done.out, done
    kept = record(trial_folder(endings.root))
    assert kept["results_dropped"] == {"lost": "TypeError: cannot pickle 'generator' object"}
    assert "'lost' could not be stored" in done.err


@pytest.mark.parametrize(("how", "number"), [("big", float("inf")), ("fine", None)])
def test_a_main_beyond_floats_is_recorded(
    endings: Project, how: str, number: float | None
) -> None:
    assert endings.python(*words(how)).status == 0
    (row,) = endings.rows("trials/endings.db")
    assert row["status"] == "succeeded"
    assert row["main"] == number
    assert row["main_json"] in (str(10**400), '"nan"')


def test_a_trial_that_takes_too_long_is_timed_out(endings: Project) -> None:
    done = endings.python(*words("sleep"), "--timeout", "1.5")
    assert done.status == 1, done
    (row,) = endings.rows("trials/endings.db")
    assert (row["status"], row["reason"]) == ("timed_out", "after 1.5 s")
    assert "tick 10" in done.html
    assert row["wall_seconds"] < 5


def test_a_trial_that_ignores_its_time_limit_is_ended_all_the_same(endings: Project) -> None:
    done = endings.python(*words("stubborn"), "--timeout", "1")
    (row,) = endings.rows("trials/endings.db")
    assert row["status"] == "timed_out", done
    assert "no" in done.html


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 1), (signal.SIGHUP, 1)]
)
def test_a_signal_to_the_runner_ends_the_trial_as_killed(
    endings: Project, number: signal.Signals, status: int
) -> None:
    process = endings.start(*words("sleep"))
    started = wait_for_tick(endings, process.pid)
    process.send_signal(number)
    out, err = process.communicate(timeout=300)
    assert process.returncode == status, (out, err)
    (row,) = endings.rows("trials/endings.db")
    assert row["status"] == "killed"
    assert "tick 1" in Path(out.rstrip().rpartition("\n")[2]).read_text()
    assert "Traceback (most recent call last)" not in err.replace(
        "KeyboardInterrupt                         Traceback (most recent call last)", ""
    )
    assert_gone(started)


def test_a_second_interrupt_ends_a_stubborn_trial_at_once(endings: Project) -> None:
    process = endings.start(*words("stubborn"))
    wait_until(lambda: any(endings.root.glob("trials/*/output.log")))
    wait_until(lambda: "last words" in log_text(endings))
    process.send_signal(signal.SIGINT)
    wait_until(lambda: "no" in log_text(endings))
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=300)
    assert time.monotonic() - started < 4
    (row,) = endings.rows("trials/endings.db")
    assert row["status"] == "killed"


@pytest.mark.parametrize("to_all", [False, True], ids=["to the runner", "to the whole job"])
def test_an_announced_end_of_time_is_a_timeout(endings: Project, to_all: bool) -> None:
    process = endings.start(*words("sleep"))
    started = wait_for_tick(endings, process.pid)
    began = time.monotonic()
    if to_all:
        for one in started:
            one.send_signal(signal.SIGUSR1)
    process.send_signal(signal.SIGUSR1)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 1, (out, err)
    (row,) = endings.rows("trials/endings.db")
    reason = "the system announced the end of its time (SIGUSR1)"
    assert (row["status"], row["reason"]) == ("timed_out", reason)
    assert "tick 1" in Path(out.rstrip().rpartition("\n")[2]).read_text()
    assert time.monotonic() - began < 25  # schedulers send SIGKILL after 30 s
    assert_gone(started)


def test_a_signal_that_a_library_has_taken_stays_with_it(endings: Project) -> None:
    endings.write(
        script="""
        import faulthandler, signal
        faulthandler.register(signal.SIGUSR1)
        import mitosis, endings
        mitosis.run(endings, params=[mitosis.Parameter("p", "how", "sleep")])
        """
    )
    endings.commit()
    process = endings.start("script.py")
    wait_for_tick(endings, process.pid)
    process.send_signal(signal.SIGUSR1)
    wait_until(lambda: "tick 9" in log_text(endings))
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=300)
    (row,) = endings.rows("trials/endings.db")
    assert (row["status"], row["reason"]) == (
        "killed",
        "the runner was told to end (SIGTERM)",
    )
    assert "most recent call first" in err  # what faulthandler writes


def test_nohup_keeps_a_trial_alive(endings: Project) -> None:
    def ignore_hangups() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    process = endings.start(*words("sleep"), "--timeout", "4", preexec_fn=ignore_hangups)
    wait_for_tick(endings, process.pid)
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=300)
    (row,) = endings.rows("trials/endings.db")
    assert row["status"] == "timed_out"


def test_the_kernel_dies_with_a_runner_that_is_killed(endings: Project) -> None:
    process = endings.start(*words("stubborn"))
    wait_until(lambda: bool(list(endings.root.glob("trials/*/output.log"))))
    wait_until(lambda: "last words" in log_text(endings))
    started = processes_of(process.pid)
    (page,) = endings.root.glob("trials/trial_*.html")
    wait_until(lambda: "Running" in page.read_text())
    process.kill()
    process.communicate()
    assert_gone(started)


@pytest.mark.skipif(sys.platform != "linux", reason="trial processes are for Linux")
def test_a_trial_whose_trial_process_is_killed_is_recorded_as_killed(
    endings: Project,
) -> None:
    process = endings.start(*words("sleep"))
    started = wait_for_tick(endings, process.pid)
    (carrier,) = (p for p in started if "runner.lock" in open_names(p))
    carrier.kill()
    out, err = process.communicate(timeout=300)
    assert process.returncode == 1, (out, err)
    (row,) = endings.rows("trials/endings.db")
    reason = "the trial's process was ended by SIGKILL"
    assert (row["status"], row["reason"]) == ("killed", reason)
    assert record(trial_folder(endings.root))["status"] == "killed"
    page = Path(out.rstrip().rpartition("\n")[2]).read_text()
    assert "process was ended by SIGKILL" in page
    assert "tick 1" in page
    assert_gone(started)


def test_the_kernel_leaves_no_process_and_no_socket_behind(endings: Project) -> None:
    endings.write(
        family="""
        import subprocess
        name = "family"
        def run():
            child = subprocess.Popen(["sleep", "600"])
            return {"main": child.pid}
        """
    )
    endings.commit()
    with TemporaryDirectory(dir="/tmp", prefix="t") as home:  # short, as sockets need
        done = endings.mitosis("run", "family", env={"TMPDIR": home})
        assert not list(Path(home).glob("mitosis-*"))
    (row,) = endings.rows("trials/family.db")
    assert done.status == 0, done
    wait_until(lambda: not is_alive(int(row["main"])))


def log_text(project: Project) -> str:
    return "".join(p.read_text() for p in project.root.glob("trials/*/output.log"))


def wait_until(condition: Callable[[], bool], seconds: float = 200) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def wait_for_tick(project: Project, runner: int) -> list[psutil.Process]:
    wait_until(lambda: "tick 2" in log_text(project))
    return processes_of(runner)


def processes_of(runner: int) -> list[psutil.Process]:
    """Return the kernel of a runner, and whatever else it has started for the trial."""
    found = psutil.Process(runner).children(recursive=True)
    assert any("stderr" in names for names in map(open_names, found)), "there is a kernel"
    return found


def open_names(process: psutil.Process) -> set[str]:
    return {Path(file.path).name for file in process.open_files()}


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def assert_gone(processes: list[psutil.Process]) -> None:
    wait_until(lambda: not any(p.is_running() and is_alive(p.pid) for p in processes), 20)


def test_a_traceback_is_whole_where_tqdm_is_not_installed(endings: Project) -> None:
    (endings.root / "tqdm.py").write_text("raise ModuleNotFoundError('no tqdm', name='tqdm')\n")
    endings.git("add", "tqdm.py")
    endings.git("commit", "-qm", "hide tqdm")
    done = endings.python(*words("raise"))
    assert "ValueError: a wrong" in record(trial_folder(endings.root))["traceback"], done
    assert "Unexpected exception formatting" not in done.out + done.err
