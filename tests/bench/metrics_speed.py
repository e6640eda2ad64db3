"""What a logged point costs beside a plain append of JSON lines, and beside other tools.

Run it with `make bench`. All take turns in one process, so that a noisy machine is noisy for
all of them; the ratios are of the medians. Sacred and tensorboardX take part where they are
installed. Afterwards ten million points are logged and read back, for the memory that it takes.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

import mitosis
from mitosis._layout import TrialFolder
from mitosis._recording.metrics import MetricsLog, log_in
from mitosis._records import measure

ROUNDS = 7
POINTS = 100_000
MANY = 10_000_000
VALUES = [random.Random(1).random() for _ in range(POINTS)]


def main() -> None:
    """Measure, and print medians."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        ways: dict[str, Callable[[Path], None]] = {
            "plain append of JSON lines": _plain,
            "the same, flushed each": _flushed,
            "mitosis.log(loss=x, step=i)": _mitosis,
            "mitosis.log(loss=x)": _mitosis_unnumbered,
        }
        ways |= {"Sacred, in memory": _sacred} if _is_there("sacred") else {}
        ways |= {"tensorboardX": _tensorboard} if _is_there("tensorboardX") else {}
        times: dict[str, list[float]] = {name: [] for name in ways}
        for turn in range(ROUNDS):
            for number, (name, way) in enumerate(ways.items()):
                times[name].append(_timed(way, folder / f"{turn}-{number}"))
        _print(f"{POINTS:,} points, median of {ROUNDS}, Python {sys.version.split()[0]}")
        plain = statistics.median(times["plain append of JSON lines"])
        for name, taken in times.items():
            median = statistics.median(taken)
            each = median / POINTS * 1e6
            _print(f"  {each:6.2f} µs a point   {median / plain:5.2f} x   {name}")
        _show_memory(folder)


def _plain(path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for step, loss in enumerate(VALUES):
            file.write(json.dumps({"step": step, "loss": loss}) + "\n")


def _flushed(path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for step, loss in enumerate(VALUES):
            file.write(json.dumps({"step": step, "loss": loss}) + "\n")
            file.flush()


def _mitosis(path: Path) -> None:
    log_in(MetricsLog(path))
    for step, loss in enumerate(VALUES):
        mitosis.log(loss=loss, step=step)


def _mitosis_unnumbered(path: Path) -> None:
    log_in(MetricsLog(path))
    for loss in VALUES:
        mitosis.log(loss=loss)


def _sacred(path: Path) -> None:
    from sacred import Experiment

    experiment = Experiment(save_git_info=False)

    def run() -> None:
        for step, loss in enumerate(VALUES):
            experiment.log_scalar("loss", loss, step)

    experiment.main(run)
    experiment.run(options={"--capture": "no", "--loglevel": "ERROR"})


def _tensorboard(path: Path) -> None:
    from tensorboardX import SummaryWriter

    with SummaryWriter(str(path)) as writer:
        for step, loss in enumerate(VALUES):
            writer.add_scalar("loss", loss, step)


def _show_memory(folder: Path) -> None:
    trial = TrialFolder(folder)
    log_in(MetricsLog(trial.metrics))
    mitosis.log(loss=1.0, step=0)
    before = psutil.Process().memory_info().rss
    began = time.perf_counter()
    for step in range(1, MANY):
        mitosis.log(loss=VALUES[step % POINTS], step=step)
    taken = time.perf_counter() - began
    grown = psutil.Process().memory_info().rss - before
    _print(f"{MANY:,} points logged: {taken:.0f} s, memory grew by {grown / 1e6:.1f} MB")
    began, before = time.perf_counter(), _peak_bytes()
    summary = measure(trial).metrics["loss"]
    taken = time.perf_counter() - began
    assert summary.points == MANY
    each = taken / MANY * 1e6
    grown = _peak_bytes() - before
    _print(f"read back: {taken:.0f} s, {each:.2f} µs a line, at most {grown / 1e6:.0f} MB more")


def _peak_bytes() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024)


def _timed(way: Callable[[Path], None], path: Path) -> float:
    began = time.perf_counter()
    way(path)
    return time.perf_counter() - began


def _is_there(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _print(line: str) -> None:
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    main()
