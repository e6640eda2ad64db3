"""Real trials that are annotated, carried to another machine, read there, and deleted here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.functional.conftest import Project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

EXPERIMENT = '''
import numpy as np
name = "peak"
def run(seed, amplitude, noise):
    """The amplitude is its own peak."""
    print("measured", amplitude)
    return {"main": float(amplitude), "noise": noise[:3]}
'''
RUN = """
import numpy as np
import mitosis, peak
noise = np.arange(200_000) / 7  # large enough for a file of its own
params = [mitosis.Parameter("low", "amplitude", 1), mitosis.Parameter("pink", "noise", noise)]
mitosis.run(peak, params=params, seed=1, trials_folder="trials")
"""
READ = """
import mitosis
trial = mitosis.load("peak-low-pink-1", trials_folder="elsewhere")
print(trial.main, len(trial.parameters["noise"]), trial.log.strip())
frame = mitosis.history("peak", trials_folder="elsewhere")
print(list(frame["note"]), list(frame["tags"]))
"""


def relative(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): p.read_bytes() for p in paths if ".db" not in p.name}


def test_a_real_trial_travels_whole_and_is_deleted_whole(project: Project) -> None:
    project.write(peak=EXPERIMENT, go=RUN, read=READ)
    project.write({".gitignore": "trials/\nelsewhere/\n*.zip\n"})
    project.commit()
    assert project.python("go.py").status == 0
    for words in (
        ["note", "peak-low-pink-1", "warm lamp"],
        ["tag", "peak-low-pink-1", "draft"],
        ["export", "peak-low-pink-1", "-o", "t.zip"],
        ["import", "t.zip", "-F", "elsewhere"],
    ):
        done = project.mitosis(*words)
        assert done.status == 0, done
    trials, elsewhere = project.root / "trials", project.root / "elsewhere"
    assert relative(elsewhere) == relative(trials)
    assert any(name.startswith(".values/") for name in relative(elsewhere))

    done = project.python("read.py")
    assert done.out.splitlines() == [
        "1.0 200000 measured 1",
        "['warm lamp'] [('draft',)]",
    ], done

    done = project.mitosis("purge", "peak-low-pink-1", "--yes")
    assert done.status == 0, done
    assert relative(trials) == {}
    done = project.python("go.py")
    assert "peak-low-pink-2" in done.out

    done = project.mitosis("merge", "elsewhere")
    assert done.status == 1
    assert "it was purged here" in done.out
