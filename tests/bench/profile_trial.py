"""Where the time of one recorded trial goes, in all of its processes.

Run it with `python -m tests.bench.profile_trial [plain|figure] [sweep]`. It runs `mitosis run`
in a repository of its own, a few times, and shows the fastest; or a sweep of a dozen trials,
one at a time, and shows what is between the starts of two of them. Functions are wrapped from
outside (`tracing.py`), which costs a few milliseconds; a point that was not reached is said.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.bench import tracing
from tests.bench.environments import OURS, programs, surroundings
from tests.bench.ways import SWEEP
from tests.bench.workloads import EXPERIMENTS, repository

ROUNDS = 5
WIDTH = 40
SHORTEST_SECONDS = 0.002
MOST_PACKAGES = 12
SWEPT = 12
POSTED = "mitosis._run.posting:post"
RUN = ("run", "trivial", "-p", "amplitude=four", "--seed")
POINTS = """
mitosis._cli.experiments:find_all
mitosis._settings.settings:find_settings
mitosis._run.story:undertake
mitosis._run.arguments:bind
mitosis._run.claiming:Origin.at
mitosis._provenance.capture:capture
mitosis._run.assignment:Undertaking.carry_out
mitosis._run.assignment:Assignment.claimed
mitosis._provenance.command:Question.answer
mitosis._run.course:Course.prepare
mitosis._run.course:Course.write_page
mitosis._run.course:Course.end
mitosis._run.carrying:carry
mitosis._run.posting:post
mitosis._run.posting:receive
mitosis._records.page:Page.write
mitosis._notebook.page:to_html
mitosis._notebook.execution:Execution.wait
mitosis._notebook.client:Client.begin
mitosis._notebook.client:Client.run_all
mitosis._notebook.client:Client.run_hidden
mitosis._notebook.kernel:_end
mitosis._store.claiming:claim
mitosis._store.ending:finish
nbclient.client:NotebookClient.async_start_new_kernel_client
jupyter_client.client:KernelClient._async_wait_for_ready
jupyter_client.manager:KernelManager._async_start_kernel
ipykernel.kernelapp:IPKernelApp.initialize
ipykernel.kernelapp:IPKernelApp.init_kernel
ipykernel.kernelapp:IPKernelApp.start
ipykernel.ipkernel:IPythonKernel.do_execute
mitosis._recording.session:Session.begin
mitosis._recording.session:Session.end
trivial:run
"""


@dataclass
class Span:
    """Something that a thread of a process did; times in seconds."""

    what: str
    thread: str
    began: float
    ended: float
    cpu: float
    depth: int = 0


@dataclass
class Process:
    """What is known of one process of the trial."""

    spans: list[Span] = field(default_factory=list)
    packages: dict[str, float] = field(default_factory=dict)
    running: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))

    def take(self, thread: str, moment: float, cpu: float, kind: str, what: str) -> None:
        """Take a line of the trace."""
        running = self.running[thread]
        if kind == "=":
            took, _, package = what.partition(" ")
            self.packages[package] = float(took)
        elif kind == "!":
            self.spans.append(Span(f"* {what}", thread, moment, moment, 0.0))
        elif kind == "(":
            running.append(Span(what, thread, moment, moment, cpu))
            self.spans.append(running[-1])
        else:
            while running:
                span = running.pop()
                span.ended, span.cpu = moment, cpu - span.cpu
                if span.what == what:
                    break


def main() -> None:
    """Measure, and print the fastest trial."""
    kind = "figure" if "figure" in sys.argv else "plain"
    words = (*SWEEP, "-j", "1", "--seed") if "sweep" in sys.argv else RUN
    with tempfile.TemporaryDirectory() as home:
        folder = repository(Path(home) / "repository", {"trivial.py": EXPERIMENTS[kind]})
        hook = Path(home) / "hook"
        hook.mkdir()
        shutil.copy(str(tracing.__file__), hook / "sitecustomize.py")
        found = [_traced(folder, hook, words, number) for number in range(ROUNDS)]
    took, processes = min(found, key=lambda trial: trial[0])
    said = ", ".join(
        f"{seconds * 1000:.0f}" for seconds, _ in sorted(found, key=lambda t: t[0])
    )
    print(f"one trial ({kind}), traced: {said} ms; the fastest:\n")
    print(f"  {'from':>5} {'lasts':>6} {'cpu':>5}  ms")
    for pid, process in processes.items():
        _show(pid, process, took)
    print(f"  {took * 1000:5.0f} {'':12}  {'':{WIDTH}}  it is over")
    reached = {span.what for process in processes.values() for span in process.spans}
    missed = [point for point in POINTS.split() if point not in reached]
    print("not reached:", *missed, sep="\n  ")


def _traced(
    folder: Path, hook: Path, words: tuple[str, ...], number: int
) -> tuple[float, dict[str, Process]]:
    """Run a trial, and return what it took and its processes; times count from its start."""
    trace = hook / f"trace-{number}"
    environment = surroundings(
        PYTHONPATH=str(hook), MITOSIS_BENCH_TRACE=str(trace), MITOSIS_BENCH_POINTS=POINTS
    )
    seeds = f"{number * SWEPT}-{(number + 1) * SWEPT - 1}" if words != RUN else f"{number}"
    began = time.monotonic()
    subprocess.run(
        [str(programs(OURS) / "mitosis"), *words, seeds],
        cwd=folder,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    took = time.monotonic() - began
    processes: dict[str, Process] = defaultdict(Process)
    for line in trace.read_text(encoding="utf-8").splitlines():
        pid, thread, moment, cpu, kind, what = line.split("\t")
        processes[pid].take(thread, float(moment) - began, float(cpu), kind, what)
    return (took, processes) if words == RUN else _one_of(processes)


def _one_of(processes: dict[str, Process]) -> tuple[float, dict[str, Process]]:
    """Return what was between the starts of two trials in the middle of a sweep."""
    spans = [span for process in processes.values() for span in process.spans]
    posted = sorted(span.began for span in spans if span.what == POSTED)
    began, ended = posted[SWEPT // 2 : SWEPT // 2 + 2]
    found = {}
    for pid, process in processes.items():
        within = [
            replace(span, began=span.began - began, ended=span.ended - began)
            for span in process.spans
            if began <= span.began < ended
        ]
        if within:
            found[pid] = Process(within, process.packages)
    return ended - began, found


def _show(pid: str, process: Process, took: float) -> None:
    print(f"process {pid}")
    for span in _nested(process.spans):
        _show_span(span, took)
    largest = sorted(process.packages.items(), key=lambda item: -item[1])
    told = (f"{name} {cpu * 1000:.0f}" for name, cpu in largest[:MOST_PACKAGES])
    print(f"    imports, processor ms by package: {', '.join(told)}")
    print(f"    all imports: {sum(process.packages.values()) * 1000:.0f} ms")


def _nested(spans: Iterable[Span]) -> list[Span]:
    """Return spans in the order in which they began, each with its depth in its thread."""
    around: dict[str, list[Span]] = defaultdict(list)
    found = sorted(spans, key=lambda span: (span.began, -span.ended))
    for span in found:
        outer = around[span.thread]
        while outer and outer[-1].ended <= span.began:
            outer.pop()
        span.depth = len(outer)
        outer.append(span)
    return found


def _show_span(span: Span, took: float) -> None:
    lasts = span.ended - span.began
    if lasts < SHORTEST_SECONDS and not span.what.startswith("*"):
        return
    left = min(WIDTH - 1, int(span.began / took * WIDTH))
    bar = ("." * left + "#" * max(1, round(lasts / took * WIDTH)))[:WIDTH]
    length = f"{lasts * 1000:6.0f} {span.cpu * 1000:5.0f}" if lasts else " " * 12
    what = "  " * span.depth + span.what.removeprefix("mitosis.")
    print(f"  {span.began * 1000:5.0f} {length}  {bar:{WIDTH}}  {what}")


if __name__ == "__main__":
    main()
