"""Whether a sweep stays as fast and as small, however many trials it has.

Run it with `python -m tests.bench.sweep_growth [plain|figure] [10 100 1000 10000]`. For each
size, a sweep runs in a repository of its own. What a trial costs is told for the first and the
last tenth of them, by when they started: on the wall, of the processors outside the system, and
what the host of a virtual machine gave to others meanwhile (steal), which it does the more the
longer the machine is busy. Memory is that of the sweeping process, of its nursery and of the
oldest trial process, as far as each shares it with no other.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

import mitosis
from tests.bench.environments import OURS, programs
from tests.bench.ways import SWEEP, Way, ways

SIZES = (10, 100, 1000)
TICK_SECONDS = 0.2


@dataclass
class Processors:
    """What all processors had done by when, in seconds."""

    moments: list[float] = field(default_factory=list)
    user: list[float] = field(default_factory=list)
    stolen: list[float] = field(default_factory=list)

    def look(self) -> None:
        """Note what they have done by now."""
        done = psutil.cpu_times()
        self.moments.append(time.time())
        self.user.append(done.user + done.nice)
        self.stolen.append(getattr(done, "steal", 0.0))

    def told(self, started: list[float]) -> str:
        """Return what each of some trials took: on the wall, of processors, stolen; in ms."""
        span = started[0], started[-1]
        took = [np.ptp(np.interp(span, self.moments, by)) for by in (self.user, self.stolen)]
        count = max(1, len(started) - 1)
        return " ".join(f"{1000 * s / count:.0f}" for s in (span[1] - span[0], *took))


@dataclass
class Memory:
    """What the sweeping process, its nursery and the oldest trial process held, in bytes."""

    own: list[int] = field(default_factory=list)
    nursery: list[int] = field(default_factory=list)
    trial: list[int] = field(default_factory=list)

    def look(self, process: psutil.Process) -> None:
        """Note what all hold now."""
        try:
            found = process.children(recursive=True)
            oldest = sorted(found, key=psutil.Process.create_time)[:2]
            self.own.append(process.memory_info().rss)
            for held, child in zip((self.nursery, self.trial), oldest, strict=False):
                held.append(child.memory_full_info().uss)
        except psutil.Error:  # it ended meanwhile
            return

    def told(self) -> str:
        """Return each after a tenth, a half and nine tenths of the time, and at most."""
        return "  ".join(
            f"{_over_time(held):>19}" for held in (self.own, self.nursery, self.trial)
        )


def main() -> None:
    """Sweep each number of trials, and print a line each."""
    kind = "figure" if "figure" in sys.argv else "plain"
    sizes = [int(word) for word in sys.argv[1:] if word.isdecimal()] or SIZES
    print(f"two at a time, {kind}; tenths: ms each on the wall, of processors, stolen;")
    print("memory in MB after a tenth, half, nine tenths, and at most")
    head = ("trials", "wall s", "ms each", "first tenth", "last tenth")
    print(
        "".join(f"{word:>13}" for word in head),
        f"{'sweep':>19}  {'nursery':>19}  {'trial process':>19}",
    )
    with tempfile.TemporaryDirectory() as home:
        for size in sizes:
            way = ways(Path(home) / str(size), kind)[OURS]
            wall, memory, processors = _watched(way, size)
            started = _started(way.folder / "trials")
            tenth = max(2, size // 10)
            tenths = [processors.told(part) for part in (started[:tenth], started[-tenth:])]
            print(f"{size:13}{wall:13.1f}{wall * 1000 / size:13.1f}", end="")
            print("".join(f"{told:>13}" for told in tenths), memory.told(), flush=True)


def _watched(way: Way, size: int) -> tuple[float, Memory, Processors]:
    """Sweep so many trials, and return the seconds that it took, and what was seen."""
    memory, processors = Memory(), Processors()
    words = [str(programs(OURS) / "mitosis"), *SWEEP, "-j", "2", "--seed", f"0-{size - 1}"]
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        process = way.start(words, said)
        seen = psutil.Process(process.pid)
        while process.poll() is None:
            memory.look(seen)
            processors.look()
            time.sleep(TICK_SECONDS)
        assert process.returncode == 0, (said.seek(0), said.read())
    return time.perf_counter() - began, memory, processors


def _started(trials_folder: Path) -> list[float]:
    """Return when the trials started, the first one first."""
    table = mitosis.history("trivial", columns=["started_at"], trials_folder=trials_folder)
    return sorted(moment.timestamp() for moment in table["started_at"])


def _over_time(held: list[int]) -> str:
    if not held:
        return "-"
    chosen = [held[int(share * (len(held) - 1))] for share in (0.1, 0.5, 0.9)]
    return " ".join(f"{size / 1e6:.0f}" for size in (*chosen, max(held)))


if __name__ == "__main__":
    main()
