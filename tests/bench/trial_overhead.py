"""What a recorded trial costs beside the same script run plainly, and where the time goes.

Run it with `make bench`. The plain script and the recorded trial take turns, so that a noisy
machine is noisy for both; the parts are each measured on their own afterwards, in fresh
processes, and need not add up to the difference.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

ROUNDS = 7
EXPERIMENT = """
name = "trivial"
def run(seed, amplitude):
    "Nothing happens."
    return {"main": amplitude + seed}
"""
PLAIN = "import trivial; print(trivial.run(seed=1, amplitude=4))"
RECORDED = """
import mitosis, trivial
params = [mitosis.Parameter("four", "amplitude", 4)]
mitosis.run(trivial, params=params, seed=1)
"""
PARTS = {
    "import of mitosis.run and all it needs": "import mitosis; mitosis.run",
    "state of the code": """
        from pathlib import Path
        from mitosis._provenance import code_state, require_committed
        clock()
        require_committed(code_state(Path("trivial.py").resolve(), Path("trials").resolve()),
                          Path("trivial.py").resolve())
        """,
    "packages and machine": """
        from mitosis._provenance import environment, machine
        clock()
        environment(); machine(["x"])
        """,
    "kernel: start to ready, then exit": """
        from pathlib import Path
        from mitosis import _notebook as n
        plan = n.Plan("x", "", (), "parameters = {}")
        book = n.build(plan, n.Banner("x", "x", "running"))
        book.cells = []
        clock()
        leave = "import mitosis._recording.session as s; s._leave_without_closing_sockets()"
        e = n.Execution(book, n.KernelOptions(Path.cwd(), 72), begin="1", on_text=print,
                        end=lambda _: leave, log=Path("x"), timeout_seconds=None)
        e.start(); e.wait()
        """,
    "first page as HTML": """
        from mitosis import _notebook as n
        plan = n.Plan("x", "", (), "parameters = {}")
        clock()
        n.to_html(n.build(plan, n.Banner("x", "x", "running")))
        """,
    "second page as HTML": """
        from mitosis import _notebook as n
        plan = n.Plan("x", "", (), "parameters = {}")
        book = n.build(plan, n.Banner("x", "x", "running"))
        n.to_html(book)
        clock()
        n.to_html(book)
        """,
}
CLOCK = """
import time
_began = time.perf_counter()
def clock():
    global _began
    _began = time.perf_counter()
"""


def main() -> None:
    """Measure, and print medians in milliseconds."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        _make_repository(folder)
        times: dict[str, list[float]] = {"plain": [], "recorded": []}
        for _ in range(ROUNDS):
            times["plain"].append(_timed(lambda: _python(folder, PLAIN)))
            times["recorded"].append(_timed(lambda: _python(folder, RECORDED)))
        plain, recorded = (statistics.median(times[kind]) for kind in ("plain", "recorded"))
        _print(f"median of {ROUNDS}, {os.cpu_count()} cores, Python {sys.version.split()[0]}")
        _print(f"plain script       {plain * 1000:6.0f} ms")
        _print(f"recorded trial     {recorded * 1000:6.0f} ms   {recorded / plain:.1f} x")
        _print(f"difference         {(recorded - plain) * 1000:6.0f} ms, of which, alone:")
        for name, source in PARTS.items():
            _print(f"  {_part(folder, source) * 1000:6.0f} ms  {name}")


def _make_repository(folder: Path) -> None:
    (folder / "trivial.py").write_text(EXPERIMENT)
    (folder / ".gitignore").write_text("__pycache__/\n")
    git = ["git", "-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "bench"]):
        subprocess.run([*git, *words], cwd=folder, check=True)


def _part(folder: Path, source: str) -> float:
    code = f"{CLOCK}\n{dedent(source)}\nprint('TIME', time.perf_counter() - _began)"
    return statistics.median(
        float(_python(folder, code).rpartition("TIME")[2]) for _ in range(ROUNDS)
    )


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _python(folder: Path, code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout


def _print(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
