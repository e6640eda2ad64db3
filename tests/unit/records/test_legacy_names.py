"""Joined names of variants, taken apart."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from mitosis._records.legacy_names import WHOLE, read_names
from mitosis._store.legacy import LegacyDatabase, LegacyTrial

Tables = Mapping[str, Mapping[str, str]]

PEAK: Tables = {
    "peak_variant_amplitude": {"a": "4", "a-b": "5", "high-4": "10", "low": "0.5"},
    "peak_variant_offset": {"b": "0", "4": "1"},
}
TWO: Tables = {"gather_variant_length": {"five": "5"}, "score_variant_metric": {"len": "'len'"}}


def row(variant: str, experiment: str = "peak") -> LegacyTrial:
    return LegacyTrial(experiment, variant, 0, "c0ffee", 1.0, "1", "trial_0_46c110.html")


def database(tables: Tables) -> LegacyDatabase:
    return LegacyDatabase(Path("peak.db"), (), tables)


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        ("peak-low", {"amplitude": "low"}),
        ("peak-low-4", {"amplitude": "low", "offset": "4"}),
        ("peak-high-4-4", {"amplitude": "high-4", "offset": "4"}),
        ("peak-high-4", {"amplitude": "high-4"}),
        ("peak-4", {"offset": "4"}),
        ("noparams", {}),
    ],
)
def test_a_name_is_taken_apart_by_the_names_that_are_known(
    variant: str, expected: Mapping[str, str]
) -> None:
    reading = read_names(database(PEAK), row(variant), ())
    assert (reading.variants, reading.fault) == (expected, "")
    assert reading.experiment == "peak"


@pytest.mark.parametrize(
    ("variant", "said"),
    [
        ("peak-a-b", "in several ways"),  # "a-b" alone, or "a" and "b"
        ("peak-unheard", "in no way"),
        ("valley-low", "in no way"),
        ("peak-low-", "in no way"),
        ("", "in no way"),
    ],
)
def test_a_name_that_cannot_be_taken_apart_stays_whole(variant: str, said: str) -> None:
    reading = read_names(database(PEAK), row(variant), ())
    assert reading.variants == {WHOLE: variant}
    assert said in reading.fault
    assert not reading.places


def test_what_the_folder_says_settles_a_name_that_can_be_read_in_several_ways() -> None:
    told = [{"offset": "b", "amplitude": "a"}]
    reading = read_names(database(PEAK), row("peak-a-b"), told)
    assert reading.variants == {"amplitude": "a", "offset": "b"}
    assert reading.places["offset"] == (0, "peak", "offset")
    reading = read_names(database(PEAK), row("peak-a-b"), [{"amplitude": "a-b"}])
    assert reading.variants == {"amplitude": "a-b"}


def test_a_folder_of_another_trial_is_not_believed() -> None:
    reading = read_names(database(PEAK), row("peak-low"), [{"amplitude": "high-4"}])
    assert "in no way" in reading.fault


def test_an_argument_that_was_not_locked_is_told_apart() -> None:
    told = [{"amplitude": "low", "device": "gpu"}]
    reading = read_names(database(PEAK), row("peak-low-gpu"), told)
    assert reading.variants == {"amplitude": "low"}
    assert reading.untracked == {"device": "gpu"}


@pytest.mark.parametrize("told", [(), [{"length": "five"}, {"metric": "len"}]])
def test_parameters_of_several_steps_carry_the_step(told: list[Mapping[str, str]]) -> None:
    trial = row("gather-five+score-len", "gather_score")
    reading = read_names(database(TWO), trial, told)
    assert reading.variants == {"gather.length": "five", "score.metric": "len"}
    assert reading.places["score.metric"] == (1, "score", "metric")
    assert (reading.experiment, reading.group) == ("gather_score", None)


@pytest.mark.parametrize("told", [(), [{"length": "five"}, {}]])
def test_a_step_without_arguments_has_no_variants(told: list[Mapping[str, str]]) -> None:
    reading = read_names(database(TWO), row("gather-five+noparams", "gather_noise"), told)
    assert reading.variants == {"gather.length": "five"}
    reading = read_names(database(TWO), row("noparams+gather-five", "noise_gather"), ())
    assert reading.variants == {"gather.length": "five"}


@pytest.mark.parametrize("told", [(), [{"amplitude": "low", "group": "'lakes'"}]])
def test_the_group_of_a_step_is_told_from_its_name(told: list[Mapping[str, str]]) -> None:
    reading = read_names(database(PEAK), row("peak-low", "peak_lakes"), told)
    assert (reading.experiment, reading.group) == ("peak", "lakes")
    assert reading.variants == {"amplitude": "low"}


def test_names_with_plus_signs_and_line_breaks_are_taken_apart() -> None:
    tables = {"peak_variant_x": {"1+2": "'1+2'", "a\nb": "'a\nb'"}}
    for name in tables["peak_variant_x"]:
        for told in ((), [{"x": name}]):
            reading = read_names(database(tables), row(f"peak-{name}"), told)
            assert reading.variants == {"x": name}
