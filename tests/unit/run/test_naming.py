"""The names of variants that nobody named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mitosis
from mitosis._run.naming import ParsedParameter, defaults_of, parameters_of, variant_name
from mitosis.errors import InvalidParameterError

TOKEN = "ghp_" + "a1B2" * 9


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (3, "3"),
        (0.1, "0.1"),
        ("ward", "'ward'"),
        (None, "None"),
        ([1, (2.5, True)], "[1, (2.5, True)]"),
        ({"lr": 0.1, "depth": 3}, "{'lr': 0.1, 'depth': 3}"),
    ],
)
def test_a_short_literal_is_its_own_name(value: Any, name: str) -> None:
    assert variant_name("k", value) == name


@pytest.mark.parametrize(
    "value", [np.arange(3), list(range(50)), {"a", "b"}, float("nan"), len]
)
def test_everything_else_is_named_by_its_type_and_its_digest(value: Any) -> None:
    name = f"{type(value).__name__}-{mitosis.digest(value)[:12]}"
    assert variant_name("k", value) == name


def test_a_name_is_the_same_in_every_process() -> None:
    code = (
        "from mitosis._run.naming import variant_name\n"
        "print(variant_name('k', {'ab', 'cd', 'ef'}), variant_name('k', [{'x', 'y'}]))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_what_cannot_be_identified_has_a_name_until_it_is_refused() -> None:
    assert variant_name("k", (n for n in range(3))) == "generator"


def test_a_name_of_a_secret_is_one_that_will_be_replaced() -> None:
    assert TOKEN in variant_name("config", {"note": TOKEN})
    assert variant_name("k", mitosis.Secret("hunter2hunter2")) == "hunter2hunter2"


def test_a_mapping_and_a_list_make_the_same_parameters() -> None:
    named = mitosis.Parameter("few", "k", 3)
    assert parameters_of({"k": named}) == parameters_of([named]) == [named]
    assert parameters_of({"k": 3}) == [mitosis.Parameter("3", "k", 3)]


def test_parameters_under_the_wrong_key_are_refused_all_at_once() -> None:
    with pytest.raises(InvalidParameterError, match="'a' is given a Parameter for 'k'") as told:
        parameters_of({key: mitosis.Parameter("few", "k", 3) for key in "ab"})
    assert len(told.value.faults) == 2


def test_defaults_are_told_without_secrets() -> None:
    parameters = [
        ParsedParameter("3", "k", 3, default=1),
        ParsedParameter("x", "api_key", None, default="letmein-letmein"),
        ParsedParameter("y", "note", "", default=f"use {TOKEN}"),
        ParsedParameter("z", "file", "a", default=Path("b.csv")),
        mitosis.Parameter("few", "other", 3),
    ]
    told = defaults_of(parameters)
    assert told == {"k": 1, "api_key": "***", "note": "***", "file": "PosixPath('b.csv')"}
