"""The experiments that benchmarks run, and the repositories in which they do."""

from __future__ import annotations

import subprocess
from pathlib import Path

_PLAIN = '''\
import numpy as np

name = "trivial"
amplitude = {"four": 4}
lookup_dict = {"amplitude": amplitude}


def run(seed, amplitude):
    """The maximum of a sine is its amplitude."""
    x = np.linspace(0, 10, 200)
    y = amplitude * np.sin(x + seed)
    return {"main": float(np.abs(y.max() - amplitude)), "data": y}
'''
_FIGURE = '''\
import matplotlib.pyplot as plt
import numpy as np

name = "trivial"
amplitude = {"four": 4}
lookup_dict = {"amplitude": amplitude}


def run(seed, amplitude):
    """The maximum of a sine is its amplitude."""
    x = np.linspace(0, 10, 200)
    y = amplitude * np.sin(x + seed)
    plt.title("What is the maximum of a sine wave?")
    plt.plot(x, y, label="trial data")
    plt.plot(x, amplitude * np.ones_like(x), label="expected")
    plt.legend()
    return {"main": float(np.abs(y.max() - amplitude)), "data": y}
'''
EXPERIMENTS = {"plain": _PLAIN, "figure": _FIGURE}
"""Without a figure, and with one."""


def repository(folder: Path, files: dict[str, str]) -> Path:
    """Make a git repository of some files, all committed, and return its folder."""
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / ".gitignore").write_text("__pycache__/\ntrials*/\n", encoding="utf-8")
    git = ["git", "-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "bench"]):
        subprocess.run([*git, *words], cwd=folder, check=True)
    return folder
