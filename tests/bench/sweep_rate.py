"""How many trials a second a sweep does, beside what other tools do.

Run it with `make bench-peers` or `python -m tests.bench.sweep_rate [--quick]`. Two trials run
at a time, each a process of its own, but for MLflow's: a loop in one process, without isolation
and pages. Whole commands are measured, with their start; all take turns. The slow ones run
fewer trials, which costs them nothing, for each of theirs is a command.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.bench.environments import MLFLOW, OURS, PUBLISHED, programs, versions
from tests.bench.peers import KINDS
from tests.bench.ways import SWEEP, WITH_HTML, Cost, Way, ways

TURNS = 5
QUICK_TURNS = 1
TRIALS = {OURS: 40, PUBLISHED: 8, WITH_HTML: 12, MLFLOW: 40}


def main() -> None:
    """Measure, and print a table for each kind of experiment."""
    turns = QUICK_TURNS if "--quick" in sys.argv else TURNS
    print(f"Python {sys.version.split()[0]}, {versions()}")
    with tempfile.TemporaryDirectory() as home:
        for kind, title in KINDS.items():
            costs = _measured(Path(home), kind, turns)
            print(f"\n{title}; two at a time; {turns} turns")
            _print_table(costs)


def _measured(home: Path, kind: str, turns: int) -> dict[str, list[Cost]]:
    found = ways(home, kind)
    sweeps = {name: _SWEEPS.get(name, _two_at_a_time) for name in TRIALS}
    for name in sweeps:
        found[name].run(0)  # it makes databases, which costs once
    costs: dict[str, list[Cost]] = {name: [] for name in sweeps}
    for turn in range(turns):
        for name, sweep in sweeps.items():
            first = 1000 * turn + 1
            seeds = range(first, first + TRIALS[name])
            costs[name].append(sweep(found[name], seeds))
    return costs


def _sweep(way: Way, seeds: range) -> Cost:
    mitosis = str(programs(OURS) / "mitosis")
    return way.cost([mitosis, *SWEEP, "-j", "2", "--seed", f"{seeds[0]}-{seeds[-1]}"])


def _loop(way: Way, seeds: range) -> Cost:
    return way.cost([*way.words[0][:-1], *map(str, seeds)])


def _two_at_a_time(way: Way, seeds: range) -> Cost:
    began = time.perf_counter()
    with ThreadPoolExecutor(2) as threads:
        costs = list(threads.map(way.run, seeds))
    return Cost(time.perf_counter() - began, sum(cost.cpu_seconds for cost in costs))


_SWEEPS: dict[str, Callable[[Way, range], Cost]] = {OURS: _sweep, MLFLOW: _loop}


def _print_table(costs: dict[str, list[Cost]]) -> None:
    head = ("trials", "per s", "best", "CPU ms each", "ours faster by", "at best")
    print(f"  {'':18}" + "".join(f"{word:>15}" for word in head))
    rates = {
        name: [TRIALS[name] / cost.wall_seconds for cost in several]
        for name, several in costs.items()
    }
    for name, rate in rates.items():
        cpu = min(cost.cpu_seconds for cost in costs[name]) / TRIALS[name]
        faster = statistics.median(a / b for a, b in zip(rates[OURS], rate, strict=True))
        print(
            f"  {name:18}{TRIALS[name]:15}{statistics.median(rate):15.2f}{max(rate):15.2f}"
            f"{cpu * 1000:15.0f}{faster:15.2f}{max(rates[OURS]) / max(rate):15.2f}"
        )


if __name__ == "__main__":
    main()
