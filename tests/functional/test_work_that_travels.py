"""Trials carried out by other processes, elsewhere too, and recorded by who asked for them."""

from __future__ import annotations

import json
import pickle
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.functional.conftest import Project

pytestmark = pytest.mark.slow

LAB = '''
import time
from pathlib import Path
import mitosis
name = "lab"
def run(seed, size, wait=0):
    """Sizes are sizes."""
    print("it runs", flush=True)
    if wait:
        time.sleep(wait)
    return {"main": size, "here": str(Path(__file__).parent), "cwd": str(Path.cwd())}
'''

SWEEPER = """
import json, pickle, sys
from pathlib import Path
import lab
from mitosis._model import Parameter, SweepPoint
from mitosis._run.campaign import Campaign
from mitosis._run.options import Options
from mitosis._run.posting import give_up, post, receive
from mitosis._run.story import Request

campaign = Campaign.begin(lab, Request(), Options())
said = lambda trial: print(json.dumps([trial.name, trial.status.value, trial.key]), flush=True)
posted = None
for line in sys.stdin:
    word, _, rest = line.strip().partition(" ")
    if word == "post":
        params = [Parameter(str(v), k, v) for k, v in json.loads(rest).items()]
        try:
            posted = post(campaign, params, 7, SweepPoint("night", 3))
        except RuntimeError as error:
            print(json.dumps([type(error).__name__, str(error)]), flush=True)
            continue
        Path("../work.pickle").write_bytes(pickle.dumps(posted.work))
        said(posted.trial)
    elif word == "receive":
        said(receive(posted, pickle.loads(Path("../done.pickle").read_bytes())))
    elif word == "give_up":
        said(give_up(posted, rest))
"""

WORKER = """
import pickle, sys
from mitosis._run.carrying import carry
from mitosis.errors import MitosisError
work = pickle.loads(open(sys.argv[1], "rb").read())
try:
    done = carry(work)
except MitosisError as error:
    print(error)
    sys.exit(type(error).__name__)
open(sys.argv[2], "wb").write(pickle.dumps(done))
"""

AT_ONCE = """
import time
from concurrent.futures import ThreadPoolExecutor
import lab
from mitosis._model import Parameter
from mitosis._run.campaign import Campaign
from mitosis._run.here import CarrierDiedError, carry_here, close_nursery, kill_all, stop
from mitosis._run.options import Options
from mitosis._run.posting import give_up, post, receive
from mitosis._run.story import Request

campaign = Campaign.begin(lab, Request(), Options())
posted = [
    post(campaign, [Parameter("s", "size", size), Parameter("w", "wait", wait)])
    for size, wait in ((1, 0), (1, 0), (1, 0))
]
with ThreadPoolExecutor() as pool:
    going = [pool.submit(carry_here, each.work) for each in posted]
    for each, future in zip(posted, going):
        print(receive(each, future.result()).status.value)
    posted = [
        post(campaign, [Parameter("s", "size", 1), Parameter("long", "wait", 60)])
        for _ in range(2)
    ]
    going = [pool.submit(carry_here, each.work) for each in posted]
    logs = [each.trial.folder / "output.log" for each in posted]
    while not all(log.exists() and log.read_text() for log in logs):
        time.sleep(0.05)
    assert stop(posted[0].work.key)
    print(receive(posted[0], going[0].result()).status.value, going[0].result().reason)
    kill_all()
    try:
        going[1].result()
    except CarrierDiedError as error:
        print(give_up(posted[1], str(error)).status.value, error)
assert not stop(posted[0].work.key)
close_nursery()
"""


class Sweeper:
    """A process that posts trials, and is told in lines what to do."""

    def __init__(self, project: Project) -> None:
        self._process = project.start("sweeper.py", stdin=subprocess.PIPE)

    def __call__(self, line: str) -> list[str]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            assert self._process.stderr
            pytest.fail(self._process.stderr.read())
        return list(json.loads(answer))

    def close(self) -> None:
        """End it, as a script that has nothing more to do."""
        _, err = self._process.communicate(timeout=300)
        assert self._process.returncode == 0, err

    def kill(self) -> None:
        """End it, whatever it is at."""
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def lab(tmp_path: Path) -> Project:
    project = Project(tmp_path / "lab")
    project.root.mkdir()
    project.git("init", "-q")
    project.write({".gitignore": "__pycache__\n"}, lab=LAB, sweeper=SWEEPER)
    project.commit()
    return project


@pytest.fixture
def sweeper(lab: Project) -> Iterator[Sweeper]:
    sweeper = Sweeper(lab)
    yield sweeper
    sweeper.kill()


@pytest.fixture
def worker(lab: Project, tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    (tmp_path / "worker.py").write_text(WORKER)

    def start(place: Path, **environment: str) -> subprocess.Popen[str]:
        place.mkdir(exist_ok=True)
        return lab.start(
            str(tmp_path / "worker.py"),
            str(tmp_path / "work.pickle"),
            str(tmp_path / "done.pickle"),
            cwd=place,
            env=environment,
        )

    return start


def _ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def _record(lab: Project, key: str) -> dict[str, Any]:
    (folder,) = (lab.root / "trials").glob(f"lab-*_{key}")
    return dict(json.loads((folder / "record.json").read_bytes()))


def test_a_worker_that_sees_no_trials_folder_hands_the_trial_back_whole(
    lab: Project,
    sweeper: Sweeper,
    worker: Callable[..., subprocess.Popen[str]],
    tmp_path: Path,
) -> None:
    name, status, key = sweeper('post {"size": 4}')
    assert (name, status) == ("lab-4-1", "running")
    clone, hidden = tmp_path / "elsewhere" / "clone", tmp_path / "hidden"
    subprocess.run(["git", "clone", "-q", str(lab.root), str(clone)], check=True)
    (lab.root / "trials").rename(hidden)

    process = worker(tmp_path / "nowhere", MITOSIS_REPOSITORY=str(clone), NODE="7")
    code, out, err = _ended(process)
    assert code == 0, out + err
    assert not (lab.root / "trials").exists()
    hidden.rename(lab.root / "trials")
    assert sweeper("receive") == [name, "succeeded", key]
    sweeper.close()

    record = _record(lab, key)
    assert record["status"] == "succeeded"
    assert record["main"] == 4
    assert record["worker"]["pid"] == process.pid
    assert record["runner"]["pid"] != process.pid
    assert record["sweep"] == {"name": "night", "point": 3}
    assert record["results"]["here"] == repr(str(clone))
    assert record["code"]["modules"].keys() == {"lab.py", "sweeper.py"}
    (row,) = lab.rows("trials/lab.db")
    assert (row["status"], row["main"], row["sweep_point"]) == ("succeeded", 4.0, 3)
    trials = lab.root / "trials"
    assert "it runs" in (trials / row["html"]).read_text()
    assert (trials / row["folder"] / "output.log").read_text() == "it runs\n"
    assert (trials / ".environments" / f"{record['environment']}.json").exists()
    names = {path.name for path in trials.iterdir()}
    assert names == {"lab.db", row["html"], row["folder"], ".environments"}
    repair = lab.mitosis("repair", "--dry-run")
    assert "there is nothing to do" in repair.out


def test_a_worker_with_other_code_refuses_and_the_trial_can_be_given_up(
    lab: Project,
    sweeper: Sweeper,
    worker: Callable[..., subprocess.Popen[str]],
    tmp_path: Path,
) -> None:
    name, _, key = sweeper('post {"size": 4}')
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(lab.root), str(clone)], check=True)
    (clone / "lab.py").write_text(LAB + "# another\n")
    at_clone = {"MITOSIS_REPOSITORY": str(clone)}
    status, out, err = _ended(worker(tmp_path, **at_clone))
    assert (status, err.strip()) == (1, "WorkerCodeError")
    assert f"repository  {clone}" in out
    assert " M lab.py" in out

    git = ["git", "-C", str(clone), "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run([*git, "commit", "-qam", "another"], check=True)
    status, out, err = _ended(worker(tmp_path, **at_clone))
    assert (status, err.strip()) == (1, "WorkerCodeError")
    head = lab.git("rev-parse", "HEAD").strip()
    assert f"expected    {head}" in out
    assert f"found       {head}" not in out

    shutil.rmtree(clone)
    clone.mkdir()
    status, out, _ = _ended(worker(tmp_path, **at_clone))
    assert status == 1
    assert "there is no repository" in out

    assert sweeper("give_up no worker has its code") == [name, "killed", key]
    lab.write({"lab.py": LAB + "# changed meanwhile\n"})
    kind, message = sweeper('post {"size": 4}')
    assert kind == "CodeChangedError"
    assert " M lab.py" in message
    sweeper.close()
    (row,) = lab.rows("trials/lab.db")
    assert (row["status"], row["reason"]) == ("killed", "no worker has its code")
    assert "no worker has its code" in (lab.root / "trials" / row["html"]).read_text()


def test_a_worker_that_dies_costs_a_retry_and_not_a_trial(
    lab: Project,
    sweeper: Sweeper,
    worker: Callable[..., subprocess.Popen[str]],
    tmp_path: Path,
) -> None:
    name, _, key = sweeper('post {"size": 4, "wait": 3}')
    folder = lab.root / "trials" / f"{name}_{key}"
    first = worker(tmp_path)
    _until(lambda: (folder / "output.log").exists() and (folder / "output.log").stat().st_size)
    first.kill()
    assert _ended(first)[0] == -signal.SIGKILL
    (folder / "artifacts").mkdir()

    assert _ended(worker(tmp_path))[0] == 0
    assert not (folder / "artifacts").exists()
    again = pickle.loads((tmp_path / "done.pickle").read_bytes())
    assert _ended(worker(tmp_path))[0] == 0, "what has ended is not run again"
    done = pickle.loads((tmp_path / "done.pickle").read_bytes())
    assert done.finish == again.finish, "nothing was run again"
    assert sweeper("receive") == [name, "succeeded", key]

    _, _, key = sweeper('post {"size": 4, "wait": 60}')
    folder = lab.root / "trials" / f"lab-4-60-1_{key}"
    stopped = worker(tmp_path)
    _until(lambda: (folder / "output.log").exists() and (folder / "output.log").stat().st_size)
    stopped.send_signal(signal.SIGTERM)
    assert _ended(stopped)[0] == 0
    assert sweeper("receive")[1] == "killed"

    _, _, key = sweeper('post {"size": 4, "wait": 60}')
    folder = lab.root / "trials" / f"lab-4-60-2_{key}"
    dead = worker(tmp_path)
    _until(lambda: (folder / "output.log").exists() and (folder / "output.log").stat().st_size)
    dead.kill()
    _ended(dead)
    assert sweeper("give_up its worker died three times")[1] == "killed"
    sweeper.close()

    rows = lab.rows("trials/lab.db")
    assert [row["status"] for row in rows] == ["succeeded", "killed", "killed"]
    assert rows[1]["reason"] == "the runner was told to end (SIGTERM)"
    page = (lab.root / "trials" / rows[2]["html"]).read_text()
    assert "its worker died three times" in page
    assert "it runs" in page
    hidden = [p.name for p in (lab.root / "trials").iterdir() if p.name.startswith(".")]
    assert hidden == [".environments"]


def test_trials_run_in_processes_of_their_own_and_each_can_be_stopped(lab: Project) -> None:
    lab.write(at_once=AT_ONCE)
    lab.commit()
    done = lab.python("at_once.py")
    assert done.out.splitlines() == [
        *["succeeded"] * 3,
        "killed it was interrupted",
        "killed the trial's process was ended by SIGKILL",
    ], done
    rows = lab.rows("trials/lab.db")
    assert [row["reason"] for row in rows[3:]] == [
        "it was interrupted",
        "the trial's process was ended by SIGKILL",
    ]
    records = [_record(lab, row["key"]) for row in rows[:3]]
    assert len({record["runner"]["pid"] for record in records}) == 1
    assert len({record["worker"]["pid"] for record in records}) == 3
    for row in rows:
        assert "it runs" in (lab.root / "trials" / row["html"]).read_text()


def _until(is_so: Callable[[], object]) -> None:
    for _ in range(4000):
        if is_so():
            return
        time.sleep(0.05)
    pytest.fail("it never came to that")


def test_a_worker_that_only_seemed_dead_leaves_no_trace_in_the_trial_of_the_next(
    lab: Project,
    sweeper: Sweeper,
    worker: Callable[..., subprocess.Popen[str]],
    tmp_path: Path,
) -> None:
    name, _, key = sweeper('post {"size": 4, "wait": 4}')
    folder = lab.root / "trials" / f"{name}_{key}"
    first = worker(tmp_path)
    _until(lambda: (folder / "output.log").exists() and (folder / "output.log").stat().st_size)
    (tmp_path / "done.pickle").unlink(missing_ok=True)
    second = worker(tmp_path)
    code, _, err = _ended(first)
    assert code == 0
    assert "is carried out by another worker by now" in err
    assert _ended(second)[0] == 0
    assert sweeper("receive") == [name, "succeeded", key]
    sweeper.close()
    record = _record(lab, key)
    assert record["worker"]["pid"] == second.pid
    assert record["status"] == "succeeded"
    assert (folder / "output.log").read_text() == "it runs\n"
