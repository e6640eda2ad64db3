"""What it costs to know a trial's origin, beside `git status` alone.

Run it with `python -m tests.bench.provenance_speed`. Each figure is of a fresh process, which
has imported what `mitosis.run` imports anyway, in a repository of 50 modules that are all
imported. The whole is captured a first time, a second time in the same process, and then come
the parts, each in a fresh process of its own. All take turns, so that a noisy machine is noisy
for each; with the median stands the best, which the machine's other work spoils least.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import distributions
from pathlib import Path
from textwrap import dedent

ROUNDS = 7
MODULES = 50
START = """
    import sys, time
    sys.path.insert(0, "")
    import asyncio, importlib.metadata, jupyter_client, nbclient, nbformat, sqlalchemy
    import mitosis, mitosis._provenance as p
    from pathlib import Path
    for number in range(MODULES):
        __import__(f"package.module_{number}")
    place, trials = Path("package").resolve(), Path("trials").resolve()
"""
_END = "print(time.perf_counter() - began)"
WHOLE = "p.capture(place, trials, ['run.py'])"
PARTS = {
    "git status, alone": (
        "import subprocess",
        "subprocess.run(['git', 'status', '--porcelain=v2'], check=True, capture_output=True)",
    ),
    "everything, first in its process": ("", WHOLE),
    "everything, once more": (WHOLE, WHOLE),
    "  state of the code": ("", "p.code_state(place, trials)"),
    "  imported modules": (
        "state = p.code_state(place, trials)",
        "p.imported_code(state, p.imports.loaded_files(), trials)",
    ),
    "  packages": ("", "p.environment()"),
    "  machine, with psutil's import": ("", "p.machine(['run.py'])"),
    "  process, with psutil's import": ("", "p.runner()"),
    "import of the layer alone": ("", "IMPORT"),
}


def main() -> None:
    """Measure, and print medians and bests in milliseconds, and ratios to `git status`."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        _make_repository(folder)
        times: dict[str, list[float]] = {name: [] for name in PARTS}
        for _ in range(ROUNDS):
            for name, (before, measured) in PARTS.items():
                times[name].append(_seconds(folder, before, measured))
    packages = len({d.metadata["Name"] for d in distributions()})
    print(
        f"{ROUNDS} rounds, {MODULES} modules, {packages} packages, {os.cpu_count()} cores, "
        f"Python {sys.version.split()[0]}\n{'':34}  median      best   x git status (best)"
    )
    beside = min(times["git status, alone"])
    for name, seconds in times.items():
        median, best = statistics.median(seconds) * 1e3, min(seconds) * 1e3
        print(f"{name:34} {median:6.1f} ms {best:6.1f} ms  {best / 1e3 / beside:6.1f}")


def _make_repository(folder: Path) -> None:
    package = folder / "package"
    package.mkdir()
    for number in range(MODULES):
        (package / f"module_{number}.py").write_text(f"x = {number}\n" * 50)
    (folder / ".gitignore").write_text("__pycache__/\n")
    git = ["git", "-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "bench"]):
        subprocess.run([*git, *words], cwd=folder, check=True)


def _seconds(folder: Path, before: str, measured: str) -> float:
    start = dedent(START).replace("MODULES", str(MODULES))
    if measured == "IMPORT":
        start, measured = "import sys, time", "import mitosis._provenance"
    code = "\n".join((start, before, "began = time.perf_counter()", measured, _END))
    checkout = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": checkout},
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)


if __name__ == "__main__":
    main()
