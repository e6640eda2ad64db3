"""A Dask cluster as the executor of a sweep: found, sent trials, and told to end them.

A trial that is on its way is ended by its worker alone. Dask cannot interrupt what runs: it
forgets the task, and the trial would go on behind the back of whoever recorded its end.
"""

from __future__ import annotations

import re
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from mitosis._run.here import end_works
from mitosis._sweep.scheduler import WorkersDiedError
from mitosis.errors import ClusterError

LOCAL = "local"
_CONNECT_SECONDS = 15
_ADDRESS = re.compile(r"([a-z]+://)?[^/]+:[0-9]+")
_FRESH_SECONDS = 1.0
_OWN_GROUP = "import os; os.setpgid(0, 0)  # Ctrl-C is for the sweep, which tells the workers\n"


class DaskExecutor(Executor):
    """Trials as tasks of a Dask client, which is left open.

    Args:
        client: a `distributed.Client`.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._away: dict[str, Any] = {}
        self._jobs = 0
        self._looked = float("-inf")

    @property
    def jobs(self) -> int:
        """How many trials the workers that are there by now can run at a time."""
        if time.monotonic() - self._looked > _FRESH_SECONDS:
            with suppress(OSError):  # it may come back; if not, a task says so
                self._jobs = sum(self._client.nthreads().values())
            self._looked = time.monotonic()
        return self._jobs

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a worker call a function of one trial's work.

        Raises:
            ClusterError: the cluster cannot be reached any more.
        """
        (work,) = args
        if self._client.status != "running":
            raise self._error("the connection to it is lost")
        with warnings.catch_warnings():  # large parameters are as large as they are
            warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
            task = self._client.submit(fn, work, pure=False, retries=0, **kwargs)
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        self._away[work.key] = task
        task.add_done_callback(partial(self._pass_on, future, work.key))
        return future

    def interrupt(self) -> None:
        """Have the trials that run interrupted, and those that wait forgotten."""
        self._end(at_once=False)

    def kill(self) -> None:
        """Have the trials that run killed, and those that wait forgotten."""
        self._end(at_once=True)

    def _end(self, *, at_once: bool) -> None:
        """Do it in a thread of its own, for a worker that hangs must not hold up the others."""
        threading.Thread(target=self._call_off, args=[at_once], daemon=True).start()

    def _call_off(self, at_once: bool) -> None:
        away = dict(self._away)
        with suppress(Exception):  # what nobody can be told is given up in the end
            self._client.run(end_works, tuple(away), at_once=at_once, on_error="ignore")
        with suppress(Exception):
            sent = {key for keys in self._client.processing().values() for key in keys}
            sent.update(key for key, who in self._client.who_has().items() if who)
            self._client.cancel([task for task in away.values() if task.key not in sent])

    def _pass_on(self, future: Future[Any], key: str, task: Any) -> None:
        """Tell how a task ended, in the words of `concurrent.futures`."""
        self._away.pop(key, None)
        try:
            future.set_result(task.result())
        except BaseException as exc:  # noqa: BLE001 - it is passed on
            future.set_exception(self._translated(exc))

    def _translated(self, exc: BaseException) -> BaseException:
        from distributed import KilledWorker

        if isinstance(exc, KilledWorker):
            return WorkersDiedError("every worker that it was given to died")
        if isinstance(exc, ImportError):
            return self._error(f"a worker cannot load what it needs: {exc}")
        return exc

    def _error(self, reason: str) -> ClusterError:
        return ClusterError(cluster=self._client.scheduler.address, reason=reason)


def as_executor(given: Any) -> Any:
    """Return an executor that can tell its workers to stop for what Dask offers as one."""
    distributed = sys.modules.get("distributed")
    if distributed and isinstance(given, distributed.Client):
        return DaskExecutor(given)
    if distributed and isinstance(given, distributed.cfexecutor.ClientExecutor):
        return DaskExecutor(given._client)  # noqa: SLF001 - it has no other way to it
    return given


@contextmanager
def dask_cluster(where: str, workers: int) -> Iterator[DaskExecutor]:
    """Connect to a Dask cluster, or make one of this machine's processors for the time being.

    Args:
        where: "local", an address, or the path of a scheduler file (`.json`).
        workers: how many processes a local one has.

    Raises:
        ClusterError: Dask is not installed, or there is no cluster.
    """
    try:
        from distributed import Client
    except ImportError as exc:
        reason = "Dask is not installed: pip install 'mitosis[dask]'"
        raise ClusterError(cluster=where, reason=reason) from exc
    with ExitStack() as stack:
        try:
            place = _local(stack, workers) if where == LOCAL else _place(where)
            connect: Callable[..., Any] = Client
            client = connect(**place, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as exc:
            reason = " ".join(str(exc).split()) or type(exc).__name__
            raise ClusterError(cluster=where, reason=reason) from exc
        yield DaskExecutor(stack.enter_context(client))


def _local(stack: ExitStack, workers: int) -> dict[str, Any]:
    from distributed import LocalCluster

    make: Callable[..., Any] = LocalCluster
    cluster = make(
        n_workers=workers,
        threads_per_worker=1,
        dashboard_address="127.0.0.1:0",  # with None, its server takes port 8787 all the same
        scheduler_kwargs={"dashboard": False},
        preload=[_OWN_GROUP],
    )
    return {"address": stack.enter_context(cluster)}


def _place(where: str) -> dict[str, Any]:
    if where.endswith(".json"):
        if not Path(where).exists():
            raise FileNotFoundError("there is no such file")
        return {"scheduler_file": where}
    if not _ADDRESS.fullmatch(where):
        raise ValueError(
            "it is neither 'local' nor an address like tcp://host:8786 nor a .json file"
        )
    return {"address": where}
