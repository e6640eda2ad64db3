"""`mitosis show` and `mitosis compare`, called in this process on hand-made trials."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mitosis._cli import command
from mitosis._model import Annotation, Mark, Status
from mitosis._provenance import runner
from mitosis._records.annotations import annotate
from mitosis._wording import shown
from tests.unit.records.trials import NOON, Begun, begin, variant

ODD = "odd\x1b[31m\u202ename"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "trials").mkdir()
    return tmp_path / "trials"


@pytest.fixture
def trial(folder: Path) -> Begun:
    claim = "The sine is what it was.\n\nRefuted where it\nis not."
    made = begin(folder, variant("low", "{'lr': 0.1}"), key="aaaa1111", hypothesis=claim)
    made.print("one\ntwo\n")
    outcome = made.outcome(
        Status.FAILED, reason="ValueError: no", warnings=("Odd things happened\n    here",)
    )
    said = [
        Annotation(Mark.NOTE, "look again", NOON, "Ada"),
        Annotation(Mark.TAG, "paper", NOON, "Ada"),
        Annotation(Mark.TAG, "gone", NOON, "Ada"),
        Annotation(Mark.UNTAG, "gone", NOON, "Ada"),
    ]
    annotate(made.folder, said)
    return made.finish(outcome)


def call(*words: str) -> Result:
    return CliRunner().invoke(command, list(words))


def test_show_tells_on_one_screen_what_it_was(trial: Begun) -> None:
    shown = call("show", "aaaa")
    assert shown.exit_code == 0, shown.output
    lines = [" ".join(line.split()) for line in shown.stdout.splitlines()]
    assert lines[0] == "sine-low-1 failed (key aaaa1111)"
    for line in (
        "reason ValueError: no",
        "hypothesis The sine is what it was.",
        "Refuted where it is not.",
        "main 1.5",
        "parameters noise = {'lr': 0.1} (variant low)",
        "seed 7",
        "code commit cccccccccc on main, unchanged",
        "warnings Odd things happened",
        "tags paper",
        "note look again",
        f"page {trial.page}",
        f"folder {trial.folder.root}",
    ):
        assert line in lines
    assert all(
        len(line) <= 80
        for line in shown.stdout.splitlines()
        if str(trial.page.parent) not in line
    )


def test_show_prints_log_environment_and_record(trial: Begun) -> None:
    assert call("show", "aaaa", "--log").stdout == "one\ntwo\n"
    document = json.loads(call("show", "aaaa", "--json").stdout)
    assert (document["name"], document["status"]) == ("sine-low-1", "failed")
    assert document["page"] == str(trial.page)
    assert call("show", "aaaa", "--environment").stdout.startswith("# None")
    assert "No source was kept: no repository here has" in call("show", "aaaa", "--code").stdout


def test_show_says_where_the_page_is_if_there_is_no_screen(
    trial: Begun, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    shown = call("show", "aaaa", "--html")
    assert shown.stdout == f"{trial.page}\n"
    assert "no screen" in shown.stderr
    trial.page.unlink()
    gone = call("show", "aaaa", "--html")
    assert (gone.exit_code, "mitosis repair" in gone.stderr) == (1, True)


def test_show_tells_of_a_running_trial_what_it_printed_last(folder: Path) -> None:
    running = begin(folder, runner=runner()).print("".join(f"line {n}\n" for n in range(50)))
    shown = call("show", running.name).stdout
    assert shown.startswith("sine-low-1  running")
    assert "  line 49" in shown
    assert "line 39\n" not in shown


def test_show_steers_no_terminal(folder: Path) -> None:
    odd = begin(folder, variant(ODD, "1", parameter=ODD), hypothesis=ODD).finish()
    shown = call("show", odd.key).stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_a_trial_that_is_not_there_is_refused_with_what_comes_near(trial: Begun) -> None:
    for words in (["show", "sine-lwo-1"], ["compare", "sine-lwo-1", "aaaa"]):
        refused = call(*words)
        assert refused.exit_code == 2
        assert "did you mean 'sine-low-1'" in refused.stderr


def test_compare_prints_what_differs(trial: Begun, folder: Path) -> None:
    begin(folder, variant("high", "{'lr': 0.2}"), key="bbbb2222").finish()
    compared = call("compare", "aaaa", "bbbb")
    assert compared.exit_code == 0, compared.output
    assert "  noise['lr']  0.1" in compared.stdout
    assert "\x1b" not in compared.stdout
    document = json.loads(call("compare", "aaaa", "bbbb", "--json").stdout)
    assert [trial["key"] for trial in document["trials"]] == ["aaaa1111", "bbbb2222"]
    assert {row["item"] for row in document["rows"]} >= {"noise['lr']", "status"}
    assert "packages" not in compared.stdout
    assert "  processor" in call("compare", "aaaa", "bbbb", "--all").stdout


def test_compare_writes_a_page(trial: Begun, folder: Path) -> None:
    begin(folder, variant("high", "{'lr': 0.2}"), key="bbbb2222").finish()
    written = call("compare", "aaaa", "bbbb", "--html", "both.html")
    assert (written.exit_code, written.stdout) == (0, "both.html\n")
    assert 'href="trials/trial_sine-low-1.html"' in Path("both.html").read_text()
    nowhere = call("compare", "aaaa", "bbbb", "--html", "nowhere/both.html")
    assert (nowhere.exit_code, "cannot be written" in nowhere.stderr) == (2, True)


def test_compare_wants_two_trials_and_a_place_for_a_report(trial: Begun) -> None:
    alone = call("compare", "aaaa", str(trial.page))
    assert (alone.exit_code, "two trials or more" in alone.stderr) == (2, True)
    page = shown(str(trial.page))
    assert f"'aaaa' and {page!r} are the same trial, sine-low-1." in alone.stderr
    Path("mine.ipynb").write_text("{}")
    bare = call("compare", "aaaa", "aaaa", "--template", "mine.ipynb")
    assert (bare.exit_code, "--html" in bare.stderr) == (2, True)


def test_compare_says_which_words_name_the_same_trial(trial: Begun, folder: Path) -> None:
    begin(folder, variant("high", "{'lr': 0.2}"), key="bbbb2222").finish()
    compared = call("compare", "aaaa", "bbbb", "sine-low-1", "--json")
    assert (compared.exit_code, len(json.loads(compared.stdout)["trials"])) == (0, 2)
    said = "mitosis: 'aaaa' and 'sine-low-1' are the same trial, sine-low-1.\n"
    assert compared.stderr == said


def test_a_template_that_is_no_notebook_is_refused(trial: Begun, folder: Path) -> None:
    begin(folder, variant("high", "{'lr': 0.2}"), key="bbbb2222").finish()
    Path("mine.ipynb").write_text("{}")
    refused = call("compare", "aaaa", "bbbb", "--html", "r.html", "--template", "mine.ipynb")
    assert refused.exit_code == 2
    assert "cannot be run as a notebook" in refused.stderr
    assert not Path("r.html").exists()
