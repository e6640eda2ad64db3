"""Trials that are run only if no earlier one says the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.functional.conftest import Done, Project

EXPERIMENT = '''
import mitosis
name = "mean"
def run(seed, k, jobs=1):
    """A mean."""
    numbers = mitosis.record_data("numbers.txt").read_text().split()
    return {"main": sum(map(int, numbers)) / k}
'''

SCRIPT = """
import sys
import mitosis, mean

options = eval(sys.argv[1]) if len(sys.argv) > 1 else {}
params = [mitosis.Parameter("few", "k", 2)]
params += [mitosis.Parameter("n", "jobs", n, track=False) for n in options.pop("jobs", [])]
trial = mitosis.run(mean, params=params, if_needed=True, data=["more.txt"], **options)
facts = trial.name, trial.key, trial.variants, trial.iteration, trial.seed, trial.status
print("facts", *facts, trial.html, trial.folder, trial.group, trial.commit, trial.main)
print(trial.html)
"""

Run = Callable[..., Done]


def is_returned(done: Done) -> bool:
    assert done.status == 0, done
    assert ("is returned, nothing is run" in done.out) != (" starts (key" in done.out), done
    assert done.page.exists()
    return "is returned" in done.out


def facts(done: Done) -> str:
    return next(line for line in done.out.splitlines() if line.startswith("facts"))


@pytest.fixture(scope="module")
def mean(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project(tmp_path_factory.mktemp("mean") / "project")
    made.root.mkdir()
    made.git("init", "-q")
    (made.root / ".gitignore").write_text("__pycache__/\n*.txt\n")
    made.write({"numbers.txt": "1 2 3", "more.txt": "x"}, mean=EXPERIMENT, script=SCRIPT)
    made.write(namesake=EXPERIMENT)
    made.write(block='import mitosis\nwith mitosis.recording("mean", {"k": 2}): pass')
    made.commit()
    return made


@pytest.mark.slow
def test_an_earlier_trial_is_returned_until_something_differs(mean: Project) -> None:
    assert mean.python("block.py").status == 0
    first = mean.python("script.py")
    assert not is_returned(first)

    again = mean.python("script.py")
    assert is_returned(again)
    assert facts(again) == facts(first)
    assert "is returned, nothing is run, main = 3" in again.out
    assert len(mean.rows("trials/mean.db")) == 2

    mean.write(dirty="x = 1")
    assert "DirtyRepositoryError" in mean.python("script.py").err
    (mean.root / "dirty.py").unlink()

    (mean.root / "numbers.txt").write_text("1 2 6")
    changed = mean.python("script.py", "{'seed': 3}")
    assert not is_returned(changed)
    assert is_returned(mean.python("script.py", "{'seed': 3}"))
    assert not is_returned(mean.python("script.py")), "its seed was given, not generated"


@pytest.mark.slow
def test_what_was_named_beforehand_and_what_is_untracked_count(mean: Project) -> None:
    mean.write({"numbers.txt": "4 4", "more.txt": "y"})
    assert not is_returned(mean.python("script.py", "{'jobs': [2]}"))
    assert is_returned(mean.python("script.py", "{'jobs': [2]}"))
    assert not is_returned(mean.python("script.py", "{'debug': True, 'jobs': [2]}"))
    mean.write({"more.txt": "z"})
    assert not is_returned(mean.python("script.py", "{'jobs': [2]}"))


@pytest.mark.slow
def test_the_command_line_returns_it_too(mean: Project) -> None:
    words = ("run", "mean", "-e", "k=5", "--if-needed")
    first, again = mean.mitosis(*words), mean.mitosis(*words)
    assert not is_returned(first)
    assert is_returned(again)
    assert again.page == first.page
    other = mean.mitosis("run", "namesake", *words[2:])
    assert not is_returned(other), "another file is another experiment, whatever its name"
