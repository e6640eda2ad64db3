"""What a kernel tells at its end, and values as short texts."""

from __future__ import annotations

import math
import resource
import signal
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from mitosis._recording import Report
from mitosis._recording.report import plain, shortened


class Broken:
    def __repr__(self) -> NoReturn:
        raise RuntimeError("no repr")


@pytest.mark.parametrize("value", [None, True, 0, -(2**80), 1.5, "", "größe 🧬\n"])
def test_what_json_can_hold_is_itself(value: Any) -> None:
    assert plain(value) == (value, True)
    assert type(plain(value)[0]) is type(value)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (np.float64(1.5), 1.5),
        (np.float32(0.5), 0.5),
        (np.int8(-3), -3),
        (np.bool_(True), True),
        (np.array(2.5), 2.5),
        (np.str_("a"), "a"),
    ],
)
def test_scalars_of_numpy_count_as_the_numbers_they_hold(value: Any, number: Any) -> None:
    assert plain(value) == (number, True)
    assert type(plain(value)[0]) is type(number)


@pytest.mark.parametrize(
    "value",
    [[1], (1,), {"a": 1}, 1j, b"x", Decimal(1), Fraction(1, 2), np.arange(3), np.array([1.0])],
    ids=repr,
)
def test_anything_else_is_a_text_and_not_the_value(value: Any) -> None:
    assert plain(value) == (repr(value), False)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float64("nan")])
def test_what_is_no_number_in_json_is_a_text(value: float) -> None:
    assert plain(value) == (repr(float(value)), False)


def test_long_texts_are_shortened_to_the_length_that_was_asked_for() -> None:
    assert shortened("x" * 300, 60) == "'" + "x" * 55 + " ..."
    assert len(shortened(list(range(10_000)))) == 200
    assert shortened("x" * 58, 60) == repr("x" * 58)


def test_a_repr_that_raises_costs_nothing() -> None:
    assert shortened(Broken()) == "<Broken whose repr raised RuntimeError>"
    assert plain(Broken()) == ("<Broken whose repr raised RuntimeError>", False)


REPORT = Report(
    main="größe",
    main_is_exact=False,
    results={"main": "größe", "a\nb": "[1, 2]"},
    dropped={"file": "TypeError: cannot pickle"},
    cpu_seconds=1.5,
    peak_memory_bytes=1 << 30,
)


@pytest.mark.parametrize("report", [REPORT, Report(), Report(main=1.5)])
def test_a_report_is_read_as_it_was_written(tmp_path: Path, report: Report) -> None:
    report.write(tmp_path / "report.json")
    assert Report.read(tmp_path / "report.json") == report
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_a_kernel_that_died_leaves_an_empty_report(tmp_path: Path) -> None:
    assert Report.read(tmp_path / "report.json") == Report()


def test_usage_is_that_of_this_process_and_plausible() -> None:
    report = REPORT.with_usage()
    assert report.cpu_seconds is not None
    assert 0 < report.cpu_seconds < 10_000
    assert report.peak_memory_bytes is not None
    assert 10 << 20 < report.peak_memory_bytes < 100 << 30
    assert (report.main, report.results) == (REPORT.main, REPORT.results)


def test_a_main_of_five_thousand_digits_is_reported(tmp_path: Path) -> None:
    value, exact = plain(10**5000)
    Report(main=value, main_is_exact=exact).write(tmp_path / "report.json")


def test_a_report_of_another_version_is_read_as_far_as_it_is_known(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text('{"main": 1.5, "results": {"main": "1.5"}, "of_the_future": [1]}')
    assert Report.read(path) == Report(main=1.5, results={"main": "1.5"})


@pytest.mark.parametrize("text", ["", "[1]", "null", '{"main": 1'])
def test_what_is_no_report_is_an_empty_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "report.json").write_text(text)
    assert Report.read(tmp_path / "report.json") == Report()


def test_a_main_that_is_redacted_is_no_longer_exact(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    Report(main="a secret").write(path, lambda text: text.replace("secret", "***"))
    assert (Report.read(path).main, Report.read(path).main_is_exact) == ("a ***", False)


def test_where_there_is_little_room_the_report_is_short(tmp_path: Path) -> None:
    long = Report(
        main=1.5,
        results={f"k{i}": "x" * 200 for i in range(500)},
        warnings=["one\n    fact"],
        modules=["/a.py"] * 1000,
        results_digest="ab",
    )
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        long.write(tmp_path / "report.json")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    read = Report.read(tmp_path / "report.json")
    assert read == Report(main=1.5, warnings=["one"], results_digest="ab")
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
