"""What one recorded trial costs, beside the plain script and what other tools take for it.

Run it with `make bench-peers` or `python -m tests.bench.peers [--quick]`. All take turns, in
whole processes and a repository each; a first trial of each is not counted. The ratios are
medians of what is measured in the same turn; with the medians stand the best, which the
machine's other work spoils least.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path

from tests.bench.environments import PUBLISHED, versions
from tests.bench.ways import PLAIN, Cost, ways

ROUNDS = 9
QUICK_ROUNDS = 3
KINDS = {"plain": "a: no figure", "figure": "b: a figure"}


def main() -> None:
    """Measure, and print a table for each kind of experiment."""
    rounds = QUICK_ROUNDS if "--quick" in sys.argv else ROUNDS
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, {versions()}")
    with tempfile.TemporaryDirectory() as home:
        for kind, title in KINDS.items():
            costs = _measured(Path(home), kind, rounds)
            print(f"\n{title}; {rounds} turns")
            _print_table(costs)


def _measured(home: Path, kind: str, rounds: int) -> dict[str, list[Cost]]:
    found = ways(home, kind)
    costs: dict[str, list[Cost]] = {name: [] for name in found}
    for seed in range(rounds + 1):
        for name, way in found.items():
            costs[name].append(way.run(seed))
    return {name: several[1:] for name, several in costs.items()}


def _print_table(costs: dict[str, list[Cost]]) -> None:
    head = ("wall s", "best s", "CPU s", "x plain", "x 0.6.1", "s over plain", "at best")
    print(
        f"  {'':18}"
        + "".join(f"{word:>9}" for word in head[:5])
        + "".join(f"{word:>14}" for word in head[5:])
    )
    walls = {name: [cost.wall_seconds for cost in several] for name, several in costs.items()}
    plain, published = walls[PLAIN], walls[PUBLISHED]
    for name, wall in walls.items():
        over = statistics.median(a - b for a, b in zip(wall, plain, strict=True))
        print(
            f"  {name:18}{statistics.median(wall):9.2f}{min(wall):9.2f}"
            f"{min(cost.cpu_seconds for cost in costs[name]):9.2f}"
            f"{_ratio(wall, plain):9.1f}{_ratio(wall, published):9.2f}"
            f"{over:14.2f}{min(wall) - min(plain):14.2f}"
        )


def _ratio(ones: list[float], others: list[float]) -> float:
    return statistics.median(one / other for one, other in zip(ones, others, strict=True))


if __name__ == "__main__":
    main()
