"""Finding the trial that is meant."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mitosis import Trial, errors
from mitosis._history.lookup import Reference, find, find_all
from mitosis._layout import TrialFolder
from mitosis._model import Status
from mitosis._records import write_record
from tests.unit.records.trials import Begun, begin, claim, variant


@pytest.fixture
def low(tmp_path: Path) -> Begun:
    return begin(tmp_path, variant("low"), key="aaaa1111").finish()


@pytest.fixture
def high(tmp_path: Path) -> Begun:
    return begin(tmp_path, variant("high", "0.9"), key="aaaa2222").finish()


def as_trial(begun: Begun, folder: Path) -> Trial:
    return Trial(
        name=begun.name,
        key=begun.key,
        experiment="sine",
        variants={},
        iteration=1,
        seed=None,
        status=Status.SUCCEEDED,
        html=begun.page,
        folder=folder,
    )


def test_a_trial_is_found_by_whatever_names_it(
    low: Begun, high: Begun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    references: list[Reference] = [
        high.key,
        high.key[:5],
        high.name,
        high.folder.root,
        high.folder.root.name,
        high.page,
        os.path.relpath(high.page),
        str(high.folder.root),
        as_trial(high, high.folder.root),
        as_trial(high, tmp_path / "renamed since"),
    ]
    assert [find(reference, tmp_path).key for reference in references] == [high.key] * 10
    found = find(low.key, tmp_path)
    assert (found.name, found.folder, found.html) == (low.name, low.folder, low.page)
    assert found.store.path == tmp_path / "sine.db"
    assert not found.is_debug


def test_without_a_database_the_folders_are_asked(
    low: Begun, high: Begun, tmp_path: Path
) -> None:
    (tmp_path / "sine.db").unlink()
    assert find("aaaa1", tmp_path).folder == low.folder
    assert find(high.name, tmp_path).folder == high.folder
    assert find(high.page, tmp_path).key == high.key


def test_a_damaged_database_hides_no_trial(low: Begun, tmp_path: Path) -> None:
    database = tmp_path / "sine.db"
    database.write_bytes(database.read_bytes()[:100])
    assert find("aaaa", tmp_path).key == low.key


def test_all_unknown_ones_are_told_at_once_with_what_comes_near(
    low: Begun, tmp_path: Path
) -> None:
    with pytest.raises(errors.UnknownTrialError, match="did you mean 'sine-low-1'") as caught:
        find_all(["sine-lwo-1", low.key, "ffff"], tmp_path)
    assert caught.value.faults == (
        "'sine-lwo-1'; did you mean 'sine-low-1'?",
        "'ffff'",
    )
    with pytest.raises(errors.UnknownTrialError):
        find("", tmp_path)


def test_what_fits_several_is_refused_with_all_of_them(
    low: Begun, high: Begun, tmp_path: Path
) -> None:
    with pytest.raises(errors.AmbiguousTrialError) as caught:
        find("aaaa", tmp_path)
    assert caught.value.candidates == (
        f"{low.key}  2024-05-06 12:00  {low.name}",
        f"{high.key}  2024-05-06 12:00  {high.name}",
    )


def test_trials_of_one_name_are_told_apart_by_their_keys(tmp_path: Path) -> None:
    keys = {begin(tmp_path, group=group).finish().key for group in ("a", "b")}
    with pytest.raises(errors.AmbiguousTrialError):
        find("sine-low-1", tmp_path)
    assert {find(key, tmp_path).key for key in keys} == keys


def test_a_dead_trial_is_closed_on_the_way(tmp_path: Path) -> None:
    dead = begin(tmp_path)
    find(dead.key, tmp_path)
    assert dead.row()["status"] == "lost"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(errors.TrialsFolderError, match="No such file"):
        find("a", tmp_path / "nowhere")


def test_a_record_that_cannot_be_read_is_told_in_place_of_nothing(
    low: Begun, tmp_path: Path
) -> None:
    low.folder.record.write_text("{")
    (tmp_path / "sine.db").unlink()
    for reference in (low.key, low.folder.root, low.name):
        with pytest.raises(errors.RecordError, match="no JSON"):
            find(reference, tmp_path)


def test_a_trial_in_debug_mode_is_found_by_its_name(tmp_path: Path) -> None:
    given = claim(key="aaaa3333")
    folder = TrialFolder(tmp_path / "sine-low_debug_aaaa3333")
    folder.root.mkdir()
    write_record(folder, given, None, tmp_path / "trial_sine-low_debug_aaaa3333.html")
    found = find("sine-low", tmp_path)
    assert (found.key, found.is_debug) == ("aaaa3333", True)
