"""The arguments of `run` that say how a trial is kept."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mitosis._run.options import Options
from mitosis._settings import Settings
from mitosis.errors import InvalidParameterError

GOOD: dict[str, Any] = {
    "debug": False,
    "logfile": None,
    "output_extension": "html",
    "matplotlib_dpi": 72,
    "timeout_seconds": None,
    "hypothesis": None,
    "data": (),
    "if_needed": False,
}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"logfile": "other.db"},
        {"logfile": "größe 🧬'\"\n"},
        {"logfile": "..."},
        {"output_extension": "ipynb"},
        {"matplotlib_dpi": 0.5},
        {"timeout_seconds": 1e-9},
        {"timeout_seconds": np.float64(3)},
        {"hypothesis": "It holds."},
        {"data": ["a.csv", Path("b")]},
    ],
    ids=str,
)
def test_options_that_can_be_used_stay_as_they_are(changed: dict[str, Any]) -> None:
    assert vars(Options(**GOOD | changed)) == GOOD | changed


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("output_extension", "pdf"),
        ("output_extension", ".html"),
        ("output_extension", None),
        ("logfile", "a/b.db"),
        ("logfile", "/tmp/b.db"),
        ("logfile", ".."),
        ("logfile", "."),
        ("logfile", "a\0b"),
        ("logfile", 3),
        ("matplotlib_dpi", 0),
        ("matplotlib_dpi", -1),
        ("matplotlib_dpi", "72"),
        ("matplotlib_dpi", True),
        ("matplotlib_dpi", None),
        ("timeout_seconds", 0),
        ("timeout_seconds", math.nan),
        ("timeout_seconds", math.inf),
        ("matplotlib_dpi", math.inf),
        ("timeout_seconds", "3"),
        ("hypothesis", 3),
        ("hypothesis", "half \ud83e"),
        ("data", "a.csv"),
        ("data", Path("a.csv")),
        ("data", 3),
    ],
)
def test_any_other_is_refused_with_its_name_and_value(option: str, value: Any) -> None:
    with pytest.raises(InvalidParameterError, match="unusable") as caught:
        Options(**GOOD | {option: value})
    (fault,) = caught.value.faults
    assert fault.startswith(f"{option} is {value!r}, ")


def test_all_faults_are_said_at_once() -> None:
    wrong = {"logfile": "/", "output_extension": "", "matplotlib_dpi": 0, "timeout_seconds": 0}
    with pytest.raises(InvalidParameterError, match="unusable") as caught:
        Options(**GOOD | wrong)
    assert len(caught.value.faults) == 4


def test_each_path_that_is_none_is_named() -> None:
    with pytest.raises(InvalidParameterError, match="unusable") as caught:
        Options(**GOOD | {"data": ["a", 3, "", "b\0", "~nobody-of-that-name/c"]})
    assert [fault.rpartition(",")[2] for fault in caught.value.faults] == [
        " which is no path"
    ] * 4


def test_settings_fill_in_what_nobody_said(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings(timeout_seconds=60, data=(Path("/data/a"),))
    given = Options(**GOOD | {"data": ["b", "/data/a"]}).completed(settings)
    assert given.timeout_seconds == 60
    assert given.data == (Path("/data/a"), Path.cwd() / "b")
    assert Options(**GOOD | {"timeout_seconds": 1}).completed(settings).timeout_seconds == 1
    assert Options(**GOOD).completed(Settings()) == Options(**GOOD)
