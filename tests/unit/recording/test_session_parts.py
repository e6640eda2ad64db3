"""The parts of a session that need no kernel."""

from __future__ import annotations

from mitosis._recording.session import Results
from tests.conftest import FreshPython


def test_results_are_shown_in_columns_in_their_order() -> None:
    shown = repr(Results({"main": 0.5, "x": [1, 2], 3: "three"}))
    assert shown.splitlines() == ["main  0.5", "x     [1, 2]", "3     'three'"]


def test_a_value_of_several_lines_stays_in_its_column() -> None:
    class Table:
        def __repr__(self) -> str:
            return "a b\n1 2"

    assert repr(Results({"main": 1, "table": Table()})).splitlines() == [
        "main   1",
        "table  a b",
        "       1 2",
    ]


def test_a_value_whose_repr_raises_hides_no_other() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError

    lines = repr(Results({"main": 1, "b": Broken()})).splitlines()
    assert lines == ["main  1", "b     <Broken whose repr raised RuntimeError>"]


def test_a_large_value_is_cut() -> None:
    assert len(repr(Results({"main": "x" * 100_000}))) < 2100


def test_seeds_of_any_size_seed_random_and_numpy_alike_each_time(
    fresh_python: FreshPython,
) -> None:
    code = """
        import random, numpy
        from mitosis._recording.session import seed_globals
        drawn = set()
        for seed in [0, 7, 2**32 - 1, 2**80 + 5] * 2:
            seed_globals(seed)
            drawn.add((random.random(), float(numpy.random.random())))
        print(len(drawn))
    """
    assert fresh_python(code) == "4\n"


def test_seeding_does_not_import_numpy(fresh_python: FreshPython) -> None:
    code = """
        import sys
        from mitosis._recording.session import seed_globals
        seed_globals(3)
        print("numpy" in sys.modules)
    """
    assert fresh_python(code) == "False\n"
