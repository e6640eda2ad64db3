"""`mitosis note`, `tag`, `archive` and `purge`, called in this process on real trials."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mitosis._cli import command
from mitosis._model import Field, Kind, Query, Status
from mitosis._store import Store
from tests.unit.exchange.machines import ENVIRONMENT, record_trial
from tests.unit.records.trials import NOON, begin, elsewhere, files, variant

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`sine-low-1`, `sine-low-2` (failed) and `sine-high-1`, to be copied."""
    place = tmp_path_factory.mktemp("three")
    record_trial(place)
    failed = begin(place, started_at=NOON + HOUR)
    failed.finish(failed.outcome(Status.FAILED, main=None, reason="no luck"))
    record_trial(place, variant("high", "0.9"), started_at=NOON + 2 * HOUR)
    return place


def mitosis(*words: str, given: str = "") -> Result:
    return CliRunner().invoke(command, words, input=given)


def said(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def column(folder: Path, name: str, *, archived: bool = False) -> dict[str, object]:
    fields = [Field(Kind.COLUMN, "name"), Field(Kind.COLUMN, name)]
    table = Store(folder / "sine.db").table(Query(with_archived=archived), fields)
    return dict(zip(*table, strict=True))


def test_a_note_is_kept_and_shown_with_who_wrote_it(folder: Path) -> None:
    assert said(mitosis("note", "sine-low-1", "warm lamp")) == "sine-low-1: noted\n"
    assert said(mitosis("note", "sine-low-1")).startswith(
        "warm lamp\n(Ada <ada@example.org>, 2"
    )
    assert column(folder, "note")["sine-low-1"] == "warm lamp"


def test_a_note_is_taken_away(folder: Path) -> None:
    mitosis("note", "sine-low-1", "warm lamp")
    assert said(mitosis("note", "sine-low-1", "--remove")) == "sine-low-1: the note is gone\n"
    assert said(mitosis("note", "sine-low-1")) == "sine-low-1 has no note\n"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["note", "sine-low-1", "x", "--remove"], "or take it away with --remove"),
        (["note", "sine-low-1", "  "], "the note is empty"),
        (["note", "sine-low-1", "x" * 10_001], "at most 10,000 characters"),
        (["tag", "sine-low-1", "two words", "a,b"], "'a,b': a tag is one word"),
        (["tag", "sine-low-1"], "Missing argument 'TAG...'"),
        (["archive"], "Name a trial, or choose trials with --filter."),
        (["purge", "sine-low-1"], "Nobody is there to be asked: say --yes"),
    ],
)
def test_what_makes_no_sense_is_refused(folder: Path, words: list[str], reason: str) -> None:
    before = files(folder)
    result = mitosis(*words)
    assert result.exit_code == 2
    assert reason in " ".join(result.output.split())
    assert files(folder) == before


def test_all_unknown_trials_are_named_at_once(folder: Path) -> None:
    result = mitosis("archive", "sine-lwo-1", "sine-low-1", "zzz")
    assert result.exit_code == 2
    assert "'sine-lwo-1'; did you mean 'sine-low-1'" in result.stderr
    assert "'zzz'" in result.stderr
    assert len(column(folder, "name")) == 3


def test_an_experiment_in_the_place_of_a_trial_is_told_as_such(folder: Path) -> None:
    result = mitosis("purge", "sine", "zzz", "--yes")
    assert result.exit_code == 2
    assert "'sine' is an experiment: `mitosis history sine` lists its" in result.stderr
    assert "    'zzz'\n" in result.stderr
    assert len(column(folder, "name")) == 3


def test_tags_are_given_and_taken_away(folder: Path) -> None:
    text = said(mitosis("tag", "sine-low-1", "draft", "figure-2"))
    assert text == "draft, figure-2: given to 1 trial\n  sine-low-1\n"
    assert column(folder, "tags")["sine-low-1"] == ("draft", "figure-2")
    said(mitosis("tag", "sine-low-1", "draft", "--remove"))
    assert column(folder, "tags")["sine-low-1"] == ("figure-2",)


def test_tags_by_an_expression(folder: Path) -> None:
    text = said(mitosis("tag", "sine", "good", "--filter", "main > 1"))
    assert text == "good: given to 2 trials\n  sine-low-1\n  sine-high-1\n"


def test_archived_trials_are_out_of_sight_and_come_back(folder: Path) -> None:
    text = said(mitosis("archive", "sine", "--filter", "status != 'succeeded'"))
    assert text == "1 trial archived\n  sine-low-2\n"
    assert sorted(column(folder, "name")) == ["sine-high-1", "sine-low-1"]
    assert said(mitosis("archive", "sine-low-2")) == "0 trials archived\n"
    text = said(mitosis("archive", "--undo", "--filter", "status == 'failed'"))
    assert text == "1 trial back in sight\n  sine-low-2\n"
    assert len(column(folder, "name")) == 3


def test_a_wrong_expression_changes_nothing(folder: Path) -> None:
    before = files(folder)
    result = mitosis("purge", "--filter", "mian > 3", "--yes")
    assert result.exit_code == 2
    assert "did you mean 'main'" in result.output
    assert files(folder) == before


def test_a_dry_run_of_a_purge_shows_sizes_and_deletes_nothing(folder: Path) -> None:
    before = files(folder)
    text = said(mitosis("purge", "sine-low-1", "sine-high-1", "--dry-run"))
    assert text.startswith("2 trials, ")
    assert " kB  sine-low-1\n" in text
    assert files(folder) == before


def test_a_purge_tells_what_went(folder: Path) -> None:
    text = said(mitosis("purge", "sine", "--filter", "status == 'failed'", "-y"))
    assert text.endswith("mitosis purge: 1 trial deleted\n")
    assert sorted(column(folder, "name")) == ["sine-high-1", "sine-low-1"]


def test_shared_files_that_stay_are_counted(folder: Path) -> None:
    digest = sha256(ENVIRONMENT).hexdigest()
    begin(folder, variant("bare", "0"), environment_digest=digest).finish()
    text = said(mitosis("purge", "sine-bare-1", "--yes"))
    assert "  1 shared file stayed: other trials need it, or" in text
    text = said(mitosis("purge", "sine-low-1", "--yes"))
    assert "  2 shared files stayed: other trials need them, or" in text


def test_a_purge_finds_archived_trials(folder: Path) -> None:
    mitosis("archive", "sine-low-2")
    said(mitosis("purge", "--filter", "archived_at != None", "--yes", "--why", "no use"))
    assert sorted(column(folder, "name", archived=True)) == ["sine-high-1", "sine-low-1"]
    assert "no use" in (folder / "sine.db.acts").read_text()


def test_nothing_that_fits_is_nothing_to_delete(folder: Path) -> None:
    text = said(mitosis("purge", "--filter", "main > 100"))
    assert text == "No trial fits; there is nothing to delete\n"


def test_a_purge_of_a_running_trial_is_refused(folder: Path) -> None:
    begin(folder, started_at=NOON + 3 * HOUR, runner=elsewhere())
    result = mitosis("purge", "sine-low-3", "sine-low-1", "--yes")
    assert result.exit_code == 2
    assert "close it with: mitosis repair --lost TRIAL" in result.stderr
    assert len(column(folder, "name")) == 4
