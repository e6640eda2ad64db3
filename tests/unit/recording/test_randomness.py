"""The generators of the process: seeded in time, and watched without being disturbed."""

from __future__ import annotations

import importlib.util
import json
import re
from typing import Any

import pytest

from tests.conftest import FreshPython

START = """
import json, random, sys
from mitosis._recording.randomness import Generators, unseeded_warnings
generators = Generators({seed})
generators.begin()
"""
END = "\nprint(json.dumps([generators.use(), unseeded_warnings(generators.use())]))"


def used(fresh_python: FreshPython, code: str, seed: int | None = 7) -> tuple[Any, Any]:
    """Run code of an experiment, and return use and warnings."""
    out = fresh_python(START.format(seed=seed) + code + END)
    use, warnings = json.loads(out.splitlines()[-1])
    return use, warnings


def test_seeds_of_any_size_seed_random_and_numpy_alike_each_time(
    fresh_python: FreshPython,
) -> None:
    code = """
        import random, numpy
        from mitosis._recording.randomness import Generators
        drawn = set()
        for seed in [0, 7, 2**32 - 1, 2**80 + 5] * 2:
            numpy.random.random()
            Generators(None).seed_globals(seed)
            drawn.add((random.random(), float(numpy.random.random())))
        print(len(drawn))
    """
    assert fresh_python(code) == "4\n"


def test_seeding_does_not_import_numpy(fresh_python: FreshPython) -> None:
    code = (
        "generators.seed_globals(3); print([n for n in sys.modules if n.startswith('numpy')])"
    )
    assert fresh_python(START.format(seed=1) + code) == "[]\n"


def test_numpy_is_seeded_when_it_is_imported_later(fresh_python: FreshPython) -> None:
    code = """
import numpy.random
import random
first = random.random(), float(numpy.random.random())
generators.seed_globals(7)
print(first == (random.random(), float(numpy.random.random())))
import numpy
print(sum(type(finder).__name__ == "_Arrivals" for finder in sys.meta_path))
"""
    assert fresh_python(START.format(seed=7) + code) == "True\n1\n"


def test_looking_draws_from_nothing(fresh_python: FreshPython) -> None:
    code = """
import numpy
numpy.random.random()
def states():
    return random.getstate(), repr(numpy.random.get_state(legacy=False))
before = states()
generators.use()
print(before == states())
"""
    assert fresh_python(START.format(seed=7) + code) == "True\n"


def test_each_generator_is_told_by_itself(fresh_python: FreshPython) -> None:
    use, warnings = used(fresh_python, "import numpy.random; numpy.random.normal()")
    assert use == {
        "random": {"seeded": True, "drawn": False},
        "numpy.random": {"seeded": True, "drawn": True},
    }
    assert warnings == []


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("random.seed(); random.random()", "random"),
        ("random.seed(None)", "random"),
        ("random.seed(a=None)", "random"),
        ("import numpy as np; np.random.seed(); np.random.rand()", "numpy.random"),
        ("import numpy.random as r; r.seed(seed=None)", "numpy.random"),
        ("from random import seed; seed(); seed(3); seed()", "random"),
    ],
)
def test_a_generator_that_was_seeded_from_entropy_is_a_warning(
    fresh_python: FreshPython, code: str, name: str
) -> None:
    use, (warning,) = used(fresh_python, code)
    assert use[name] == {"seeded": False, "drawn": True}
    assert f"the global generator of {name}, which was not seeded" in warning


@pytest.mark.parametrize(
    "code", ["random.seed(3)", "random.seed(); random.seed('a', 2)", "random.seed(a=3)"]
)
def test_a_generator_that_the_experiment_seeds_itself_is_none(
    fresh_python: FreshPython, code: str
) -> None:
    assert used(fresh_python, code)[1] == []


def test_without_a_seed_each_draw_is_a_warning(fresh_python: FreshPython) -> None:
    use, warnings = used(fresh_python, "import numpy.random; random.random()", seed=None)
    assert use == {
        "random": {"seeded": False, "drawn": True},
        "numpy.random": {"seeded": False, "drawn": False},
    }
    assert len(warnings) == 1


def test_where_the_finder_is_taken_away_the_use_is_unknown(fresh_python: FreshPython) -> None:
    code = "del sys.meta_path[0]; import numpy.random; numpy.random.random()"
    assert used(fresh_python, code)[0]["numpy.random"] == {"seeded": False, "drawn": None}


def test_the_watched_function_is_the_one_that_locks_know(fresh_python: FreshPython) -> None:
    code = """
from mitosis import canonical
print(canonical(random.seed), canonical(random.Random.seed))
"""
    plain = fresh_python("import random" + code)
    assert fresh_python(START.format(seed=7) + code) == plain


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_torch_is_seeded_when_it_is_imported_and_watched(fresh_python: FreshPython) -> None:
    code = """
import torch
assert generators.use()["torch"] == {"seeded": True, "drawn": False}
assert torch.initial_seed() == 7
first = torch.rand(3).tolist()
assert generators.use()["torch"] == {"seeded": True, "drawn": True}
generators.seed_globals(7)
assert torch.rand(3).tolist() == first
unseen = Generators(7)
assert unseen.use()["torch"] == {"seeded": False, "drawn": True}
torch.manual_seed(3)
assert unseen.use()["torch"] == {"seeded": False, "drawn": False}
torch.seed()
torch.rand(1)
"""
    use, (warning,) = used(fresh_python, code)
    assert use["torch"] == {"seeded": False, "drawn": True}
    assert "the global generator of torch" in warning


FORKED = """
import os
def forked(draw):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, repr(draw()).encode())
        os._exit(0)
    os.waitpid(child, 0)
    return os.read(read, 1000).decode()
print([forked(random.random) for _ in range(2)], forked(lambda: forked(random.random)))
random.random()
before = random.getstate()
print(forked(random.random), before == random.getstate())
"""


def test_what_forked_processes_draw_comes_again_and_is_not_the_same_in_all(
    fresh_python: FreshPython,
) -> None:
    first, again = (fresh_python(START.format(seed=7) + FORKED) for _ in range(2))
    assert first == again != fresh_python(START.format(seed=8) + FORKED)
    draws = re.findall(r"0\.\d+", first)
    assert len(draws) == len(set(draws)) == 4
    assert first.endswith(" True\n")


def test_without_a_seed_forked_processes_draw_from_entropy(fresh_python: FreshPython) -> None:
    first, other = (fresh_python(START.format(seed=None) + FORKED) for _ in range(2))
    assert first != other
