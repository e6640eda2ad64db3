"""What one step hands on to the next."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from mitosis._layout import TrialFolder
from mitosis._recording import read_pickle
from mitosis._recording.handing import Handing
from mitosis._recording.secrecy import Secrets
from mitosis.errors import InvalidResultsError


@pytest.fixture
def handing(tmp_path: Path) -> Handing:
    return Handing(TrialFolder(tmp_path), "all", Secrets(values=["hunter22-and-more"]))


def test_data_are_the_first_argument_of_the_next_step(handing: Handing) -> None:
    handing.take("first", {"data": None, "main": 1})
    assert handing.give() == (None,)
    handing.take("second", {"main": 1})
    assert handing.give() == ()


def test_a_step_without_data_is_told(
    handing: Handing, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "mitosis"):
        handing.take("first", {})
        handing.give()
    assert caplog.messages == ["step 'first' returned no \"data\" to hand on"]


@pytest.mark.parametrize("wrong", [None, [1], "data"])
def test_what_is_no_dict_is_refused(handing: Handing, wrong: Any) -> None:
    with pytest.raises(InvalidResultsError, match=r"Step 'first' of .* which is no dict"):
        handing.take("first", wrong)


def test_the_results_of_each_step_are_kept_in_their_order(
    handing: Handing, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    results = {"data": [1], "rows": (n for n in "ab"), "word": "hunter22-and-more"}
    handing.take("a/b", results)
    handing.take("c", {"data": 2})
    first, second = sorted((tmp_path / "steps").iterdir())
    assert first.name.startswith("0-a_b-")
    assert (read_pickle(first), second.name) == ({"data": [1]}, "1-c.results.dill")
    assert [message[:30] for message in caplog.messages] == [
        "result 'rows' of step 'a/b' co",
        "result 'word' of step 'a/b' co",
    ]
    assert b"hunter22" not in first.read_bytes()


def test_a_disk_that_takes_nothing_costs_no_step(
    handing: Handing, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "steps").touch()
    handing.take("first", {"data": 1})
    assert handing.give() == (1,)
    assert "the results of step 'first' could not be stored" in caplog.messages[0]
