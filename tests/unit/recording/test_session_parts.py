"""The parts of a session that need no kernel."""

from __future__ import annotations

from mitosis._recording.results import Results


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
