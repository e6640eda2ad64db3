"""Notes, tags and the archive: in the folder first, then in the row, never twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mitosis._curation import annotate_all, note_of
from mitosis._history.lookup import Found, find
from mitosis._model import Mark
from mitosis._records import read_annotations, repair
from mitosis._store import Store
from tests.conftest import Unprivileged
from tests.unit.records.trials import Begun, begin, elsewhere, row


@pytest.fixture
def trial(tmp_path: Path) -> Begun:
    return begin(tmp_path).finish()


def found(trial: Begun) -> Found:
    return find(trial.key, trial.trials_folder)


def marks(trial: Begun) -> list[tuple[str, str]]:
    return [(said.mark.value, said.text) for said in read_annotations(trial.folder)]


def told(trial: Begun) -> dict[str, Any]:
    return {name: row(trial.store, trial.key)[name] for name in ("note", "archived_at")}


def test_a_note_stands_in_folder_and_row(trial: Begun) -> None:
    assert annotate_all([found(trial)], [(Mark.NOTE, "warm lamp")]).changed == [trial.name]
    note = note_of(trial.folder)
    assert note is not None
    assert note.text == "warm lamp"
    assert told(trial)["note"] == "warm lamp"


def test_a_new_note_takes_the_place_of_the_former_one(trial: Begun) -> None:
    for text in ("first", "second"):
        annotate_all([found(trial)], [(Mark.NOTE, text)])
    assert told(trial)["note"] == "second"
    assert marks(trial) == [("note", "first"), ("note", "second")]


def test_an_empty_note_removes_it(trial: Begun) -> None:
    for text in ("first", ""):
        annotate_all([found(trial)], [(Mark.NOTE, text)])
    assert note_of(trial.folder) is None
    assert told(trial)["note"] is None


def test_what_is_so_already_is_not_said_again(trial: Begun) -> None:
    for words in [(Mark.TAG, "draft"), (Mark.ARCHIVE, ""), (Mark.NOTE, "n")] * 2:
        annotate_all([found(trial)], [words])
    nothing = [(Mark.UNTAG, "other"), (Mark.UNARCHIVE, "")]
    annotate_all([found(trial)], nothing[:1])
    assert marks(trial) == [("tag", "draft"), ("archive", ""), ("note", "n")]


def test_an_archived_trial_comes_back(trial: Begun) -> None:
    annotate_all([found(trial)], [(Mark.ARCHIVE, "")])
    assert told(trial)["archived_at"] is not None
    annotate_all([found(trial)], [(Mark.UNARCHIVE, "")])
    assert told(trial)["archived_at"] is None


def test_a_running_trial_may_be_given_words(tmp_path: Path) -> None:
    running = begin(tmp_path, runner=elsewhere())
    assert annotate_all([found(running)], [(Mark.TAG, "watch")]).changed == [running.name]
    assert marks(running) == [("tag", "watch")]


def test_a_row_that_cannot_be_written_is_told_and_mended(trial: Begun) -> None:
    given = found(trial)
    trial.store.path.rename(trial.trials_folder / "away")
    (fault,) = annotate_all([given], [(Mark.NOTE, "warm lamp")]).faults
    assert fault.startswith("sine-low-1: it stands in its folder, and not in its row yet")
    assert repair(trial.trials_folder).is_sound
    assert told(trial)["note"] == "warm lamp"


def test_saying_it_again_mends_the_row_too(trial: Begun) -> None:
    given = found(trial)
    trial.store.path.rename(trial.trials_folder / "away")
    annotate_all([given], [(Mark.NOTE, "warm lamp")])
    (trial.trials_folder / "away").rename(trial.store.path)
    said = annotate_all([given], [(Mark.NOTE, "warm lamp")])
    assert (said.changed, said.faults) == ([], [])
    assert told(trial)["note"] == "warm lamp"


def test_a_folder_that_cannot_be_written_is_told_and_costs_no_other(
    open_folder: Path, unprivileged: Unprivileged
) -> None:
    trials = [begin(open_folder).finish() for _ in range(2)]
    open_folder.joinpath("sine.db").chmod(0o666)
    trials[0].folder.root.chmod(0o555)
    trials[1].folder.root.chmod(0o777)
    with unprivileged():
        said = annotate_all([found(trial) for trial in trials], [(Mark.TAG, "draft")])
    assert said.changed == ["sine-low-2"]
    (fault,) = said.faults
    assert fault == "sine-low-1: its folder cannot be written: Permission denied"
    assert row(Store(trials[0].store.path), trials[0].key)["note"] is None


def test_a_trial_whose_folder_is_gone_is_told(trial: Begun) -> None:
    given = found(trial)
    trial.folder.root.rename(trial.trials_folder / "away")
    assert (
        "its folder cannot be written" in annotate_all([given], [(Mark.TAG, "draft")]).faults[0]
    )


def test_a_row_of_a_newer_mitosis_stays_as_it_is_and_the_reason_is_told(trial: Begun) -> None:
    given = found(trial)
    with closing(sqlite3.connect(trial.store.path, isolation_level=None)) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema_version'")
    (fault,) = annotate_all([given], [(Mark.NOTE, "warm lamp")]).faults
    assert "sine.db has schema 99" in fault
