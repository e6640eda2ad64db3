"""Results beside those of an earlier trial."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mitosis._layout import TrialFolder
from mitosis._recording import Report, write_pickles
from mitosis._recording.digests import digests
from mitosis._recording.lines import append_line
from mitosis._recording.purity import Purity, purity, told


@dataclass
class Alike:
    """Its text says nothing of its value."""

    value: int

    def __repr__(self) -> str:
        return "Alike"


def earlier(folder: Path, results: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Write what a trial that succeeded leaves, and describe it as the runner does."""
    folder.mkdir()
    found = digests(results)
    write_pickles(folder / "results.dill", results)
    report = Report(
        results={key: repr(value) for key, value in results.items()},
        digests=found.of,
        results_digest=found.all,
    )
    report.write(folder / "report.json")
    trial: dict[str, Any] = {
        "name": folder.name,
        "folder": str(folder),
        "results_digest": found.all,
        "data": {},
    }
    return trial | changes


def compared(results: Mapping[str, Any], *trials: Mapping[str, Any], **data: str) -> Purity:
    found = purity(results, digests(results), data, trials)
    assert found is not None
    return found


def test_without_a_trial_of_the_same_data_there_is_nothing_to_compare(tmp_path: Path) -> None:
    trial = earlier(tmp_path / "a", {"main": 1}, data={"a.csv": "ab"})
    assert purity({"main": 1}, digests({"main": 1}), {}, [trial]) is None
    assert compared({"main": 1}, trial, **{"a.csv": "ab"}).verdict == "same"


def test_the_newest_trial_of_the_same_data_counts(tmp_path: Path) -> None:
    newest = earlier(tmp_path / "newest", {"main": 2})
    older = earlier(tmp_path / "older", {"main": 1})
    found = compared({"main": 1}, newest, older)
    assert (found.compared_with, found.verdict) == ("newest", "different")
    assert list(found.differences) == [("main", "2", "1")]


def test_noise_is_told_apart_and_its_size_said(tmp_path: Path) -> None:
    found = compared({"main": 0.1 + 0.2}, earlier(tmp_path / "a", {"main": 0.3}))
    assert found.verdict == "noise"
    assert found.largest_relative is not None
    assert 1e-17 < found.largest_relative < 1e-15
    assert told(found) == (
        "the results differ from those of a by floating-point noise only, "
        "relatively by 1.9e-16 at most"
    )


def test_one_real_difference_outweighs_noise(tmp_path: Path) -> None:
    trial = earlier(tmp_path / "a", {"main": 0.3, "n": 1, "gone": 0})
    found = compared({"n": 2, "main": 0.1 + 0.2, "new": 0}, trial)
    assert (found.verdict, found.largest_relative) == ("different", None)
    assert list(found.differences) == [
        ("main", "0.3", "0.30000000000000004"),
        ("n", "1", "2"),
        ("new", "(absent)", "0"),
        ("gone", "0", "(absent)"),
    ]


def test_results_without_a_digest_hide_no_difference_of_others(tmp_path: Path) -> None:
    trial = earlier(tmp_path / "a", {"main": 1, "callback": lambda: 1})
    same = compared({"main": 1, "callback": lambda: 2}, trial)
    assert (same.verdict, list(same.not_compared)) == ("same", ["callback"])
    other = compared({"main": 2, "callback": lambda: 2}, trial)
    assert (other.verdict, list(other.differences)) == ("different", [("main", "1", "2")])


def test_where_nothing_has_a_digest_nothing_is_said(tmp_path: Path) -> None:
    trial = earlier(tmp_path / "a", {"main": lambda: 1})
    assert purity({"main": lambda: 1}, digests({"main": lambda: 1}), {}, [trial]) is None


def test_results_that_cannot_be_read_again_are_compared_by_digest(tmp_path: Path) -> None:
    trial = earlier(tmp_path / "a", {"main": 0.3})
    (tmp_path / "a" / "results.dill").write_bytes(b"broken")
    found = compared({"main": 0.1 + 0.2}, trial)
    assert found.verdict == "different"
    assert list(found.differences) == [("main", "0.3", "0.30000000000000004")]
    assert "the earlier results could not be read: UnpicklingError" in told(found)


def test_a_trial_whose_folder_is_gone_is_compared_by_digest(tmp_path: Path) -> None:
    trial = earlier(tmp_path / "a", {"main": 1}) | {"folder": str(tmp_path / "nowhere")}
    assert compared({"main": 1}, trial).verdict == "same"
    found = compared({"main": 2}, trial)
    assert (found.verdict, found.remark) == (
        "different",
        "the report of the earlier trial is not there",
    )
    unknown = trial | {"results_digest": None}
    assert purity({"main": 2}, digests({"main": 2}), {}, [unknown]) is None


def test_results_of_one_short_text_are_told_by_the_place_that_differs(tmp_path: Path) -> None:
    then = {"main": [1.0] * 500, "text": "x" * 500, "type": Alike(1)}
    now = {"main": [1.0] * 499 + [2.0], "text": "x" * 499 + "y", "type": Alike(2)}
    found = compared(now, earlier(tmp_path / "a", then))
    main, text, kind = found.differences
    assert main == ("main[499]", "1.0", "2.0")
    assert text[0] == "text"
    assert (text[1][-2:], text[2][-2:]) == ("x'", "y'")
    assert kind == ("type.value", "1", "2")


def test_where_no_text_tells_results_apart_their_digests_do(tmp_path: Path) -> None:
    trial = earlier(tmp_path / "a", {"main": Alike(1)})
    (tmp_path / "a" / "results.dill").write_bytes(b"broken")
    ((key, then, now),) = compared({"main": Alike(2)}, trial).differences
    assert key == "main"
    assert then.startswith("Alike (digest ")
    assert then != now


def test_many_differences_are_cut(tmp_path: Path) -> None:
    trial = earlier(tmp_path / "a", {f"k{i}": i for i in range(15)})
    text = told(compared({f"k{i}": -i - 1 for i in range(15)}, trial))
    assert len(text.splitlines()) == 1 + 3 * 10 + 1
    assert text.endswith("    ... and 5 more results")


def test_other_packages_are_said_where_they_may_be_the_reason(tmp_path: Path) -> None:
    trial = earlier(tmp_path / "a", {"main": 1}) | {"other_packages": True}
    found = compared({"main": 2}, trial)
    assert found.other_packages
    assert "code and data, but other packages" in told(found)


def with_calls(folder: Path, *calls: tuple[str, str | None, str | None]) -> TrialFolder:
    """Write calls of steps, each with its input and output; their numbers count by step."""
    folder.mkdir(exist_ok=True)
    counts: Counter[str] = Counter()
    for name, inputs, output in calls:
        line = {"step": name, "call": counts[name], "inputs": inputs, "output": output}
        append_line(folder / "steps.jsonl", line)
        counts[name] += 1
    return TrialFolder(folder)


def steps_of(results: Mapping[str, Any], trial: Mapping[str, Any], now: TrialFolder) -> Purity:
    found = purity(results, digests(results), {}, [trial], now)
    assert found is not None
    return found


def test_the_steps_are_named_that_changed_for_the_same_input(tmp_path: Path) -> None:
    trial = earlier(tmp_path / "a", {"main": 1})
    with_calls(tmp_path / "a", ("load", "i", "x"), ("load", "j", "y"), ("sum", "x", "1"))
    now = with_calls(
        tmp_path / "b",
        ("load", "i", "x"),
        ("load", "j", "z"),
        ("sum", "z", "2"),
        ("new", "", ""),
    )
    found = steps_of({"main": 2}, trial, now)
    assert list(found.steps) == [("load", 1)]
    assert told(found).splitlines()[1:3] == [
        "    step 'load' (call 1) returned something else for the same input",
        "    main",
    ]


def test_calls_with_the_same_input_are_compared_in_their_order(tmp_path: Path) -> None:
    trial = earlier(tmp_path / "a", {"main": 1})
    with_calls(tmp_path / "a", ("draw", "i", "1"), ("draw", "i", "2"), ("top", "i", "3"))
    same = with_calls(tmp_path / "b", ("draw", "i", "1"), ("draw", "i", "2"), ("top", "i", "3"))
    assert list(steps_of({"main": 1}, trial, same).steps) == []
    other = with_calls(
        tmp_path / "c", ("draw", "i", "1"), ("draw", "i", "5"), ("top", "i", "4")
    )
    assert list(steps_of({"main": 2}, trial, other).steps) == [("draw", 1), ("top", 0)]


def test_without_a_digest_nothing_is_said_of_a_step(tmp_path: Path) -> None:
    trial = earlier(tmp_path / "a", {"main": 1})
    with_calls(tmp_path / "a", ("load", None, "x"), ("save", "i", None), ("sum", "i", "1"))
    now = with_calls(
        tmp_path / "b", ("load", None, "y"), ("save", "i", "x"), ("sum", "i", None)
    )
    assert list(steps_of({"main": 2}, trial, now).steps) == []


def test_steps_that_differ_below_the_same_results_are_told_softly(tmp_path: Path) -> None:
    trial = earlier(tmp_path / "a", {"main": 1})
    with_calls(tmp_path / "a", ("load", "i", "x"))
    now = with_calls(tmp_path / "b", ("load", "i", "y"))
    found = steps_of({"main": 1}, trial, now)
    assert found.verdict == "same"
    assert told(found) == (
        "the results are those of a, but\n"
        "    step 'load' returned something else for the same input"
    )
