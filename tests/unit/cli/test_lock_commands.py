"""`mitosis variants`, called in this process on real databases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mitosis._cli import command
from mitosis._locks import held_locks
from mitosis._model import Action
from tests.unit.locks.databases import do, hold, lock, texts

LOW, HIGH = lock("low", 0.1), lock("high", 2)
PEAK = lock("low", 1, experiment="peak")


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three locks, to be copied."""
    place = tmp_path_factory.mktemp("three")
    hold(place, LOW, HIGH, PEAK)
    return place


def variants(*words: str) -> Result:
    return CliRunner().invoke(command, ["variants", *words])


def names(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [" ".join(line.split()[:3]) for line in result.stdout.splitlines()[1:]]


@pytest.mark.parametrize("words", [[], ["list"], ["-F", "trials"], ["list", "-F", "trials"]])
def test_without_a_command_all_locks_are_listed(folder: Path, words: list[str]) -> None:
    assert names(variants(*words)) == ["peak noise low", "sine noise high", "sine noise low"]


@pytest.mark.parametrize("words", [["sine"], ["list", "sine"]])
def test_an_experiment_s_locks_are_listed(folder: Path, words: list[str]) -> None:
    assert names(variants(*words)) == ["sine noise high", "sine noise low"]


def test_retired_ones_are_listed_when_all_are_asked_for(folder: Path) -> None:
    do(folder, Action.RETIRED, HIGH)
    assert names(variants("sine")) == ["sine noise low"]
    assert len(names(variants("--all", "sine"))) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["snie"], "'snie' is locked in "),
        (["snie"], "did you mean 'sine'?"),
        (["-F", "absent"], "there is no trials folder absent"),
        (["-F", "empty"], "No variant is locked in empty"),
    ],
)
def test_that_there_is_nothing_is_a_sentence(folder: Path, words: list[str], said: str) -> None:
    Path("empty").mkdir()
    result = variants(*words)
    assert result.exit_code == 0
    assert said in result.stdout
    assert not Path("absent").exists()


def test_where_all_are_retired_it_says_how_to_see_them(folder: Path) -> None:
    do(folder, Action.RETIRED, PEAK)
    assert "--all shows more" in variants("peak").stdout


def test_json_is_for_programs(folder: Path) -> None:
    documents = json.loads(variants("--json", "peak").stdout)
    assert [document["text"] for document in documents] == ["1"]


def test_a_damaged_database_is_told_the_rest_listed_and_the_status_one(folder: Path) -> None:
    (folder / "broken.db").write_text("nothing")
    result = variants()
    assert result.exit_code == 1
    assert "sine" in result.stdout
    assert "broken.db is no database" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["view", "sine", "noise=low"], "No such command 'view'. There are: list, show, diff"),
        (["show", "sine"], "Missing argument 'PARAMETER=NAME'"),
        (["show", "sine", "noise"], "'noise' has to read PARAMETER=NAME"),
        (["show", "sine", "=low"], "'=low' has to read PARAMETER=NAME"),
        (["retire", "sine"], "Missing argument 'PARAMETER=NAME...'"),
        (["retire", "sine", "noise=low"], 'retire sine noise=low --why "'),
        (["retire", "sine", "noise=low", "--why", " "], "Say why"),
        (["retire", "sine", "noise=low", "--why", "..."], "Say why"),
        (["retire", "sine", "noise=lwo", "--why", "x"], "did you mean 'low'?"),
        (["rename", "sine", "noise=low", "high"], "'high'"),
        (["show", "snie", "noise=low"], "did you mean 'sine'?"),
        (["diff", "sine", "noise=low", "noise=mid"], "variant 'mid'"),
        (["import"], "there is no such file"),
        (["export", "snie"], "did you mean 'sine'?"),
        (["show", "sine", "noise=low", "--logfile", "absent.db"], "Nothing is locked"),
    ],
)
def test_misuse_ends_with_status_two_and_changes_nothing(
    folder: Path, words: list[str], said: str
) -> None:
    before = texts(folder)
    result = variants(*words)
    assert result.exit_code == 2, result.output
    assert said in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr
    assert texts(folder) == before
    assert not Path("mitosis.lock").exists()


def test_reasons_are_shown_whole_and_on_one_line(folder: Path) -> None:
    why = "because " * 50 + "\x1b[31m of\nall this"
    variants("retire", "peak", "noise=low", "--why", why)
    (line,) = [
        line
        for line in variants("show", "peak", "noise=low").stdout.splitlines()
        if "retired by Ada" in line
    ]
    assert line.count("because") == 50
    assert line.endswith("\\x1b[31m of\\nall this")


def test_one_is_shown_in_full(folder: Path) -> None:
    result = variants("show", "sine", "noise=low")
    assert result.exit_code == 0
    assert "value     0.1\n" in result.stdout


def test_two_are_compared(folder: Path) -> None:
    assert variants("diff", "sine", "noise=low", "noise=high").stdout == "low   0.1\nhigh  2\n"


def test_several_are_retired_at_once(folder: Path) -> None:
    result = variants("retire", "sine", "noise=low", "noise=high", "--why", "a slip")
    assert result.exit_code == 0
    assert texts(folder) == {("peak", "noise", "low"): "1"}
    acts = [held.lock.acts for held in held_locks(folder).held if held.key[0] == "sine"]
    assert {act.by for (act,) in acts} == {"Ada <ada@example.org>"}


def test_none_of_several_is_retired_if_one_is_unknown(folder: Path) -> None:
    before = texts(folder)
    assert variants("retire", "sine", "noise=low", "noise=x", "--why", "a slip").exit_code == 2
    assert texts(folder) == before


def test_renaming_needs_no_reason(folder: Path) -> None:
    assert variants("rename", "sine", "noise=low", "tiny").exit_code == 0
    assert ("sine", "noise", "tiny") in texts(folder)


def test_an_export_can_be_imported_elsewhere(folder: Path) -> None:
    result = variants("export")
    assert result.exit_code == 0
    assert result.stdout == f"{Path('mitosis.lock').resolve()}: 3 locks\n"
    result = variants("import", "-F", "other")
    assert "3 new, 0 there already" in result.stdout
    assert texts(Path("other")) == texts(folder)
    assert "0 new, 3 there already" in variants("import", "-F", "other").stdout
    assert variants("export", "-o", "-", "-F", "other").stdout == Path(
        "mitosis.lock"
    ).read_text("utf-8")


def test_an_export_of_one_experiment_leaves_the_others_out(folder: Path) -> None:
    text = variants("export", "peak", "-o", "-").stdout
    assert 'experiment = "peak"' in text
    assert "sine" not in text


def test_an_export_of_one_experiment_keeps_what_the_file_holds_of_others(folder: Path) -> None:
    variants("export")
    before = Path("mitosis.lock").read_text("utf-8")
    variants("rename", "peak", "noise=low", "tiny")
    result = variants("export", "peak")
    assert "3 locks" in result.stdout
    assert Path("mitosis.lock").read_text("utf-8") == before.replace(
        'experiment = "peak"\nparameter = "noise"\nname = "low"',
        'experiment = "peak"\nparameter = "noise"\nname = "tiny"',
    )


def test_an_export_loses_no_lock_that_was_never_imported(folder: Path) -> None:
    variants("export")
    before = Path("mitosis.lock").read_bytes()
    result = variants("export", "-F", "empty")
    assert result.exit_code == 2
    assert "holds locks that no database here knows:\n    peak  noise=low\n" in result.stderr
    assert "mitosis variants import" in result.stderr
    assert Path("mitosis.lock").read_bytes() == before
    assert variants("export", "-F", "empty", "--drop-unknown").exit_code == 0
    assert Path("mitosis.lock").read_bytes() != before


def test_what_was_retired_or_renamed_here_leaves_the_file(folder: Path) -> None:
    variants("export")
    variants("retire", "sine", "noise=low", "--why", "x")
    variants("rename", "sine", "noise=high", "higher")
    result = variants("export")
    assert (result.exit_code, "2 locks" in result.stdout) == (0, True)
    text = Path("mitosis.lock").read_text("utf-8")
    assert 'name = "higher"' in text
    assert 'name = "high"\n' not in text


def test_an_unsound_file_is_written_anew_only_if_its_loss_is_asked_for(folder: Path) -> None:
    Path("mitosis.lock").write_text("<<<<<<<")
    refused = variants("export")
    assert refused.exit_code == 2
    assert "--drop-unknown" in refused.stderr
    assert Path("mitosis.lock").read_text() == "<<<<<<<"
    assert variants("export", "--drop-unknown").exit_code == 0
    assert variants("import").exit_code == 0


def test_a_file_that_a_newer_mitosis_wrote_stays_as_it_is(folder: Path) -> None:
    Path("mitosis.lock").write_text("version = 2\n")
    result = variants("export")
    assert result.exit_code == 2
    assert "this mitosis reads version 1" in result.stderr
    assert Path("mitosis.lock").read_text() == "version = 2\n"


def test_an_import_that_contradicts_shows_the_difference(folder: Path) -> None:
    variants("export")
    variants("retire", "sine", "noise=low", "--why", "x")
    hold(folder, lock("low", 0.7))
    result = variants("import")
    assert result.exit_code == 2
    assert "locked  0.7\n    given   0.1\n" in result.stderr
    assert texts(folder)["sine", "noise", "low"] == "0.7"


def test_help_is_there_at_each_level(folder: Path) -> None:
    assert "retire" in variants("--help").stdout
    for name in ("list", "show", "diff", "rename", "retire", "export", "import"):
        result = variants(name, "--help")
        assert (result.exit_code, result.stderr) == (0, "")
        assert f"Usage: mitosis variants {name} " in result.stdout.replace("command", "mitosis")
