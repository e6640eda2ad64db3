"""Sweeps on a real Dask cluster: a scheduler and two workers of this machine."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.functional.conftest import Done, Project, record

pytestmark = pytest.mark.slow

WAVES = '''
import time
from pathlib import Path

name = "waves"
amplitude = {"low": 1, "high": 4}

def run(seed, amplitude, pause=0.0):
    """The sum is the sum."""
    print("it runs", flush=True)
    time.sleep(pause)
    return {"main": amplitude + seed, "here": str(Path(__file__).parent)}
'''

ON_CLIENT = """
import sys
import distributed, mitosis, waves

if __name__ == "__main__":
    with distributed.Client(sys.argv[1]) as client:
        sweep = mitosis.sweep(
            waves, {"amplitude": "*", "pause": 1.0}, seeds=range(3), name="night",
            executor=client,
        )
    print([trial.status.value for trial in sweep.trials], len(sweep.failures))
"""


class Cluster:
    """A scheduler, a worker beside the sweep, and one that sees only a clone."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.project = Project(place / "project")
        self.clone = Project(place / "clone")
        self.file = place / "scheduler.json"
        self.processes: list[subprocess.Popen[str]] = []
        self._make_code()
        self._dask("scheduler", "--port", "0", "--dashboard-address", "127.0.0.1:0", cwd=place)
        until(self.file.exists)
        trials = self.project.root / "trials"
        self.near = self.worker(f"mount --bind /dev/null {trials}/waves.db", self.project.root)
        self.far = self.worker(
            f"mount -t tmpfs none {trials}", place, MITOSIS_REPOSITORY=str(self.clone.root)
        )

    def _make_code(self) -> None:
        self.project.root.mkdir()
        self.project.git("init", "-q")
        (self.project.root / ".gitignore").write_text("__pycache__/\ntrials/\n")
        self.project.write(waves=WAVES, on_client=ON_CLIENT)
        self.project.commit()
        made = self.project.mitosis("run", "waves", "-p", "amplitude=low")
        assert made.status == 0, made
        self.project.git("clone", "-q", ".", str(self.clone.root))

    def worker(self, mount: str, cwd: Path, **environment: str) -> subprocess.Popen[str]:
        """Start a worker from which a mount that only it sees hides something."""
        before = ("unshare", "--mount", "sh", "-c", f'{mount} && exec "$@"', "sh")
        words = ("worker", "--nthreads", "1", "--no-nanny", "--no-dashboard")
        return self._dask(*words, cwd=cwd, before=before, **environment)

    def _dask(
        self,
        kind: str,
        *words: str,
        cwd: Path,
        before: tuple[str, ...] = (),
        **environment: str,
    ) -> subprocess.Popen[str]:
        module = f"distributed.cli.dask_{kind}"
        words = (*words, "--scheduler-file", str(self.file), "--host", "127.0.0.1")
        with (self.place / f"{kind}.log").open("a") as log:
            process = subprocess.Popen(
                [*before, sys.executable, "-m", module, *words],
                cwd=cwd,
                env=self.project.environment | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def sweep(self, *words: str) -> subprocess.Popen[str]:
        """Start a sweep on it."""
        command = ("-m", "mitosis", "sweep", "waves", "--dask", str(self.file), *words)
        return self.project.start(*command)

    def statuses(self, sweep: str) -> list[tuple[int, str]]:
        """Return point and status of all trials of a sweep."""
        rows = self.project.rows("trials/waves.db")
        return sorted((r["sweep_point"], r["status"]) for r in rows if r["sweep"] == sweep)

    def close(self) -> None:
        """End all of it."""
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if subprocess.run(["unshare", "--mount", "true"], check=False).returncode:
        pytest.skip("nothing can be hidden from a worker here")
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.close()


def ended(process: subprocess.Popen[str]) -> Done:
    out, err = process.communicate(timeout=300)
    return Done(process.returncode, out, err)


def until(happens: Callable[[], object], seconds: float = 200) -> None:
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def begun(trials: Path) -> list[Path]:
    """Return the folders of trials that have printed something and not ended."""
    found = [log for log in trials.glob("waves*/output.log") if log.stat().st_size]
    return [log.parent for log in found if record(log.parent)["status"] == "running"]


def has_printed(worker: psutil.Process) -> bool:
    """Tell whether a trial has printed on a worker whose files are not to be seen from here."""
    logs = []
    for process in worker.children(recursive=True):
        with suppress(OSError):  # it is gone by now
            files = Path(f"/proc/{process.pid}/fd").iterdir()
            logs += [f.stat().st_size for f in files if f.readlink().name == "output.log"]
    return any(logs)


def test_ctrl_c_interrupts_what_runs_on_workers_and_records_it(cluster: Cluster) -> None:
    sweep = cluster.sweep("-e", "pause=60", "-p", "amplitude=*", "--seed", "0-1", "--name", "c")
    far = psutil.Process(cluster.far.pid)
    until(lambda: begun(cluster.project.root / "trials"))
    until(lambda: has_printed(far))
    sweep.send_signal(signal.SIGINT)
    done = ended(sweep)
    assert done.status == 130, done
    _, *rows = cluster.project.rows("trials/waves.db")
    assert [row["reason"] for row in rows] == ["it was interrupted"] * 2, done
    for row in rows:
        assert "it runs" in (cluster.project.root / "trials" / row["html"]).read_text()
    assert cluster.near.poll() is None
    assert cluster.far.poll() is None


def test_a_worker_with_another_commit_is_refused_by_name(cluster: Cluster) -> None:
    cluster.clone.git("commit", "-q", "--allow-empty", "-m", "something else")
    done = ended(cluster.sweep("-p", "amplitude=*", "--seed", "7-8", "--name", "other"))
    cluster.clone.git("reset", "-q", "--hard", "HEAD~")
    assert done.status == 2, done
    assert "has other code than the sweep" in done.err
    assert str(cluster.clone.root) in done.err
    rows = [row for row in cluster.project.rows("trials/waves.db") if row["sweep"] == "other"]
    reasons = {row["reason"] for row in rows if row["status"] == "killed"}
    assert all("WorkerCodeError" in reason for reason in reasons)
    assert reasons


def test_a_killed_worker_costs_no_trial_and_none_of_them_sees_the_database(
    cluster: Cluster,
) -> None:
    address = json.loads(cluster.file.read_text())["address"]
    sweep = cluster.project.start("on_client.py", address)
    trials = cluster.project.root / "trials"
    until(lambda: begun(trials))
    (torn, *_) = begun(trials)
    carriers = psutil.Process(cluster.near.pid).children(recursive=True)
    cluster.near.kill()
    done = ended(sweep)
    assert done.status == 0, done
    assert done.out.splitlines()[-1] == f"{['succeeded'] * 6} 0"
    assert cluster.statuses("night") == [(point, "succeeded") for point in range(6)]
    assert psutil.wait_procs(carriers, timeout=60)[1] == []
    again = record(torn)
    assert again["worker"]["pid"] not in {process.pid for process in carriers}
    assert again["results"]["here"] == repr(str(cluster.clone.root))
    assert (torn / "output.log").read_text() == "it runs\n"
    left = {p.name for p in trials.iterdir() if p.name.startswith(".")}
    assert left <= {".environments", ".sweeps"}
    assert "there is nothing to do" in cluster.project.mitosis("repair", "--dry-run").out


SLURM = """
import os
import mitosis, waves
from dask_jobqueue import SLURMCluster
from distributed import Client

if __name__ == "__main__":
    with SLURMCluster(
        queue="short",
        cores=1,
        processes=1,
        memory="1 GiB",
        walltime="00:30:00",
        nanny=False,
        interface="lo",
        job_script_prologue=["cd " + os.getcwd()],
        scheduler_options={"dashboard_address": "127.0.0.1:0"},
    ) as cluster, Client(cluster) as client:
        print(cluster.job_script())
        cluster.scale(jobs=1)
        sweep = mitosis.sweep(waves, {"amplitude": "*"}, seeds=[3], executor=client)
    print([trial.status.value for trial in sweep.trials])
"""

SBATCH = """#!/bin/sh
cp "$1" "$JOBS/script"
setsid sh -c "sleep 5; exec sh '$JOBS/script'" > "$JOBS/output" 2>&1 &
echo $! > "$JOBS/id"
echo "Submitted batch job $!"
"""

SCANCEL = """#!/bin/sh
echo "$1" > "$JOBS/cancelled"
kill -- "-$1"
"""


def test_the_recipe_for_slurm_runs_trials_in_its_jobs(project: Project, tmp_path: Path) -> None:
    """There is no SLURM here: its two commands run the job's script on this machine."""
    pytest.importorskip("dask_jobqueue")
    jobs = tmp_path / "jobs"
    jobs.mkdir()
    for name, text in (("sbatch", SBATCH), ("scancel", SCANCEL)):
        (jobs / name).write_text(text)
        (jobs / name).chmod(0o755)
    (project.root / ".gitignore").write_text("__pycache__/\ntrials/\n")
    project.write(waves=WAVES)
    path = f"{jobs}:{project.environment['PATH']}"
    done = project.script(SLURM, env={"JOBS": str(jobs), "PATH": path})
    assert done.status == 0, done
    assert done.out.splitlines()[-1] == "['succeeded', 'succeeded']"
    assert "no worker yet" in done.out
    assert "#SBATCH -p short" in done.out
    assert "#SBATCH -t 00:30:00" in done.out
    assert not done.err
    assert (jobs / "cancelled").read_text() == (jobs / "id").read_text()
