"""`mitosis export`, `import` and `merge`, called in this process on real trials."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner, Result

from mitosis._cli import command
from tests.unit.exchange.machines import keys, record_trial
from tests.unit.records.trials import NOON, begin, elsewhere, variant

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two trials, to be copied."""
    place = tmp_path_factory.mktemp("two")
    record_trial(place)
    record_trial(place, variant("high", "0.9"), started_at=NOON + HOUR)
    return place


@pytest.fixture
def folder(two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return copytree(two, tmp_path / "trials")


def mitosis(*words: str) -> Result:
    return CliRunner().invoke(command, words)


def test_trials_go_out_and_come_in(folder: Path) -> None:
    result = mitosis("export", "sine-low-1", "sine-high-1", "-o", "t.zip")
    assert result.stdout.startswith("t.zip: 2 trials, ")
    result = mitosis("import", "t.zip", "-F", "there")
    assert result.exit_code == 0, result.output
    assert result.stdout == (
        "mitosis import: t.zip: 2 trials taken over, 2 locks with them\n"
        "  sine-low-1\n  sine-high-1\n"
    )
    assert keys(folder.parent / "there") == keys(folder)
    result = mitosis("import", "t.zip", "-F", "there")
    assert result.stdout == "mitosis import: t.zip: 0 trials taken over, 2 here already\n"


def test_an_expression_chooses_what_goes_out(folder: Path) -> None:
    result = mitosis("export", "sine", "--filter", "noise.variant == 'high'", "-o", "t.zip")
    assert result.stdout.startswith("t.zip: 1 trial, ")
    assert mitosis("import", "t.zip", "-F", "there", "--dry-run").stdout == (
        "mitosis import: t.zip: 1 trial would be taken over\n  sine-high-1\n"
    )
    assert not Path("there").exists()


def test_what_stays_out_is_listed_with_the_way_out(folder: Path, tmp_path: Path) -> None:
    record_trial(tmp_path / "other")
    record_trial(tmp_path / "other", variant("high", "0.8"), started_at=NOON + HOUR)
    result = mitosis("merge", "other")
    assert result.exit_code == 1
    text = " ".join(result.stdout.split())
    assert text.startswith("mitosis merge: other: 0 trials taken over, 2 left out LEFT OUT")
    assert "another trial has its number here (key " in text
    assert "is locked to 0.9 here, and ran as 0.8 there" in text
    assert "--renumber gives such a trial the next free one" in text
    assert "`mitosis variants rename` or `retire`" in text
    assert all(len(line) <= 80 for line in result.stdout.splitlines())


def test_renumbered_trials_are_told(folder: Path, tmp_path: Path) -> None:
    record_trial(tmp_path / "other")
    result = mitosis("merge", "other", "--renumber")
    assert result.exit_code == 0
    assert "  sine-low-1 is sine-low-2 here\n" in result.stdout


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["export", "sine-low-1"], "Missing option '-o'"),
        (["export", "-o", "t.zip"], "Name a trial, or choose trials with --filter."),
        (["export", "--filter", "main > 9", "-o", "t.zip"], "No trial fits"),
        (["export", "sine-low-1", "-o", "no/t.zip"], "No such file or directory"),
        (
            ["export", "sine-low-1", "-o", "trials/sine.db"],
            "it is there already Nothing was written. Name another file",
        ),
        (
            ["import", "trials/trial_sine-low-1.html"],
            "it is neither a file of `mitosis export` nor a database of mitosis 0.6, or is "
            "damaged (file is not a database)",
        ),
        (["import", "nowhere.zip"], "does not exist"),
        (["import", "trials/sine.db"], "run there: mitosis merge trials"),
        (["merge", "trials"], "it is the one that takes the trials"),
        (["merge", "nowhere"], "does not exist"),
    ],
)
def test_what_makes_no_sense_is_refused(folder: Path, words: list[str], reason: str) -> None:
    result = mitosis(*words)
    assert result.exit_code == 2
    assert reason in " ".join(result.output.split())
    assert not Path("t.zip").exists()


def test_running_trials_do_not_go_out(folder: Path) -> None:
    begin(folder, started_at=NOON + 2 * HOUR, runner=elsewhere())
    result = mitosis("export", "--filter", "main > 0 or main == None", "-o", "t.zip")
    assert result.exit_code == 2
    assert "sine-low-2" in result.stderr
    assert not Path("t.zip").exists()


def test_secrets_are_said_not_to_be_comparable(folder: Path) -> None:
    record_trial(folder, variant("mine", f"Secret('3f9a2c01:{'a' * 64}')", "token"))
    result = mitosis("export", "sine-mine-1", "-o", "t.zip")
    assert "The key of this trials folder is not in it" in result.stdout
    result = mitosis("import", "t.zip", "-F", "there")
    assert "the secrets that 1 trial locked cannot be compared" in " ".join(
        result.stdout.split()
    )
