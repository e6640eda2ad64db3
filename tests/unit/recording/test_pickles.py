"""Results and values as pickles: what can be kept is kept."""

from __future__ import annotations

import functools
import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import dill
import numpy as np
import pytest

import mitosis
from mitosis._recording import Keeping, read_pickle, write_pickles
from mitosis._recording.pickles import dumps
from tests.conftest import FreshPython
from tests.unit.recording import named_things
from tests.unit.recording.named_things import Model

NAMED = {
    "class method": Model.from_config,
    "static method": Model.helper,
    "method": Model().own,
    "private method": Model().own(),
    "method that remembers": Model.remembered,
    "function that remembers": named_things.slow,
    "object under a function's name": named_things.counted,
    "part of a function": functools.partial(named_things.slow, 1),
    "builtin method": "-".join,
    "function of the shared generator": random.gauss,
    "numpy's of its shared generator": np.random.normal,
    "shared generator": np.random.mtrand._rand,
    "vectorised": np.vectorize(Model.helper),
}


class Stubborn:
    def __reduce__(self) -> NoReturn:
        raise ValueError("I stay here")


class Pretender:
    __class__ = property(lambda self: type)

    def __reduce__(self) -> Any:
        return Pretender, ()


def numbers() -> Iterator[int]:
    yield 1


def test_results_come_back_as_they_were(tmp_path: Path) -> None:
    results = {"main": 1.5, "data": np.arange(3), "curve": lambda x: x + 1, 3: "three"}
    keeping = write_pickles(tmp_path / "results.dill", results)
    assert keeping == Keeping(("main", "data", "curve", "3"), {})
    back = read_pickle(tmp_path / "results.dill")
    assert list(back) == list(results)
    assert back["curve"](1) == 2
    assert back["data"].tolist() == [0, 1, 2]


def test_only_what_cannot_be_stored_is_left_out_and_why_is_said(tmp_path: Path) -> None:
    results = {"main": 1, "stubborn": Stubborn(), "generator": numbers(), "last": [2]}
    keeping = write_pickles(tmp_path / "results.dill", results)
    assert keeping.kept == ("main", "last")
    assert keeping.dropped["stubborn"] == "ValueError: I stay here"
    assert "generator" in keeping.dropped["generator"]
    assert read_pickle(tmp_path / "results.dill") == {"main": 1, "last": [2]}


def test_a_stubborn_value_deep_inside_costs_its_own_entry(tmp_path: Path) -> None:
    keeping = write_pickles(tmp_path / "r.dill", {"main": 1, "deep": [{"a": Stubborn()}]})
    assert keeping.kept == ("main",)


def test_a_main_that_cannot_be_stored_leaves_the_rest(tmp_path: Path) -> None:
    write_pickles(tmp_path / "r.dill", {"main": Stubborn(), "rest": 1})
    assert read_pickle(tmp_path / "r.dill") == {"rest": 1}


@pytest.mark.parametrize("value", NAMED.values(), ids=NAMED)
def test_what_is_locked_by_its_name_travels_by_it(value: Any) -> None:
    assert mitosis.canonical(dill.loads(dumps(value))) == mitosis.canonical(value)


def test_what_stands_under_a_name_is_the_very_object_again() -> None:
    for value in (named_things.slow, named_things.counted, random.Random.__init__):
        assert dill.loads(dumps([value]))[0] is value


def test_a_module_is_imported_and_not_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(named_things, "level", 1, raising=False)
    data = dumps([named_things, named_things.slow, named_things.counted])
    monkeypatch.setattr(named_things, "level", 2)
    module, slow, counted = dill.loads(data)
    assert module is named_things
    assert (slow, counted) == (named_things.slow, named_things.counted)
    assert named_things.level == 2


def test_a_named_thing_travels_beside_what_no_pickle_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(named_things, "numbers", numbers(), raising=False)
    assert dill.loads(dumps(named_things.slow)) is named_things.slow


def test_what_pretends_to_be_a_class_travels() -> None:
    assert type(dill.loads(dumps(Pretender()))) is Pretender


def test_a_generator_of_ones_own_travels_with_its_state() -> None:
    own = random.Random(3)
    copy = dill.loads(dumps(own))
    assert copy is not own
    assert copy.random() == own.random()


def test_results_that_share_an_object_share_it_when_they_are_read(tmp_path: Path) -> None:
    shared: list[int] = []
    write_pickles(tmp_path / "r.dill", {"main": 1, "a": shared, "b": shared})
    back = read_pickle(tmp_path / "r.dill")
    assert back["a"] is back["b"]


def test_values_that_contain_themselves_can_be_stored(tmp_path: Path) -> None:
    ring: list[Any] = []
    ring.append(ring)
    write_pickles(tmp_path / "r.dill", {"main": ring})
    back = read_pickle(tmp_path / "r.dill")["main"]
    assert back[0] is back


def test_nothing_is_left_beside_the_file(tmp_path: Path) -> None:
    write_pickles(tmp_path / "results.dill", {"main": Stubborn(), "rest": 1})
    assert [path.name for path in tmp_path.iterdir()] == ["results.dill"]


@pytest.mark.parametrize(
    "value",
    [lambda: 3, threading.Lock(), type("Local", (), {}), dill, Ellipsis, NotImplemented, int],
    ids=["lambda", "lock", "class", "module", "ellipsis", "not implemented", "builtin"],
)
def test_odd_objects_travel(value: Any) -> None:
    assert type(dill.loads(dumps(value))).__name__ == type(value).__name__


def test_a_class_of_the_running_script_travels_whole(
    fresh_python: FreshPython, tmp_path: Path
) -> None:
    write = """
        import pathlib, sys
        from mitosis._recording.pickles import dumps
        FACTOR = 3
        class Solver:
            def __init__(self, size): self.size = size
            def solve(self): return FACTOR * self.size
        pathlib.Path("solver.dill").write_bytes(dumps(Solver(2)))
    """
    read = """
        import pathlib
        from mitosis._recording import read_pickle
        print(read_pickle(pathlib.Path("solver.dill")).solve())
    """
    fresh_python(write)
    assert fresh_python(read) == "6\n"


def test_results_that_must_not_be_stored_are_left_out_alone(tmp_path: Path) -> None:
    results = {"main": 1, "config": {"password": "hunter22"}}
    keeping = write_pickles(tmp_path / "r.dill", results, lambda data: b"hunter22" in data)
    assert keeping.dropped == {"config": "it holds a secret, or what looks like one"}
    assert read_pickle(tmp_path / "r.dill") == {"main": 1}


def test_a_disk_that_is_full_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "r.dill").mkdir()
    with pytest.raises(IsADirectoryError):
        write_pickles(tmp_path / "r.dill", {"main": 1})
