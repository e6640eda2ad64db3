"""What it costs to start: commands that look, beside an interpreter that imports click.

Run it with `python -m tests.bench.startup`. All take turns in one run. What counts is processor
time, and of each the least, which the machine's other work spoils least.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.unit.history.recorded import Trials

ROUNDS = 9
TRIALS = 20
BESIDE = "python -c 'import click'"
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    BESIDE: ["-c", "import click"],
    "mitosis --help": ["-m", "mitosis", "--help"],
    "mitosis run --help": ["-m", "mitosis", "run", "--help"],
    "mitosis history": ["-m", "mitosis", "history", "-F", "trials"],
    "mitosis history --columns": ["-m", "mitosis", "history", "-F", "trials", "-c", "main"],
    "mitosis history --json": ["-m", "mitosis", "history", "-F", "trials", "--json"],
    "import mitosis": ["-c", "import mitosis"],
    "import mitosis; mitosis.run": ["-c", "import mitosis; mitosis.run"],
    "import sqlalchemy": ["-c", "import sqlalchemy"],
    "import pandas": ["-c", "import pandas"],
}


def main() -> None:
    """Measure, and print processor time in milliseconds, and ratios to click's import."""
    with tempfile.TemporaryDirectory() as home:
        trials = Trials(Path(home) / "trials")
        for number in range(TRIALS):
            trials.add({"k": number}, number / 2)
        times: dict[str, list[float]] = {name: [] for name in COMMANDS}
        for turn in range(ROUNDS + 1):
            for name, words in COMMANDS.items():
                seconds = _cpu_seconds(Path(home), words)
                times[name] += [seconds] if turn else []  # the first one compiles
    _print(f"least of {ROUNDS}, {TRIALS} trials, Python {sys.version.split()[0]}")
    for name, found in times.items():
        ratio = min(found) / min(times[BESIDE])
        _print(f"{name:30} {min(found) * 1000:6.0f} ms {ratio:6.1f} x")


def _cpu_seconds(folder: Path, words: list[str]) -> float:
    checkout = {"PYTHONPATH": str(Path(__file__).parents[2])}
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=inherited | checkout,
        check=True,
        capture_output=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _print(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
