"""Functions that are steps: recorded where a log is open, and themselves where none is."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import os
import pickle
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mitosis import canonical, digest, step
from mitosis._layout import TrialFolder
from mitosis._recording import read_persisted, read_step_calls, summarize_steps
from mitosis._recording import step_log as module
from mitosis._recording.pickles import read_pickle, write_pickles
from mitosis._recording.secrecy import Secrets
from mitosis._recording.step_log import StepLog, record_steps_in
from mitosis.errors import NotPersistedError


@step
def add(a: int, b: int = 2) -> int:
    """Add."""
    return a + b


@step(persist=True, name="data/load")
def load(size: int) -> list[int]:
    return list(range(size))


@step
def factorial(n: int) -> int:
    return n * factorial(n - 1) if n else 1


@step
def broken(message: str) -> None:
    raise ValueError(message)


@step
async def slow(a: int) -> int:
    await asyncio.sleep(0)
    return add(a)


@step(persist=True)
def numbers(n: int) -> Iterator[int]:
    yield from range(n)


class Loader:
    @step(name="Loader.load")
    def load(self, size: int) -> int:
        return size

    @staticmethod
    @step
    def fixed(size: int) -> int:
        return size


class Opened:
    """A trial's folder with a log of steps."""

    def __init__(self, root: Path, secrets: Secrets | None = None) -> None:
        self.folder = TrialFolder(root)
        self.warnings: list[str] = []
        self.log = StepLog(self.folder, secrets or Secrets(), self.warnings.append)
        record_steps_in(self.log)

    @property
    def calls(self) -> list[dict[str, Any]]:
        return read_step_calls(self.folder)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    yield Opened(tmp_path)
    record_steps_in(None)


def test_outside_of_a_trial_a_step_is_its_function(tmp_path: Path) -> None:
    assert add(1) == 3
    assert (add.__name__, add.__doc__, add.__module__) == ("add", "Add.", __name__)
    assert str(inspect.signature(add)) == "(a: 'int', b: 'int' = 2) -> 'int'"
    assert inspect.unwrap(add) is not add
    assert asyncio.run(slow(1)) == 3
    assert inspect.iscoroutinefunction(slow)
    with pytest.raises(ValueError, match="nothing"):
        broken("nothing")
    assert not any(tmp_path.iterdir())


def test_a_step_is_pickled_and_locked_by_its_name(tmp_path: Path) -> None:
    assert pickle.loads(pickle.dumps(add)) is add
    write_pickles(tmp_path / "results.dill", {"main": add})
    assert read_pickle(tmp_path / "results.dill")["main"] is add
    assert canonical(add) == f"<function {__name__}.add>"


def test_a_call_is_told_in_one_line(opened: Opened) -> None:
    assert add(1, b=3) == 4
    (call,) = opened.calls
    assert (call["step"], call["call"], call["failed"]) == ("add", 0, None)
    assert call["inputs"] == digest({"a": 1, "b": 3})
    assert call["output"] == digest(4)
    assert call["at"] >= 0 <= call["seconds"]
    (source,) = opened.folder.steps.iterdir()
    assert source.name == f"add-{call['source'][:12]}.py"
    assert source.read_text(encoding="utf-8").startswith("@step\ndef add(a: int")


def test_arguments_count_by_name_with_their_defaults(opened: Opened) -> None:
    add(1), add(a=1), add(1, 2), add(b=2, a=1), add(2, 1)
    inputs = [call["inputs"] for call in opened.calls]
    assert len(set(inputs[:4])) == 1
    assert inputs[4] != inputs[0]


def test_inputs_are_taken_before_the_step_changes_them(opened: Opened) -> None:
    @step
    def grow(items: list[int]) -> list[int]:
        items.append(1)
        return items

    grow([])
    (call,) = opened.calls
    assert (call["inputs"], call["output"]) == (digest({"items": []}), digest([1]))


def test_a_step_that_raises_is_told_and_raises_the_same(opened: Opened) -> None:
    with pytest.raises(ValueError, match="no such row") as caught:
        broken("no such row")
    (call,) = opened.calls
    assert (call["failed"], call["output"]) == ("ValueError: no such row", None)
    frames = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert frames[1:] == ["stepping", "broken"]
    assert caught.value.__context__ is None


def test_a_call_that_does_not_fit_raises_what_the_function_raises(opened: Opened) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'c'"):
        add(1, c=2)  # type: ignore[call-arg]  # what is tested
    assert opened.calls[0]["inputs"] is None


def test_steps_may_call_steps_and_themselves(opened: Opened) -> None:
    assert factorial(3) == 6
    assert [call["call"] for call in opened.calls] == [3, 2, 1, 0]
    assert asyncio.run(slow(1)) == 3
    assert [call["step"] for call in opened.calls[4:]] == ["add", "slow"]


def test_methods_are_steps_too(opened: Opened) -> None:
    assert Loader().load(3) == 3
    assert Loader.fixed(4) == 4
    loaded, fixed = opened.calls
    assert (loaded["step"], fixed["step"]) == ("Loader.load", "fixed")
    assert fixed["inputs"] == digest({"size": 4})


def test_threads_number_their_calls_apart(opened: Opened) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(200))) == sum(range(200)) + 400
    assert sorted(call["call"] for call in opened.calls) == list(range(200))


def test_a_forked_process_is_told_apart(opened: Opened) -> None:
    load(1)
    child = os.fork()
    if child == 0:
        load(2)
        os._exit(0)
    os.waitpid(child, 0)
    load(3)
    assert [call.get("process") for call in opened.calls] == [None, child, None]
    results = [read_persisted(opened.folder, "data/load", call) for call in (0, -2, -1)]
    assert results == [[0], [0, 1], [0, 1, 2]]


def test_what_is_no_value_has_no_digest_and_says_so_once(
    opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    @step
    def shut(lock: Any) -> Any:
        return lock

    with caplog.at_level(logging.DEBUG, "mitosis"):
        shut(threading.Lock())
        shut(threading.Lock())
    assert [(call["inputs"], call["output"]) for call in opened.calls] == [(None, None)] * 2
    texts = [record.getMessage() for record in caplog.records]
    assert [text.split(":")[0] for text in texts] == [
        "the input of step 'shut' has no digest",
        "the output of step 'shut' has no digest",
    ]


def test_a_generator_is_told_without_its_output(opened: Opened) -> None:
    assert list(numbers(2)) == [0, 1]
    (call,) = opened.calls
    assert (call["output"], call["persisted"]) == (None, None)
    (warning,) = opened.warnings
    assert warning.startswith("what step 'numbers' returned could not be kept: TypeError")
    numbers(3)
    assert len(opened.warnings) == 1


def test_what_was_kept_is_read_by_step_and_call(opened: Opened) -> None:
    load(1), load(2), load(3)
    folder = opened.folder
    assert [read_persisted(folder, "data/load", n) for n in (0, 2, -1, -3)] == [
        [0],
        [0, 1, 2],
        [0, 1, 2],
        [0],
    ]
    assert opened.calls[0]["persisted"].startswith("steps/data_load-")
    for step_name, call in (("load", -1), ("data/load", 3), ("data/load", -4)):
        with pytest.raises(NotPersistedError, match="'data/load': calls 0 to 2") as caught:
            read_persisted(folder, step_name, call)
        assert (caught.value.step, caught.value.call) == (step_name, call)


def test_a_folder_without_steps_says_that_nothing_was_kept(tmp_path: Path) -> None:
    assert read_step_calls(TrialFolder(tmp_path)) == []
    with pytest.raises(LookupError, match="It has kept no results"):
        read_persisted(TrialFolder(tmp_path), "load")


def test_a_line_that_leads_out_of_the_folder_is_not_followed(opened: Opened) -> None:
    load(1)
    line = json.loads(opened.folder.step_calls.read_text())
    elsewhere = opened.folder.root / "results.dill"
    write_pickles(elsewhere, {"main": 1})
    for name in ("results.dill", "steps/../results.dill", str(elsewhere), "steps"):
        opened.folder.step_calls.write_text(json.dumps(line | {"persisted": name}))
        with pytest.raises(NotPersistedError, match="no results"):
            read_persisted(opened.folder, "data/load")


def test_half_a_line_and_what_is_none_are_passed_over(opened: Opened) -> None:
    add(1)
    with opened.folder.step_calls.open("a") as file:
        file.write('3\n{"step": 1}\n{"step": "add", "call": 1, "sec')
    assert len(opened.calls) == 1
    assert summarize_steps(opened.folder)["add"]["calls"] == 1


def test_secrets_are_in_no_file_and_no_digest(tmp_path: Path) -> None:
    opened = Opened(tmp_path, Secrets(values=["hunter22-and-more"]))
    secret = "hunter22-and-more"

    @step(persist=True)
    def log_in(secret: str) -> str:
        if secret.endswith("!"):
            raise ValueError(f"{secret} is wrong")
        return secret

    try:
        log_in(secret)
        with pytest.raises(ValueError, match="is wrong"):
            log_in(f"{secret}!")
    finally:
        record_steps_in(None)
    first, second = opened.calls
    assert [first[name] for name in ("inputs", "output", "persisted")] == [None] * 3
    assert second["failed"].endswith("is wrong")
    assert not any(
        secret.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()
    )
    assert "it holds a secret" in opened.warnings[0]


def test_a_step_may_be_called_by_a_secret_without_telling_it(tmp_path: Path) -> None:
    names = ["hunter22-and-more", "hunter33-and-more"]
    opened = Opened(tmp_path, Secrets(values=names))
    for name in names:
        step(name=name, persist=True)(len)([])
    record_steps_in(None)
    assert [(call["step"], call["call"]) for call in opened.calls] == [("***", 0), ("***", 1)]
    assert not any("hunter" in path.name for path in tmp_path.rglob("*"))
    assert len({call["persisted"] for call in opened.calls}) == 2


def test_a_function_without_a_signature_is_a_step_without_a_digest(opened: Opened) -> None:
    assert step(name="binary")(partial(int, base=2))("101") == 5
    assert opened.calls[0]["inputs"] is None


def test_a_step_in_a_hot_loop_does_not_fill_the_disk(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "MOST_CALLS", 20)
    with caplog.at_level(logging.INFO, "mitosis"):
        for n in range(100):
            add(n)
    opened.log.close()
    assert len(opened.calls) == 20
    assert summarize_steps(opened.folder)["add"]["calls"] == 100
    assert [record.getMessage() for record in caplog.records] == [
        "further calls of step 'add' are only counted"
    ]


def test_steps_are_summed_up_by_name(opened: Opened) -> None:
    add(1), add(2), load(1)
    with pytest.raises(ValueError, match="x"):
        broken("x")
    found = summarize_steps(opened.folder)
    assert {n: (s["calls"], s["failed"], s["persisted"]) for n, s in found.items()} == {
        "add": (2, 0, 0),
        "data/load": (1, 0, 1),
        "broken": (1, 1, 0),
    }
    assert all(each["seconds"] >= 0 for each in found.values())


def test_a_disk_that_takes_nothing_costs_no_call(opened: Opened) -> None:
    opened.folder.step_calls.mkdir()
    assert add(1) == 3
    assert opened.log.failure == "Is a directory"


@pytest.mark.parametrize("wrong", [Loader, staticmethod(print), classmethod(print), 3])
def test_what_is_no_function_is_no_step(wrong: Any) -> None:
    with pytest.raises(TypeError, match="takes a function"):
        step(wrong)


def test_a_step_needs_a_name() -> None:
    class Nameless:
        def __call__(self, a: int) -> int:
            return a

    with pytest.raises(TypeError, match="a step needs a name"):
        step(Nameless())
    assert step(name="named")(Nameless())(3) == 3
