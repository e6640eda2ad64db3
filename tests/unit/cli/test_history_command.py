"""`mitosis history`, called in this process on real databases."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from mitosis._cli import command
from mitosis._model import Status
from tests.unit.history.recorded import Trials, summary

MAINS = {
    ("KMeans", 3): (0.30, 0.32, 0.28),
    ("KMeans", 5): (0.51, 0.49),
    ("GMM", 3): (0.25, 0.27, 0.29),
    ("GMM", 5): (0.55,),
}


@pytest.fixture(scope="module")
def ten(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten trials, one of which failed, to be copied."""
    trials = Trials(tmp_path_factory.mktemp("ten"))
    for (method, k), mains in MAINS.items():
        for main in mains:
            metrics = {"loss": summary(1.0, main / 2)}
            trials.add({"method": method, "k": k, "same": 1}, main, metrics=metrics)
    trials.add({"method": "GMM", "k": 5, "same": 1}, status=Status.FAILED, commit="b" * 40)
    return trials.folder


@pytest.fixture
def folder(ten: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with ten trials in its `trials`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    copytree(ten, tmp_path / "trials")
    return tmp_path


def history(*words: str, status: int = 0) -> Result:
    result = CliRunner().invoke(command, ["history", *words])
    assert result.exit_code == status, result.output
    return result


def table(*words: str) -> list[list[str]]:
    """Return the words of each line of the table."""
    lines = history(*words).stdout.split("\n\n")[0].splitlines()
    return [line.split() for line in lines]


def test_trials_are_listed_with_what_tells_them_apart(folder: Path) -> None:
    head, *rows = table()
    assert head == [
        *("key", "name", "status", "main", "k", "method", "loss", "started_at", "(UTC)")
    ]
    assert len(rows) == 10
    assert rows[0][1:] == [
        *("kmeans-KMeans-3-1-1", "succeeded", "0.3", "3", "KMeans", "0.15"),
        *("2024-05-06", "12:00"),
    ]


def test_filter_sort_columns_and_tail_act_in_this_order(folder: Path) -> None:
    words = ["kmeans", "--filter", "k > 3 or method == 'GMM'", "--sort", "main", "--tail", "3"]
    rows = table(*words, "--columns", "method,k", "--columns", "main")
    assert [row[1:] for row in rows] == [
        ["method", "k", "main"],
        ["KMeans", "5", "0.49"],
        ["KMeans", "5", "0.51"],
        ["GMM", "5", "0.55"],
    ]
    backwards = table(*words, "--reverse", "-c", "main")
    assert [row[-1] for row in backwards] == ["main", "0.29", "0.27", "0.25"]


def test_groups_tell_how_many_failed_and_which_mix_commits(folder: Path) -> None:
    Trials(folder / "trials").add({"method": "GMM", "k": 5, "same": 1}, 0.57, commit="c" * 40)
    out = history("kmeans", "--group-by", "method,k").stdout
    rows = [line.split() for line in out.split("\n\n")[0].splitlines()]
    assert rows[0][:5] == ["method", "k", "n", "failures", "commits"]
    assert rows[1][:6] == ["GMM", "3", "3", "0", "1", "0.270"]
    assert rows[2][:8] == ["GMM", "5", "2", "1", "2", "0.560", "±", "0.014"]
    assert "1 group with trials of several commits: method=GMM, k=5 (2)" in out


def test_columns_of_groups_are_sorted_chosen_and_cut(folder: Path) -> None:
    words = ["--group-by", "k", "--group-by", "method", "--sort", "main", "--reverse"]
    rows = table(*words, "--columns", "method,k,loss,n", "--tail", "2")
    assert rows == [
        ["method", "k", "loss", "±", "std", "n"],
        ["KMeans", "3", "0.150", "±", "0.010", "3"],
        ["GMM", "3", "0.135", "±", "0.010", "3"],
    ]


def test_a_pivot_is_the_table_of_a_paper(folder: Path) -> None:
    out = history("kmeans", "--pivot", "method", "k", "--best", "max").stdout
    assert [line.split("  ") for line in out.splitlines()[1:3]]
    assert "0.300 ± 0.020* (3)" in out
    assert "0.55* (1)" in out
    assert "Failed: method=GMM, k=5 (1)" in out
    of_loss = history("--pivot", "method", "k", "--value", "loss").stdout
    assert "0.150 ± 0.010 (3)" in of_loss


def test_a_table_is_exported_and_a_former_one_replaced(folder: Path) -> None:
    words = ["kmeans", "-g", "method", "-o", "table.csv"]
    assert history(*words).stdout == "table.csv written: 2 rows\n"
    assert history(*words).stdout == "table.csv replaced: 2 rows\n"
    found = pd.read_csv("table.csv")
    assert found["main.mean"].tolist() == pytest.approx([0.34, 0.38])
    assert {"n", "failures", "commits", "main.std", "main.low"} <= set(found)
    history("kmeans", "--pivot", "method", "k", "--best", "max", "-o", "table.tex")
    assert r"$\mathbf{0.300 \pm 0.020}$ (3)" in Path("table.tex").read_text(encoding="utf-8")


def test_json_has_all_columns_and_digits(folder: Path) -> None:
    rows = json.loads(history("--json", "--filter", "status == 'failed'").stdout)
    assert [(row["status"], row["main"], row["k"]) for row in rows] == [("failed", None, 5)]
    assert "commit" in rows[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["kmaens"], "did you mean 'kmeans'"),
        (["--filter", "k >> 3"], "nothing is computed here"),
        (["--columns", "colour"], "'colour'"),
        (["-g", "k", "--columns", "main.median"], "'main.median'"),
        (["-g", "k", "--sort", "colour"], "'colour'"),
        (["-o", "table.doc"], "'.doc' is none of"),
        (["--pivot", "k", "method", "--sort", "main"], "--pivot and --sort"),
        (["--tail", "0"], "x>=1"),
        (["--best", "median"], "is not one of"),
    ],
)
def test_what_cannot_be_is_refused_with_status_2(
    folder: Path, words: list[str], said: str
) -> None:
    assert said in history(*words, status=2).output


def test_what_finds_nothing_says_so(folder: Path) -> None:
    assert history("--filter", "k == 77").stdout == "No trial fits the filter\n"
    assert "there is no trials folder" in history("-F", "nowhere").stdout
    (folder / "empty").mkdir()
    assert "No trial is recorded in empty" in history("-F", "empty").stdout


def test_names_that_would_move_the_cursor_are_shown_as_they_are(folder: Path) -> None:
    Trials(folder / "odd").add({"text": "\x1b[31mred\n"}, 1.0)
    out = history("-F", "odd", "-c", "text").stdout
    assert "\x1b" not in out
    assert r"\x1b[31mred" in out


def test_an_argument_called_as_a_count_is_grouped_by_under_its_prefix(tmp_path: Path) -> None:
    trials = Trials(tmp_path / "trials")
    for n in (5, 5, 8):
        trials.add({"n": n}, n / 10)
    trials.add({"n": 8}, 10**400)
    where = ("-F", str(trials.folder))
    header, *rows = history("--group-by", "n,n", "-c", "value.n,n", *where).stdout.splitlines()
    assert header.split() == ["value.n", "n"]
    assert [row.split() for row in rows[:2]] == [["5", "2"], ["8", "1"]]
    assert "value.n \\ status" in history("--pivot", "n", "status", *where).stdout
    assert "given one twice" in history("--pivot", "n", "n", *where, status=2).output
    listed = history("--best", "max", "-c", "main,key", *where).stdout.splitlines()
    assert listed[0].split() == ["main", "key"]
    assert " ...* " in listed[-1]
